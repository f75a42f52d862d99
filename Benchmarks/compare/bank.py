"""Trains a bank of small models with the runner and with PyTorch alternately, and compares model-steps a second.

The runner makes originals and retrained models from real images and an empty store; its time is that of the whole
process, with reading, predictions and storing. PyTorch only trains, on random images in memory, with tuned malloc, in
the best of three ways: one model after the other on all threads, a process of one thread for each core, and all models
at once by torch.func.vmap over stacked parameters.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from engine import TUNED, machine

BATCH = 128
# By name: data set and architecture of the experiment, and the training images for one epoch.
CASES = {
    "lenet": ("fashion-mnist", "lenet5", 5000),
    "mlp": ("fashion-mnist", "mlp", 20000),
    "resnet8": ("cifar10", "cifar-resnet: {depth: 8}", 1000),
}
# Enough for the predictions of the models, which PyTorch does not make, to take a tenth of the time.
EPOCHS = 8
WAYS = ["sequence", "processes", "vmap"]


def run_runner(options, model):
    """Model-steps a second of the runner: originals and retrained models of so many seeds."""
    data, architecture, images = CASES[model]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "bank.yaml")
        with open(file, "w", encoding="utf-8") as text:
            text.write(
                f"experiment: bank\nseeds: {list(range(1, options.models + 1))}\n"
                f"data:\n  - {data}: {{train_count: {images}, test_count: 500}}\n"
                f"architectures:\n  - {architecture}\n"
                f"training: {{epochs: {EPOCHS}, batch_size: {BATCH}, learning_rate: 0.01}}\n"
                # A method is needed; its single step is not counted.
                "forget:\n  - samples: {count: 1}\nmethods:\n"
                "  - gradient-ascent: {training: {epochs: 1, learning_rate: 0.00001}}\n"
                "metrics: [accuracy]\n")
        words = [options.binary, "run", file, "--store", os.path.join(folder, "store")]
        start = time.perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
    steps = -(-images // BATCH) + -(-(images - 1) // BATCH)
    return options.models * EPOCHS * steps / seconds


def run_torch(options, model, way):
    """Model-steps a second of PyTorch, from separate processes."""
    def start(models, threads):
        words = [sys.executable, os.path.abspath(__file__), "--peer", way, "--model", model, "--steps",
                 str(options.steps), "--models", str(models), "--threads", str(threads)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, **TUNED})

    if way != "processes":
        found = [start(options.models, options.threads)]
    else:
        found = [start(max(1, options.models // options.threads), 1) for _ in range(options.threads)]
    rates = [json.loads(process.communicate()[0]) for process in found]
    return sum(rates)


def peer(options):
    """Prints the model-steps a second of one process."""
    import torch
    import torch.nn.functional as F
    from torch_models import MODELS

    torch.set_num_threads(options.threads)
    make, shape = MODELS[options.model]
    labels = torch.arange(BATCH) % 10

    def one_after_the_other():
        images = torch.randn((BATCH, *shape)).to(memory_format=torch.channels_last)
        model = make().to(memory_format=torch.channels_last)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

        def step():
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
        return step, 1

    def stacked():
        from torch.func import functional_call, grad, stack_module_state, vmap

        models = [make() for _ in range(options.models)]
        parameters, buffers = stack_module_state(models)
        parameters = {name: value.detach() for name, value in parameters.items()}
        momenta = {name: torch.zeros_like(value) for name, value in parameters.items()}
        images = torch.randn((options.models, BATCH, *shape))
        template = make()

        def loss(parameters, buffers, images):
            return F.cross_entropy(functional_call(template, (parameters, buffers), (images,)), labels)

        gradients = vmap(grad(loss), randomness="different")

        def step():
            found = gradients(parameters, buffers, images)
            for name, gradient in found.items():
                momenta[name].mul_(0.9).add_(gradient + 5e-4 * parameters[name])
                parameters[name].sub_(momenta[name], alpha=0.01)
        return step, options.models

    step, models = stacked() if options.peer == "vmap" else one_after_the_other()
    steps = max(3, options.steps // models)
    for _ in range(2):
        step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    print(models * steps / (time.perf_counter() - start))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--models", type=int, default=16, help="models of a bank")
    parser.add_argument("--steps", type=int, default=200, help="model-steps of a measurement of PyTorch")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--model", choices=CASES, nargs="+", default=list(CASES))
    parser.add_argument("--peer", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        options.model = options.model[0]
        peer(options)
        return
    if "LACUNA_DATA" not in os.environ:
        sys.exit("LACUNA_DATA must name the folder that holds fashion-mnist and cifar-10-batches-bin")
    print(f"{machine()}; {options.threads} threads, {options.models} models, batch {BATCH}, {options.pairs} pairs\n")
    print("| model | runner, model-steps/s | PyTorch, best | best way | ratio, median | least | greatest |")
    print("| :-- | --: | --: | :-- | --: | --: | --: |", flush=True)
    for model in options.model:
        ours, ratios, best = [], [], []
        for _ in range(options.pairs):
            ours.append(run_runner(options, model))
            rates = {}
            for way in WAYS:
                try:
                    rates[way] = run_torch(options, model, way)
                except (json.JSONDecodeError, subprocess.SubprocessError):
                    print(f"{model}: PyTorch cannot train by {way}", file=sys.stderr)
            best.append(max(rates, key=rates.get))
            ratios.append(ours[-1] / rates[best[-1]])
            print(f"{model}: runner {ours[-1]:.0f}, " + ", ".join(f"{w} {r:.0f}" for w, r in rates.items()),
                  file=sys.stderr, flush=True)
        theirs = statistics.median(o / r for o, r in zip(ours, ratios))
        print(f"| {model} | {statistics.median(ours):.0f} | {theirs:.0f} | {max(set(best), key=best.count)} | "
              f"{statistics.median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} |", flush=True)


if __name__ == "__main__":
    main()
