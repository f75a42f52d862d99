"""A narrow ResNet-18 by torchvision, its weights as a safetensors file, and its features of a few images.

Run: python make.py (writes weights.safetensors and golden.json beside itself). Made with torch 2.13.0, torchvision 0.28.0
and safetensors 0.8.0. Features are computed in double precision.
"""

import json
import pathlib

import torch
import torchvision
from safetensors.torch import save_file
from torchvision.models.resnet import BasicBlock, ResNet

WIDTH, CLASSES = 2, 7


class NarrowResNet18(ResNet):
    """torchvision's ResNet-18 with another number of channels: its own layers, names and forward pass."""

    def __init__(self):
        super().__init__(BasicBlock, [2, 2, 2, 2])
        self.inplanes = WIDTH
        self.conv1 = torch.nn.Conv2d(3, WIDTH, 7, 2, 3, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(WIDTH)
        for stage in range(4):
            layer = self._make_layer(BasicBlock, WIDTH << stage, 2, stride=2 if stage else 1)
            setattr(self, f"layer{stage + 1}", layer)
        self.fc = torch.nn.Linear(WIDTH << 3, CLASSES)


torch.manual_seed(11)
model = NarrowResNet18()
for module in model.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        torch.nn.init.uniform_(module.weight, 0.5, 1.5)
        torch.nn.init.normal_(module.bias, std=0.3)
        torch.nn.init.normal_(module.running_mean, std=0.3)
        torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
here = pathlib.Path(__file__).parent
save_file(model.state_dict(), here / "weights.safetensors")

# Numbers that Float32 holds exactly, so that both sides see the same images.
images = torch.randint(-64, 65, (2, 3, 37, 45)).double() / 32
model.double().eval()
model.fc = torch.nn.Identity()
with torch.no_grad():
    features = model(images)
golden = {
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__},
    "width": WIDTH,
    "shape": [2, 37, 45, 3],
    "images": images.permute(0, 2, 3, 1).reshape(-1).tolist(),
    "features": features.reshape(-1).tolist(),
}
(here / "golden.json").write_text(json.dumps(golden) + "\n")
