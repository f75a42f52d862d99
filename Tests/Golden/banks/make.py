"""Golden numbers of attacks over banks of models, by NumPy, SciPy and scikit-learn. Run: python make.py

A synthetic bank of logits of 8 unlearned, 8 retrained and 8 original models on 40 samples of class 0 of 4; every number
is computed model by model and sample by sample from the definitions, without sums that are shared between folds.
Written: golden.json beside this file.
"""
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.special import logsumexp
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

MODELS, SAMPLES, CLASSES = 8, 40, 4
rng = np.random.default_rng(16)


def bank(own, spread):
    """Logits [models, samples, classes]: a number of each sample, and one of each model and sample."""
    base = np.random.default_rng(1).normal(size=(SAMPLES, CLASSES))
    logits = base + spread * rng.normal(size=(MODELS, SAMPLES, CLASSES)) + 0.2 * rng.normal(size=(MODELS, 1, CLASSES))
    logits[:, :, 0] += own
    return np.round(logits, 3).astype(np.float32)


banks = {"unlearned": bank(-1.3, 0.6), "retrained": bank(-2.0, 0.8), "original": bank(4.0, 0.7)}


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


def game(fold, u, r):
    outcome = {"accuracy": [], "auc": [], "tpr_10": [], "tpr_1": []}
    for t in range(min(len(u), len(r))):
        own, other = fold(u, r, t)
        outcome["accuracy"].append(0.5 * ((own > 0).mean() + (other <= 0).mean()))
        labels = np.r_[np.ones(SAMPLES), np.zeros(SAMPLES)]
        outcome["auc"].append(roc_auc_score(labels, np.r_[own, other]))
        outcome["tpr_10"].append(rate_at(own, other, 0.1))
        outcome["tpr_1"].append(rate_at(own, other, 0.01))
    return {name: list(map(float, values)) for name, values in outcome.items()}


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
