"""Recovery of a class from features by scikit-learn, and linear CKA by NumPy, for the metric representation.

Run: python make.py (writes golden.json beside itself). CKA is computed by its definition on kernel matrices of samples,
tr(K·H·L·H) / sqrt(tr(K·H·K·H)·tr(L·H·L·H)) with K = X·X' and L = Y·Y'; Lacuna multiplies features by features.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(19)
D, FORGOTTEN, NEIGHBORS, COST = 6, 1, 5, 0.5
labels = {"retain_test": np.repeat([0, 2, 3], 20), "forget_test": np.repeat(FORGOTTEN, 24)}
base = {part: (0.9 * rng.normal(size=(4, D)))[y] + rng.normal(size=(len(y), D)) for part, y in labels.items()}


def model(noise):
    mix = rng.normal(size=(D, D))
    return {part: (np.maximum(0, (x + noise * rng.normal(size=x.shape)) @ mix)).astype("f4") for part, x in base.items()}


def cka(x, y):
    x, y = x.astype(float), y.astype(float)
    center = np.eye(len(x)) - 1 / len(x)
    k, l = center @ x @ x.T @ center, center @ y @ y.T @ center
    return float(np.trace(k @ l) / np.sqrt(np.trace(k @ k) * np.trace(l @ l)))


target, retrained = model(0.5), [model(1.0) for _ in range(3)]
samples = np.concatenate([target["retain_test"], target["forget_test"]]).astype(float)
y = np.concatenate([labels["retain_test"], labels["forget_test"]])
splits = []
for _ in range(4):
    fitted = np.sort(np.concatenate([rng.permutation(np.flatnonzero(y == k))[: (y == k).sum() // 2] for k in range(4)]))
    judged = np.setdiff1d(np.flatnonzero(y == FORGOTTEN), fitted)
    classifiers = {
        "linear_probe": LogisticRegression(C=COST, tol=1e-12, max_iter=100_000),
        "class_mean": NearestCentroid(),
        "neighbors": KNeighborsClassifier(NEIGHBORS, metric="cosine"),
    }
    recalls = {
        name: float((make_pipeline(StandardScaler(), c).fit(samples[fitted], y[fitted]).predict(samples[judged]) == FORGOTTEN).mean())
        for name, c in classifiers.items()
    }
    splits.append({"fitted": fitted.tolist(), "judged": judged.tolist(), "recalls": recalls})

flat = lambda m: {part: x.ravel().tolist() for part, x in m.items()}
golden = {
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "width": D,
    "neighbors": NEIGHBORS,
    "cost": COST,
    "labels": {part: v.tolist() for part, v in labels.items()},
    "target": flat(target),
    "retrained": [flat(m) for m in retrained],
    "splits": splits,
    "cka": {part: [cka(target[part], r[part]) for r in retrained] for part in labels},
    "floor": {part: [[cka(q[part], r[part]) for r in retrained] for q in retrained] for part in labels},
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
print([s["recalls"] for s in splits], golden["cka"])
