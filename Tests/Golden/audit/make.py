"""Predictions of PyTorch models in the files that an audit reads, and what it must find. Run: python make.py

Eight originals, retrained and unlearned models (a few steps of gradient ascent from the originals) of a net with one
hidden layer on four overlapping clusters, of which cluster 2 is forgotten. The numbers are computed by NumPy, SciPy and
scikit-learn from the saved float32 logits, model by model and sample by sample.

Written beside this file: models.npz, and the same arrays as compressed.npz, fortran.npz, double.npy (retrained, C order),
models.safetensors and half.safetensors, margins.npz, repeated.npz, and golden.json.
"""
import json
import pathlib

import numpy as np
import safetensors
import safetensors.torch
import scipy
import sklearn
import torch
from scipy.special import log_softmax, logsumexp, softmax
from scipy.stats import entropy, norm
from sklearn.metrics import roc_auc_score

MODELS, FORGOTTEN, CLASSES = 8, 2, 4
PARTS = ["forget_train", "retain_train", "forget_test", "retain_test"]
here = pathlib.Path(__file__).parent
rng = np.random.default_rng(23)

centers = 1.2 * rng.normal(size=(CLASSES, 3))
def draw(count):
    labels = np.arange(count) % CLASSES
    return (centers[labels] + rng.normal(size=(count, 3))).astype(np.float32), labels

sets = [draw(48), draw(32)]
x = torch.from_numpy(np.concatenate([s[0] for s in sets]))
labels = np.concatenate([s[1] for s in sets])
is_test = np.repeat([0, 1], [48, 32])
parts = 2 * is_test + (labels != FORGOTTEN)
y = torch.from_numpy(labels)


def train(rows, seed, start=None, steps=80, rate=0.3):
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, CLASSES))
    if start is not None:
        model.load_state_dict(start.state_dict())
    optimizer = torch.optim.SGD(model.parameters(), abs(rate))
    for _ in range(steps):
        optimizer.zero_grad()
        (np.sign(rate) * torch.nn.functional.cross_entropy(model(x[rows]), y[rows])).backward()
        optimizer.step()
    return model


def logits(models):
    with torch.no_grad():
        return np.stack([model(x).numpy() for model in models])


training, retained = np.flatnonzero(is_test == 0), np.flatnonzero(parts == 1)
originals = [train(training, seed) for seed in range(MODELS)]
retrained = [train(retained, 100 + seed) for seed in range(MODELS)]
unlearned = [train(np.flatnonzero(parts == 0), 0, start, 12, -0.05) for start in originals]
arrays = {
    "labels": labels, "parts": parts, "originals": logits(originals), "retrained": logits(retrained),
    "ascent": logits(unlearned),
}
banks = {name: arrays[name].astype(np.float64) for name in ["originals", "retrained", "ascent"]}
margins = {
    name: bank[:, range(len(labels)), labels]
    - np.stack([logsumexp(np.delete(bank[:, i], labels[i], axis=1), axis=1) for i in range(len(labels))], axis=1)
    for name, bank in banks.items()
}

np.savez(here / "models.npz", **arrays)
np.savez_compressed(here / "compressed.npz", **arrays)
np.savez(
    here / "fortran.npz", labels=labels.astype(np.uint8), parts=parts.astype(np.int16),
    **{name: np.asfortranarray(arrays[name]) for name in banks})
np.save(here / "double.npy", banks["retrained"])
tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
safetensors.torch.save_file(tensors, here / "models.safetensors")
safetensors.torch.save_file(
    {"float16": tensors["ascent"].half(), "bfloat16": tensors["ascent"].bfloat16(), "mask": tensors["parts"] == 0},
    here / "half.safetensors")
# 2.4 MB from some kilobytes, and zeros of which 112 bytes are left after 2^18 when all compressed bytes were taken.
np.savez_compressed(
    here / "repeated.npz", steps=np.repeat(np.arange(600), 1000).reshape(2, -1).astype(np.float32),
    zeros=np.zeros(65532, np.float32))
np.savez(here / "margins.npz", labels=labels, parts=parts, **{n: m.astype(np.float32) for n, m in margins.items()})


def density(values, x):
    return norm.logpdf(x, values.mean(), max(values.std(ddof=1), 1e-6))


def ulira(u, r):
    accuracies, areas = [], []
    for t in range(MODELS):
        own, other = (
            np.array([density(np.delete(u[:, i], t), m[i]) - density(np.delete(r[:, i], t), m[i]) for i in range(u.shape[1])])
            for m in (u[t], r[t]))
        accuracies.append(0.5 * ((own > 0).mean() + (other <= 0).mean()))
        areas.append(roc_auc_score(np.r_[np.ones(len(own)), np.zeros(len(other))], np.r_[own, other]))
    return {"ulira.accuracy": float(np.mean(accuracies)), "ulira.auc": float(np.mean(areas))}


def klom(u, r):
    values = []
    for i in range(u.shape[1]):
        both = np.r_[u[:, i], r[:, i]]
        p, q = (np.histogram(m[:, i], bins=20, range=(both.min(), both.max()))[0] / MODELS for m in (u, r))
        values.append(entropy(p, np.where(p > 0, np.maximum(q, 1e-5), q)))
    return float(np.mean(values))


def total_variation(p, references):
    return float(np.mean([0.5 * np.abs(p - q).sum(axis=1).mean() for q in references]))


def measured(name):
    rows = {part: np.flatnonzero(parts == number) for number, part in enumerate(PARTS)}
    bank, reference = softmax(banks[name], axis=2), softmax(banks["retrained"], axis=2)
    values = {}
    for part, own in rows.items():
        values[f"accuracy.{part}"] = [float(np.mean(m[own].argmax(1) == labels[own])) for m in banks[name]]
    test, train_rows = rows["forget_test"], rows["forget_train"]
    others = [np.delete(reference, i, 0) if name == "retrained" else reference for i in range(MODELS)]
    values["total-variation.forget_test"] = [total_variation(bank[i][test], others[i][:, test]) for i in range(MODELS)]
    values["prediction-distance.forget_test_l2"] = [
        float(np.mean(np.linalg.norm(bank[i][test] - others[i][:, test], axis=2))) for i in range(MODELS)]
    if name != "retrained":
        u, r = margins[name][:, train_rows], margins["retrained"][:, train_rows]
        for measurement, value in {**ulira(u, r), "klom.forget_train": klom(u, r)}.items():
            values[measurement] = [value] * MODELS
    return values


rows = {"original": "originals", "retrain": "retrained", "ascent": "ascent"}
golden = {
    "versions": {
        "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
        "torch": torch.__version__, "safetensors": safetensors.__version__,
    },
    "last_of_ascent": {
        "float32": tensors["ascent"][-1].double().reshape(-1).tolist(),
        "float16": tensors["ascent"][-1].half().double().reshape(-1).tolist(),
        "bfloat16": tensors["ascent"][-1].bfloat16().double().reshape(-1).tolist(),
    },
    "values": {row: measured(name) for row, name in rows.items()},
}
(here / "golden.json").write_text(json.dumps(golden, indent=None) + "\n")
