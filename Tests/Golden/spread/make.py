"""Jackknife pseudo-values by leaving out one model after the other: NumPy, from the definition alone."""

import json
import pathlib

import numpy

random = numpy.random.default_rng(14)
cases = []
for n in (3, 5, 8):
    distances = random.uniform(0, 1, (n, n))
    distances = (distances + distances.T) / 2

    def mean_of_pairs(models):
        return float(numpy.mean([distances[a, b] for i, a in enumerate(models) for b in models[i + 1 :]]))

    everything = list(range(n))
    pseudo = [
        n * mean_of_pairs(everything) - (n - 1) * mean_of_pairs([m for m in everything if m != left]) for left in everything
    ]
    values = random.normal(size=n)

    def leave_one_out(models):
        return float(numpy.mean([abs(values[j] - numpy.mean([values[m] for m in models if m != j])) for j in models]))

    floor = [
        n * leave_one_out(everything) - (n - 1) * leave_one_out([m for m in everything if m != left]) for left in everything
    ]
    # A method's models against retrained ones, [n, n]: the mean of the distances, and one that is no mean of them.
    across = random.uniform(0, 1, (n, n))

    def joint(statistic):
        def theta(models):
            return float(numpy.mean([statistic(across[i, models]) for i in models]))

        rest = [[m for m in everything if m != left] for left in everything]
        return {
            "own": [statistic(across[i]) for i in everything],
            "without": [[statistic(across[i, rest[left]]) for left in everything] for i in everything],
            "pseudo": [n * theta(everything) - (n - 1) * theta(rest[left]) for left in everything],
        }

    mean, root = joint(lambda d: float(numpy.mean(d))), joint(lambda d: float(numpy.sqrt(numpy.mean(d**2))))
    cases.append({
        "distances": distances.tolist(), "pseudo": pseudo, "values": values.tolist(), "floor": floor,
        "mean": mean, "root": root,
    })

golden = {"versions": {"numpy": numpy.__version__}, "cases": cases}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
