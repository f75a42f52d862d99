"""The unlearning pipeline of pipeline.yaml in PyTorch and scikit-learn, written for speed on a few cores.

Every definition follows the documentation of the plugin of the same name; only the experiment file is shared with the
Swift code. The random number streams differ, so results agree only within the variation over seeds.
"""

import copy
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.svm import SVC
from torch_models import resnet

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
MEAN = torch.tensor([0.4914, 0.4822, 0.4465])
DEVIATION = torch.tensor([0.2470, 0.2435, 0.2616])


class Images:
    """CIFAR-10's images as bytes `[N, 40, 40, 3]`, with a border for shifts, and their labels."""

    def __init__(self, paths):
        records = np.concatenate([np.fromfile(path, np.uint8).reshape(-1, 3073) for path in paths])
        self.labels = torch.from_numpy(records[:, 0].astype(np.int64))
        pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        self.padded = torch.from_numpy(np.pad(pixels, ((0, 0), (4, 4), (4, 4), (0, 0))))
        self.grid = torch.arange(32)

    def batch(self, rows, augmentation=None):
        """Normalized images `[B, 3, 32, 32]`, channels last; with random shifts and flips if augmented."""
        count = len(rows)
        y = x = torch.full((count, 1), 4)
        columns = self.grid.expand(count, 32)
        if augmentation:
            shift = augmentation["padding"]
            y, x = (torch.randint(4 - shift, 5 + shift, (count, 1)) for _ in range(2))
            if augmentation["flip"]:
                columns = torch.where(torch.rand(count, 1) < 0.5, 31 - columns, columns)
        images = self.padded[rows[:, None, None], (y + self.grid)[:, :, None], (x + columns)[:, None, :]]
        return ((images.float() / 255 - MEAN) / DEVIATION).permute(0, 3, 1, 2)


def load(root):
    """Training and test images."""
    folder = os.path.join(root, "cifar-10-batches-bin")
    train = Images([os.path.join(folder, f"data_batch_{i}.bin") for i in range(1, 6)])
    return train, Images([os.path.join(folder, "test_batch.bin")])


# ---- Training -------------------------------------------------------------------------------------------------------


