"""Coverage of 95 % intervals of a mean over training seeds, each with some unlearning seeds.

A value is `mean + a_i + b_ij`, a of the training seed i, b of the unlearning seed j of it. The intervals:

- student: Student's t of the means of training seeds, what tables print.
- percentile: hierarchical percentile bootstrap; draws training seeds, then unlearning seeds of each, with replacement.
- bootstrap-t: the same draws, each studentized by the standard error of its own means of training seeds.

Prints Markdown: per effect, n training seeds and m unlearning seeds the percentage of repetitions whose interval contains
the mean, and the median half width in multiples of Student's. Needs numpy and scipy. Run: python coverage.py
"""

import argparse
import sys

import numpy as np
import scipy
from scipy.special import expit
from scipy.stats import t

SAMPLES = 1000
# The mean of expit(-4 + e), e ~ N(0, 1 + 0.25), by Gauss-Hermite quadrature.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
SHARE_NEAR_0 = float((WEIGHTS * expit(-4 + np.sqrt(1.25) * NODES)).sum() / WEIGHTS.sum())


def normal(random, n, m):
    """Both effects have variance 1."""
    return random.normal(size=(n, 1)) + random.normal(size=(n, m))


def log_normal(random, n, m):
    """Both effects are the exponential of a standard normal number: skewness 6.2."""
    return np.exp(random.normal(size=(n, 1))) + np.exp(random.normal(size=(n, m)))


def share(random, n, m):
    """The share of 1000 samples, of probability expit(-4 + a + b): 3 % on average; near 1 it is the mirror image."""
    logit = -4 + random.normal(size=(n, 1)) + 0.5 * random.normal(size=(n, m))
    return random.binomial(SAMPLES, expit(logit)) / SAMPLES


EFFECTS = {"normal": (normal, 0.0), "log-normal": (log_normal, 2 * np.exp(0.5)), "share near 0": (share, SHARE_NEAR_0)}


def student(values):
    means = values.mean(1)
    half = t.ppf(0.975, len(means) - 1) * means.std(ddof=1) / np.sqrt(len(means))
    return means.mean() - half, means.mean() + half


def bootstraps(values, random, draws):
    n, m = values.shape
    seeds = random.integers(n, size=(draws, n))
    if m == 1:
        means = values[seeds, 0]
    else:
        means = values[seeds[..., None], random.integers(m, size=(draws, n, m))].mean(2)
    centers = means.mean(1)
    percentile = tuple(np.quantile(centers, [0.025, 0.975]))
    errors = means.std(1, ddof=1) / np.sqrt(n)
    observed = values.mean(1)
    # Draws of one value alone have no error; they are left out.
    usable = errors > 1e-12 * (1 + np.abs(centers))
    if not usable.any():
        return percentile, (np.nan, np.nan)
    low, high = np.quantile((centers[usable] - observed.mean()) / errors[usable], [0.025, 0.975])
    error = observed.std(ddof=1) / np.sqrt(n)
    return percentile, (observed.mean() - high * error, observed.mean() - low * error)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=10_000)
    options = parser.parse_args()
    print(f"numpy {np.__version__}, scipy {scipy.__version__}, {options.repetitions} repetitions, {options.draws} draws\n")
    print("| effects | training seeds | unlearning seeds | Student's t | percentile | bootstrap-t "
          "| width, percentile | width, bootstrap-t |")
    print("| :-- | --: | --: | --: | --: | --: | --: | --: |")
    for place, (name, (effect, mean)) in enumerate(EFFECTS.items()):
        for n in (3, 5, 8, 16):
            for m in (1, 3):
                random = np.random.default_rng([7, place, n, m])
                intervals = []
                for _ in range(options.repetitions):
                    values = effect(random, n, m)
                    intervals.append((student(values), *bootstraps(values, random, options.draws)))
                intervals = np.array(intervals)
                covered = 100 * ((intervals[..., 0] <= mean) & (mean <= intervals[..., 1])).mean(0)
                width = np.nanmedian(intervals[..., 1] - intervals[..., 0], axis=0)
                print(f"| {name} | {n} | {m} | " + " | ".join(f"{c:.1f}" for c in covered)
                      + f" | {width[1] / width[0]:.2f} | {width[2] / width[0]:.2f} |")
                sys.stdout.flush()


main()
