"""Golden numbers of attacks on single samples over shadow models, by NumPy, SciPy and scikit-learn. Run: python make.py

Synthetic logits of 12 originals, each trained on a random half of 30 samples, and of two unlearned models of each, which
forget a half of these; every number is computed model by model and sample by sample from the definitions.
Written: golden.json beside this file.
"""
import json
import pathlib
from collections import Counter

import numpy as np
import scipy
import sklearn
from scipy.special import factorial, logsumexp, softmax
from scipy.stats import norm
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KernelDensity

ORIGINALS, FORGETS, SAMPLES, POPULATION, CLASSES = 12, 2, 30, 25, 3
rng = np.random.default_rng(161)
labels = rng.integers(0, CLASSES, SAMPLES)
population_labels = rng.integers(0, CLASSES, POPULATION)
is_member = rng.random((ORIGINALS, SAMPLES)) < 0.5
original_of = np.repeat(np.arange(ORIGINALS), FORGETS)
is_forgotten = is_member[original_of] & (rng.random((ORIGINALS * FORGETS, SAMPLES)) < 0.5)
base = rng.normal(size=(SAMPLES, CLASSES))
population_base = rng.normal(size=(POPULATION, CLASSES))


def logits_of(base, labels, gains):
    """Logits [models, samples, classes]; `gains` [models, samples] are added to those of the labels."""
    logits = base + 0.6 * rng.normal(size=gains.shape + (CLASSES,))
    logits[:, np.arange(len(labels)), labels] += gains
    return np.round(logits, 3).astype(np.float32)


originals = logits_of(base, labels, np.where(is_member, 1.5, 0.0))
gain = np.where(is_forgotten, 0.8, np.where(is_member[original_of], 1.3, -0.2))
unlearned = logits_of(base, labels, gain)
population = {
    "originals": logits_of(population_base, population_labels, np.zeros((ORIGINALS, POPULATION))),
    "unlearned": logits_of(population_base, population_labels, np.zeros((ORIGINALS * FORGETS, POPULATION))),
}


def margins(logits, labels):
    logits = logits.astype(np.float64)
    own = logits[:, np.arange(len(labels)), labels]
    others = logits.copy()
    others[:, np.arange(len(labels)), labels] = -np.inf
    return own - logsumexp(others, axis=2)


def confidences(logits, labels):
    return softmax(logits.astype(np.float64), axis=2)[:, np.arange(len(labels)), labels]


def taylor(logits, labels, degree):
    u = logits.astype(np.float64) / 2
    u[:, np.arange(len(labels)), labels] -= 0.6
    values = sum(u**i / factorial(i) for i in range(degree + 1))
    return values[:, np.arange(len(labels)), labels] / values.sum(axis=2)


def after(own, candidates):
    """The first original after `own`, in a circle."""
    candidates = sorted(set(candidates) - {own})
    later = [c for c in candidates if c > own]
    return later[0] if later else candidates[0] if candidates else None


def rate_at(positives, negatives, bound):
    """The largest share of positives at or above a threshold that at most `bound` of the negatives reach."""
    thresholds = np.append(np.unique(np.concatenate([positives[:, 0], negatives[:, 0]])), np.inf)

    def rate(scores, t):
        return np.average(scores[:, 0] >= t, weights=scores[:, 1])

    return max(rate(positives, t) for t in thresholds if rate(negatives, t) <= bound + 1e-12)


