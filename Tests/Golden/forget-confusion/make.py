"""The forgotten class's row of the confusion matrix of the models of ../attacks/class_request.json, by scikit-learn.

Run: python make.py (writes golden.json beside itself).
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import confusion_matrix

HERE = pathlib.Path(__file__).parent
bank = json.loads((HERE / "../attacks/class_request.json").read_text())
K, (forgotten,) = bank["class_count"], bank["forgotten_classes"]


def row(model):
    predicted = np.array(model["forget_test"], np.float32).reshape(-1, K).argmax(1)
    matrix = confusion_matrix(bank["labels"]["forget_test"], predicted, labels=range(K), normalize="true")
    return matrix[forgotten].tolist()


golden = {
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "target": row(bank["target"]),
    "retrained": [row(model) for model in bank["retrained"]],
}
(HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
