#!/usr/bin/env bash
# Runs every fuzzer of a build folder for some seconds: tests/fuzz/run.sh BUILD SECONDS. Stops at the first finding.
set -euo pipefail
build=$1 seconds=$2
passed=0
for fuzzer in "$build"/*_fuzz; do
  work=$(mktemp -d)
  if ! "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
      -artifact_prefix="$work/" "$work" >"$work/log" 2>&1; then
    tail -n 40 "$work/log"
    echo "$(basename "$fuzzer") found something; the input is in $work" >&2
    exit 1
  fi
  echo "$(basename "$fuzzer"): $(grep -o 'number_of_executed_units: *[0-9]*' "$work/log" | grep -o '[0-9]*$') inputs"
  rm -rf "$work"
  passed=$((passed + 1))
done
echo "$passed passed, 0 failed"