def play(first, second, attacked, score, retained, samples=None):
    """Outcomes of each attacked model.

    first, second: (numbers [models, samples], belongs, originals); attacked: numbers [unlearned, samples]; `samples` are
    those that count, None for all: weights and fits are the same.
    """
    scored = []
    for u, original in enumerate(original_of):
        for x in range(SAMPLES):
            kind = "forgotten" if is_forgotten[u, x] else "retained" if is_member[original, x] else "out"
            if kind == "retained" and not retained:
                continue
            sides = []
            for side, is_near in ((first, kind != "out"), (second, kind == "out")):
                numbers, belongs, owners = side
                places = [m for m in range(len(numbers)) if belongs[m, x]]
                skip = {original}
                if not is_near:
                    skip.add(after(original, [owners[m] for m in places]))
                sides.append(np.array([numbers[m, x] for m in places if owners[m] not in skip]))
            if min(len(s) for s in sides) < 2:
                continue
            scored.append((u, x, kind, score(u, attacked[u, x], *sides)))
    # Every sample weighs the same among the forgotten, the retained and the others.
    counts = Counter((x, kind) for _, x, kind, _ in scored)
    outcomes = []
    for u in range(len(original_of)):
        own = {
            kind: np.array([(s, 1 / counts[x, k]) for v, x, k, s in scored if v == u and k == kind and (samples is None or x in samples)]).reshape(-1, 2)
            for kind in ("forgotten", "retained", "out")
        }
        if len(own["forgotten"]) == 0 or len(own["out"]) == 0:
            continue

        def area(positives, negatives):
            both = np.concatenate([own[positives], own[negatives]])
            truth = np.r_[np.ones(len(own[positives])), np.zeros(len(own[negatives]))]
            return roc_auc_score(truth, both[:, 0], sample_weight=both[:, 1])

        def above(kind):
            return np.average(own[kind][:, 0] > 0, weights=own[kind][:, 1])

        outcome = {
            "found": above("forgotten"), "accuracy": (above("forgotten") + 1 - above("out")) / 2,
            "auc": area("forgotten", "out"), "tpr_10": rate_at(own["forgotten"], own["out"], 0.1),
            "tpr_1": rate_at(own["forgotten"], own["out"], 0.01),
        }
        if len(own["retained"]):
            outcome["retained_auc"] = area("retained", "out")
            outcome["retained_forgotten_auc"] = area("retained", "forgotten")
        outcomes.append(outcome)
    return {name: [float(o[name]) for o in outcomes] for name in outcomes[0]}


def retained_areas(first, second, attacked, score):
    """For each attacked model the area of samples that it retained over ones never trained on, by models of the same kinds."""
    found = {}
    for x in range(SAMPLES):
        for u, original in enumerate(original_of):
            if is_forgotten[u, x]:
                continue
            is_retained = bool(is_member[original, x])
            values = {}
            for name, (numbers, belongs, owners) in (("retained", first), ("out", second)):
                places = [m for m in range(len(numbers)) if belongs[m, x]]
                skip = {original}
                if (name == "retained") != is_retained:
                    skip.add(after(original, [owners[m] for m in places]))
                values[name] = np.array([numbers[m, x] for m in places if owners[m] not in skip])
            if min(len(v) for v in values.values()) >= 2:
                found[u, x] = (is_retained, score(u, attacked[u, x], values["retained"], values["out"]))
    counts = Counter((x, kind) for (_, x), (kind, _) in found.items())
    areas = []
    for u in range(len(original_of)):
        own = [(kind, s, 1 / counts[x, kind]) for (v, x), (kind, s) in found.items() if v == u]
        kinds, values, weights = zip(*own)
        if len(set(kinds)) == 2:
            areas.append(float(roc_auc_score(kinds, values, sample_weight=weights)))
    return areas


phi_o, phi_u = margins(originals, labels), margins(unlearned, labels)
everyone = np.arange(ORIGINALS)
is_retained = is_member[original_of] & ~is_forgotten
trained = (phi_o, is_member, everyone)
untrained = (phi_o, ~is_member, everyone)
forgotten = (phi_u, is_forgotten, original_of)
out = (phi_u, ~is_member[original_of], original_of)


def mean_fit(values):
    return norm(values.mean(), max(values.std(ddof=1), 1e-6))


def median_fit(values):
    return norm(np.median(values), max(values.std(), 1e-6))


def kernel(values, x, bandwidth=1.0):
    density = KernelDensity(bandwidth=bandwidth, rtol=0, atol=0).fit(values[:, None])
    return density.score_samples(np.array([[x]]))[0]


judged = np.where(~is_member[original_of], phi_o[original_of], phi_u)


def ulira(samples=None):
    return play(
        forgotten, untrained, judged, lambda u, x, a, b: mean_fit(a).logpdf(x) - mean_fit(b).logpdf(x), False, samples)


