#!/usr/bin/env bash
# Builds everything, starts the connector against the sandbox, sends one message of each principal type,
# receives the answer, and proves that nothing was lost or sent twice. No Meta account is needed.
#
#   scripts/demo.sh          stays up afterwards, for trying things; Ctrl-C ends it
#   scripts/demo.sh --once   ends by itself: 0 when all went well, 1 when not
#
# On a fresh Debian 12 it needs git and root (to install packages) and takes some minutes, later runs seconds.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$WAC_ROOT/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/build.sh
source "$WAC_ROOT/scripts/lib/build.sh"
# shellcheck source=scripts/lib/run_local.sh
source "$WAC_ROOT/scripts/lib/run_local.sh"

readonly BIN=$WAC_ROOT/build/release/bin
readonly RECIPIENT=+15550001111
step="starting"

fail() {
  # A subshell's failure becomes the script's, which is where it is explained.
  ((BASH_SUBSHELL == 0)) || exit 1
  trap - ERR
  complain ""
  complain "demo: failed: $step"
  show_local_logs
  exit 1
}

ctl() {
  # Its own settings only: the caller's environment may name another connector.
  env -u CONNECTOR_API_KEY "$BIN/connectorctl" --url "$LOCAL_URL" --admin-url "$LOCAL_ADMIN_URL" \
    --api-key-file "$LOCAL_API_KEY_FILE" "$@"
}

prepare() {
  step="installing packages"
  ensure_packages "${BUILD_PACKAGES[@]}"
  step="building"
  say "building whatsapp-connector, connectorctl and graph-sandbox (build/release)"
  build_targets release whatsapp-connector connectorctl graph-sandbox
}

start() {
  step="starting graph-sandbox and whatsapp-connector"
  say "$step"
  start_local "$BIN" --reply first
  ctl health
}

send_all_types() {
  step="sending one message of each principal type"
  say "$step to $RECIPIENT, the sandbox's scripted user"
  ctl smoke --to "$RECIPIENT" | tee "$LOCAL_DIR/smoke.txt"
  SMOKE=$(tail -n 1 "$LOCAL_DIR/smoke.txt")
}

show_reply() {
  step="receiving the user's answer as an event"
  say "$step (connectorctl events tail)"
  timeout 20 "$BIN/connectorctl" --url "$LOCAL_URL" --api-key-file "$LOCAL_API_KEY_FILE" \
    events tail --from-start --type message.received --count 1 2>/dev/null
}

verify() {
  step="comparing the connector's ledger with the sandbox's"
  say "$step (connectorctl ledger verify)"
  ctl ledger verify --sandbox "$LOCAL_SANDBOX_URL" --wait 10 | tee "$LOCAL_DIR/ledger.txt"
  LEDGER=$(tail -n 1 "$LOCAL_DIR/ledger.txt")
}

# One line, the same in every good run.
judge() {
  step="comparing the result with what it must be"
  local result="$SMOKE, ${LEDGER%%, open*}"
  if [[ $result != "7/7 types delivered, 1 reply received, lost 0, doubled 0" ]]; then
    complain "got: $result"
    return 1
  fi
  RESULT="demo: $result"
}

show_what_next() {
  cat <<TEXT

$RESULT

Both programs stay up until Ctrl-C. Try:

  # be the customer: see what was sent, and answer, in a browser
  $LOCAL_SANDBOX_URL/phone

  # send a message
  curl -sS -X POST $LOCAL_URL/v1/intents \\
    -H "Authorization: Bearer \$(cat $LOCAL_API_KEY_FILE)" -H 'Content-Type: application/json' \\
    -d '{"intents":[{"intentId":"'\$(cat /proc/sys/kernel/random/uuid)'","to":"$RECIPIENT",
         "payload":{"type":"text","text":{"body":"Hello from curl"}}}]}'

  # the same with the command line, and a quick load
  export CONNECTOR_URL=$LOCAL_URL CONNECTOR_ADMIN_URL=$LOCAL_ADMIN_URL CONNECTOR_API_KEY=\$(cat $LOCAL_API_KEY_FILE)
  $BIN/connectorctl send text --to $RECIPIENT --body "Hello"
  $BIN/connectorctl send text --to $RECIPIENT --body "Hello" --count 1000

  # watch what happens, then prove that nothing was lost or doubled
  $BIN/connectorctl events tail --from-start
  $BIN/connectorctl ledger verify --sandbox $LOCAL_SANDBOX_URL --wait 10

  health    $LOCAL_URL/health
  metrics   $LOCAL_ADMIN_URL/metrics
  sandbox   $LOCAL_SANDBOX_URL/_sandbox/ledger
  logs      $LOCAL_DIR/connector.log
TEXT
}

stay_up() {
  # From here on Ctrl-C is the way to end, not a failure.
  trap 'echo; say "stopping"; exit 0' INT TERM
  step="staying up: a program ended by itself"
  wait -n "$LOCAL_CONNECTOR_PID" "$LOCAL_SANDBOX_PID" || true
  return 1
}

main() {
  local mode=stay
  case "$*" in
    "") ;;
    --once) mode=once ;;
    -h | --help)
      sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      return 0
      ;;
    *)
      complain "usage: scripts/demo.sh [--once]"
      return 2
      ;;
  esac
  trap stop_local EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  set -E
  trap fail ERR
  prepare
  start
  send_all_types
  show_reply
  verify
  judge
  if [[ $mode == once ]]; then
    step="stopping"
    stop_local
    echo "$RESULT"
    return 0
  fi
  show_what_next
  stay_up
}

main "$@"
