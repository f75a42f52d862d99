"""A ResNet-8 of width 4 in PyTorch: logits, gradients, ten steps of SGD, evaluate mode, SalUn's gradients.

Run: python make.py (writes resnet.json beside itself). Weights are written as the engine keeps them: convolutions
[KH, KW, C, OC], images [N, H, W, C].
"""

import json
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(3)
torch.set_num_threads(1)
N, SIDE, K, WIDTH = 6, 9, 5, 4


class Block(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != width:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class ResNet8(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTH, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTH)
        self.layer1 = nn.Sequential(Block(WIDTH, WIDTH, 1))
        self.layer2 = nn.Sequential(Block(WIDTH, 2 * WIDTH, 2))
        self.layer3 = nn.Sequential(Block(2 * WIDTH, 4 * WIDTH, 2))
        self.head = nn.Linear(4 * WIDTH, K)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.head(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def numbers(tensor):
    tensor = tensor.detach()
    if tensor.dim() == 4:
        tensor = tensor.permute(2, 3, 1, 0)
    return [float(f"{v:.9g}") for v in tensor.reshape(-1).tolist()]


def gradients(model, loss):
    return {n: numbers(g) for (n, p), g in zip(model.named_parameters(), torch.autograd.grad(loss, model.parameters()))}


model = ResNet8()
# Scales and shifts that are not the identity, so that each takes part in the comparison.
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        nn.init.uniform_(module.weight, 0.5, 1.5)
        nn.init.normal_(module.bias, std=0.2)
pixels = torch.randint(0, 256, (N, SIDE, SIDE, 3))
x = ((pixels / 255 - 0.5) / 0.25).permute(0, 3, 1, 2).contiguous()
labels = [0, 1, 2, 3, 4, 1]
y = torch.tensor(labels)
out = dict(
    versions=dict(torch=torch.__version__), shape=[N, SIDE, SIDE, 3], classes=K, width=WIDTH, depth=8,
    pixels=pixels.reshape(-1).tolist(), mean=0.5, deviation=0.25, labels=labels,
    parameters={n: numbers(p) for n, p in model.named_parameters()},
)
logits = model(x)
loss = F.cross_entropy(logits, y)
out.update(logits=numbers(logits), loss=loss.item(), gradients=gradients(model, loss))

model.load_state_dict({**model.state_dict(), **{n: b for n, b in ResNet8().state_dict().items() if "running" in n}})
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
trajectory = []
for _ in range(10):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    trajectory.append(loss.item())
out["trajectory"] = trajectory
out["trained"] = {n: numbers(p) for n, p in model.named_parameters()}
out["statistics"] = {n: numbers(b) for n, b in model.named_buffers() if "running" in n}
out["evaluated"] = (model.eval(), numbers(model(x)))[1]


def saliency():
    total = [torch.zeros_like(p) for p in model.parameters()]
    for rows in (slice(0, 4), slice(4, 6)):
        loss = F.cross_entropy(model(x[rows]), y[rows])
        for t, g in zip(total, torch.autograd.grad(loss, model.parameters())):
            t += g
    return total


evaluate = saliency()
out["saliency"] = {n: numbers(t.abs()) for (n, _), t in zip(model.named_parameters(), evaluate)}
model.train()
difference = max(((a - b).abs().max() / a.abs().max()).item() for a, b in zip(evaluate, saliency()))
assert difference > 0.5, "the test could not tell train mode from evaluate mode"
pathlib.Path(__file__).with_name("resnet.json").write_text(json.dumps(out) + "\n")
print(trajectory)
