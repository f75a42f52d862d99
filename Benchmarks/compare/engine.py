"""Runs the engine's benchmark and PyTorch's alternately and prints the ratios of PyTorch's time to the engine's.

Each run is a separate process. PyTorch runs with channels-last memory and a tuned malloc, its best fp32 setting
("tuned"), the same with bfloat16 autocast ("bf16"; the engine stays in fp32), and its defaults ("default").
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time

TUNED = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "1000000000000",
    "MALLOC_TOP_PAD_": "268435456",
}
SETTINGS = {"tuned": TUNED, "bf16": TUNED, "default": {}}


def peer(model_name, threads, steps, setting):
    """One measurement of PyTorch, in milliseconds."""
    import torch
    import torch.nn.functional as F
    from torch_models import MODELS

    torch.set_num_threads(threads)
    make, shape = MODELS[model_name]
    model, images, labels = make(), torch.randn((128, *shape)), torch.arange(128) % 10
    if setting != "default":
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

    def precision():
        return torch.autocast("cpu", torch.bfloat16) if setting == "bf16" else contextlib.nullcontext()

    def train():
        optimizer.zero_grad()
        with precision():
            loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()

    def infer():
        with torch.inference_mode(), precision():
            model(images)

    def median(body):
        times = []
        for _ in range(steps + 2):
            start = time.perf_counter()
            body()
            times.append(time.perf_counter() - start)
        return 1000 * statistics.median(times[2:])

    train_ms = median(train)
    model.eval()
    return {
        "train_ms": train_ms,
        "infer_ms": median(infer),
        "parameters": sum(p.numel() for p in model.parameters()),
    }


def run(command, environment=None):
    """The JSON that a process printed, with its peak memory."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **(environment or {})}) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with status {process.returncode}")
    return {**json.loads(output), "peak_mib": usage.ru_maxrss / 1024}


def machine():
    """The processor's name and the number of cores."""
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'unknown processor'}, {os.cpu_count()} cores"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--models", default="resnet18,resnet20,resnet8,vgg16,lenet,mlp")
    parser.add_argument("--settings", default="tuned,default,bf16")
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        name, setting = options.peer
        print(json.dumps(peer(name, options.threads, options.steps, setting)))
        return
    here = [sys.executable, __file__, "--threads", str(options.threads), "--steps", str(options.steps), "--peer"]
    print(f"{machine()}; {options.threads} threads, {options.pairs} pairs, batch 128\n")
    print("| model | peer | work | ours, ms | peer, ms | ratio, median | least | greatest | ours, MiB | peer, MiB |")
    print("| :-- | :-- | :-- | --: | --: | --: | --: | --: | --: | --: |")
    for model in options.models.split(","):
        for setting in options.settings.split(","):
            pairs = []
            for _ in range(options.pairs):
                ours = run([options.binary, model, str(options.threads), str(options.steps)])
                theirs = run(here + [model, setting], SETTINGS[setting])
                if ours["parameters"] != theirs["parameters"]:
                    sys.exit(f"{model}: {ours['parameters']} parameters here, {theirs['parameters']} in PyTorch")
                pairs.append((ours, theirs))
            for key, work in [("train_ms", "training step"), ("infer_ms", "inference")]:
                ratios = [theirs[key] / ours[key] for ours, theirs in pairs]
                times = [statistics.median(pair[side][key] for pair in pairs) for side in (0, 1)]
                memory = [max(pair[side]["peak_mib"] for pair in pairs) for side in (0, 1)]
                print(
                    f"| {model} | {setting} | {work} | {times[0]:.1f} | {times[1]:.1f} "
                    f"| {statistics.median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} "
                    f"| {memory[0]:.0f} | {memory[1]:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
