"""Golden numbers of ZRF, by SciPy and by PyTorch with the calls of the released code. Run: python make.py

Logits of a model and of a random teacher on 12 samples of 5 classes. Written: golden.json beside this file.
"""
import json
import pathlib

import numpy as np
import scipy
import torch
from scipy.spatial.distance import jensenshannon
from torch.nn import functional as F

rng = np.random.default_rng(41)
own = np.round(3 * rng.normal(size=(12, 5)), 3).astype(np.float32)
teacher = np.round(0.3 * rng.normal(size=(12, 5)), 3).astype(np.float32)
p, q = (torch.softmax(torch.tensor(x, dtype=torch.float64), dim=1) for x in (own, teacher))
m = (p + q) / 2
released = 0.5 * F.kl_div(torch.log(p), m, reduction="mean") + 0.5 * F.kl_div(torch.log(q), m, reduction="mean")
# SciPy's distance is the root of the divergence.
standard = np.mean([jensenshannon(a, b) ** 2 for a, b in zip(p.numpy(), q.numpy())])
golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "torch": torch.__version__},
    "own": own.ravel().astype(float).round(3).tolist(), "teacher": teacher.ravel().astype(float).round(3).tolist(),
    "score": float(1 - standard), "as_released": float(1 - released),
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1) + "\n")
print(golden["score"], golden["as_released"])
