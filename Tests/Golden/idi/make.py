"""Golden training of the critics of idi, by PyTorch. Run: python make.py

A multi-layer perceptron of 16 pixels, 6 and 5 hidden units; critics of the outputs of both blocks, with given initial
values, trained by Adam on one batch of 12 retained and 12 forgotten samples. The InfoNCE bound is written as its
definition, over the labels of the batch, in double precision, and judged on 8 other samples of each side before the first
and after every step. Written: golden.json beside this file.
"""
import json
import pathlib

import numpy
import torch

torch.set_default_dtype(torch.float64)
folder = pathlib.Path(__file__).parent
random = numpy.random.default_rng(5)
steps, rate, projection = 8, 0.05, 4
pixels = random.integers(0, 256, size=(2, 20, 16))
# Forgotten samples are brighter above and darker below, so that there is something to find.
pixels[1, :, :8] = numpy.minimum(255, pixels[1, :, :8] + 150)
pixels[1, :, 8:] = numpy.maximum(0, pixels[1, :, 8:] - 150)


def weights(*shape):
    return numpy.round(random.normal(size=shape) / numpy.sqrt(shape[-1]), 6)


model = {"fc1.weight": weights(6, 16), "fc1.bias": weights(6), "fc2.weight": weights(5, 6), "fc2.bias": weights(5)}
images = torch.tensor(pixels / 255).reshape(40, 16)
labels = torch.tensor([0] * 20 + [1] * 20)
fitted = torch.tensor([*range(12), *range(20, 32)])
judged = torch.tensor([*range(12, 20), *range(32, 40)])


def infonce(f, g, b, y):
    """E[s(z_i, y_i) − log (1/B) Σ_j exp s(z_i, y_j)]."""
    s = f @ g[y].T + b[y]
    return (s.diagonal() - torch.logsumexp(s, 1) + torch.log(torch.tensor(float(len(y))))).mean()


golden = {
    "versions": {"numpy": numpy.__version__, "torch": torch.__version__}, "rate": rate, "projection": projection,
    "pixels": pixels.reshape(2, -1).tolist(), "model": {name: value.ravel().tolist() for name, value in model.items()},
    "critics": [], "bounds": [],
}
for block in [1, 2]:
    first = {
        "projection.weight": weights(projection, 5),
        "projection.bias": weights(projection), "head.weight": weights(2, projection), "head.bias": weights(2),
    }
    frozen = {name: torch.tensor(value) for name, value in model.items()}
    z = torch.relu(images @ frozen["fc1.weight"].T + frozen["fc1.bias"])
    if block == 2:
        z = torch.relu(z @ frozen["fc2.weight"].T + frozen["fc2.bias"])
    start = dict(first)
    if block == 1:
        start |= {name: model[name] for name in ["fc2.weight", "fc2.bias"]}
    trained = {name: torch.tensor(value, requires_grad=True) for name, value in start.items()}

    def bound(rows):
        h = z[rows]
        if block == 1:
            h = torch.relu(h @ trained["fc2.weight"].T + trained["fc2.bias"])
        f = h @ trained["projection.weight"].T + trained["projection.bias"]
        return infonce(f, trained["head.weight"], trained["head.bias"], labels[rows])

    optimizer = torch.optim.Adam(trained.values(), lr=rate)
    bounds = [bound(judged).item()]
    for _ in range(steps):
        optimizer.zero_grad()
        (-bound(fitted)).backward()
        optimizer.step()
        bounds.append(bound(judged).item())
    golden["critics"].append({name: value.ravel().tolist() for name, value in first.items()})
    golden["bounds"].append(bounds)
(folder / "golden.json").write_text(json.dumps(golden) + "\n")
print(golden["bounds"])
