"""Runs the engine's benchmark and PyTorch's in turn and prints, for every pair, PyTorch's time over the engine's.

Each side runs as a process of its own. PyTorch gets channels-last memory and a tuned malloc, its best fp32 setting
("tuned"), and its defaults ("default").
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

TUNED = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "1000000000000",
    "MALLOC_TOP_PAD_": "268435456",
}


def peer(model_name, threads, steps, channels_last):
    """One measurement of PyTorch, in milliseconds."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    torch.set_num_threads(threads)

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.shortcut = nn.Identity()
            if stride != 1 or inputs != outputs:
                self.shortcut = nn.Sequential(
                    nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
                )

        def forward(self, x):
            hidden = F.relu(self.bn1(self.conv1(x)))
            return F.relu(self.bn2(self.conv2(hidden)) + self.shortcut(x))

    def resnet(blocks):
        layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
        inputs = 16
        for stage, width in enumerate([16, 32, 64]):
            for block in range(blocks):
                layers.append(Block(inputs, width, 2 if stage > 0 and block == 0 else 1))
                inputs = width
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))

    def lenet():
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
        )

    model = lenet() if model_name == "lenet" else resnet(3 if model_name == "resnet20" else 1)
    images = torch.randn((128, 1, 28, 28) if model_name == "lenet" else (128, 3, 32, 32))
    labels = torch.arange(128) % 10
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

    def train():
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()

    def infer():
        with torch.inference_mode():
            model(images)

    def median(body):
        times = []
        for _ in range(steps + 2):
            start = time.perf_counter()
            body()
            times.append(time.perf_counter() - start)
        return 1000 * statistics.median(times[2:])

    train_ms = median(train)
    model.eval()
    return {"train_ms": train_ms, "infer_ms": median(infer)}


def run(command, environment=None):
    output = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env={**os.environ, **(environment or {})}
    ).stdout
    return json.loads(output)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--models", default="resnet20,resnet8,lenet")
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        name, layout = options.peer
        print(json.dumps(peer(name, options.threads, options.steps, layout == "tuned")))
        return
    here = [sys.executable, __file__, "--threads", str(options.threads), "--steps", str(options.steps), "--peer"]
    print(f"{'model':10} {'peer':8} {'work':6} {'ours ms':>8} {'peer ms':>8} {'ratio: median':>14} {'min':>6} {'max':>6}")
    for model in options.models.split(","):
        for setting in ["tuned", "default"]:
            ratios = {"train": [], "infer": []}
            ours_ms = {"train": [], "infer": []}
            peer_ms = {"train": [], "infer": []}
            for _ in range(options.pairs):
                ours = run([options.binary, model, str(options.threads), str(options.steps)])
                theirs = run(here + [model, setting], TUNED if setting == "tuned" else None)
                for work in ratios:
                    ours_ms[work].append(ours[f"{work}_ms"])
                    peer_ms[work].append(theirs[f"{work}_ms"])
                    ratios[work].append(theirs[f"{work}_ms"] / ours[f"{work}_ms"])
            for work, values in ratios.items():
                print(
                    f"{model:10} {setting:8} {work:6} {statistics.median(ours_ms[work]):8.1f} "
                    f"{statistics.median(peer_ms[work]):8.1f} {statistics.median(values):14.2f} "
                    f"{min(values):6.2f} {max(values):6.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
