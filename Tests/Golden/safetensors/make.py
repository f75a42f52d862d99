"""Writes reference.safetensors with the reference implementation of the format, and its contents as JSON.

    python make.py

Needs numpy and safetensors; golden.json states the versions that were used.
"""

import json
import pathlib
import platform

import numpy
import safetensors
import safetensors.numpy

here = pathlib.Path(__file__).parent
random = numpy.random.default_rng(20240501)
extremes = [0.0, -0.0, 1.0, -1.5, 3.4028234663852886e38, 1.401298464324817e-45, float("inf"), float("-inf")]
# The reference implementation writes by type (widest first), then by name; the names here follow that order.
tensors = {
    "labels": numpy.array([0, 9, -1, 2**62, -(2**63), 2**63 - 1], dtype=numpy.int64),
    "no_numbers": numpy.zeros([0], dtype=numpy.int64),
    "conv1.weight": random.standard_normal([3, 3, 2, 4]).astype(numpy.float32),
    "empty": numpy.zeros([0, 5], dtype=numpy.float32),
    "extremes": numpy.array(extremes, dtype=numpy.float32),
    "one number": numpy.array(2.5, dtype=numpy.float32),
    'quote " backslash \\ ümlaut 🙂': numpy.array([[1, 2], [3, 4]], dtype=numpy.float32),
}
metadata = {"note": 'line\nbreak, tab\t, "quoted", \u0001, 🙂'}
(here / "reference.safetensors").write_bytes(safetensors.numpy.save(tensors, metadata))

golden = {
    "versions": {
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "safetensors": safetensors.__version__,
    },
    "metadata": metadata,
    # Bit patterns, because JSON has no infinities.
    "tensors": [
        {"name": name, "shape": list(value.shape), "bits": value.flatten().view(numpy.uint32).tolist()}
        for name, value in tensors.items()
        if value.dtype == numpy.float32
    ],
    "integers": {name: value.tolist() for name, value in tensors.items() if value.dtype == numpy.int64},
}
(here / "golden.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
