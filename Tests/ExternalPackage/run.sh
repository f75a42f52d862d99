#!/usr/bin/env bash
# Builds a package that depends on Lacuna and brings a method of its own, and runs that method in a grid.
set -euo pipefail
cd "$(dirname "$0")"
store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
scratch=${LACUNA_EXTERNAL_SCRATCH:-../../.build/external}
swift run --scratch-path "$scratch" my-runner experiment.yaml --store "$store" | tee "$store/table.txt"
grep -q 'weight-shrinking' "$store/table.txt"
swift run --scratch-path "$scratch" --skip-build my-runner list methods --format json | grep -q '"weight-shrinking"'
