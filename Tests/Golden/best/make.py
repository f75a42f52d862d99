"""Golden numbers of the best methods and the worst cases of a table, by SciPy. Run: python make.py (writes golden.json).

Five methods and retrained models over seeds, in a lower, a higher and a nearest measurement. Best: ttest_1samp of the
paired differences in cost from the best method, Holm's correction by its definition; the cost is the value, its negative,
or the gap to the retrained models times the sign of its mean. Worst case: ttest_1samp of the gaps; the least p of those
that are a leak, times three.
"""
import json
import pathlib

import numpy as np
import scipy
from scipy.stats import t, ttest_1samp

rng = np.random.default_rng(11)
DIRECTIONS = ("lower", "higher", "nearest")
CENTERS = {"lower": (0.10, 0.102, 0.13, 0.30, 0.101), "higher": (0.9, 0.7, 0.895, 0.5, 0.88),
           "nearest": (0.49, 0.52, 0.6, 0.35, 0.8)}


def holm(p):
    adjusted, largest = [0.0] * len(p), 0.0
    for place, index in enumerate(np.argsort(p, kind="stable")):
        largest = max(largest, min(1, (len(p) - place) * p[index]))
        adjusted[index] = largest
    return adjusted


cases = []
for seeds, noise in ((2, 0.01), (3, 0.01), (5, 0.01), (5, 0.2), (8, 0.02)):
    values, retrained, best = {}, {}, {}
    worst = [[] for _ in range(5)]
    for direction in DIRECTIONS:
        own = rng.normal(0, noise, seeds)
        retrained[direction] = (0.5 if direction == "nearest" else 0.12 if direction == "lower" else 0.89) + own
        values[direction] = np.array([center + 0.8 * own + rng.normal(0, noise, seeds) for center in CENTERS[direction]])
        gaps = values[direction] - retrained[direction]
        costs = {"lower": values[direction], "higher": -values[direction],
                 "nearest": gaps * np.sign(gaps.mean(1))[:, None]}[direction]
        least = int(np.argmin(costs.mean(1)))
        others = [place for place in range(5) if place != least]
        adjusted = holm([ttest_1samp(costs[place] - costs[least], 0).pvalue for place in others])
        shares = {least} | {place for place, p in zip(others, adjusted) if p > 0.05}
        best[direction] = [place in shares and len(shares) < 5 for place in range(5)]
        for method in range(5):
            mean = gaps[method].mean()
            leak = {"lower": mean > 0, "higher": mean < 0, "nearest": True}[direction]
            p = ttest_1samp(gaps[method], 0).pvalue if leak else 1.0
            error = gaps[method].std(ddof=1) / np.sqrt(seeds)
            worst[method].append({"measurement": direction, "difference": mean, "adjusted_p": min(1, 3 * p),
                                  "half_width": t.ppf(1 - 0.025 / 3, seeds - 1) * error, "p": p})
    cases.append({"values": {key: value.tolist() for key, value in values.items()},
                  "retrained": {key: value.tolist() for key, value in retrained.items()}, "best": best,
                  "worst": [min(choices, key=lambda choice: choice["p"]) for choices in worst]})

golden = {"versions": {"numpy": np.__version__, "scipy": scipy.__version__}, "cases": cases}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=1, default=float) + "\n")
for case in cases:
    print(case["best"], [(c["measurement"], round(c["adjusted_p"], 4)) for c in case["worst"]])
