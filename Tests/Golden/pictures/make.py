"""Pictures decoded, resized and cut by Pillow, along the rules of torchvision's Resize and CenterCrop.

Run: python make.py (writes golden.json beside itself).
"""

import base64
import io
import json
import pathlib
import struct
import zlib

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
gray = Image.fromarray(picture(12, 10, 1)[..., 0])
alpha = Image.fromarray(picture(9, 11, 4), "RGBA")
sources = {
    "jpeg": encoded(rgb, "JPEG", quality=90),
    "jpeg with halved colors and odd sides": encoded(odd, "JPEG", quality=80, subsampling=2),
    "progressive jpeg": encoded(rgb, "JPEG", quality=85, progressive=True),
    "gray jpeg": encoded(gray, "JPEG", quality=90),
    "png": encoded(odd, "PNG"),
    "gray png": encoded(gray, "PNG"),
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



def chunk(kind, data, damage=0):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) ^ damage)


def png(width, height, depth, kind, rows, before=b"", within=b"", after=b"", interlaced=False):
    """A PNG of rows of bytes, which Pillow cannot write in every depth, with chunks around the pixels."""
    raw = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(raw) + within)
        + after + chunk(b"IEND", b""))


def samples(height, width, channels, depth):
    values = random.integers(0, 2**depth, (height, width, channels))
    values[0, 0] = 2 ** (depth - 1)
    return values


def packed(values, depth):
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in values]
    bits = [np.unpackbits(row.reshape(-1, 1).astype(np.uint8), axis=1)[:, 8 - depth :].reshape(-1) for row in values]
    return [np.packbits(row).tobytes() for row in bits]


colors = bytes(random.integers(0, 256, 48).tolist())
gamma = {"1.0": chunk(b"gAMA", struct.pack(">I", 100000)), "0.45455": chunk(b"gAMA", struct.pack(">I", 45455))}
kinds = []
for depth in (1, 2, 4, 8, 16):
    kinds.append((f"gray png of {depth} bits", depth, 0, 1, b""))
for depth in (1, 2, 4, 8):
    kinds.append((f"palette png of {depth} bits", depth, 3, 1, chunk(b"PLTE", colors[: 3 * 2**depth]) + chunk(b"tRNS", b"\0\x09")))
for depth in (8, 16):
    kinds.append((f"rgb png of {depth} bits", depth, 2, 3, b""))
    kinds.append((f"gray png with alpha of {depth} bits", depth, 4, 2, b""))
    kinds.append((f"rgb png with alpha of {depth} bits", depth, 6, 4, b""))
    for value, data in gamma.items():
        kinds.append((f"gray png of {depth} bits, gamma {value}", depth, 0, 1, data))
        kinds.append((f"rgb png of {depth} bits, gamma {value}", depth, 2, 3, data))
    kinds.append((f"rgb png of {depth} bits, sRGB", depth, 2, 3, chunk(b"sRGB", b"\0")))
    kinds.append((f"gray png of {depth} bits, transparent gray", depth, 0, 1, chunk(b"tRNS", b"\0\x80")))
for name, depth, kind, channels, before in kinds:
    values = samples(7, 13, channels, 4 if kind == 3 and depth == 8 else depth)
    if kind == 3:
        values = np.minimum(values, 15)
    data = png(13, 7, depth, kind, packed(values, depth), before)
    image = Image.open(io.BytesIO(data))
    if image.mode.startswith("I"):
        # convert("RGB") would cut 16-bit gray at 255.
        pixels = np.repeat(np.asarray(image).astype(np.uint32)[..., None] >> 8, 3, -1).reshape(-1).tolist()
    else:
        pixels = numbers(image.convert("RGB"))
    decoded[name] = dict(file=base64.b64encode(data).decode(), height=7, width=13, pixels=pixels)

# Whole pictures with something wrong beside the pixels, which Pillow reads.
gray_profile = b"p\0\0" + zlib.compress(b"\0" * 16 + b"GRAY" + b"\0" * 112)
rows = packed(samples(5, 6, 3, 8), 8)
time = chunk(b"tIME", bytes(7))
faulty = {
    "a profile of gray in colors": png(6, 5, 8, 2, rows, chunk(b"iCCP", gray_profile)),
    "two gammas": png(6, 5, 8, 2, rows, gamma["1.0"] + gamma["0.45455"]),
    "impossible chromaticities": png(6, 5, 8, 2, rows, chunk(b"cHRM", struct.pack(">8I", *[2**31 - 1] * 8))),
    "an impossible time": png(6, 5, 8, 2, rows, time),
    "an impossible time at the end": png(6, 5, 8, 2, rows, after=time),
    "bytes after the compressed pixels": png(6, 5, 8, 2, rows, within=b"more"),
    "more rows than the header says": png(6, 5, 8, 2, rows + rows),
}
jpeg = base64.b64decode(decoded["jpeg"]["file"])
version = jpeg.index(b"JFIF\0") + 5
faulty["bytes before the end of a jpeg"] = jpeg[:-2] + bytes(65) + jpeg[-2:]
faulty["a jpeg of version 0.00"] = jpeg[:version] + bytes(2) + jpeg[version + 2 :]
for name, data in faulty.items():
    image = Image.open(io.BytesIO(data)).convert("RGB")
    faulty[name] = dict(
        file=base64.b64encode(data).decode(), height=image.height, width=image.width, pixels=numbers(image))

whole = png(6, 5, 8, 2, rows)
place = whole.index(b"IDAT")
size = struct.unpack(">I", whole[place - 4 : place])[0]
stream = bytearray(whole[place + 4 : place + 4 + size])
stream[-1] ^= 1
damaged = {
    "a wrong checksum of the pixels": whole[: place - 4] + chunk(b"IDAT", bytes(stream)) + chunk(b"IEND", b""),
    "a wrong checksum of the chunk": whole[: place + 4 + size] + bytes(4) + chunk(b"IEND", b""),
    "fewer rows than the header says": png(6, 5, 8, 2, rows[:3]),
    "a damaged text": png(6, 5, 8, 2, rows, chunk(b"tEXt", b"a\0b", damage=1)),
    "a color beyond the palette": png(
        6, 5, 8, 3, packed(np.full((5, 6, 1), 2), 8), chunk(b"PLTE", bytes([0, 0, 0, 9, 9, 9]))),
    "a jpeg without an end": jpeg[:-2],
    "a jpeg with zeros in the middle": jpeg[:600] + bytes(60) + jpeg[660:],
}
damaged = {name: base64.b64encode(data).decode() for name, data in damaged.items()}

cmyk = base64.b64encode(encoded(Image.fromarray(picture(9, 11, 4), "CMYK"), "JPEG")).decode()
pathlib.Path(__file__).with_name("golden.json").write_text(
    json.dumps(
        dict(
            versions=dict(pillow=PIL.__version__, numpy=np.__version__), decoded=decoded,
            resized=dict(height=24, width=32, source=numbers(rgb), cases=resized), framed=framed, cmyk=cmyk,
            faulty=faulty, damaged=damaged)) + "\n")
