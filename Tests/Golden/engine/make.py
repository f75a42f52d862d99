"""Writes the numbers that the optimizers and schedules of Sources/Engine are compared with, as PyTorch computes them.

    python make.py

Needs torch; golden.json states the versions that were used.
"""

import json
import pathlib
import platform
import warnings

import torch

here = pathlib.Path(__file__).parent
steps = 10
shapes = {"weight": [3, 7], "bias": [3]}
random = torch.Generator().manual_seed(20240501)


def draw(scale):
    return {name: scale * torch.randn(shape, generator=random) for name, shape in shapes.items()}


initial = draw(1.0)
gradients = [draw(0.5) for _ in range(steps)]
# A schedule is part of what is compared: the rate changes from step to step.
rates = [0.05 * (1 - step / (2 * steps)) for step in range(steps)]


def numbers(tensors):
    return {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}


def trajectory(make):
    """Parameters after every step of the optimizer that `make` builds, in Float64 from the same Float32 numbers."""
    parameters = {name: torch.nn.Parameter(tensor.double()) for name, tensor in initial.items()}
    optimizer = make(list(parameters.values()))
    after = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rates[step]
        for name, parameter in parameters.items():
            parameter.grad = gradients[step][name].double()
        optimizer.step()
        after.append(numbers(parameters))
    return after


sgd = [
    {"momentum": 0.0, "weightDecay": 0.0, "nesterov": False},
    {"momentum": 0.0, "weightDecay": 0.1, "nesterov": False},
    {"momentum": 0.9, "weightDecay": 0.0, "nesterov": False},
    {"momentum": 0.9, "weightDecay": 0.05, "nesterov": False},
    {"momentum": 0.8, "weightDecay": 0.05, "nesterov": True},
]
adam = [
    {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.0, "decoupled": False},
    {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "weightDecay": 0.1, "decoupled": False},
    {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.1, "decoupled": True},
]


def make_sgd(s):
    return lambda p: torch.optim.SGD(
        p, lr=1, momentum=s["momentum"], weight_decay=s["weightDecay"], nesterov=s["nesterov"])


def make_adam(s):
    kind = torch.optim.AdamW if s["decoupled"] else torch.optim.Adam
    return lambda p: kind(
        p, lr=1, betas=(s["beta1"], s["beta2"]), eps=s["epsilon"], weight_decay=s["weightDecay"])


def factors(make, count, per_epoch=None):
    """Learning rates over `count` steps from a base of 1; the scheduler moves once per step or once per epoch."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)
    result = []
    for step in range(count):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < count and (per_epoch is None or (step + 1) % per_epoch == 0):
            scheduler.step()
    return result


lr = torch.optim.lr_scheduler
per_epoch, epochs = 7, 9
total = per_epoch * epochs
warnings.simplefilter("ignore")
schedules = {
    "constant": factors(lambda o: lr.ConstantLR(o, factor=1.0), total),
    "step": factors(lambda o: lr.StepLR(o, step_size=2, gamma=0.3), total, per_epoch),
    "multiStep": factors(lambda o: lr.MultiStepLR(o, milestones=[3, 4, 7], gamma=0.2), total, per_epoch),
    "cosine": factors(lambda o: lr.CosineAnnealingLR(o, T_max=total), total),
    "cosineByEpoch": factors(lambda o: lr.CosineAnnealingLR(o, T_max=epochs), total, per_epoch),
    "oneCycle30": factors(lambda o: lr.OneCycleLR(o, max_lr=1.0, total_steps=total, pct_start=0.3), total),
    "oneCycle50": factors(lambda o: lr.OneCycleLR(o, max_lr=1.0, total_steps=total, pct_start=0.5), total),
    # Over the first 14 steps from 1/14 to 1 in a line.
    "warmUp": factors(
        lambda o: lr.LinearLR(o, start_factor=1 / (2 * per_epoch), total_iters=2 * per_epoch - 1), total),
}

golden = {
    "versions": {"python": platform.python_version(), "torch": torch.__version__},
    "shapes": shapes,
    "initial": numbers(initial),
    "gradients": [numbers(g) for g in gradients],
    "rates": rates,
    "sgd": [{"setting": s, "after": trajectory(make_sgd(s))} for s in sgd],
    "adam": [{"setting": s, "after": trajectory(make_adam(s))} for s in adam],
    "stepsPerEpoch": per_epoch,
    "epochs": epochs,
    "schedules": schedules,
}
(here / "golden.json").write_text(json.dumps(golden) + "\n")
