#!/usr/bin/env bash
# Every source is formatted as .clang-format says. Remedy: clang-format -i FILE
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files '*.cc' '*.h' | xargs clang-format --dry-run -Werror
