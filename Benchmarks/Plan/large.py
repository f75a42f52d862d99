"""Writes experiment files that are large and valid or full of errors, to time `runner check` on them.

    python3 Benchmarks/Plan/large.py FOLDER
    for file in FOLDER/*.yaml; do echo "$file"; time .build/release/runner check "$file" | tail -1; done

grid.yaml        100 × 100 values of two parameters of one method: 10,002 cells, about 50,000 steps.
mistakes.yaml    30,000 keys on one line, each of them twice.
steps.yaml       3,333 values of a rate: 10,005 steps, each of next to no work, whose time is that of the agenda and
                 the store: time .build/release/runner run FOLDER/steps.yaml --store FOLDER/store
"""

import pathlib
import sys

HEAD = """experiment: large
seeds: [1]
data:
  - shapes: {train_count: 60, test_count: 40}
architectures:
  - lenet5
training: {epochs: 1, batch_size: 16, learning_rate: 0.01}
forget:
  - class: circle
"""


def values(start: float, count: int) -> str:
    return ", ".join(f"{start + 0.001 * (i + 1):.3f}" for i in range(count))


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    sweep = f"tilt: {{sweep: [{values(0, 100)}]}}, temperature: {{sweep: [{values(0.1, 100)}]}}"
    (folder / "grid.yaml").write_text(
        HEAD + f"methods:\n  - trw: {{{sweep}}}\nattacks: [mia-svc, mia-threshold]\nmetrics: [accuracy]\n")
    rates = ", ".join(f"{1e-6 * (i + 1):.6f}" for i in range(3333))
    (folder / "steps.yaml").write_text(
        HEAD.replace("train_count: 60, test_count: 40", "train_count: 20, test_count: 20").replace(
            "lenet5", "mlp: {hidden: [4]}")
        + f"methods:\n  - gradient-ascent: {{training: {{epochs: 1, learning_rate: {{sweep: [{rates}]}}}}}}\n"
        + "metrics: [accuracy]\n")
    keys = ", ".join(f"seed: {i}" for i in range(30_000))
    (folder / "mistakes.yaml").write_text(HEAD + f"methods: [fine-tune]\nmetrics: [accuracy]\nexclude: [{{{keys}}}]\n")


main()
