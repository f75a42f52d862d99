"""Times attacks of the runner over a bank of synthetic predictions, and mia-svc beside scikit-learn's SVC.

The bank is written as npz files and read by `runner audit`: logits of 10 classes, near-normal margins. `ulira` sees so many
original, retrained and unlearned models on the samples of a forgotten class; the attacks on single samples see as many
originals of random halves and one model of each that forgot half of its members, for a method and for retraining. Seconds
are of the step of one attack on one method, from its record; the peak is the resident memory of a whole audit in an empty
store with one worker, with reading and storing of all predictions.

mia-svc fits and judges what SalUn's variant does: C = 3, gamma = 1, the confidence of as many members as non-members,
for the same samples, in five draws.
"""

import argparse
import glob
import json
import os
import statistics
import subprocess
import tempfile
import time

import numpy as np
from engine import machine

CLASSES = 10
SAMPLES_OF_OTHER_PARTS = 200
ATTACKS = ["ulira", "sample-ulira", "sample-lira", "rmia"]


def logits(random, labels, margins):
    """`[models, N, K]` float32 logits whose label has about the margins `[models, N]`."""
    numbers = random.normal(0, 0.3, (*margins.shape, CLASSES)).astype(np.float32)
    numbers[:, np.arange(len(labels)), labels] += margins + np.log(CLASSES - 1)
    return numbers


def bank(folder, models, samples):
    """Writes classes.yaml and halves.yaml with their predictions."""
    random = np.random.default_rng(1)
    count = SAMPLES_OF_OTHER_PARTS

    def write(name, parts, labels, rest, arrays):
        np.savez(os.path.join(folder, name + ".npz"), parts=parts, labels=labels, **arrays)
        with open(os.path.join(folder, name + ".yaml"), "w", encoding="utf-8") as file:
            file.write(
                f"audit: {name}\nclasses: {CLASSES}\nlabels: {name}.npz\nparts: {name}.npz\n"
                f"originals: {name}.npz\nretrained: {name}.npz\nmethods: {{mine: {name}.npz}}\n{rest}")

    def models_of(labels, shift, models=models):
        hardness = random.normal(0, 2, len(labels)) + shift
        return logits(random, labels, hardness + random.normal(0, 1, (models, len(labels))))

    parts = np.repeat([0, 1, 2, 3], [samples, count, count, count])
    labels = np.where(parts % 2 == 0, 0, 1 + np.arange(len(parts)) % (CLASSES - 1))
    write("classes", parts, labels, "forget: {class: 0}\n", {
        "originals": models_of(labels, 4), "retrained": models_of(labels, 0), "mine": models_of(labels, 0.5)})

    parts = np.repeat([0, 1, 3], [samples, count, count])
    labels = np.arange(len(parts)) % CLASSES
    members = (random.random((models, len(parts))) < 0.5) & (parts != 3)
    forgotten = members & (random.random(members.shape) < 0.5) & (parts == 0)
    hardness = random.normal(0, 2, len(parts))
    def shadow(trained):
        return logits(random, labels, hardness + trained + random.normal(0, 1, trained.shape))
    halves = {
        "originals": shadow(1.0 * members), "mine": shadow(members - 0.7 * forgotten),
        "retrain": shadow(1.0 * (members & ~forgotten)), "membership": members, "forgotten": forgotten}
    np.savez(os.path.join(folder, "shadows.npz"), **halves)
    names = ", ".join(f"{key}: shadows.npz" for key in ["originals", "membership", "forgotten"])
    few = {name: models_of(labels, 0, models=2) for name in ["originals", "retrained", "mine"]}
    write("halves", parts, labels,
          f"shadows: {{{names}, methods: {{mine: shadows.npz, retrain: shadows.npz}}}}\n", few)


def audit(binary, file, entry):
    """Seconds of each step of the attack, the seconds of the whole audit and its peak memory in MB."""
    with tempfile.TemporaryDirectory() as store:
        words = [binary, "audit", file, "--store", store, "--workers", "1", "--set", f"attacks=[{entry}]"]
        start = time.perf_counter()
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        whole = time.perf_counter() - start
        if status:
            raise SystemExit(errors.decode())
        records = [json.load(open(path)) for path in glob.glob(f"{store}/**/step.json", recursive=True)]
        found = [record["seconds"] for record in records if record["kind"] == "attack"]
        return found, whole, usage.ru_maxrss / 1024


def support_vectors(binary, folder, count, pairs):
    """Seconds of mia-svc on one model, and of scikit-learn's SVC on as many samples, alternately."""
    from sklearn.svm import SVC

    random = np.random.default_rng(2)
    parts = np.repeat([0, 1, 2, 3], [count, 2 * count, count, count])
    labels = np.where(parts % 2 == 0, 0, 1 + np.arange(len(parts)) % (CLASSES - 1))
    shift = np.where(parts == 1, 3.0, 2.0)
    numbers = logits(random, labels, shift + random.normal(0, 2, (1, len(labels))))
    np.savez(os.path.join(folder, "svc.npz"), parts=parts, labels=labels, originals=numbers, retrained=numbers,
             mine=numbers)
    file = os.path.join(folder, "svc.yaml")
    with open(file, "w", encoding="utf-8") as text:
        text.write(f"audit: svc\nclasses: {CLASSES}\nlabels: svc.npz\nparts: svc.npz\nforget: {{class: 0}}\n"
                   "retrained: svc.npz\nmethods: {mine: svc.npz}\n")
    exact = np.exp(numbers[0].astype(np.float64))
    confidences = (exact / exact.sum(1, keepdims=True))[np.arange(len(labels)), labels][:, None]
    nonmembers, judged = confidences[parts == 3], confidences[parts == 0]

    def peer():
        start = time.perf_counter()
        for draw in range(5):
            rows = np.flatnonzero(parts == 1)
            # The runner draws as many members of each class as there are non-members.
            chosen = np.random.default_rng(draw).choice(rows, count, replace=False)
            x = np.concatenate([confidences[chosen], nonmembers])
            machine = SVC(C=3, gamma="auto", kernel="rbf").fit(x, np.repeat([1, 0], count))
            machine.predict(judged)
        return time.perf_counter() - start

    ratios = []
    for _ in range(pairs):
        own = statistics.median(audit(binary, file, "{mia-svc: {variants: [salun]}}")[0])
        other = peer()
        ratios.append((other / own, own, other))
    return sorted(ratios)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--models", type=int, default=64)
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--svc-samples", type=int, nargs="+", default=[1000, 5000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bank(folder, options.models, options.samples)
        print(f"{machine()}; {options.models} models, {options.samples} samples\n")
        print("| attack | seconds, each method | whole audit, s | peak, MB |\n| :-- | --: | --: | --: |")
        for attack in ATTACKS:
            file = os.path.join(folder, "classes.yaml" if attack == "ulira" else "halves.yaml")
            found, whole, peak = audit(options.binary, file, attack)
            print(f"| {attack} | {', '.join(f'{one:.1f}' for one in found)} | {whole:.1f} | {peak:.0f} |", flush=True)
        print("\n| mia-svc, samples of a side | ratio, median | least | greatest | runner, s | scikit-learn, s |")
        print("| --: | --: | --: | --: | --: | --: |")
        for count in options.svc_samples:
            found = support_vectors(options.binary, folder, count, options.pairs)
            ratio, own, other = found[len(found) // 2]
            print(f"| {count} | {ratio:.2f} | {found[0][0]:.2f} | {found[-1][0]:.2f} | {own:.2f} | {other:.2f} |",
                  flush=True)


if __name__ == "__main__":
    main()