def fit(model, data, passes, recipe, mask=None):
    """Trains by SGD; `passes(epoch)` yields (rows, loss of logits and rows) for each pass of an epoch."""
    setting = {
        "lr": recipe["learning_rate"], "momentum": 0.9, "weight_decay": 5e-4,
        "nesterov": recipe.get("nesterov", False),
    }
    optimizer = torch.optim.SGD(model.parameters(), **setting)
    batch, augmentation = recipe["batch_size"], recipe.get("augmentation")
    schedule = None
    if recipe.get("schedule", "constant") not in ("constant", "one-cycle"):
        raise ValueError(f"the schedule {recipe['schedule']} is not written in PyTorch here")
    if recipe.get("schedule") == "one-cycle":
        steps = sum(-(-len(rows) // batch) for rows, _ in passes(0)) * recipe["epochs"]
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, recipe["learning_rate"], total_steps=steps, cycle_momentum=False)
    kept = [p.detach().clone() for p in model.parameters()] if mask else None
    model.train()
    for epoch in range(recipe["epochs"]):
        for rows, loss in passes(epoch):
            for part in rows[torch.randperm(len(rows))].split(batch):
                images = data.batch(part, augmentation)
                optimizer.zero_grad(set_to_none=True)
                loss(model(images), part, images).backward()
                if mask:
                    for p, m in zip(model.parameters(), mask):
                        p.grad.mul_(m)
                optimizer.step()
                if mask:
                    with torch.no_grad():
                        for p, m, start in zip(model.parameters(), mask, kept):
                            p.copy_(torch.where(m, p, start))
                if schedule:
                    schedule.step()
    return model


def train(data, rows, recipe):
    """A randomly initialized ResNet-20."""
    model = resnet([16, 32, 64], 3).to(memory_format=torch.channels_last)
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return fit(model, data, lambda _: [(rows, hard(data))], recipe)


def hard(data, sign=1):
    """Cross-entropy with the samples' labels."""
    return lambda logits, rows, _: sign * F.cross_entropy(logits, data.labels[rows])


# ---- Methods --------------------------------------------------------------------------------------------------------

DEFAULTS = {
    "fine-tune": {"epochs": 10, "learning_rate": 0.01, "batch_size": 128},
    "gradient-ascent": {"epochs": 5, "learning_rate": 1e-4, "batch_size": 256},
    "salun": {"epochs": 10, "learning_rate": 0.013, "batch_size": 256},
    "trw": {"epochs": 10, "learning_rate": 0.01, "batch_size": 128},
}


def unlearn(name, original, data, forget, retain, label, recipe):
    """The original after unlearning with the method `name`."""
    model = copy.deepcopy(original)
    if name == "fine-tune":
        return fit(model, data, lambda _: [(retain, hard(data))], recipe)
    if name == "gradient-ascent":
        return fit(model, data, lambda _: [(forget, hard(data, -1))], recipe)
    if name == "salun":
        return salun(model, data, forget, retain, recipe)
    return trw(model, original, data, forget, retain, label, recipe)


def salun(model, data, forget, retain, recipe):
    """Updates half of the parameters: in each epoch the forget set with random labels, then the retain set."""
    model.eval()
    model.zero_grad(set_to_none=True)
    for part in forget.split(recipe["batch_size"]):
        F.cross_entropy(model(data.batch(part)), data.labels[part]).backward()
    saliency = torch.cat([p.grad.abs().flatten() for p in model.parameters()])
    selected = torch.zeros(len(saliency), dtype=torch.bool)
    selected[torch.topk(saliency, len(saliency) // 2).indices] = True
    mask = [m.view_as(p) for m, p in zip(selected.split([p.numel() for p in model.parameters()]), model.parameters())]

    def passes(_):
        labels = torch.randint(0, 10, (len(data.labels),))
        return [(forget, lambda logits, rows, __: F.cross_entropy(logits, labels[rows])), (retain, hard(data))]

    return fit(model, data, passes, recipe, mask)


def trw(model, original, data, forget, retain, label, recipe, tilt=10.0, temperature=0.1):
    """Trains on both sets; targets of forgotten samples are the original's predictions without their class, tilted."""
    original.eval()
    weights = original[-1].weight.detach().double()
    centered = F.normalize(weights - weights.mean(0), dim=1)
    cosines = centered @ centered[label]
    others = torch.arange(10) != label
    scores = torch.zeros(10, dtype=torch.double)
    scores[others] = torch.softmax(cosines[others] / temperature, 0)
    tilts = torch.where(others, tilt * scores, -torch.inf).float()

    def loss(logits, rows, images):
        targets = F.one_hot(data.labels[rows], 10).float()
        forgotten = data.labels[rows] == label
        if forgotten.any():
            with torch.no_grad():
                targets[forgotten] = torch.softmax(original(images[forgotten]) + tilts, 1)
        return F.cross_entropy(logits, targets)

    return fit(model, data, lambda _: [(torch.cat([retain, forget]), loss)], recipe)


# ---- Evidence -------------------------------------------------------------------------------------------------------


@torch.inference_mode()
def logits_of(model, data, rows):
    """Logits `[N, 10]` in evaluate mode."""
    model.eval()
    return torch.cat([model(data.batch(part)) for part in rows.split(250)])


class Outputs:
    """Logits and labels of a model on the four splits."""

    def __init__(self, model, parts):
        self.logits = {name: logits_of(model, data, rows).double() for name, (data, rows) in parts.items()}
        self.labels = {name: data.labels[rows] for name, (data, rows) in parts.items()}

    def probabilities(self, part):
        return torch.softmax(self.logits[part], 1)

    def accuracy(self, part):
        return (self.logits[part].argmax(1) == self.labels[part]).double().mean().item()

    def confidence(self, part):
        return self.probabilities(part).gather(1, self.labels[part][:, None]).numpy()


def drawn(rows, labels, count, generator):
    """At most `count` of the rows, and their labels, as evenly as possible over classes."""
    if len(rows) <= count:
        return rows, labels
    places = [np.flatnonzero(labels == k) for k in generator.permutation(np.unique(labels))]
    chosen = []
    # From small to large, so that the larger classes share what a small class lacks.
    for number, place in enumerate(sorted(places, key=len)):
        quota = (count - sum(map(len, chosen))) // (len(places) - number)
        chosen.append(generator.choice(place, min(quota, len(place)), False))
    kept = np.sort(np.concatenate(chosen))
    return rows[kept], labels[kept]


def svc(positives, negatives):
    """A support vector machine that predicts 1 for positives."""
    x = np.concatenate([positives, negatives])
    y = np.concatenate([np.ones(len(positives)), np.zeros(len(negatives))])
    return SVC(C=3, gamma="auto", kernel="rbf").fit(x, y)


def mia_svc(outputs, maximum):
    """The variants salun, kodge and delete with the confidence as feature."""
    generator = np.random.default_rng(0)
    members = outputs.confidence("retain_train")
    retained = outputs.confidence("retain_test")
    forget_train, forget_test = outputs.confidence("forget_train"), outputs.confidence("forget_test")
    labels = {part: outputs.labels[part].numpy() for part in outputs.labels}

    def machine(inside, inside_labels, others, other_labels):
        share = min(1, maximum / max(len(inside), len(others)))
        inside, _ = drawn(inside, inside_labels, round(share * len(inside)), generator)
        others, _ = drawn(others, other_labels, round(share * len(others)), generator)
        return svc(inside, others)

    count = min(len(members), len(retained))
    balanced = machine(
        members[:count], labels["retain_train"][:count],
        *drawn(retained, labels["retain_test"], count, generator))
    unbalanced = machine(members, labels["retain_train"], forget_train, labels["forget_train"])
    return {
        "mia-svc.salun": (balanced.predict(forget_train) == 0).mean(),
        "mia-svc.kodge": (unbalanced.predict(forget_test) == 0).mean(),
        "mia-svc.delete": (balanced.predict(forget_train) == 1).mean(),
    }


def discriminator_accuracy(outputs, neighbor):
    """The fraction of forgotten test samples that are classified as the neighbor."""
    generator = np.random.default_rng(neighbor)
    logits, labels = outputs.logits["retain_test"].numpy(), outputs.labels["retain_test"].numpy()
    own, rest = np.flatnonzero(labels == neighbor), np.flatnonzero(labels != neighbor)
    machine = svc(logits[own], logits[drawn(rest, labels[rest], len(own), generator)[0]])
    return machine.predict(outputs.logits["forget_test"].numpy()).mean()


class Reference:
    """The retrained models' evidence: the nearest neighbor, and their predictions."""

    def __init__(self, retrained, label):
        self.retrained = retrained
        kept = [k for k in range(10) if k != label]
        table = np.array([[discriminator_accuracy(outputs, k) for k in kept] for outputs in retrained])
        best = table.mean(0).argmax()
        self.neighbor, self.accuracies = kept[best], table[:, best]

    def measurements(self, outputs, position=None):
        """Total variation and MIA-NN; a retrained model is compared with the others."""
        others = [r for i, r in enumerate(self.retrained) if i != position]
        own = outputs.probabilities("forget_test")
        distances = [0.5 * (own - r.probabilities("forget_test")).abs().sum(1).mean().item() for r in others]
        accuracy = discriminator_accuracy(outputs, self.neighbor)
        # The bank without one model: for a retrained model without itself, for others without each in turn.
        left_out = range(len(self.retrained)) if position is None else [position]
        means = [np.mean([a for i, a in enumerate(self.accuracies) if i != j]) for j in left_out]
        return {
            "total-variation.forget_test": float(np.mean(distances)),
            "mia-nn.logits": accuracy,
            "mia-nn.logits_gap": float(np.mean([abs(accuracy - mean) for mean in means])),
        }


def run(experiment, root, train_count):
    """All models and measurements of the experiment: ({(method, seed, measurement): value}, {stage: seconds})."""
    seconds = {}

    def timed(stage, body):
        start = time.perf_counter()
        result = body()
        seconds[stage] = seconds.get(stage, 0) + time.perf_counter() - start
        return result

    data, test = timed("data", lambda: load(root))
    label = CLASSES.index(experiment["forget"][0]["class"])
    every = torch.arange(len(data.labels))
    if train_count:
        per_class = train_count // 10
        every = torch.cat([torch.nonzero(data.labels == k)[:per_class, 0] for k in range(10)]).sort().values
    forget, retain = (every[data.labels[every] == label], every[data.labels[every] != label])
    test_rows = torch.arange(len(test.labels))
    parts = {
        "retain_train": (data, retain), "forget_train": (data, forget),
        "retain_test": (test, test_rows[test.labels != label]), "forget_test": (test, test_rows[test.labels == label]),
    }
    attacks = {name: value for a in experiment["attacks"] if isinstance(a, dict) for name, value in a.items()}
    methods = [next(iter(m.items())) if isinstance(m, dict) else (m, {}) for m in experiment["methods"]]
    models = {}
    for seed in experiment["seeds"]:
        torch.manual_seed(seed)
        original = timed("original", lambda: train(data, every, experiment["training"]))
        models["original", seed] = original
        models["retrain", seed] = timed("retrain", lambda: train(data, retain, experiment["training"]))
        for name, parameters in methods:
            recipe = {**DEFAULTS[name], **parameters.get("training", {})}
            models[name, seed] = timed(
                name, lambda: unlearn(name, original, data, forget, retain, label, recipe))
    outputs = timed("predictions", lambda: {key: Outputs(model, parts) for key, model in models.items()})
    seeds = list(experiment["seeds"])
    reference = timed("mia-nn", lambda: Reference([outputs["retrain", seed] for seed in seeds], label))
    values = {}
    for (name, seed), output in outputs.items():
        position = seeds.index(seed) if name == "retrain" else None
        found = {f"accuracy.{part}": output.accuracy(part) for part in parts}
        found.update(timed("mia-svc", lambda: mia_svc(output, attacks["mia-svc"]["maximum_samples"])))
        found.update(timed("mia-nn", lambda: reference.measurements(output, position)))
        values.update({(name, seed, key): value for key, value in found.items()})
    return values, seconds
