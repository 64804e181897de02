#!/usr/bin/env bash
# From a bare Debian 12 machine to the first report: installs what is missing, builds, runs the main scenario.
# Run it again whenever you like; what is up to date is not done twice.
set -euo pipefail
cd "$(dirname "$0")/.."

scenarios/install-packages.sh
[[ -f build/release/build.ninja ]] || cmake --preset release >/dev/null
echo "building mailrig (the first time takes a few minutes) ..."
cmake --build --preset release

out=results/runs/first-send-$(date +%Y%m%d-%H%M%S)
status=0
build/release/mailrig run scenarios/first-send.yaml --out "$out" || status=$?
echo
echo "The report again:  build/release/mailrig report $out"
echo "All that was kept: $out/"
exit "$status"
