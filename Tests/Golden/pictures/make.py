"""Pictures decoded, resized and cut by Pillow, along the rules of torchvision's Resize and CenterCrop.

Run: python make.py (writes golden.json beside itself).
"""

import base64
import io
import json
import pathlib

import numpy as np
import PIL
from PIL import Image

random = np.random.default_rng(5)


def picture(height, width, channels=3):
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 90 * np.sin(x / (3 + c) + y / (5 - c)) for c in range(channels)]
    noise = random.integers(-30, 30, (height, width, channels))
    return np.clip(np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def numbers(image):
    return np.asarray(image).reshape(-1).tolist()


rgb, odd = Image.fromarray(picture(24, 32)), Image.fromarray(picture(17, 21))
grey = Image.fromarray(picture(12, 10, 1)[..., 0])
alpha = Image.fromarray(picture(9, 11, 4), "RGBA")
sources = {
    "jpeg": encoded(rgb, "JPEG", quality=90),
    "jpeg with halved colours and odd sides": encoded(odd, "JPEG", quality=80, subsampling=2),
    "progressive jpeg": encoded(rgb, "JPEG", quality=85, progressive=True),
    "grey jpeg": encoded(grey, "JPEG", quality=90),
    "png": encoded(odd, "PNG"),
    "grey png": encoded(grey, "PNG"),
    "png with transparency": encoded(alpha, "PNG"),
    "png with a palette": encoded(rgb.quantize(16), "PNG"),
}
decoded = {}
for name, data in sources.items():
    # Image.convert("RGB") drops transparency, as torchvision's loader does.
    image = Image.open(io.BytesIO(data)).convert("RGB")
    decoded[name] = dict(
        file=base64.b64encode(data).decode(), height=image.height, width=image.width, pixels=numbers(image))

resized = []
for height, width in [(12, 16), (50, 70), (24, 9), (7, 32), (61, 5), (24, 32)]:
    resized.append(dict(height=height, width=width, pixels=numbers(rgb.resize((width, height), Image.BILINEAR))))


def center(image, size):
    short, stored = min(image.size), size * 256 // 224
    image = image.resize((stored * image.width // short, stored * image.height // short), Image.BILINEAR)
    top, left = round((image.height - size) / 2), round((image.width - size) / 2)
    return image.crop((left, top, left + size, top + size))


framed = []
for shape in [(40, 61), (77, 33), (35, 35)]:
    image = Image.fromarray(picture(*shape))
    framed.append(
        dict(
            height=shape[0], width=shape[1], source=numbers(image), size=28, center=numbers(center(image, 28)),
            stretch=numbers(image.resize((28, 28), Image.BILINEAR))))

cmyk = base64.b64encode(encoded(Image.fromarray(picture(9, 11, 4), "CMYK"), "JPEG")).decode()
pathlib.Path(__file__).with_name("golden.json").write_text(
    json.dumps(
        dict(
            versions=dict(pillow=PIL.__version__, numpy=np.__version__), decoded=decoded,
            resized=dict(height=24, width=32, source=numbers(rgb), cases=resized), framed=framed, cmyk=cmyk)) + "\n")
