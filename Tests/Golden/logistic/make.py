"""Golden numbers of the logistic regression: scikit-learn's LogisticRegression, run to a tight tolerance.

python make.py    writes logistic.json beside this file
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

HERE = pathlib.Path(__file__).parent


def problem(name, positives, negatives, cost):
    positives, negatives = np.round(positives, 4), np.round(negatives, 4)
    x = np.concatenate([positives, negatives])
    y = np.concatenate([np.ones(len(positives)), np.zeros(len(negatives))])
    model = LogisticRegression(C=cost, tol=1e-12, max_iter=100_000).fit(x, y)
    return {
        "name": name,
        "width": x.shape[1],
        "cost": cost,
        "positives": positives.ravel().tolist(),
        "negatives": negatives.ravel().tolist(),
        "weights": model.coef_[0].tolist(),
        "intercept": float(model.intercept_[0]),
        "predictions": model.predict(x).astype(int).tolist(),
        "area": float(roc_auc_score(y, x[:, 0])),
    }


def main():
    rng = np.random.default_rng(2302)
    losses = lambda n, scale: rng.exponential(scale, (n, 1))
    problems = [
        problem("losses", losses(60, 0.3), losses(60, 1.0), 1.0),
        problem("unequal sides", losses(30, 0.5), losses(120, 2.0), 1.0),
        problem("separable", losses(40, 0.1), losses(40, 0.1) + 5, 1.0),
        problem("large numbers", losses(40, 20), losses(40, 100), 1.0),
        problem("equal numbers", np.repeat([[0.0], [1.0]], [20, 10], 0), np.repeat([[0.0], [1.0]], [10, 20], 0), 1.0),
        problem("weak penalty", rng.normal(0.5, 1, (50, 3)), rng.normal(-0.5, 1, (50, 3)), 100.0),
        problem("strong penalty", rng.normal(0.5, 1, (50, 3)), rng.normal(-0.5, 1, (40, 3)), 0.01),
    ]
    versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
    text = json.dumps({"versions": versions, "problems": problems}, indent=1)
    (HERE / "logistic.json").write_text(text + "\n")


main()
