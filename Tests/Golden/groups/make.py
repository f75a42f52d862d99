"""Accuracies of groups and the equalized odds gap, by NumPy. Run: python make.py (writes golden.json beside itself)."""

import json
import pathlib

import numpy as np

rng = np.random.default_rng(5)


def case(classes, values, forgotten, count=200):
    """Random predictions; the gap over class and value, or over whether they are forgotten ones."""
    logits = rng.normal(size=(count, classes)).astype(np.float32)
    labels = rng.integers(0, classes, count)
    sensitive = rng.integers(0, values, count)
    logits[np.arange(count), labels] += (sensitive == 0) * 1.5 + (labels == 1) * 0.8
    right = logits.argmax(1) == labels
    groups = {f"{t}/{s}": right[(labels == t) & (sensitive == s)].mean() for t in range(classes) for s in range(values)}
    if classes == 2 and values == 2:
        t, s = labels, sensitive
    else:
        t = np.isin(labels, [g[0] for g in forgotten]).astype(int)
        s = np.isin(sensitive, [g[1] for g in forgotten]).astype(int)
    cell = {(a, b): right[(t == a) & (s == b)].mean() for a in (0, 1) for b in (0, 1)}
    members = np.zeros(count, bool)
    for a, b in forgotten:
        members |= (labels == a) & (sensitive == b)
    return dict(
        classes=classes, values=values, forgotten=[dict(target=a, sensitive=b) for a, b in forgotten],
        logits=logits.ravel().tolist(), labels=labels.tolist(), sensitive=sensitive.tolist(), groups=groups,
        worst=min(groups.values()), forget_group=right[members].mean(),
        equalized_odds=0.5 * sum(abs(cell[a, 0] - cell[a, 1]) for a in (0, 1)))


out = dict(
    versions=dict(numpy=np.__version__),
    cases=[case(2, 2, [(1, 0)]), case(4, 3, [(1, 0)]), case(4, 3, [(0, 1), (0, 2), (3, 1), (3, 2)])])
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out, indent=1) + "\n")
