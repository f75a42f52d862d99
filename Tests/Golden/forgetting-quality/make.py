"""Golden numbers of the NeurIPS 2023 competition's score, by NumPy. Run: python make.py

Margins of 8 unlearned and 8 retrained models on 60 samples: some of both kinds alike, some apart, some of a much smaller
range, some around the other's center. Thresholds are tried one by one on the grids of the competition, 100 per unit, and on
grids ten times finer, which must find the same. Written: golden.json beside this file.
"""
import json
import math
import pathlib

import numpy as np

MODELS, SAMPLES, DELTA, CAP = 8, 60, 1e-5, 50.0
rng = np.random.default_rng(23)
shift = np.repeat([0.0, 0.6, 1.5, 4.0, 0.0, 0.0], 10)
spread = np.repeat([1.0, 1.0, 0.7, 0.5, 0.004, 0.2], 10)
unlearned = np.round(shift + spread * rng.normal(size=(MODELS, SAMPLES)) - 2, 2)
retrained = np.round(rng.normal(size=(MODELS, SAMPLES)) - 2, 2)
# One sample with one margin of all models, and one with different ones.
unlearned[:, 0] = retrained[:, 0] = -1
unlearned[:, 1], retrained[:, 1] = -1, -2


def epsilon_of(fpr, fnr):
    """ε of many decisions; NaN where exactly one rate is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (np.log(1 - DELTA - a) - np.log(b) for a, b in ((fpr, fnr), (fnr, fpr)))
    found = np.fmax(np.fmax(first, second), 0)
    found = np.where((fpr == 0) != (fnr == 0), np.nan, found)
    return np.where((fpr == 0) & (fnr == 0), np.inf, found)


def single(positive, negative, density):
    both = np.concatenate([positive, negative])
    t = np.linspace(both.min(), both.max(), max(2, math.ceil((both.max() - both.min()) * density)))
    # The last threshold of a grid is not always the largest number, to the last bit.
    t = np.minimum(t, both.max())
    return epsilon_of((negative[:, None] >= t).mean(0), (positive[:, None] < t).mean(0))


def double(positive, negative, density):
    if np.ptp(positive) >= np.ptp(negative):
        positive, negative = negative, positive
    width, buffer = np.ptp(positive), 2.0
    right = np.linspace(positive.max() - buffer, positive.max() + buffer, math.ceil(2 * buffer * density))
    found = []
    for r in right:
        left = np.linspace(r - width - buffer, r - width + buffer, math.ceil(2 * buffer * density))
        inside = [(left[None] <= x[:, None]) & (x[:, None] <= r) for x in (positive, negative)]
        found.append(epsilon_of(inside[1].mean(0), 1 - inside[0].mean(0)))
    return np.concatenate(found)


def epsilon(u, r, density):
    positive, negative = (r, u) if np.median(r) > np.median(u) else (u, r)
    small, large = sorted([np.ptp(u), np.ptp(r)])
    if large > 0 and small / large < 0.01:
        return CAP
    found = np.concatenate([single(positive, negative, density), double(positive, negative, density)])
    found = found[~np.isnan(found)]
    if not len(found):
        assert np.ptp(np.concatenate([u, r])) == 0
        return 0.0
    return float(min(found.max(), CAP))


def quality(u, r, density=100):
    each = np.array([epsilon(u[:, x], r[:, x], density) for x in range(u.shape[1])])
    end = math.ceil(math.log(len(u) - 1))
    points = {start: 2.0 ** -start for start in range(2 * end)}
    score = sum(next((p for start, p in points.items() if e < 0.5 * (start + 1)), 0.0) for e in each) / len(each)
    return each, score


each, score = quality(unlearned, retrained)
# Margins are multiples of 0.01: a grid of 100 per unit can miss a decision between two of them, a finer one cannot.
fine, fine_score = quality(unlearned, retrained, density=1000)
half = ([0, 2, 5, 7], [1, 3, 4, 6])
_, half_score = quality(unlearned[half[0]], retrained[half[1]], density=1000)
golden = {
    "versions": {"numpy": np.__version__},
    "unlearned": unlearned.tolist(), "retrained": retrained.tolist(),
    "epsilon": fine.tolist(), "quality": fine_score,
    "epsilon_of_released_grid": each.tolist(), "quality_of_released_grid": score,
    "half": half, "quality_half": half_score,
}
path = pathlib.Path(__file__).parent / "golden.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
print(score, fine_score, half_score, int((each != fine).sum()), "of", SAMPLES, "differ by the grid")
