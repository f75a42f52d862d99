"""Golden numbers of the multinomial logistic regression: scikit-learn's by Newton's method, to a tight tolerance.

Run: python make.py (writes golden.json beside itself). Its lbfgs stops up to 5e-5 from the optimum, whatever tol says.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(1905)


def problem(name, labels, scale, cost, width=5, shift=0.0):
    labels = np.array(labels)
    centers = rng.normal(0, scale, (labels.max() + 1, width))
    x = np.round(centers[labels] + rng.normal(size=(len(labels), width)) + shift, 4)
    judged = np.round(rng.normal(0, scale + 1, (40, width)) + shift, 4)
    model = LogisticRegression(C=cost, tol=1e-13, max_iter=100_000, solver="newton-cholesky").fit(x, labels)
    return {
        "name": name,
        "width": width,
        "cost": cost,
        "samples": x.ravel().tolist(),
        "labels": labels.tolist(),
        "judged": judged.ravel().tolist(),
        "classes": model.classes_.tolist(),
        "weights": model.coef_.ravel().tolist(),
        "intercepts": model.intercept_.tolist(),
        "predictions": model.predict(judged).tolist(),
    }


problems = [
    problem("overlapping", rng.integers(0, 4, 120), 0.7, 1.0),
    problem("separable", rng.integers(0, 3, 60), 8.0, 1.0),
    problem("unequal classes, one without samples", [0] * 70 + [2] * 20 + [3] * 6, 1.0, 1.0),
    problem("weak penalty, not centered", rng.integers(0, 4, 90), 0.7, 100.0, shift=3.0),
    problem("strong penalty", rng.integers(0, 5, 90), 1.5, 0.01),
    problem("more features than samples", [0, 1, 2] * 4, 1.0, 1.0, width=20),
]
golden = {"versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__}, "problems": problems}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
