"""Golden numbers of pairwise comparisons, by SciPy. Run: python make.py (writes golden.json beside itself).

Paired differences of four methods over eight seeds: exact two-sided sign-flip tests by permutation_test with all
permutations of paired samples, intervals by Student's t, Holm's correction by its definition.
"""
import itertools
import json
import pathlib

import numpy as np
import scipy
from scipy.stats import permutation_test, t

rng = np.random.default_rng(3)
methods = {name: np.round(rng.normal(mean, 0.05, 8), 4) for name, mean in
           {"a": 0.30, "b": 0.37, "c": 0.38, "d": 0.52}.items()}
pairs = []
for first, second in itertools.combinations(methods, 2):
    x, y = methods[first], methods[second]
    test = permutation_test((x, y), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=np.inf)
    d = x - y
    pairs.append({
        "first": first, "second": second, "difference": d.mean(), "p": test.pvalue, "effect": d.mean() / d.std(ddof=1),
        "half_width": t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d)),
    })
order = np.argsort([pair["p"] for pair in pairs], kind="stable")
largest = 0
for place, index in enumerate(order):
    largest = max(largest, min(1, (len(pairs) - place) * pairs[index]["p"]))
    pairs[index]["adjusted_p"] = largest
golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
    "values": {name: values.tolist() for name, values in methods.items()}, "pairs": pairs,
}
(pathlib.Path(__file__).parent / "golden.json").write_text(json.dumps(golden, indent=1, default=float) + "\n")
print([(p["first"], p["second"], p["p"], p["adjusted_p"]) for p in pairs])
