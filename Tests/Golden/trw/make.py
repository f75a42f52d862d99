"""Similarities, tilted targets, losses and gradients of TRW and RWFT, from NumPy alone.

Run: python make.py (writes golden.json beside itself). The PCA is an SVD of the centered rows, the projections are
quotients of probabilities, the gradients are those of the written-out loss: nothing is shared with the Swift code.
"""

import json
import pathlib

import numpy as np


def similarity(rows, centered, rank):
    c = rows - rows.mean(0) if centered else rows
    if rank is not None:
        _, _, vt = np.linalg.svd(c, full_matrices=False)
        c = c @ vt[:rank].T
    n = c / np.linalg.norm(c, axis=1, keepdims=True)
    return n @ n.T


def scores(a, u, retained, temperature):
    e = np.exp(a[u, retained] / temperature)
    s = np.zeros(len(a))
    s[retained] = e / e.sum()
    return s


def target(z, forgotten, redistribution, beta, s):
    p = np.exp(z - z.max())
    p /= p.sum()
    retained = [k for k in range(len(z)) if k not in forgotten]
    q = np.zeros(len(z))
    if redistribution == "proportional":
        q[retained] = p[retained] / (1 - p[forgotten].sum())
    else:
        q[retained] = p[retained] + p[forgotten].sum() / len(retained)
    q[retained] *= np.exp(beta * s[retained])
    return q / q.sum()


def loss_and_gradient(student, q):
    log_p = student - np.log(np.exp(student).sum())
    return -(q * log_p).sum(), np.exp(log_p) - q


Z = np.array([8.0, 2, 1, -1])
W = np.array([[1, 0, 0.5], [0.8, 0.1, 0.2], [-0.2, 1, 0], [-0.9, -0.4, 0.3]])
STUDENT = np.array([1, 0.5, 0.2, -0.3])
CASES = [
    ("RWFT", True, None, 0.5, 0.0),
    ("centered, full rank, temperature 0.5, tilt 2", True, None, 0.5, 2.0),
    ("centered, PCA rank 2, temperature 0.5, tilt 2", True, 2, 0.5, 2.0),
    ("centered, full rank, temperature 1, tilt 10", True, None, 1.0, 10.0),
    ("uncentered, temperature 0.5, tilt 2", False, None, 0.5, 2.0),
]
small = []
for name, centered, rank, temperature, beta in CASES:
    a = similarity(W, centered, rank)
    s = scores(a, 0, [1, 2, 3], temperature)
    q = target(Z, [0], "proportional", beta, s)
    loss, gradient = loss_and_gradient(STUDENT, q)
    small.append(
        dict(
            name=name, centered=centered, rank=rank, temperature=temperature, tilt=beta, cosines=a[0, 1:].tolist(),
            scores=s[1:].tolist(), target=q[1:].tolist(), loss=loss, gradient=gradient.tolist(),
        )
    )

# More classes than the page has, several of them forgotten, every rank, both redistributions.
rng = np.random.default_rng(7)
K, D, FORGOTTEN = 9, 6, [2, 5]
rows = rng.normal(size=(K, D)).astype(np.float32).astype(float)
logits = (3 * rng.normal(size=K)).astype(np.float32).astype(float)
retained = [k for k in range(K) if k not in FORGOTTEN]
large = []
for centered in (True, False):
    for rank in [None, 1, 2, 3, 4, 5, 6]:
        a = similarity(rows, centered, rank)
        for redistribution in ("proportional", "uniform"):
            for score in ("softmax", "raw-cosine"):
                targets = []
                for u in FORGOTTEN:
                    s = scores(a, u, retained, 0.3) if score == "softmax" else a[u]
                    targets.append(target(logits, FORGOTTEN, redistribution, 1.5, s).tolist())
                large.append(
                    dict(
                        centered=centered, rank=rank, redistribution=redistribution, score=score,
                        cosines=a.tolist(), targets=targets,
                    )
                )

out = dict(
    versions=dict(numpy=np.__version__),
    small=dict(logits=Z.tolist(), weights=W.tolist(), student=STUDENT.tolist(), cases=small),
    large=dict(
        classes=K, dimensions=D, forgotten=FORGOTTEN, rows=rows.tolist(), logits=logits.tolist(), temperature=0.3,
        tilt=1.5, cases=large,
    ),
)
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out) + "\n")
