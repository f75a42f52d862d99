"""Linear CKA between classes over the features that they share, from NumPy alone.

Run: python make.py (writes golden.json beside itself). By the definition on kernels of the other side: with X_u and X_k
the features less their means over samples, and the features as examples, CKA is |X_u' H X_k'|^2 over the product of
|X_u' H X_u'| and |X_k' H X_k'| (Frobenius norms, H centers over features). The engine multiplies the D x D matrices instead.
"""

import json
import pathlib

import numpy as np

rng = np.random.default_rng(11)
D = 5
mix = rng.normal(size=(3, D, D))
# The second class is a noisy copy of the first one's shape, the third is another; sizes differ.
samples = [rng.normal(size=(n, D)) @ mix[m] + 3 * rng.normal(size=D) for n, m in [(12, 0), (9, 0), (15, 1)]]
samples[1] += 0.4 * rng.normal(size=samples[1].shape)
samples = [x.astype(np.float32).astype(float) for x in samples]


def centered(x):
    examples = (x - x.mean(0)).T  # [D, n]: a row is an example
    return examples - examples.mean(0)


def cka(x, y):
    a, b = centered(x), centered(y)
    return np.linalg.norm(b.T @ a) ** 2 / (np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b))


out = dict(
    versions=dict(numpy=np.__version__),
    features=D,
    samples=[x.ravel().tolist() for x in samples],
    cka=[[cka(x, y) for y in samples] for x in samples],
)
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out) + "\n")
