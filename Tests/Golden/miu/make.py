"""MIU on a small network with batch normalization, from PyTorch's modules, autograd and optimizers in double precision.

Run: python make.py (writes golden.json beside itself). Every batch holds a whole set; the orders and the groups that are
drawn come from a second implementation of the engine's random numbers (../engine/random_numbers.py).
"""

import copy
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "engine"))
from random_numbers import permutation, root  # noqa: E402

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
K, S, SIDE, HIDDEN, UNITS = 2, 2, 2, 6, 512
MEAN, DEVIATION = 0.5, 0.25
RATE, MOMENTUM, DECAY = 0.05, 0.9, 1e-2
TERMS = dict(epochs=3, forgetting_epochs=2, first_steps=4, steps=2, estimator_rate=0.1, calibration=5.0)
SEED = 5
labels = [0, 1] * 10
values = [0, 0, 1, 1] * 5
pixels = torch.randint(0, 256, (len(labels), SIDE * SIDE))
x = (pixels / 255 - MEAN) / DEVIATION
y = torch.tensor(labels)
groups = torch.tensor([s + t * S for t, s in zip(labels, values)])
# Three of the five samples of class 1 and value 0.
forgotten = [1, 5, 9]
retained = [i for i in range(len(labels)) if i not in forgotten]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.norm, self.head = nn.Linear(SIDE * SIDE, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.Linear(HIDDEN, K)

    def features(self, rows):
        return torch.relu(self.norm(self.fc1(rows)))

    def forward(self, rows):
        return self.head(self.features(rows))


original = Model()
for name, tensor in list(original.named_parameters()) + list(original.named_buffers()):
    if "num_batches" not in name:
        spread = 0.5 + torch.rand_like(tensor) if "var" in name or name == "norm.weight" else torch.randn_like(tensor)
        tensor.data.copy_(spread.float().double())


def uniform(source, shape, bound):
    bound = np.float32(bound)
    numbers = [
        -bound + (bound + bound) * np.float32((source.next() >> 40) / 2**24) for _ in range(int(np.prod(shape)))]
    return nn.Parameter(torch.tensor(np.array(numbers, dtype=np.float32)).double().reshape(shape))


class Estimator:
    def __init__(self, source, rate):
        inputs = HIDDEN + K * S
        shapes = {
            "hidden.weight": ((UNITS, inputs), inputs), "hidden.bias": ((UNITS,), inputs),
            "output.weight": ((1, UNITS), UNITS), "output.bias": ((1,), UNITS)}
        self.p = {n: uniform(source.stream(n), s, 1 / np.sqrt(f)) for n, (s, f) in shapes.items()}
        self.running = None
        self.optimizer = torch.optim.SGD(self.p.values(), lr=rate, momentum=0.9)

    def network(self, features, g):
        rows = torch.cat([features, F.one_hot(g, K * S).double()], 1)
        hidden = torch.relu(rows @ self.p["hidden.weight"].T + self.p["hidden.bias"])
        return (hidden @ self.p["output.weight"].T + self.p["output.bias"])[:, 0]

    def estimate(self, features, g, drawn):
        together, apart = self.network(features, g), self.network(features, drawn)
        mean = apart.detach().exp().mean()
        self.running = mean if self.running is None else 0.01 * mean + 0.99 * self.running
        value = apart.exp().mean().log()
        # Forward the plain value, backward exp(T) / ((m + 1e-18)·N).
        slope = (apart.detach().exp() / ((self.running + 1e-18) * len(apart)) * apart).sum()
        return together.mean() - (value.detach() + slope - slope.detach())


def draw(source, count):
    return torch.tensor([source.below(K * S) for _ in range(count)])


def reweighted(source):
    before, kept = torch.bincount(groups).tolist(), torch.bincount(groups[retained]).tolist()
    sums = np.cumsum([before[g] / kept[g] for g in groups[retained].tolist()])
    places = [(source.next() >> 11) / 2**53 * sums[-1] for _ in retained]
    return [retained[int(np.searchsorted(sums, place, side="right"))] for place in places]


def miu(as_released=False, reweights=True, forgets=True, calibrates=True, swaps=False):
    run = root(SEED)
    information, training = run.stream("mutual information"), run.stream("training")
    reference_model, model = copy.deepcopy(original).eval(), copy.deepcopy(original).train()
    own = Estimator(information.stream("model"), TERMS["estimator_rate"])
    other = Estimator(information.stream("original"), TERMS["estimator_rate"])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)
    everything = retained + forgotten
    notes = {}

    def batch_features(network, rows):
        with torch.no_grad():
            return copy.deepcopy(network).train().features(x[rows])

    def original_features(rows):
        with torch.no_grad():
            return batch_features(original, rows) if as_released else reference_model.features(x[rows])

    def forget(epoch):
        order = permutation(training.stream("forget").stream("order", epoch), len(forgotten))
        rows = [forgotten[i] for i in order]
        estimate = own.estimate(
            model.features(x[rows]), groups[rows], draw(information.stream("forget groups", epoch, 0), len(rows)))
        notes[f"forget_information_{epoch}"] = estimate.item()
        optimizer.zero_grad()
        estimate.backward()
        optimizer.step()

    def retain(epoch):
        samples = reweighted(run.stream("reweight").stream("epoch", epoch)) if reweights else retained
        rows = [samples[i] for i in permutation(training.stream("data").stream("order", epoch), len(samples))]
        drawn = draw(information.stream("retain groups", epoch, 0), len(rows))
        features = model.features(x[rows])
        loss = F.cross_entropy(model.head(features), y[rows])
        if calibrates:
            target = other.estimate(original_features(rows), groups[rows], drawn).detach()
            gap = (own.estimate(features, groups[rows], drawn) - target) ** 2
            notes[f"calibration_gap_{epoch}"] = gap.item()
            loss = loss + TERMS["calibration"] * gap
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for epoch in range(TERMS["epochs"]):
        configured = TERMS["first_steps"] if epoch == 0 else TERMS["steps"]
        for step in range(configured + (1 if as_released else 0)):
            order = permutation(information.stream("tuning", epoch).stream("order", step), len(everything))
            rows = [everything[i] for i in order]
            source = information.stream("tuning groups", epoch, step)
            features = batch_features(model, rows)
            others = features if as_released else original_features(rows)
            # One draw for both estimators as released, one for each otherwise.
            first = draw(source, len(rows))
            second = first if as_released else draw(source, len(rows))
            for estimator, z, drawn in ((own, features, first), (other, others, second)):
                estimator.optimizer.zero_grad()
                (-estimator.estimate(z, groups[rows], drawn)).backward()
                estimator.optimizer.step()
        phases = [forget] if forgets and epoch < TERMS["forgetting_epochs"] else []
        for phase in [retain] + phases if swaps else phases + [retain]:
            phase(epoch)
    numbers = {n: t.detach().ravel().tolist() for n, t in model.named_parameters()}
    statistics = {n: t.ravel().tolist() for n, t in model.named_buffers() if "num_batches" not in n}
    return dict(parameters=numbers, statistics=statistics, notes=notes)


