#!/usr/bin/env bash
# Compares training steps and inference with PyTorch on the same cores: creates a virtual environment with PyTorch,
# builds the engine's benchmark, runs both alternately (A B A B ...) and prints the ratio of every pair.
#
#   Benchmarks/compare/engine.sh [--pairs 5] [--threads N] [--steps 15] [--models resnet18,...] [--settings tuned,default,bf16]
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=${LACUNA_VENV:-.build/compare-venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "torch==2.13.0+cpu" || "$venv/bin/pip" install --quiet torch numpy
fi
swift build -c release --product engine-benchmark >&2
binary=${LACUNA_BENCHMARK:-$(swift build -c release --show-bin-path)/engine-benchmark}
exec "$venv/bin/python" Benchmarks/compare/engine.py --binary "$binary" "$@"
