#!/usr/bin/env bash
# What CI checks of this example: the method runs in a grid beside a built-in one, is described, and obeys the laws.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scratch=${LACUNA_EXAMPLE_SCRATCH:-../../.build/own-method}
swift run --scratch-path "$scratch" my-runner experiment.yaml --store "$work/store" | tee "$work/table.txt"
grep -q 'weight-shrinking' "$work/table.txt"
swift run --scratch-path "$scratch" --skip-build my-runner list methods --format json | grep -q '"weight-shrinking"'
swift test --scratch-path "$scratch"
