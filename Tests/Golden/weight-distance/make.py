"""Golden numbers of distances of parameters, by NumPy. Run: python make.py

Five models of a small multi-layer perceptron: a target, its original and three retrained ones; the same for a retrained
model as the target. Written: golden.json beside this file.
"""
import json
import pathlib

import numpy as np

SHAPES = {"fc1.weight": (3, 16), "fc1.bias": (3,), "head.weight": (4, 3), "head.bias": (4,)}
rng = np.random.default_rng(31)
models = {
    name: {key: rng.normal(size=shape).astype(np.float32) for key, shape in SHAPES.items()}
    for name in ["target", "original", "retrained0", "retrained1", "retrained2"]
}


def distances(model, other):
    a, b = ({key: value.astype(np.float64) for key, value in x.items()} for x in (model, other))
    each = [np.linalg.norm(a[key] - b[key]) for key in SHAPES]
    flat = [np.concatenate([x[key].ravel() for key in SHAPES]) for x in (a, b)]
    total = np.linalg.norm(flat[0] - flat[1])
    return np.array([total, np.mean(each), total / np.linalg.norm(flat[0])])


retrained = [models[f"retrained{i}"] for i in range(3)]
mean_of_others = lambda i, kept: np.mean([distances(retrained[i], retrained[j]) for j in kept if j != i], axis=0)
# The jackknife of the mean over all ordered pairs of retrained models, without each in turn.
floor = np.mean([mean_of_others(i, range(3)) for i in range(3)], axis=0)
without = [np.mean([mean_of_others(i, kept) for i in kept], axis=0) for kept in ([1, 2], [0, 2], [0, 1])]
golden = {
    "versions": {"numpy": np.__version__},
    "models": {name: {key: value.ravel().tolist() for key, value in model.items()} for name, model in models.items()},
    "to_retrained": np.mean([distances(models["target"], r) for r in retrained], axis=0).tolist(),
    "to_each": [distances(models["target"], r).tolist() for r in retrained],
    "to_original": distances(models["target"], models["original"]).tolist(),
    "floor": [mean_of_others(i, range(3)).tolist() for i in range(3)],
    "pseudo_values": [(3 * floor - 2 * value).tolist() for value in without],
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1) + "\n")
print(golden["to_retrained"], golden["to_original"], golden["floor"][0])
