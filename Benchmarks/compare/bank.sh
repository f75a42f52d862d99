#!/usr/bin/env bash
# Compares the training of many small models with PyTorch; see Benchmarks/README.md. Arguments are passed to bank.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=${LACUNA_VENV:-.build/compare-venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "torch==2.13.0+cpu" || "$venv/bin/pip" install --quiet torch
fi
"$venv/bin/python" -c "import numpy" 2>/dev/null || "$venv/bin/pip" install --quiet numpy
swift build -c release --product runner >&2
binary=${LACUNA_RUNNER:-$(swift build -c release --show-bin-path)/runner}
exec "$venv/bin/python" Benchmarks/compare/bank.py --binary "$binary" "$@"
