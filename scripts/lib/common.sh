# shellcheck shell=bash
# shellcheck disable=SC2034  # its variables are for the scripts that source it
# Shared by the scripts of this folder: sourced, never run.

# The root of the repository, whatever directory the script was called from.
WAC_ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
readonly WAC_ROOT

say() { printf '==> %s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }

# Runs a command while holding an exclusive lock: with_lock FILE WHAT COMMAND… Another process that holds it
# is waited for, which is said.
with_lock() {
  local file=$1 what=$2
  shift 2
  mkdir -p -- "$(dirname -- "$file")"
  (
    # Closed in the commands below, so that nothing they start can keep the lock.
    exec 9>"$file"
    if ! flock --nonblock 9; then
      say "waiting for another process that is busy with $what"
      flock 9
    fi
    "$@" 9>&-
  )
}
