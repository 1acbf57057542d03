#!/usr/bin/env bash
# Measures the connector beside an nginx that only answers 200, on both stores, in one run.
#
#   scripts/bench.sh [--requests N] [--rounds N]
#
# Prints per line: requests/s, CPU microseconds per request (per intent or item where a request carries many), the
# ratio of that to nginx, latencies, memory. Quote the ratios: machines differ and drift.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$WAC_ROOT/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/build.sh
source "$WAC_ROOT/scripts/lib/build.sh"

ensure_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
build_targets release whatsapp-connector loadgen
exec python3 "$WAC_ROOT/bench/end_to_end.py" --binaries "$WAC_ROOT/build/release/bin" "$@"
