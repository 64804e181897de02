#!/usr/bin/env bash
# Runs every fuzzer of a build folder for some seconds: tests/fuzz/run.sh BUILD SECONDS. Each begins with the seeds that
# make_seeds writes and with what once was a finding. Stops at the first finding; its input belongs into
# tests/fuzz/regressions/TARGET, where ctest plays it from then on.
set -euo pipefail
build=$1 seconds=$2
regressions=$(dirname "$0")/regressions
work=$(mktemp -d)
trap '[[ -n ${keep:-} ]] || rm -rf "$work"' EXIT
"$build/make_seeds" "$work/seeds"
passed=0
for fuzzer in "$build"/*_fuzz; do
  name=$(basename "$fuzzer") target=$(basename "$fuzzer" _fuzz)
  corpus=("$work/$target" "$work/seeds/$target")
  [[ -d $regressions/$target ]] && corpus+=("$regressions/$target")
  mkdir "$work/$target"
  if ! "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
      -artifact_prefix="$work/" "${corpus[@]}" >"$work/$name.log" 2>&1; then
    keep=1
    tail -n 40 "$work/$name.log"
    echo "$name found something; the input is in $work" >&2
    exit 1
  fi
  echo "$name: $(grep -o 'number_of_executed_units: *[0-9]*' "$work/$name.log" | grep -o '[0-9]*$') inputs"
  passed=$((passed + 1))
done
echo "$passed passed, 0 failed"