def rmia(signal, inside, gamma, a=0.3):
    s_o, s_u = signal(originals, labels), signal(unlearned, labels)
    p_o, p_u = signal(population["originals"], population_labels), signal(population["unlearned"], population_labels)

    def reference(ins, outs):
        if inside:
            return outs.mean() if ins is None else (ins.mean() + outs.mean()) / 2
        return (1 + a) / 2 * outs.mean() + (1 - a) / 2

    def score(u, x, ins, outs):
        ratio = x / max(reference(ins, outs), 1e-30)
        others = [m for m in range(ORIGINALS) if m != original_of[u]]
        z = np.array([p_u[u, j] / max(reference(None, p_o[others, j]), 1e-30) for j in range(POPULATION)])
        return (ratio / z > gamma).mean() - 0.5

    return play((s_o, is_member, everyone), (s_o, ~is_member, everyone), s_u, score, True)


whole = ulira()
assert len(whole["accuracy"]) == ORIGINALS * FORGETS


def variance(without):
    """The jackknife's variance of a statistic from its values without each group."""
    n = len(without)
    return (n - 1) / n * ((np.array(without) - np.mean(without)) ** 2).sum()


GROUPS = 16  # of samples; of the twelve originals each is a group
parts = [ulira({x for x in range(SAMPLES) if x % GROUPS != group}) for group in range(GROUPS)]
errors = {}
for name, column in (("accuracy", "accuracy"), ("auc", "auc"), ("tpr_at_10_percent_fpr", "tpr_10")):
    of_models = variance([np.mean(np.array(whole[column])[original_of != o]) for o in range(ORIGINALS)])
    of_samples = variance([np.mean(part[column]) for part in parts])
    within = [variance([part[column][u] for part in parts]) for u in range(len(original_of))]
    both = sum(within) / len(original_of) ** 2
    errors[name] = float(np.sqrt(max(of_models + of_samples - both, of_models, of_samples)))
assert all(len(part["accuracy"]) == ORIGINALS * FORGETS for part in parts)

memorization = np.array([
    confidences(originals, labels)[is_member[:, x], x].mean() - confidences(originals, labels)[~is_member[:, x], x].mean()
    for x in range(SAMPLES)
])


def ruli(first, second):
    return play(first, second, phi_u, lambda u, x, a, b: kernel(a, x) - kernel(b, x), False)


def rounded(logits):
    """Three decimals, which have the same nearest Float."""
    return [round(float(v), 3) for v in logits.ravel()]


def plain(values):
    return [float(v) for v in np.asarray(values, dtype=np.float64).ravel()]


golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "labels": labels.tolist(), "population_labels": population_labels.tolist(),
    "is_member": is_member.tolist(), "is_forgotten": is_forgotten.tolist(),
    "originals": rounded(originals), "unlearned": rounded(unlearned),
    "population_originals": rounded(population["originals"]), "population_unlearned": rounded(population["unlearned"]),
    "ulira": whole, "ulira_errors": errors,
    "lira_online": play(
        trained, untrained, phi_u, lambda u, x, a, b: median_fit(a).logpdf(x) - median_fit(b).logpdf(x), True),
    "lira_offline": play(
        trained, untrained, phi_u, lambda u, x, a, b: (x - median_fit(b).mean()) / median_fit(b).std(), True),
    "lira_offline_as_released": play(trained, untrained, phi_u, lambda u, x, a, b: -median_fit(b).logpdf(x), True),
    "ruli": ruli(forgotten, out), "ruli_efficacy": ruli(trained, untrained),
    "ulira_retained": retained_areas(
        (phi_u, is_retained, original_of), untrained, judged,
        lambda u, x, a, b: mean_fit(a).logpdf(x) - mean_fit(b).logpdf(x)),
    "ruli_retained": retained_areas(
        (phi_u, is_retained, original_of), out, phi_u, lambda u, x, a, b: kernel(a, x) - kernel(b, x)),
    "memorization": plain(memorization),
    "rmia_offline": rmia(confidences, False, 1.0), "rmia_online": rmia(confidences, True, 1.0),
    "rmia_gamma": rmia(confidences, False, 2.0),
    "rmia_taylor": rmia(lambda l, y: taylor(l, y, 4), False, 1.0),
    "rmia_taylor_as_released": rmia(lambda l, y: taylor(l, y, 3), False, 1.0),
}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
