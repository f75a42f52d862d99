"""Neural estimates of mutual information by PyTorch: values, gradients and steps over several batches.

Run: python make.py (writes golden.json beside itself).
"""

import json
import pathlib

import numpy as np
import torch

rng = np.random.default_rng(3)
D, H, N, BATCHES, RATE = 3, 5, 6, 3, 0.2


def numbers(*shape):
    return torch.tensor(rng.normal(size=shape).astype(np.float32).astype(float))


shapes = {"hidden.weight": (H, D), "hidden.bias": (H,), "output.weight": (1, H), "output.bias": (1,)}
start = {name: numbers(*shape) for name, shape in shapes.items()}
together, apart = numbers(BATCHES, N, D), numbers(BATCHES, N, D)


class CorrectedLogMeanExp(torch.autograd.Function):
    """Forward log mean exp; backward with the running mean in place of the batch's."""

    @staticmethod
    def forward(ctx, t, running):
        ctx.save_for_backward(t)
        ctx.running = running
        return torch.logsumexp(t, 0).squeeze() - np.log(len(t))

    @staticmethod
    def backward(ctx, gradient):
        (t,) = ctx.saved_tensors
        return gradient * t.exp() / ((ctx.running + 1e-18) * len(t)), None


def run(trains):
    """Estimates of all batches; with a step of the network after each, or gradients to the pairs and no step."""
    p = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = torch.optim.SGD(p.values(), lr=RATE, momentum=0.9)
    running, result = None, []
    for a, b in zip(together, apart):
        a, b = a.clone().requires_grad_(), b.clone().requires_grad_()

        def network(x):
            hidden = torch.relu(x @ p["hidden.weight"].T + p["hidden.bias"])
            return hidden @ p["output.weight"].T + p["output.bias"]

        t = network(b)
        mean = t.detach().exp().mean().item()
        running = mean if running is None else 0.01 * mean + 0.99 * running
        estimate = network(a).mean() - CorrectedLogMeanExp.apply(t, running)
        optimizer.zero_grad()
        (-estimate if trains else estimate).backward()
        if trains:
            optimizer.step()
        result.append(dict(
            estimate=estimate.item(), running_mean=running, together=a.grad.ravel().tolist(),
            apart=b.grad.ravel().tolist()))
    return dict(batches=result, parameters={name: value.detach().ravel().tolist() for name, value in p.items()})


out = dict(
    versions=dict(torch=torch.__version__, numpy=np.__version__), inputs=D, hidden=H, samples=N, rate=RATE,
    start={name: value.ravel().tolist() for name, value in start.items()},
    together=[t.ravel().tolist() for t in together], apart=[t.ravel().tolist() for t in apart],
    frozen=run(False), trained=run(True),
)
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out, indent=1) + "\n")
