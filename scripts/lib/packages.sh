# shellcheck shell=bash
# shellcheck disable=SC2034  # the lists are for the scripts that source this
# What Debian 12 has to provide: sourced, never run. Needs common.sh.

# For configuring and building. CMake configures the tests and benchmarks with everything else, so their
# libraries are here; what only runs them is below. clang brings libstdc++-12-dev and libc6-dev, which are
# named because the build depends on just these.
BUILD_PACKAGES=(
  clang-19 lld-19 libstdc++-12-dev libc6-dev cmake ninja-build ccache git ca-certificates python3
  libboost1.81-dev libssl-dev libhiredis-dev libnghttp2-dev libfmt-dev libspdlog-dev prometheus-cpp-dev libsqlite3-dev
  libyaml-cpp-dev libcli11-dev libjemalloc-dev libgtest-dev libgmock-dev libbenchmark-dev
  libcurl4-openssl-dev
)

# For tests, benchmarks and checks, besides the above.
TEST_PACKAGES=(
  libclang-rt-19-dev clang-tidy-19 clang-format-19 redis-server redis-tools nginx-light openssl curl sqlite3
  prometheus shellcheck wrk python3-jsonschema chromium
)
# For the browser tests. A Node.js that is here already will do: Debian's packages would conflict with others'.
command -v npm >/dev/null || TEST_PACKAGES+=(nodejs npm)

# Prints those of its arguments that are not installed, one a line.
missing_packages() {
  local package status
  for package in "$@"; do
    # shellcheck disable=SC2016  # dpkg-query replaces it
    status=$(dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    [[ $status == ii* ]] || printf '%s\n' "$package"
  done
}

# Installs what is missing of its arguments; without network and without effect when nothing is.
ensure_packages() {
  local missing
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    complain "This script installs its packages with apt-get and is made for Debian 12; apt-get is not here."
    complain "Needed: $*"
    return 1
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    complain "Missing packages: ${missing[*]}"
    complain "Run this script as root once, or: sudo apt-get install --no-install-recommends ${missing[*]}"
    return 1
  fi
  with_lock /run/lock/wac-packages.lock "installing packages" install_packages "$@"
}

install_packages() {
  local missing
  # Whoever held the lock before may have installed them.
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local -a apt=(apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600)
  "${apt[@]}" update || complain "apt-get update failed; trying with the package lists that are here"
  without_daemons env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends "${missing[@]}"
}

# Runs a command during which packages start no daemon (redis-server, nginx and prometheus would). The
# machine's own policy, if it has one, is put aside and comes back.
without_daemons() {
  local policy=/usr/sbin/policy-rc.d saved=/usr/sbin/policy-rc.d.wac-saved
  (
    # An earlier run that was killed may have left the machine's own policy aside.
    if [[ ! -e $saved && -e $policy ]]; then mv -- "$policy" "$saved"; fi
    # shellcheck disable=SC2317,SC2329  # the trap calls it
    restore() {
      rm -f -- "$policy"
      if [[ -e $saved ]]; then mv -- "$saved" "$policy"; fi
    }
    trap restore EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    "$@"
  )
}
