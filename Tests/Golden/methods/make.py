"""What every gradient method makes of a small linear classifier, from PyTorch's own optimizer and losses.

Run: python make.py (writes golden.json beside itself). Batches hold a whole set, so the order of samples does not matter.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(11)
K, SIDE, FORGOTTEN = 4, 2, 1
labels = [0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3]
pixels = rng.integers(0, 256, size=(len(labels), SIDE * SIDE))
MEAN, DEVIATION = 0.5, 0.25
x = torch.tensor((pixels / 255 - MEAN) / DEVIATION, dtype=torch.float64)
y = torch.tensor(labels)
forget, retain = y == FORGOTTEN, y != FORGOTTEN
W0 = torch.tensor(rng.normal(size=(K, SIDE * SIDE)).astype(np.float32).astype(float))
B0 = torch.tensor(rng.normal(size=K).astype(np.float32).astype(float))
EPOCHS, RATE, MOMENTUM, DECAY, STEP, FACTOR = 4, 0.2, 0.9, 5e-2, 2, 0.1


def train(losses):
    """EPOCHS epochs; `losses` makes the loss of each step of one epoch."""
    w, b = W0.clone().requires_grad_(), B0.clone().requires_grad_()
    optimizer = torch.optim.SGD([w, b], lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, STEP, FACTOR)
    for _ in range(EPOCHS):
        for loss in losses:
            optimizer.zero_grad()
            loss(lambda rows: F.linear(x[rows], w, b)).backward()
            optimizer.step()
        schedule.step()
    return dict(weight=w.detach().numpy().ravel().tolist(), bias=b.detach().numpy().tolist())


def descent(model):
    return F.cross_entropy(model(retain), y[retain])


def ascent(model):
    return -F.cross_entropy(model(forget), y[forget])


def neg_grad_plus(model):
    return 0.8 * descent(model) + 0.2 * ascent(model)


def soft(beta, ratio=None, smoothing=0):
    teacher = F.linear(x[forget], W0, B0)
    centered = W0 - W0.mean(0)
    cosines = F.cosine_similarity(centered, centered[FORGOTTEN][None], dim=1)
    cosines[FORGOTTEN] = -torch.inf
    teacher[:, FORGOTTEN] = -torch.inf
    targets = torch.softmax(teacher + beta * torch.softmax(cosines / 0.2, 0), 1)

    def loss(model):
        n_r, n_f = int(retain.sum()), int(forget.sum())
        natural = n_f / n_r if ratio is None else ratio
        lambda_r, lambda_f = 1 / (1 + natural), natural / (1 + natural)
        log_p = torch.log_softmax(model(forget), 1)
        retained = F.cross_entropy(model(retain), y[retain], label_smoothing=smoothing)
        return lambda_r * retained + lambda_f * -(targets * log_p).sum(1).mean()

    return loss


def smoothed(model):
    return F.cross_entropy(model(retain), y[retain], label_smoothing=0.2)


def saliency_masks():
    """SalUn: signed gradients of batch means (batches of 2) summed, then their magnitudes ranked over both tensors."""
    total, absolute = [torch.zeros_like(W0), torch.zeros_like(B0)], [torch.zeros_like(W0), torch.zeros_like(B0)]
    rows = torch.nonzero(forget).ravel()
    for batch in rows.split(2):
        w, b = W0.clone().requires_grad_(), B0.clone().requires_grad_()
        loss = F.cross_entropy(F.linear(x[batch], w, b), y[batch])
        for i, g in enumerate(torch.autograd.grad(loss, [w, b])):
            total[i] += g
            absolute[i] += g.abs()
    scores = torch.cat([t.abs().ravel() for t in total])
    masks = {}
    for ratio in (0.25, 0.5, 0.75):
        count = int(ratio * len(scores))
        mask = torch.zeros(len(scores))
        mask[scores.argsort(descending=True)[:count]] = 1
        masks[str(ratio)] = mask.int().tolist()
    # The test can tell the sum of signed gradients from that of magnitudes, and all parameters from each tensor alone.
    other = torch.zeros(len(scores))
    other[torch.cat([t.ravel() for t in absolute]).argsort(descending=True)[: len(scores) // 2]] = 1
    assert other.int().tolist() != masks["0.5"]
    assert sum(masks["0.5"][W0.numel():]) != K // 2
    return masks


out = dict(
    versions=dict(torch=torch.__version__, numpy=np.__version__),
    classes=K, side=SIDE, forgotten=FORGOTTEN, mean=MEAN, deviation=DEVIATION,
    pixels=pixels.ravel().tolist(), labels=labels, weight=W0.numpy().ravel().tolist(), bias=B0.numpy().tolist(),
    recipe=dict(
        epochs=EPOCHS, rate=RATE, momentum=MOMENTUM, decay=DECAY, step_epochs=STEP, step_factor=FACTOR,
    ),
    temperature=0.2, tilt=3.0, alpha=0.8, forget_weight=2.0, label_smoothing=0.2,
    results={
        "fine-tune": train([descent]),
        "fine-tune, smoothed": train([smoothed]),
        "gradient-ascent": train([ascent]),
        "gradient-ascent after retain pass": train([descent, ascent]),
        "neg-grad-plus": train([neg_grad_plus]),
        "rwft": train([soft(0)]),
        "rwft, forget weight": train([soft(0, ratio=2.0)]),
        "rwft, forget weight, smoothed": train([soft(0, ratio=2.0, smoothing=0.2)]),
        "trw": train([soft(3.0)]),
    },
    masks=saliency_masks(),
)
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out, indent=1) + "\n")
