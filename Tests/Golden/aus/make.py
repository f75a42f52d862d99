"""Adaptive unlearning scores of the models of ../attacks by scikit-learn's accuracies.

Run: python make.py (writes golden.json beside itself). The target is scored; two retrained models are the originals,
or the target itself where there are none.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score

HERE = pathlib.Path(__file__).parent
golden = {"versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__}}
for name in ["class_request", "sample_request"]:
    bank = json.loads((HERE / f"../attacks/{name}.json").read_text())

    def accuracy(model, part):
        predicted = np.array(model[part], np.float32).reshape(-1, bank["class_count"]).argmax(1)
        return accuracy_score(bank["labels"][part], predicted)

    model, originals = bank["target"], bank["retrained"][:2] or [bank["target"]]
    before, after = np.mean([accuracy(o, "retain_test") for o in originals]), accuracy(model, "retain_test")
    if name == "class_request":
        delta = abs(0 - accuracy(model, "forget_test"))
    else:
        delta = abs(after - accuracy(model, "forget_train"))
    golden[name] = float((1 - (before - after)) / (1 + delta))
(HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
