"""Energy gaps of small banks of models by NumPy and itertools, from the definition alone; no code is shared with Lacuna."""

import itertools
import json
import pathlib

import numpy

random = numpy.random.default_rng(22)
classes, samples = 4, 6


def softmax(logits):
    powers = numpy.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def total_variation(p, q):
    return float((numpy.abs(p - q).sum(-1) / 2).mean())


def squared(p, q):
    return float((((p - q) ** 2).sum(-1) / 2).mean())


def gap(own, retrained, d):
    across = numpy.mean([d(u, r) for u in own for r in retrained])
    among = [numpy.mean([d(a, b) for a, b in itertools.combinations(models, 2)]) for models in (own, retrained)]
    return float(2 * across - among[0] - among[1])


def permutation_p(own, retrained, d):
    everything = own + retrained
    observed = gap(own, retrained, d)
    hits = total = 0
    for chosen in itertools.combinations(range(len(everything)), len(own)):
        relabeled = [everything[i] for i in chosen]
        rest = [everything[i] for i in range(len(everything)) if i not in chosen]
        hits += gap(relabeled, rest, d) >= observed - 1e-12
        total += 1
    return hits / total


def pseudo_values(own, retrained, d):
    whole, n = gap(own, retrained, d), len(own)
    return [
        n * whole
        - (n - 1) * gap(own[:i] + own[i + 1 :], retrained[:i] + retrained[i + 1 :] if len(retrained) == n else retrained, d)
        for i in range(n)
    ]


def constant(retrained):
    votes = numpy.bincount(numpy.concatenate([r.argmax(-1) for r in retrained]), minlength=classes)
    answer = numpy.zeros((samples, classes))
    answer[:, votes.argmax()] = 1
    return answer


def answer_distances(retrained, d):
    """The distances of the constant answer, and of the mean of the others, from each retrained model."""
    answer = constant(retrained)
    means = [numpy.mean([r for j, r in enumerate(retrained) if j != i], axis=0) for i in range(len(retrained))]
    return [d(answer, r) for r in retrained], [d(m, r) for m, r in zip(means, retrained)]


def answer_pseudo_values(retrained, d, which):
    n, whole = len(retrained), numpy.mean(answer_distances(retrained, d)[which])
    fewer = [numpy.mean(answer_distances(retrained[:i] + retrained[i + 1 :], d)[which]) for i in range(n)]
    return [float(n * whole - (n - 1) * rest) for rest in fewer]


cases = []
for own_count, retrained_count, shift in [(3, 3, 0.0), (3, 3, 2.0), (4, 3, 0.5), (5, 5, 1.0)]:
    base = random.normal(size=(samples, classes))
    own_logits = [(base + shift * numpy.eye(classes)[0] + random.normal(size=base.shape)).astype("f4") for _ in range(own_count)]
    retrained_logits = [(base + random.normal(size=base.shape)).astype("f4") for _ in range(retrained_count)]
    own = [softmax(m.astype("f8")) for m in own_logits]
    retrained = [softmax(m.astype("f8")) for m in retrained_logits]
    case = {
        "own": [m.ravel().tolist() for m in own_logits],
        "retrained": [m.ravel().tolist() for m in retrained_logits],
    }
    for name, d in [("total_variation", total_variation), ("squared", squared)]:
        answer = constant(retrained)
        among = numpy.mean([d(a, b) for a, b in itertools.combinations(retrained, 2)])
        means = [numpy.mean([r for j, r in enumerate(retrained) if j != i], axis=0) for i in range(retrained_count)]
        case[name] = {
            "gap": gap(own, retrained, d),
            "p": permutation_p(own, retrained, d),
            "within": [float(numpy.mean([d(own[i], u) for j, u in enumerate(own) if j != i])) for i in range(own_count)],
            "floor": [
                float(numpy.mean([d(retrained[i], r) for j, r in enumerate(retrained) if j != i]))
                for i in range(retrained_count)
            ],
            "pseudo": pseudo_values(own, retrained, d),
            "constant": float(2 * numpy.mean([d(answer, r) for r in retrained]) - among),
            "mean": float(2 * numpy.mean([d(m, r) for m, r in zip(means, retrained)]) - among),
            "constant_distances": [d(answer, r) for r in retrained],
            "mean_distances": [d(m, r) for m, r in zip(means, retrained)],
            "constant_pseudo": answer_pseudo_values(retrained, d, 0),
            "mean_pseudo": answer_pseudo_values(retrained, d, 1),
        }
    cases.append(case)

golden = {"versions": {"numpy": numpy.__version__}, "classes": classes, "samples": samples, "cases": cases}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
