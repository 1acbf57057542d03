# shellcheck shell=bash
# shellcheck disable=SC2034  # LOCAL_… are for the scripts that source this
# Starts graph-sandbox and whatsapp-connector beside each other on loopback: sourced, never run. Needs
# common.sh. All files are in LOCAL_DIR, which stop_local removes.
#
# After start_local: LOCAL_URL, LOCAL_ADMIN_URL, LOCAL_SANDBOX_URL, LOCAL_API_KEY_FILE.

LOCAL_DIR=""
LOCAL_SANDBOX_PID=""
LOCAL_CONNECTOR_PID=""

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The wanted port, or any that nobody listens on.
choose_port() {
  local port=$1
  while ! port_is_free "$port"; do port=$((20000 + RANDOM % 12000)); done
  echo "$port"
}

# In a session of its own, so that Ctrl-C reaches this script only; dies with this script even if that is
# killed. Sets STARTED_PID.
start_program() {
  local log=$1
  shift
  setsid setpriv --pdeathsig TERM "$@" >"$log" 2>&1 </dev/null &
  STARTED_PID=$!
}

# Waits until a line of LOG matches PATTERN and sets FOUND to what its group matched. Fails when process PID
# ends first or after 30 s.
await_line() {
  local pid=$1 log=$2 pattern=$3 end=$((SECONDS + 30))
  FOUND=""
  while ((SECONDS < end)); do
    FOUND=$(sed -n "s/$pattern/\\1/p" "$log" | head -n 1)
    [[ -n $FOUND ]] && return 0
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

# start_local BIN_DIR SANDBOX_OPTION…
start_local() {
  local bin=$1 attempt port wanted=8080
  shift
  LOCAL_DIR=$(mktemp -d "${TMPDIR:-/tmp}/wac-local.XXXXXX")
  mkdir "$LOCAL_DIR/data"
  (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$LOCAL_DIR/webhook_secret")
  # The sandbox must know the connector's port before the connector listens. When somebody else takes that
  # port in between, both start again.
  for attempt in 1 2 3 4 5; do
    port=$(choose_port "$wanted")
    if start_pair "$bin" "$port" "$@"; then return 0; fi
    stop_programs
    port_is_free "$port" && return 1
    wanted=$((20000 + RANDOM % 12000))
    complain "port $port was taken meanwhile (attempt $attempt)"
  done
  return 1
}

start_pair() {
  local bin=$1 port=$2
  shift 2
  start_program "$LOCAL_DIR/sandbox.log" "$bin/graph-sandbox" --listen 127.0.0.1 --port 0 \
    --webhook-url "http://127.0.0.1:$port/webhook" --app-secret-file "$LOCAL_DIR/webhook_secret" "$@"
  LOCAL_SANDBOX_PID=$STARTED_PID
  await_line "$LOCAL_SANDBOX_PID" "$LOCAL_DIR/sandbox.log" '.*"event":"listening","port":\([0-9]*\).*' || return 1
  LOCAL_SANDBOX_URL=http://127.0.0.1:$FOUND
  # An environment of its own: the caller's may configure another connector.
  start_program "$LOCAL_DIR/connector.log" env -i PATH="$PATH" ENVIRONMENT=development \
    LISTEN_ADDRESS=127.0.0.1 PORT="$port" ADMIN_PORT="$(choose_port 9090)" DATA_DIR="$LOCAL_DIR/data" \
    STORE=embedded GRAPH_API_URL="$LOCAL_SANDBOX_URL" DRAIN_TIMEOUT_MS=5000 \
    WHATSAPP_WEBHOOK_SECRET_FILE="$LOCAL_DIR/webhook_secret" "$bin/whatsapp-connector"
  LOCAL_CONNECTOR_PID=$STARTED_PID
  local ready='"message":"ready"'
  await_line "$LOCAL_CONNECTOR_PID" "$LOCAL_DIR/connector.log" ".*$ready.*\"port\":\\([0-9]*\\).*" || return 1
  LOCAL_URL=http://127.0.0.1:$FOUND
  await_line "$LOCAL_CONNECTOR_PID" "$LOCAL_DIR/connector.log" ".*$ready.*\"adminPort\":\\([0-9]*\\).*" || return 1
  LOCAL_ADMIN_URL=http://127.0.0.1:$FOUND
  LOCAL_API_KEY_FILE=$LOCAL_DIR/data/api_key
}

# Ends one process of ours: politely, after 8 s for certain.
stop_program() {
  local pid=$1 end=$((SECONDS + 8))
  [[ -n $pid ]] || return 0
  kill -TERM "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS >= end)); then kill -KILL "$pid" 2>/dev/null || true; fi
    sleep 0.05
  done
  wait "$pid" 2>/dev/null || true
}

# The connector first: its last statuses still find the sandbox.
stop_programs() {
  stop_program "$LOCAL_CONNECTOR_PID"
  LOCAL_CONNECTOR_PID=""
  stop_program "$LOCAL_SANDBOX_PID"
  LOCAL_SANDBOX_PID=""
}

stop_local() {
  stop_programs
  if [[ -n $LOCAL_DIR ]]; then rm -rf -- "$LOCAL_DIR"; fi
  LOCAL_DIR=""
}

# The last lines of both logs, for whoever looks for the cause.
show_local_logs() {
  local log
  [[ -n $LOCAL_DIR ]] || return 0
  for log in connector sandbox; do
    [[ -s $LOCAL_DIR/$log.log ]] || continue
    complain "--- last lines of the $log's log"
    tail -n 15 "$LOCAL_DIR/$log.log" >&2
  done
}
