#!/usr/bin/env bash
# Measures the connector beside an nginx that only answers 200, on both stores, in one run.
#
#   scripts/bench.sh [--requests N] [--rounds N] [--graph-http1]
#   scripts/bench.sh under-load [--rate 5000] [--seconds 60]
#   scripts/bench.sh queue-depth [--depth 1000000] [--engines redis,sqlite]
#
# The first prints per line: requests/s, CPU microseconds per request (per intent or item where a request carries many),
# the ratio of that to nginx, latencies, memory. Quote the ratios: machines differ and drift. With --graph-http1
# the connector speaks HTTP/1.1 to Graph, not HTTP/2. The second keeps webhooks
# coming on one core while consumers are dead, hang or are slow, then lets them have the backlog; it fails when a webhook
# waits too long (p99 of 20 ms), an event is lost or an order is not kept. The third fills a sender's queue and measures
# what that does to the cost of a message. docs/benchmarks.md explains them.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$WAC_ROOT/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/build.sh
source "$WAC_ROOT/scripts/lib/build.sh"

ensure_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
build_targets release whatsapp-connector loadgen consumer
script=end_to_end
if [[ ${1:-} == under-load ]]; then
  script=under_load
  shift
elif [[ ${1:-} == queue-depth ]]; then
  script=queue_depth
  shift
fi
exec python3 "$WAC_ROOT/bench/$script.py" --binaries "$WAC_ROOT/build/release/bin" "$@"
