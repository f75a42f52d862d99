#!/usr/bin/env bash
# Times attacks over a bank of models, and mia-svc beside scikit-learn; see Benchmarks/README.md. Arguments are passed to
# attacks.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=${LACUNA_VENV:-.build/compare-venv}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c "import numpy, sklearn" 2>/dev/null || "$venv/bin/pip" install --quiet numpy "scikit-learn==1.9.1"
swift build -c release --product runner >&2
binary=${LACUNA_RUNNER:-$(swift build -c release --show-bin-path)/runner}
exec "$venv/bin/python" Benchmarks/compare/attacks.py --binary "$binary" "$@"
