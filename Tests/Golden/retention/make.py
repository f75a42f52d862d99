"""Ratios of accuracies of the models of ../attacks/class_request.json, by scikit-learn and NumPy.

Run: python make.py (writes golden.json beside itself).
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score

HERE = pathlib.Path(__file__).parent
bank = json.loads((HERE / "../attacks/class_request.json").read_text())
golden = {"versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__}, "parts": {}}
for part in ["retain_train", "retain_test"]:

    def accuracy(model):
        predicted = np.array(model[part], np.float32).reshape(-1, bank["class_count"]).argmax(1)
        return accuracy_score(bank["labels"][part], predicted)

    own, others = accuracy(bank["target"]), np.array([accuracy(model) for model in bank["retrained"]])
    floor = lambda a: [a[i] / np.delete(a, i).mean() for i in range(len(a))]
    n = len(others)
    golden["parts"][part] = {
        "value": own / others.mean(),
        "without_each": [own / np.delete(others, i).mean() for i in range(n)],
        "floor": floor(others),
        "floor_pseudo": [n * np.mean(floor(others)) - (n - 1) * np.mean(floor(np.delete(others, i))) for i in range(n)],
    }
(HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
