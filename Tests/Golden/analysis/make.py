"""Means, spreads, intervals and verdicts of measurements over seeds: NumPy and SciPy, from the definitions alone."""

import json
import pathlib

import numpy
import scipy
from scipy import stats

random = numpy.random.default_rng(7)


def interval(numbers):
    """The sample standard deviation and half the width of the mean's 95 % interval; None where they are not known."""
    if len(numbers) < 2 or any(number is None for number in numbers):
        return None, None
    deviation = numpy.std(numbers, ddof=1)
    if deviation <= 1e-9 * numpy.max(numpy.abs(numbers)):
        return float(deviation), None
    low, high = stats.t.interval(0.95, len(numbers) - 1, numpy.mean(numbers), stats.sem(numbers))
    return float(deviation), float(high - low) / 2


def estimate(rows, seeds):
    """rows: seed, value, reference, spread, gap_spread; spreads are numbers or None where unknown."""
    own = sorted({row["seed"] for row in rows})

    def observations(key):
        lists = [[row[key] for row in rows if row["seed"] == seed] for seed in own]
        return [None if None in numbers else float(numpy.mean(numbers)) for numbers in lists]

    deviation, half_width = interval(observations("spread"))
    found = {"count": len(own), "mean": float(numpy.mean(observations("value"))), "deviation": deviation,
             "half_width": half_width, "reference": None, "difference": None}
    # Only seeds with a retrained model have a difference.
    pairs = [place for place, reference in enumerate(observations("reference")) if reference is not None]
    if pairs:
        references, values, spreads = ([observations(key)[place] for place in pairs]
                                       for key in ("reference", "value", "gap_spread"))
        gaps = numpy.array(values) - numpy.array(references)
        deviation_of_gaps, paired = interval(spreads)
        if paired is not None:
            is_different = abs(gaps.mean()) > paired
        else:
            is_different = deviation_of_gaps is not None and stats.binomtest(len(pairs), len(pairs)).pvalue < 0.05
        if numpy.all(gaps == 0):
            verdict = "equal"
        elif seeds == 1:
            verdict = "untested"
        elif is_different:
            verdict = "different"
        else:
            verdict = "inconclusive"
        found["reference"] = float(numpy.mean(references))
        found["difference"] = {"count": len(pairs), "mean": float(gaps.mean()), "half_width": paired, "verdict": verdict}
    return found


cases = []
for seeds in (1, 2, 3, 5):
    for unlearnings in (1, 2):
        for kind in ("plain", "near", "equal", "jackknife", "unknown", "partial", "unpaired"):
            rows = []
            for seed in range(1, seeds + 1):
                reference = float(random.uniform(0, 1))
                for unlearning in range(1, unlearnings + 1):
                    value = reference + float(random.normal(0.01 if kind == "near" else 0.3, 0.05))
                    row = {"seed": seed, "unlearning": unlearning, "value": value, "reference": reference}
                    if kind == "equal":
                        row["value"] = reference
                    if kind == "unpaired" and seed == seeds:
                        row["reference"] = None
                    row["spread"] = row["value"]
                    row["gap_spread"] = None if row["reference"] is None else row["value"] - row["reference"]
                    if kind == "jackknife":
                        row["spread"] += float(random.normal(0, 0.2))
                        row["gap_spread"] += float(random.normal(0, 0.2))
                    if kind == "unknown" and seed == 1:
                        row["spread"] = row["gap_spread"] = None
                    rows.append(row)
            if kind == "partial":
                # The table has the seeds of the other models.
                rows = [row for row in rows if row["seed"] != 2]
            cases.append({"kind": kind, "seeds": seeds, "rows": rows, "expected": estimate(rows, seeds)})

# Shares of ten samples, equal for all seeds in exact numbers; the differences are so but for rounding.
for seeds, value, references in ((2, 0.4, (0.3, 0.3)), (5, 0.4, (0.3,) * 5), (6, 0.4, (0.3,) * 6),
                                 (3, None, (0.2, 0.6, 0.7))):
    rows = []
    for seed, reference in enumerate(references, 1):
        own = reference + 0.1 if value is None else value
        rows.append({"seed": seed, "unlearning": 1, "value": own, "reference": reference, "spread": own,
                     "gap_spread": own - reference})
    cases.append({"kind": "quantized", "seeds": seeds, "rows": rows, "expected": estimate(rows, seeds)})

golden = {"versions": {"numpy": numpy.__version__, "scipy": scipy.__version__}, "cases": cases}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
