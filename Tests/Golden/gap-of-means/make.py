"""Golden average gaps of means over seeds, by NumPy. Run: python make.py

Four seeds of a method and of retraining, three terms; the gap of the means over seeds with its jackknife pseudo-values, and
the mean over seeds of each seed's gap. Written: golden.json beside this file.
"""
import json
import pathlib

import numpy as np

random = np.random.default_rng(8)
own = np.round(random.uniform(0.3, 0.9, (4, 3)), 3)
retrained = np.round(own + random.normal(0, 0.1, (4, 3)), 3)


def gap(seeds):
    return np.abs(own[seeds].mean(0) - retrained[seeds].mean(0)).mean()


every = np.arange(4)
golden = {
    "versions": {"numpy": np.__version__}, "own": own.tolist(), "retrained": retrained.tolist(),
    "of_means": gap(every), "of_seeds": np.abs(own - retrained).mean(),
    "pseudo_values": [4 * gap(every) - 3 * gap(np.delete(every, seed)) for seed in every],
}
(pathlib.Path(__file__).parent / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
print(golden)
