#!/usr/bin/env bash
# The whole test suite on a fresh Debian 12 machine: installs what is missing, builds, runs everything through ctest.
#   tests/run.sh          what every change must pass
#   tests/run.sh --full   adds the clang build, clang-tidy over the tree, longer fuzzing and long runs of real senders
set -euo pipefail
cd "$(dirname "$0")/.."

full=
[[ "${1:-}" == --full ]] && full=1
fuzz_seconds=${MAILRIG_FUZZ_SECONDS:-${full:+120}}
fuzz_seconds=${fuzz_seconds:-15}

stage() {
  local name=$1 begin=$SECONDS
  shift
  echo "== $name"
  "$@"
  echo "== $name: $((SECONDS - begin)) s"
}

configure() { [[ -f build/$1/build.ninja ]] || cmake --preset "$1" >/dev/null; }
build() { configure "$1" && cmake --build --preset "$@"; }

stage "packages" scenarios/install-packages.sh --tests
stage "format" tests/tidy/check_format.sh
stage "build dev (gcc, address and undefined behaviour sanitizers)" build dev
stage "build release" build release
stage "build fuzz (clang)" build fuzz
stage "build tsan" build tsan --target net_tests live_tests

# The same scenario must have the same outcome whichever compiler and optimiser built the binary.
export MAILRIG_OTHER_BINARIES=$PWD/build/release/mailrig
export MAILRIG_FULL=${full:-0}  # the long runs with real senders
if [[ -n $full ]]; then
  stage "build clang" build clang
  MAILRIG_OTHER_BINARIES+=:$PWD/build/clang/mailrig
fi
stage "tests" ctest --preset dev --timeout 300
stage "tests under ThreadSanitizer" ctest --preset tsan -R '/(net|live)$' --timeout 300
stage "fuzzers, $fuzz_seconds s each" tests/fuzz/run.sh build/fuzz "$fuzz_seconds"
if [[ -n $full ]]; then
  stage "clang-tidy" tests/tidy/run_clang_tidy.sh build/clang
fi
