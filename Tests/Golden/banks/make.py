"""Golden numbers of attacks over banks of models, by NumPy, SciPy and scikit-learn. Run: python make.py

A synthetic bank of logits of 8 unlearned, 8 retrained and 8 original models on 40 samples of class 0 of 4; every number
is computed model by model and sample by sample from the definitions, without sums that are shared between folds.
Written: golden.json beside this file.
"""
import itertools
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from scipy.stats import entropy, norm
from sklearn.metrics import roc_auc_score, roc_curve

MODELS, SAMPLES, CLASSES = 8, 40, 4
rng = np.random.default_rng(16)


def bank(own, spread):
    """Logits [models, samples, classes]: a number of each sample, and one of each model and sample."""
    base = np.random.default_rng(1).normal(size=(SAMPLES, CLASSES))
    logits = base + spread * rng.normal(size=(MODELS, SAMPLES, CLASSES)) + 0.2 * rng.normal(size=(MODELS, 1, CLASSES))
    logits[:, :, 0] += own
    return np.round(logits, 3).astype(np.float32)


banks = {"unlearned": bank(-1.3, 0.6), "retrained": bank(-2.0, 0.8), "original": bank(0.3, 0.7)}


def margins(logits):
    logits = logits.astype(np.float64)
    return logits[:, :, 0] - logsumexp(logits[:, :, 1:], axis=2)


phi = {name: margins(logits) for name, logits in banks.items()}


def density(values, x):
    return norm.logpdf(x, values.mean(), max(values.std(ddof=1), 1e-6))


def ulira_fold(u, r, t):
    """Scores of the two models at place t on each sample, from the others."""
    def score(model, x):
        others_u = np.delete(u[:, x], t)
        others_r = np.delete(r[:, x], t)
        return density(others_u, model[x]) - density(others_r, model[x])
    return [np.array([score(m, x) for x in range(SAMPLES)]) for m in (u[t], r[t])]


def rate_at(positives, negatives, bound):
    """The largest share of positives at or above a threshold that at most `bound` of the negatives reach."""
    thresholds = np.unique(np.concatenate([positives, negatives, [np.inf]]))
    return max((positives >= t).mean() for t in thresholds if (negatives >= t).mean() <= bound)


def game(fold, u, r, samples=SAMPLES):
    outcome = {"accuracy": [], "best": [], "auc": [], "tpr_10": [], "tpr_1": []}
    for t in range(min(len(u), len(r))):
        own, other = fold(u, r, t)
        outcome["accuracy"].append(0.5 * ((own > 0).mean() + (other <= 0).mean()))
        labels = np.r_[np.ones(samples), np.zeros(samples)]
        fpr, tpr, _ = roc_curve(labels, np.r_[own, other], drop_intermediate=False)
        outcome["best"].append((1 - fpr + tpr).max() / 2)
        outcome["auc"].append(roc_auc_score(labels, np.r_[own, other]))
        outcome["tpr_10"].append(rate_at(own, other, 0.1))
        outcome["tpr_1"].append(rate_at(own, other, 0.01))
    return {name: list(map(float, values)) for name, values in outcome.items()}


o = phi["original"]


def lira_fold(variant, fixed=False, as_released=False):
    def fold(u, r, t, originals):
        inside, outside = np.delete(originals, t, 0), np.delete(r, t, 0)
        mu_in, mu_out = np.median(inside, 0), np.median(outside, 0)
        sd_in, sd_out = (np.full(SAMPLES, x.std()) if fixed else x.std(0) for x in (inside, outside))
        if fixed and as_released:
            sd_out = sd_in
        def score(phi):
            if variant == "online":
                return norm.logpdf(phi, mu_in, sd_in) - norm.logpdf(phi, mu_out, sd_out)
            return -norm.logpdf(phi, mu_out, sd_out) if as_released else (phi - mu_out) / sd_out
        return score(u[t]), score(r[t])
    return fold


def kernel(values, x, bandwidth=1.0):
    return logsumexp(norm.logpdf(x, values, bandwidth), axis=0) - np.log(len(values))


def ruli_fold(u, r, t):
    return tuple(kernel(np.delete(u, t, 0), x) - kernel(np.delete(r, t, 0), x) for x in (u[t], r[t]))


def judged_trained(u, r, originals):
    rates = [np.mean(kernel(np.delete(originals, t, 0), u[t]) > kernel(np.delete(r, t, 0), u[t])) for t in range(MODELS)]
    return float(np.mean(rates))


def probabilities(logits):
    logits = logits.astype(np.float64)
    return np.exp(logits[:, :, 0] - logsumexp(logits, axis=2))