def farthest(a, b):
    return max(abs(p - q) for n in a["parameters"] for p, q in zip(a["parameters"][n], b["parameters"][n]))


results = {
    "paper": miu(), "as-released": miu(as_released=True), "without reweighting": miu(reweights=False),
    "without forgetting": miu(forgets=False), "without calibration": miu(calibrates=False),
}
# The test can tell the variants and a slip of the order from each other.
for name, other in [*results.items()][1:] + [("the other order", miu(swaps=True))]:
    print(name, farthest(results["paper"], other))
    assert farthest(results["paper"], other) > 2e-3
pathlib.Path(__file__).with_name("golden.json").write_text(
    json.dumps(
        dict(
            versions=dict(torch=torch.__version__, numpy=np.__version__), classes=K, values=S, side=SIDE, hidden=HIDDEN,
            mean=MEAN, deviation=DEVIATION, rate=RATE, momentum=MOMENTUM, decay=DECAY, seed=SEED, terms=TERMS,
            pixels=pixels.ravel().tolist(), labels=labels, sensitive=values, forgotten=forgotten,
            original=dict(
                parameters={n: t.detach().ravel().tolist() for n, t in original.named_parameters()},
                statistics={n: t.ravel().tolist() for n, t in original.named_buffers() if "num_batches" not in n}),
            results=results)) + "\n")
