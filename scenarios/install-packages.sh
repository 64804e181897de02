#!/usr/bin/env bash
# Installs what is missing of the Debian 12 packages that mailrig is built with. `--tests` adds what the tests use.
# Quick when nothing is missing; needs root or sudo only when something is.
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache mold pkg-config git ca-certificates
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-container1.81-dev
  libssl-dev libfmt-dev libcli11-dev libyaml-cpp-dev libsqlite3-dev libspdlog-dev libldns-dev libxxhash-dev libpsl-dev
  libidn2-dev publicsuffix
)
if [[ "${1:-}" == --tests ]]; then
  packages+=(
    libgtest-dev libgmock-dev clang clang-format clang-tidy libclang-rt-14-dev
    python3 python3-yaml swaks libnet-ssleay-perl bind9-dnsutils sqlite3 libxml2-utils procps
    python3-spf python3-dkim python3-nacl libmail-dkim-perl libopendkim-dev dovecot-imapd dovecot-pop3d
  )
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ "$status" == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || { echo "please install as root: apt-get install ${missing[*]}" >&2; exit 3; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# Of servers only the programs are wanted: nothing is started that was not running.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap '"${as_root[@]}" rm -f $policy' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
  "${as_root[@]}" chmod +x $policy
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
