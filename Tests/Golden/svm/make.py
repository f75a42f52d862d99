"""Golden numbers of the support vector machine: scikit-learn's SVC (the same libsvm) on fixed small problems.

python make.py    writes svm.json beside this file
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.svm import SVC

HERE = pathlib.Path(__file__).parent


def problem(name, positives, negatives, probes, kernel, gamma, cost):
    positives, negatives, probes = (np.round(x, 4) for x in (positives, negatives, probes))
    # Positives first: scikit-learn sorts the classes itself.
    x = np.concatenate([positives, negatives])
    y = np.concatenate([np.ones(len(positives)), np.zeros(len(negatives))])
    machine = SVC(C=cost, kernel=kernel, gamma=gamma).fit(x, y)
    return {
        "name": name,
        "width": x.shape[1],
        "kernel": kernel,
        "gamma": gamma if gamma != "auto" else 1 / x.shape[1],
        "cost": cost,
        "positives": positives.ravel().tolist(),
        "negatives": negatives.ravel().tolist(),
        "probes": probes.ravel().tolist(),
        "decision_values": machine.decision_function(probes).tolist(),
        "predictions": machine.predict(probes).astype(int).tolist(),
        "support_vectors": int(len(machine.support_)),
        "offset": float(machine.intercept_[0]),
    }


def main():
    rng = np.random.default_rng(20250626)
    logistic = lambda z: 1 / (1 + np.exp(-z))
    confidences = lambda n, mean, spread: logistic(rng.normal(mean, spread, (n, 1)))
    # Rounded to two digits and saturated: many equal numbers on both sides.
    saturated = lambda n, mean: np.round(confidences(n, mean, 3), 2)
    logits = lambda n, shift: rng.normal(0, 2, (n, 10)) + shift
    near, far = rng.normal(0, 1, 10), rng.normal(0, 1, 10)
    problems = [
        problem("confidence", confidences(60, 3, 2), confidences(80, 1, 2), confidences(50, 2, 2), "rbf", "auto", 3.0),
        problem("saturated", saturated(90, 5), saturated(70, 4), saturated(40, 4), "rbf", "auto", 3.0),
        problem("few members", confidences(9, 3, 1), confidences(90, 0, 1), confidences(40, 2, 2), "rbf", "auto", 3.0),
        problem("correctness", np.repeat([[1.0], [0.0]], [40, 10], 0), np.repeat([[1.0], [0.0]], [20, 30], 0),
                np.array([[0.0], [1.0]]), "rbf", "auto", 3.0),
        problem("logits", logits(60, near), logits(60, far), logits(50, (near + far) / 2), "rbf", "auto", 3.0),
        problem("wide kernel", logits(40, near), logits(60, far), logits(50, near), "rbf", 0.01, 1.0),
        problem("linear", logits(50, near), logits(50, far), logits(50, near), "linear", "auto", 3.0),
        problem("linear confidence", confidences(50, 3, 2), confidences(50, 1, 2), confidences(30, 2, 2), "linear",
                "auto", 0.5),
    ]
    versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
    text = json.dumps({"versions": versions, "problems": problems}, indent=1)
    (HERE / "svm.json").write_text(text + "\n")


main()
