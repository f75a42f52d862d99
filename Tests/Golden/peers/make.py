"""l1-sparse and SCRUB on a small network with batch normalization, from PyTorch's own modules, optimizer and losses.

Run: python make.py (writes golden.json beside itself). Batches hold a whole set, so the order of samples does not matter.
"""

import copy
import json
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
K, SIDE, HIDDEN, FORGOTTEN = 4, 2, 6, 1
labels = [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3]
pixels = torch.randint(0, 256, (len(labels), SIDE * SIDE))
MEAN, DEVIATION = 0.5, 0.25
x, y = (pixels / 255 - MEAN) / DEVIATION, torch.tensor(labels)
forget, retain = y == FORGOTTEN, y != FORGOTTEN
RATE, MOMENTUM, DECAY, FACTOR = 0.1, 0.9, 1e-2, 0.1


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.norm, self.head = nn.Linear(SIDE * SIDE, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.Linear(HIDDEN, K)

    def forward(self, rows):
        return self.head(torch.relu(self.norm(self.fc1(rows))))


def numbers(state):
    return {n: t.detach().ravel().tolist() for n, t in state if "num_batches" not in n}


original = Model()
# Statistics and scales that are far from those of a batch: evaluate mode differs from train mode.
for name, tensor in list(original.named_parameters()) + list(original.named_buffers()):
    if "num_batches" not in name:
        values = 0.5 + torch.rand_like(tensor) if "var" in name or name == "norm.weight" else torch.randn_like(tensor)
        tensor.data.copy_(values.float().double())


def optimizer_of(model):
    return torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)


def result(model):
    return dict(parameters=numbers(model.named_parameters()), statistics=numbers(model.named_buffers()))


def l1_sparse(epochs, free, alpha, schedule, pruning=0):
    model = copy.deepcopy(original).train()
    keep = {n: torch.ones_like(p) for n, p in model.named_parameters()}
    if pruning:
        weights = [n for n, p in model.named_parameters() if p.dim() > 1]
        every = torch.cat([dict(model.named_parameters())[n].abs().ravel() for n in weights])
        bound = every.sort().values[round(pruning * len(every)) - 1]
        for n, p in model.named_parameters():
            if n in weights:
                keep[n] = (p.abs() > bound).double()
                p.data.mul_(keep[n])
    optimizer = optimizer_of(model)
    for epoch in range(epochs):
        share = epoch / (epochs - free) if epoch < epochs - free else None
        weight = 0 if share is None else alpha * dict(decreasing=1 - share, constant=1, increasing=share)[schedule]
        magnitude = torch.linalg.vector_norm(torch.cat([p.ravel() for p in model.parameters()]), ord=1)
        loss = F.cross_entropy(model(x[retain]), y[retain]) + weight * magnitude
        optimizer.zero_grad()
        loss.backward()
        for n, p in model.named_parameters():
            p.grad.mul_(keep[n])
        optimizer.step()
    return result(model)


def scrub(epochs, max_epochs, alpha, gamma, temperature, thresholds, teacher_evaluates=True, square=True):
    teacher, model = copy.deepcopy(original), copy.deepcopy(original).train()
    teacher.train(not teacher_evaluates)
    optimizer = optimizer_of(model)

    def divergence(rows):
        with torch.no_grad():
            target = torch.softmax(teacher(rows) / temperature, 1)
        found = torch.log_softmax(model(rows) / temperature, 1)
        kl = F.kl_div(found, target, reduction="sum") / len(rows)
        return kl * temperature ** 2 if square else kl

    def step(loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for epoch in range(1, epochs + 1):
        drops = sum(epoch > threshold for threshold in thresholds)
        for group in optimizer.param_groups:
            group["lr"] = RATE * FACTOR ** drops
        if epoch <= max_epochs:
            step(-divergence(x[forget]))
        # One forward pass of the student serves both losses, so that its running statistics move once.
        output = model(x[retain])
        with torch.no_grad():
            target = torch.softmax(teacher(x[retain]) / temperature, 1)
        kl = F.kl_div(torch.log_softmax(output / temperature, 1), target, reduction="sum") / int(retain.sum())
        kl = kl * temperature ** 2 if square else kl
        step(gamma * F.cross_entropy(output, y[retain]) + alpha * kl)
    return result(model)


def farthest(a, b):
    return max(abs(p - q) for n in a["parameters"] for p, q in zip(a["parameters"][n], b["parameters"][n]))


SCRUB = dict(epochs=4, max_epochs=2, alpha=0.3, gamma=0.9, temperature=4.0, thresholds=[1, 3])
# The test can tell the usual slips from the method.
whole = scrub(**SCRUB)
for slip in (
    scrub(**SCRUB, teacher_evaluates=False), scrub(**SCRUB, square=False),
    scrub(**{**SCRUB, "max_epochs": 4}), scrub(**{**SCRUB, "thresholds": [2, 4]}),
):
    assert farthest(whole, slip) > 1e-3

L1 = dict(epochs=4, alpha=0.02)
out = dict(
    versions=dict(torch=torch.__version__), classes=K, side=SIDE, hidden=HIDDEN, forgotten=FORGOTTEN, mean=MEAN,
    deviation=DEVIATION, pixels=pixels.ravel().tolist(), labels=labels, rate=RATE, momentum=MOMENTUM, decay=DECAY,
    factor=FACTOR, original=result(original), l1=L1, scrub=SCRUB, pruning=0.4,
    results={
        "decreasing": l1_sparse(**L1, free=0, schedule="decreasing"),
        "constant": l1_sparse(**L1, free=0, schedule="constant"),
        "increasing": l1_sparse(**L1, free=0, schedule="increasing"),
        "free epochs": l1_sparse(**L1, free=2, schedule="decreasing"),
        "pruned": l1_sparse(**L1, free=0, schedule="decreasing", pruning=0.4),
        "scrub": whole,
        "scrub, one max step": scrub(**{**SCRUB, "epochs": 1}),
    },
)
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out) + "\n")
