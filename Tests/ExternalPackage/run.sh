#!/usr/bin/env bash
# Builds a package that depends on Lacuna and brings a method of its own, and runs that method in a grid.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scratch=${LACUNA_EXTERNAL_SCRATCH:-../../.build/external}
swift run --scratch-path "$scratch" my-runner experiment.yaml --store "$work/store" | tee "$work/table.txt"
grep -q 'weight-shrinking' "$work/table.txt"
swift run --scratch-path "$scratch" --skip-build my-runner list methods --format json | grep -q '"weight-shrinking"'
