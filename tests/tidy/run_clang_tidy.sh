#!/usr/bin/env bash
# clang-tidy over every source of the product, on all cores. Argument: a build folder that clang configured, with
# compile_commands.json. Libraries are read as their unity sources, so that common headers are read once.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
find "$build"/CMakeFiles/*.dir/Unity -name 'unity_*.cxx' ! -path '*mailrig.dir*' -print0 |
  xargs -0 -P "$(nproc)" -n 1 clang-tidy -p "$build" --quiet --header-filter='(fakes|sim)/.*' \
    2>/dev/null
git ls-files 'fakes/net/*.cc' sim/app/main.cc |
  xargs -P "$(nproc)" -n 1 clang-tidy -p "$build" --quiet 2>/dev/null
