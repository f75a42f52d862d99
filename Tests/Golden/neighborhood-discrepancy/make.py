"""Discrepancy from retrained models by distance to the forget set, by NumPy, SciPy and scikit-learn.

Run: python make.py (writes golden.json beside itself).
"""

import itertools
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.special import softmax
from scipy.stats import spearmanr
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(31317)
K, D, N, M, NEIGHBORS = 4, 5, 57, 21, 4
labels = rng.integers(1, K, N)
features = {
    "retain_test": (rng.normal(size=(K, D))[labels] + rng.normal(size=(N, D)) + 2).astype("f4"),
    "forget_train": (rng.normal(size=D) + rng.normal(size=(M, D)) + 2).astype("f4"),
}
base = rng.normal(size=(N, K)) + 2 * np.eye(K)[labels]
retrained = [(base + rng.normal(size=base.shape)).astype("f4") for _ in range(4)]

scale = StandardScaler().fit(features["retain_test"].astype(float))
known = NearestNeighbors(n_neighbors=NEIGHBORS, metric="cosine").fit(scale.transform(features["forget_train"].astype(float)))
distances = known.kneighbors(scale.transform(features["retain_test"].astype(float)))[0].mean(1)
# Unlearning disturbs what is near the forget set.
target = (base + rng.normal(size=base.shape) * (1 + 2 * (distances < np.median(distances)))[:, None]).astype("f4")


def total_variation(a, b):
    return np.abs(softmax(a.astype(float), 1) - softmax(b.astype(float), 1)).sum(1) / 2


def results(own, others, bank):
    d = np.mean([total_variation(own, r) for r in others], axis=0)
    floor = np.mean([total_variation(a, b) for a, b in itertools.combinations(bank, 2)], axis=0)
    order = np.argsort(distances, kind="stable")
    edges = [i * N // 10 for i in range(11)]
    values = {f"decile_{i + 1}": float(d[order[edges[i] : edges[i + 1]]].mean()) for i in range(10)}
    values |= {f"class_class_{k}": float(d[labels == k].mean()) for k in range(1, K)}
    values["rho"] = float(spearmanr(d - floor, -distances).statistic)
    return values


def without(items, i):
    return items[:i] + items[i + 1 :]


def floor_rho(bank):
    return np.mean([results(r, without(bank, i), bank)["rho"] for i, r in enumerate(bank)])


n = len(retrained)
golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "classes": K,
    "width": D,
    "neighbors": NEIGHBORS,
    "labels": labels.tolist(),
    "features": {part: x.ravel().tolist() for part, x in features.items()},
    "target": target.ravel().tolist(),
    "retrained": [r.ravel().tolist() for r in retrained],
    "values": results(target, retrained, retrained),
    "without_each": [results(target, without(retrained, i), without(retrained, i)) for i in range(n)],
    "floor": [results(r, without(retrained, i), retrained) for i, r in enumerate(retrained)],
    "floor_rho_pseudo": [float(n * floor_rho(retrained) - (n - 1) * floor_rho(without(retrained, i))) for i in range(n)],
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
print(golden["values"], [f["rho"] for f in golden["floor"]], golden["floor_rho_pseudo"])
