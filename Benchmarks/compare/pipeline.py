"""Runs one unlearning pipeline with the runner and with PyTorch alternately, and compares wall times and results.

Both sides read pipeline.yaml: originals, retrained models, four methods, two attacks. The runner starts from an empty
store. PyTorch runs with channels-last memory and a tuned malloc; see pipeline_torch.py.
"""

import argparse
import csv
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import yaml

from engine import TUNED, machine

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "pipeline.yaml")


def overrides(options):
    """The runner's arguments that override values of the file."""
    words = ["--set", f"seeds={json.dumps(options.seeds)}"]
    if options.train_samples:
        words += ["--set", f"data.0={{cifar10: {{train_count: {options.train_samples}}}}}"]
    return words


def run_runner(options):
    """Wall seconds of a run from an empty store, and {(method, seed, measurement): value}."""
    with tempfile.TemporaryDirectory() as folder:
        words = [FILE, "--store", folder, *overrides(options)]
        start = time.perf_counter()
        subprocess.run([options.binary, "run", *words], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        table = subprocess.run(
            [options.binary, "results", *words, "--format", "csv"], check=True, stdout=subprocess.PIPE, text=True)
    rows = csv.DictReader(io.StringIO(table.stdout))
    return seconds, {(row["method"], int(row["seed"]), row["name"]): float(row["value"]) for row in rows if row["value"]}


def run_torch(options):
    """The same for PyTorch, in a separate process, and the seconds of its stages."""
    words = [sys.executable, os.path.abspath(__file__), "--peer", *sys.argv[1:]]
    start = time.perf_counter()
    output = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **TUNED}).stdout
    seconds = time.perf_counter() - start
    found = json.loads(output)
    return seconds, {(m, s, n): v for m, s, n, v in found["values"]}, found["seconds"]


def peer(options):
    """Runs PyTorch's side and prints its results as JSON."""
    import torch
    from pipeline_torch import run

    torch.set_num_threads(os.cpu_count())
    with open(FILE, encoding="utf-8") as text:
        experiment = yaml.safe_load(text)
    experiment["seeds"] = options.seeds
    values, seconds = run(experiment, os.environ["LACUNA_DATA"], options.train_samples)
    print(json.dumps({"values": [[*key, value] for key, value in values.items()], "seconds": seconds}))


def spread(values):
    """Mean and, for more than one value, sample standard deviation, in percent."""
    if not values:
        return "missing"
    text = f"{100 * statistics.mean(values):.1f}"
    return text + (f" ± {100 * statistics.stdev(values):.1f}" if len(values) > 1 else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary")
    parser.add_argument("--pairs", type=int, default=1)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--train-samples", type=int, help="a class-balanced number of CIFAR-10's training images")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if "LACUNA_DATA" not in os.environ:
        sys.exit("LACUNA_DATA must name the folder that holds cifar-10-batches-bin")
    if options.peer:
        peer(options)
        return
    ratios, ours, theirs = [], {}, {}
    for _ in range(options.pairs):
        our_seconds, ours = run_runner(options)
        their_seconds, theirs, stages = run_torch(options)
        ratios.append(their_seconds / our_seconds)
        print(f"runner {our_seconds:.0f} s, PyTorch {their_seconds:.0f} s, ratio {ratios[-1]:.2f}", flush=True)
    print(f"\n{machine()}; {os.cpu_count()} threads, seeds {options.seeds}, {options.train_samples or 50000} images")
    print(f"ratio of wall times: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")
    print("PyTorch's stages, s: " + ", ".join(f"{name} {value:.0f}" for name, value in stages.items()) + "\n")
    print("| method | measurement | runner, % | PyTorch, % |\n| :-- | :-- | --: | --: |")
    for method, name in dict.fromkeys((m, n) for m, _, n in theirs):
        sides = [[v for (m, _, n), v in side.items() if (m, n) == (method, name)] for side in (ours, theirs)]
        print(f"| {method} | {name} | {spread(sides[0])} | {spread(sides[1])} |")


if __name__ == "__main__":
    main()