SPLIT = ([0, 2, 5, 7], [1, 3, 4, 6])


def jackknife(fold, u, r):
    whole = np.mean(game(fold, u, r)["accuracy"])
    fewer = [np.mean(game(fold, np.delete(u, k, 0), np.delete(r, k, 0))["accuracy"]) for k in range(MODELS)]
    return [float(MODELS * whole - (MODELS - 1) * value) for value in fewer]


u, r = phi["unlearned"], phi["retrained"]
golden = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "logits": {name: logits.reshape(-1).astype(float).round(3).tolist() for name, logits in banks.items()},
    "margins": {name: phi[name][0].tolist() for name in phi},
    "split": {"unlearned": SPLIT[0], "retrained": SPLIT[1]},
    "ulira": {
        "whole": game(ulira_fold, u, r),
        "half": game(ulira_fold, u[SPLIT[0]], r[SPLIT[1]]),
        "half_of_retrained": game(ulira_fold, r[SPLIT[0]], r[SPLIT[1]]),
        "pseudo_values": jackknife(ulira_fold, u, r),
    },
}

for name, options in {
    "lira_online": ("online",), "lira_online_fixed": ("online", True), "lira_online_fixed_as_released": ("online", True, True),
    "lira_offline": ("offline",), "lira_offline_as_released": ("offline", False, True),
}.items():
    fold = lira_fold(*options)
    golden[name] = game(lambda a, b, t: fold(a, b, t, o), u, r)
memorization = probabilities(banks["original"]).mean(0) - probabilities(banks["retrained"]).mean(0)
order = sorted(range(SAMPLES), key=lambda x: (-memorization[x], x))
def area_of(samples):
    return float(np.mean(game(lambda a, b, t: [x[samples] for x in ruli_fold(a, b, t)], u, r, len(samples))["auc"]))
golden["ruli"] = game(ruli_fold, u, r)
golden["ruli_more"] = {
    "judged_trained": judged_trained(u, r, o), "judged_trained_of_retrained": judged_trained(r, r, o),
    "vulnerable_auc": area_of(sorted(order[:8])), "other_auc": area_of(sorted(order[8:])),
}

def klom(a, b):
    low, high = min(a.min(), b.min()), max(a.max(), b.max())
    p, q = (np.histogram(x, bins=20, range=(low, high))[0] / len(x) for x in (a, b))
    return float(entropy(p, np.where(p > 0, np.maximum(q, 1e-5), q)))


divergences = [klom(u[:, x], r[:, x]) for x in range(SAMPLES)]
golden["klom"] = {
    "each": divergences, "mean": float(np.mean(divergences)), "p95": float(np.percentile(divergences, 95)),
    "p99": float(np.percentile(divergences, 99)),
}


def energy(x, y):
    n, m = len(x), len(y)
    return 2 * cdist(x, y).mean() - cdist(x, x).sum() / (n * (n - 1)) - cdist(y, y).sum() / (m * (m - 1))


def three_sample(target, near, far):
    near, far = (list(bank.astype(np.float64)) for bank in (near, far))
    y, z, x = np.concatenate(near), np.concatenate(far), target.astype(np.float64)
    pairs = np.array([energy(x, a) - energy(x, b) for a, b in zip(near, far)])
    signs = np.array(list(itertools.product([1, -1], repeat=len(pairs))))
    return {
        "ratio": float((energy(x, y) - energy(x, z)) / energy(y, z)),
        "p_models": float(((signs * pairs).sum(1) <= pairs.sum() + 1e-9).mean()),
    }


golden["three_sample"] = {
    "unlearned": three_sample(banks["unlearned"][0], banks["retrained"], banks["original"]),
    "retrained": three_sample(banks["retrained"][2], np.delete(banks["retrained"], 2, 0), banks["original"]),
    "original": three_sample(banks["original"][2], banks["retrained"], np.delete(banks["original"], 2, 0)),
}

# The worked example of the specification: margins of four models of each kind at one sample.
p_u, p_r = np.array([1e-3, 2e-3, 1.5e-3, 3e-3]), np.array([1e-4, 2e-4, 0.5e-4, 1.2e-4])
logit = lambda p: np.log(p) - np.log1p(-p)
golden["worked"] = {
    "unlearned": logit(p_u).tolist(), "retrained": logit(p_r).tolist(),
    "log_ratio": float(density(logit(p_u), logit(1e-3)) - density(logit(p_r), logit(1e-3))),
}
path = pathlib.Path(__file__).parent / "golden.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
print({name: np.mean(values) for name, values in golden["ulira"]["whole"].items()})
