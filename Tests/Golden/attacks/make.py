"""Golden numbers of attacks and metrics on a synthetic bank of logits, by NumPy and scikit-learn.

Every definition is written out here from the formula, not from the Swift code.
python make.py    writes class_request.json, sample_request.json and two_kept_classes.json beside this file
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

HERE = pathlib.Path(__file__).parent
PARTS = ["forget_train", "retain_train", "forget_test", "retain_test"]


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def model(rng, labels, memory, forgotten, neighbor, k):
    """Logits of a model that favors true labels by `memory[part]` and sends forgotten classes to `neighbor`."""
    outputs = {}
    for part in PARTS:
        y = labels[part]
        z = rng.normal(0, 1.2, (len(y), k))
        z[np.arange(len(y)), y] += memory[part]
        for u in forgotten:
            z[:, u] -= memory["suppression"]
            z[y == u, neighbor] += memory["leak"]
        outputs[part] = np.round(z, 4).astype(np.float32)
    return outputs


# --- scores of Song and Mittal, arXiv:2003.10595

def log_floored(p):
    return np.log(np.maximum(p, 1e-30))


def entropy(p):
    return -(p * log_floored(p)).sum(1)


def modified_entropy(p, y):
    rows = np.arange(len(y))
    terms = p * log_floored(1 - p)
    terms[rows, y] = (1 - p[rows, y]) * log_floored(p[rows, y])
    return -terms.sum(1)


def modified_entropy_as_released(p, y):
    """Columns of all labels that occur are replaced in every row, and log p stands for log(1 - p)."""
    present = np.unique(y)
    factors = p.copy()
    factors[:, present] = 1 - p[:, present]
    return -(factors * log_floored(p)).sum(1)


def scores(z, y):
    p = softmax(z.astype(np.float64))
    confidence = p[np.arange(len(y)), y]
    return {
        "correctness": (z.argmax(1) == y).astype(float),
        "confidence": confidence,
        "entropy": entropy(p),
        "modified-entropy": modified_entropy(p, y),
        "as_released": modified_entropy_as_released(p, y),
        "loss": -np.log(confidence),
    }


def best_threshold(members, others):
    best, threshold = 0, None
    for value in np.concatenate([members, others]):
        accuracy = 0.5 * ((members >= value).mean() + (others < value).mean())
        if accuracy > best:
            best, threshold = accuracy, value
    return threshold


def threshold_attacks(outputs, labels, class_request):
    s = {part: scores(outputs[part], labels[part]) for part in PARTS}
    y = labels["forget_train"]
    result = {"correctness": 1 - s["forget_train"]["correctness"].mean()}
    for name, key in [("confidence", "confidence"), ("entropy", "entropy"), ("modified_entropy", "modified-entropy"),
                      ("modified_entropy_as_released", "as_released"), ("loss", "loss")]:
        sign = 1 if key == "confidence" else -1
        members, others, target = (sign * s[part][key] for part in ("retain_train", "retain_test", "forget_train"))
        everyone = best_threshold(members, others)
        judged = []
        for label, value in zip(y, target):
            own_members, own_others = members[labels["retain_train"] == label], others[labels["retain_test"] == label]
            own = len(own_members) > 0 and len(own_others) > 0 and key != "loss"
            judged.append(value < (best_threshold(own_members, own_others) if own else everyone))
        result[name] = float(np.mean(judged))
    unseen = "forget_test" if class_request else "retain_test"
    both = np.concatenate([-s["forget_train"]["loss"], -s[unseen]["loss"]])
    result["loss_auc"] = float(roc_auc_score(np.r_[np.ones(len(y)), np.zeros(len(s[unseen]["loss"]))], both))
    positives, negatives = -s["forget_train"]["loss"], -s[unseen]["loss"]
    thresholds = np.append(np.concatenate([positives, negatives]), np.inf)
    result["loss_tpr"] = float(max((positives >= t).mean() for t in thresholds if (negatives >= t).mean() <= 0.01))
    retained = np.concatenate([-s["retain_train"]["loss"], -s["retain_test"]["loss"]])
    truth = np.r_[np.ones(len(s["retain_train"]["loss"])), np.zeros(len(s["retain_test"]["loss"]))]
    result["retained_auc"] = float(roc_auc_score(truth, retained))
    return result


# --- SVC attacks

def svc(members, others):
    x = np.concatenate([members, others]).astype(np.float32).reshape(len(members) + len(others), -1)
    return SVC(C=3, gamma="auto", kernel="rbf").fit(x, np.r_[np.ones(len(members)), np.zeros(len(others))])


def column(x):
    return np.asarray(x, np.float32).reshape(len(x), -1)


def svc_attacks(outputs, labels):
    result = {}
    for feature in ["confidence", "correctness", "entropy", "modified-entropy", "probabilities"]:
        f = {}
        for part in PARTS:
            if len(labels[part]) == 0:
                continue
            f[part] = (softmax(outputs[part].astype(np.float64)) if feature == "probabilities"
                       else scores(outputs[part], labels[part])[feature])
        suffix = "" if feature == "confidence" else "_" + feature.replace("-", "_")
        test = f["retain_test"]
        machine = svc(f["retain_train"][:len(test)], test)
        forget = machine.predict(column(f["forget_train"])).mean()
        result["salun" + suffix] = float(1 - forget)
        result["delete" + suffix] = float(forget)
        if "forget_test" in f:
            machine = svc(f["retain_train"], f["forget_train"])
            result["kodge" + suffix] = float(1 - machine.predict(column(f["forget_test"])).mean())
            machine = svc(f["retain_train"][:len(test) + len(f["forget_test"])], np.concatenate([test, f["forget_test"]]))
            result["salun_all" + suffix] = float(1 - machine.predict(column(f["forget_train"])).mean())
        half = len(test) // 2
        machine = svc(f["retain_train"][:half], test[:half])
        known = machine.predict(column(f["retain_train"][half:])).mean()
        unknown = 1 - machine.predict(column(test[half:])).mean()
        result["training_privacy" + suffix] = float((known + unknown) / 2)
    return result


# --- starting-kit attack on given splits

def logistic_attack(members, unseen):
    size = min(len(members), len(unseen))
    members, unseen = members[:size], unseen[:size]
    x = np.concatenate([unseen, members]).reshape(-1, 1)
    y = np.r_[np.zeros(size), np.ones(size)]
    splits, accuracies = [], []
    for fitted, held in StratifiedShuffleSplit(n_splits=10, test_size=0.1, random_state=0).split(x, y):
        model = LogisticRegression(tol=1e-10, max_iter=10_000).fit(x[fitted], y[fitted])
        accuracies.append(float((model.predict(x[held]) == y[held]).mean()))
        splits.append({
            "members_fitted": (fitted[fitted >= size] - size).tolist(),
            "members_held": (held[held >= size] - size).tolist(),
            "unseen_fitted": fitted[fitted < size].tolist(),
            "unseen_held": held[held < size].tolist(),
        })
    return {"members": members.tolist(), "unseen": unseen.tolist(), "splits": splits, "accuracies": accuracies}


# --- MIA-NN

def neighbor_features(name, z, label, forgotten):
    z = z.astype(np.float64)
    return {
        "logits": lambda: z,
        "probabilities": lambda: softmax(z),
        "retained-logits": lambda: np.delete(z, forgotten, 1),
        "neighbor-probability": lambda: softmax(z)[:, [label]],
    }[name]()


def discriminator_accuracy(outputs, labels, i, u, forgotten, features, kernel, evaluate, scaling=None, fitted_to=None):
    """The share of `outputs` that the machines fitted to each model of `fitted_to`, or to `outputs`, assign to i."""
    if fitted_to is not None:
        return float(np.mean([
            discriminator_accuracy({**other, evaluate: outputs[evaluate]}, labels, i, u, forgotten, features, kernel,
                                   evaluate, scaling) for other in fitted_to]))
    y = labels["retain_test"]
    x = neighbor_features(features, outputs["retain_test"], i, forgotten)
    machine = SVC(C=3, gamma="auto", kernel=kernel)
    if scaling == "standard" or (scaling is None and features.endswith("logits")):
        machine = make_pipeline(StandardScaler(), machine)
    machine.fit(x, (y == i).astype(int))
    judged = outputs[evaluate][labels[evaluate] == u]
    return float(machine.predict(neighbor_features(features, judged, i, forgotten)).mean())


def argmax_rate(outputs, labels, i, u, kept, evaluate):
    winners = outputs[evaluate][labels[evaluate] == u][:, kept].argmax(1)
    return float((winners == kept.index(i)).mean())


def neighbor_attack(target, bank, labels, forgotten, features, kernel, evaluate, rule="accuracy", scaling=None,
                    by_retrained=False):
    kept = sorted(set(labels["retain_test"].tolist()))
    report = {"features": features, "kernel": kernel, "evaluate": evaluate, "neighbor": rule, "kept": kept,
              "statistics": {}, "accuracies": {}, "neighbors": [], **({"scaling": scaling} if scaling else {}),
              **({"discriminators": "retrained"} if by_retrained else {})}
    values = []
    for u in forgotten:
        table = [[discriminator_accuracy(m, labels, i, u, forgotten, features, kernel, evaluate, scaling) for i in kept]
                 for m in bank]
        if rule == "accuracy":
            statistics = np.mean(table, 0)
        else:
            rates = []
            for m in bank:
                winners = m[evaluate][labels[evaluate] == u][:, kept].argmax(1)
                rates.append([(winners == place).mean() for place in range(len(kept))])
            statistics = np.mean(rates, 0)
        place = int(np.argmax(statistics))
        report["statistics"][str(u)] = statistics.tolist()
        arguments = labels, kept[place], u, forgotten, features, kernel, evaluate, scaling
        report["accuracies"][str(u)] = [
            discriminator_accuracy(m, *arguments, bank[:j] + bank[j + 1:]) if by_retrained else table[j][place]
            for j, m in enumerate(bank)]
        report["neighbors"].append(kept[place])
        values.append(discriminator_accuracy(target, *arguments, bank if by_retrained else None))
    report["value"] = float(np.mean(values))
    # The distance from the bank without one model, averaged over the one that is left out.
    report["gap"] = float(np.mean([
        abs(value - np.mean(a[:j] + a[j + 1:]))
        for value, a in zip(values, report["accuracies"].values()) for j in range(len(bank))]))
    report["argmax"] = float(np.mean([
        argmax_rate(target, labels, i, u, kept, evaluate) for i, u in zip(report["neighbors"], forgotten)]))
    report["floors"] = [
        float(np.mean([abs(a[j] - np.mean(a[:j] + a[j + 1:])) for a in report["accuracies"].values()]))
        for j in range(len(bank))
    ]
    return report


# --- total variation

def total_variation(target, others, part):
    p, q = softmax(target[part].astype(np.float64)), [softmax(o[part].astype(np.float64)) for o in others]
    tv = lambda a, b: 0.5 * np.abs(a - b).sum(-1)
    return {
        "each": float(np.mean([tv(p, other).mean() for other in q])),
        "mean": float(tv(p, np.mean(q, 0)).mean()),
        "distribution": float(np.mean([tv(p.mean(0), other.mean(0)) for other in q])),
        "per_sample": np.mean([tv(p, other) for other in q], 0).tolist(),
    }


def accuracies(outputs, labels):
    return {part: float((outputs[part].argmax(1) == labels[part]).mean()) for part in PARTS if len(labels[part])}


def write(name, k, forgotten, labels, target, bank, extra):
    listed = lambda m: {part: m[part].astype(np.float64).round(4).ravel().tolist() for part in PARTS}
    document = {
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "class_count": k,
        "forgotten_classes": forgotten,
        "labels": {part: labels[part].tolist() for part in PARTS},
        "target": listed(target),
        "retrained": [listed(m) for m in bank],
        **extra,
    }
    (HERE / f"{name}.json").write_text(json.dumps(document) + "\n")


def class_request():
    rng, k, forgotten = np.random.default_rng(25062), 5, [2]
    kept = [c for c in range(k) if c not in forgotten]
    labels = {
        "forget_train": np.repeat(forgotten, 24), "retain_train": rng.permutation(np.repeat(kept, 20)),
        "forget_test": np.repeat(forgotten, 16), "retain_test": rng.permutation(np.repeat(kept, 12)),
    }
    memory = {"forget_train": 0.8, "retain_train": 4, "forget_test": 0.3, "retain_test": 2, "suppression": 1, "leak": 1}
    target = model(rng, labels, memory, forgotten, 3, k)
    clean = {**memory, "forget_train": 0, "forget_test": 0, "suppression": 6, "leak": 2.5}
    bank = [model(rng, labels, clean, forgotten, 3, k) for _ in range(3)]
    s = {part: scores(target[part], labels[part]) for part in PARTS}
    attacks = [
        neighbor_attack(target, bank, labels, forgotten, features, kernel, evaluate, rule, scaling)
        for features, kernel, evaluate, rule, scaling in [
            ("logits", "rbf", "forget_test", "accuracy", None), ("logits", "linear", "forget_test", "accuracy", None),
            ("probabilities", "rbf", "forget_test", "accuracy", None),
            ("retained-logits", "rbf", "forget_test", "accuracy", None),
            ("neighbor-probability", "rbf", "forget_test", "accuracy", None),
            ("logits", "rbf", "forget_train", "accuracy", None),
            ("logits", "rbf", "forget_test", "argmax-rate", None),
            ("logits", "rbf", "forget_test", "accuracy", "none"),
            ("probabilities", "rbf", "forget_test", "accuracy", "standard")]
    ] + [
        neighbor_attack(target, bank, labels, forgotten, features, kernel, "forget_test", rule, by_retrained=True)
        for features, kernel, rule in [
            ("probabilities", "rbf", "accuracy"), ("logits", "rbf", "accuracy"), ("logits", "linear", "argmax-rate")]
    ]
    write("class_request", k, forgotten, labels, target, bank, {
        "scores": {part: {key: value.tolist() for key, value in s[part].items()} for part in PARTS},
        "mia_svc": svc_attacks(target, labels),
        "mia_threshold": threshold_attacks(target, labels, True),
        "mia_logistic": logistic_attack(s["forget_train"]["loss"], s["retain_test"]["loss"]),
        "mia_nn": attacks,
        "total_variation": {part: total_variation(target, bank, part) for part in ("forget_test", "forget_train")},
        "floor": [total_variation(bank[j], bank[:j] + bank[j + 1:], "forget_test") for j in range(3)],
        "accuracy": accuracies(target, labels),
    })


def sample_request():
    rng, k = np.random.default_rng(11), 4
    labels = {
        "forget_train": rng.permutation(np.repeat(range(k), 8)), "retain_train": rng.permutation(np.repeat(range(k), 25)),
        "forget_test": np.zeros(0, int), "retain_test": rng.permutation(np.repeat(range(k), 10)),
    }
    memory = {"forget_train": 2.5, "retain_train": 4, "forget_test": 0, "retain_test": 1.5, "suppression": 0, "leak": 0}
    target = model(rng, labels, memory, [], 0, k)
    labels_present = {part: labels[part] for part in PARTS}
    svc_values = svc_attacks(target, labels_present)
    write("sample_request", k, [], labels, target, [], {
        "mia_svc": svc_values,
        "mia_threshold": threshold_attacks(target, labels, False),
        "accuracy": accuracies(target, labels),
    })


def two_kept_classes():
    """Both sides of every discriminator have equally many samples, so that balancing draws nothing."""
    rng, k, forgotten = np.random.default_rng(3), 4, [0, 3]
    kept = [1, 2]
    labels = {
        "forget_train": np.repeat(forgotten, 5), "retain_train": np.repeat(kept, 5),
        "forget_test": rng.permutation(np.repeat(forgotten, [14, 10])), "retain_test": rng.permutation(np.repeat(kept, 30)),
    }
    memory = {"forget_train": 1, "retain_train": 3, "forget_test": 0.5, "retain_test": 1.5, "suppression": 3, "leak": 0.8}
    target = model(rng, labels, memory, forgotten, 2, k)
    bank = [model(rng, labels, {**memory, "forget_test": 0, "leak": 1.5}, forgotten, 2, k) for _ in range(3)]
    write("two_kept_classes", k, forgotten, labels, target, bank, {
        "mia_nn": [neighbor_attack(target, bank, labels, forgotten, features, "rbf", "forget_test")
                   for features in ("logits", "probabilities", "retained-logits", "neighbor-probability")] + [
            neighbor_attack(target, bank, labels, forgotten, "retained-logits", "rbf", "forget_test", by_retrained=True)],
    })


class_request()
sample_request()
two_kept_classes()
