#!/usr/bin/env bash
# Runs every fuzzer of a build folder for some seconds, one on each core: tests/fuzz/run.sh BUILD SECONDS. Each begins
# with the seeds that make_seeds writes and with what once was a finding. The input of a finding belongs into
# tests/fuzz/regressions/TARGET, where ctest plays it from then on.
set -euo pipefail
build=$1
seconds=$2
regressions=$(dirname "$0")/regressions
work=$(mktemp -d)
trap '[[ -n ${keep:-} ]] || rm -rf "$work"' EXIT
"$build/make_seeds" "$work/seeds"

run_fuzzer() {
  local fuzzer=$1 target
  target=$(basename "$fuzzer" _fuzz)
  local log=$work/$target.log corpus=("$work/$target" "$work/seeds/$target")
  [[ -d $regressions/$target ]] && corpus+=("$regressions/$target")
  mkdir "$work/$target"
  if ! "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
      -artifact_prefix="$work/$target-" "${corpus[@]}" >"$log" 2>&1; then
    tail -n 40 "$log"
    echo "${target}_fuzz found something; the input is in $work" >&2
    return 1
  fi
  echo "${target}_fuzz: $(grep -o 'number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*$') inputs"
}
export -f run_fuzzer
export work regressions seconds

fuzzers=("$build"/*_fuzz)
if ! printf '%s\0' "${fuzzers[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'run_fuzzer "$0"'; then
  keep=1
  exit 1
fi
echo "${#fuzzers[@]} passed, 0 failed"
