"""Trees and forests on one feature, by scikit-learn. Run: python make.py (writes golden.json beside itself)."""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

rng = np.random.default_rng(8)


def exponential(scale, count):
    return rng.exponential(scale, count).astype(np.float32).astype(float)


# Small whole numbers, so that both classes share values.
positives, negatives = rng.integers(0, 12, 40).astype(float), rng.integers(4, 16, 30).astype(float)
queries = np.arange(-1, 17, 0.5)
x = np.concatenate([positives, negatives])[:, None]
y = np.concatenate([np.ones(40), np.zeros(30)])
trees = {
    criterion: DecisionTreeClassifier(criterion=criterion, random_state=0).fit(x, y).predict_proba(queries[:, None])[:, 1]
    for criterion in ("gini", "entropy")
}
assert (trees["gini"] == trees["entropy"]).all()

members, non_members, judged = exponential(0.2, 3000), exponential(0.5, 1000), exponential(0.35, 400)
x = np.concatenate([members, non_members])[:, None]
y = np.concatenate([np.ones(3000), np.zeros(1000)])
values, areas = [], []
for seed in range(10):
    forests = [
        RandomForestClassifier(n_estimators=100, criterion=c, random_state=seed).fit(x, y) for c in ("gini", "entropy")
    ]
    shares = [f.predict_proba(judged[:, None])[:, 1] for f in forests]
    assert np.allclose(*shares)
    values.append(1 - forests[0].predict(judged[:, None]).mean())
    unseen = forests[0].predict_proba(non_members[:, None])[:, 1]
    areas.append(roc_auc_score(np.r_[np.ones(400), np.zeros(1000)], np.r_[shares[0], unseen]))

# A ROC curve whose negatives count unequally, with ties.
weighted = np.random.default_rng(9)
ranked, others = weighted.integers(0, 9, 25) / 8, weighted.integers(0, 8, 40) / 8
counts = np.round(weighted.uniform(0, 3, 40), 2)
weighted_area = roc_auc_score(
    np.r_[np.ones(25), np.zeros(40)], np.r_[ranked, others], sample_weight=np.r_[np.ones(25), counts])

out = dict(
    versions=dict(sklearn=sklearn.__version__, numpy=np.__version__),
    tree=dict(
        positives=positives.tolist(), negatives=negatives.tolist(), queries=queries.tolist(),
        shares=trees["gini"].tolist()),
    weighted=dict(
        positives=ranked.tolist(), negatives=others.tolist(), weights=counts.tolist(), area=float(weighted_area)),
    forest=dict(
        members=members.tolist(), non_members=non_members.tolist(), judged=judged.tolist(),
        value=float(np.mean(values)), value_deviation=float(np.std(values, ddof=1)), area=float(np.mean(areas)),
        area_deviation=float(np.std(areas, ddof=1))),
)
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out) + "\n")
