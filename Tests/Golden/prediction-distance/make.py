"""Distances of predictions between the models of ../attacks/class_request.json, by NumPy and SciPy.

Run: python make.py (writes golden.json beside itself). The Jensen-Shannon divergence is the square of SciPy's distance.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.spatial.distance import jensenshannon
from scipy.special import softmax

HERE = pathlib.Path(__file__).parent
bank = json.loads((HERE / "../attacks/class_request.json").read_text())
K = bank["class_count"]


def probabilities(model, part):
    return softmax(np.array(model[part], np.float32).astype(float).reshape(-1, K), axis=1)


def total_variation(p, q):
    return np.abs(p - q).sum(-1) / 2


def distances(own, others):
    return {
        "js": float(np.mean([jensenshannon(own, q, axis=1) ** 2 for q in others])),
        "l2": float(np.mean([np.linalg.norm(own - q, axis=1) for q in others])),
        "agreement": float(np.mean([own.argmax(1) == q.argmax(1) for q in others])),
        "mean_tv": float(total_variation(own, np.mean(others, axis=0)).mean()),
        "class_tv": float(np.mean([total_variation(own.mean(0), q.mean(0)) for q in others])),
    }


golden = {"versions": {"numpy": np.__version__, "scipy": scipy.__version__}, "target": {}, "floor": []}
for part in ["forget_test", "forget_train"]:
    own = probabilities(bank["target"], part)
    retrained = [probabilities(model, part) for model in bank["retrained"]]
    golden["target"][part] = distances(own, retrained)
    if part == "forget_test":
        golden["floor"] = [distances(q, retrained[:i] + retrained[i + 1 :]) for i, q in enumerate(retrained)]
(HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
