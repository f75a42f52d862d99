"""Clopper-Pearson intervals by SciPy, and DeLong's variance of an area by NumPy, from all pairs of scores."""

import json
import pathlib

import numpy
import scipy
import scipy.stats

proportions = []
for count, total in [(0, 1), (1, 1), (0, 20), (1, 20), (10, 20), (20, 20), (3, 1000), (990, 1000), (37, 6000), (29_500, 60_000)]:
    interval = scipy.stats.binomtest(count, total).proportion_ci(0.95, method="exact")
    proportions.append({"count": count, "total": total, "low": float(interval.low), "high": float(interval.high)})

random = numpy.random.default_rng(21)
areas = []
for positives, negatives, decimals, is_weighted in [(30, 40, 9, False), (200, 50, 1, False), (25, 60, 1, True), (60, 80, 9, True)]:
    x = random.normal(0.7, 1.2, positives).round(decimals)
    y = random.normal(0, 1, negatives).round(decimals)
    w = random.integers(0, 4, negatives).astype(float) if is_weighted else numpy.ones(negatives)
    kept = w > 0
    kernel = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    of_positives = kernel @ w / w.sum()
    of_negatives = kernel.mean(axis=0)
    area = of_positives.mean()
    n = kept.sum()
    if is_weighted:
        share = w / w.sum()
        second = n / (n - 1) * ((share * (of_negatives - area)) ** 2).sum()
    else:
        # The published form: sample variances of the structural components over their counts.
        second = of_negatives.var(ddof=1) / n
    error = float(numpy.sqrt(of_positives.var(ddof=1) / positives + second))
    z = scipy.stats.norm.ppf(0.975)
    areas.append(
        {
            "positives": x.tolist(),
            "negatives": y.tolist(),
            "weights": w.tolist() if is_weighted else None,
            "low": float(max(0, area - z * error)),
            "high": float(min(1, area + z * error)),
        }
    )

golden = {"versions": {"numpy": numpy.__version__, "scipy": scipy.__version__}, "proportions": proportions, "areas": areas}
(pathlib.Path(__file__).parent / "golden.json").write_text(json.dumps(golden) + "\n")
