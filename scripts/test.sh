#!/usr/bin/env bash
# Installs what is needed (Debian 12, root), builds everything and runs every test.
#
#   scripts/test.sh            checks, release, browser, asan and tsan, as CI does
#   scripts/test.sh --quick    checks and the release build's tests only
#   scripts/test.sh STAGE…     some of: checks release browser asan tsan tidy fuzz
#
# Stages: checks (format, shell scripts), release (all tests against the program that ships), browser (the sandbox's
# phone page in Chromium), asan (AddressSanitizer and UBSan), tsan (what several threads touch). Longer, and not part of
# CI: tidy (clang-tidy on all of src/ and apps/), fuzz (each fuzz target for FUZZ_SECONDS, 30 by default).
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$WAC_ROOT/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/build.sh
source "$WAC_ROOT/scripts/lib/build.sh"
cd -- "$WAC_ROOT"

declare -a TIMES=()

# Most of what takes time waits for servers, clocks and outages.
readonly SIDE_BY_SIDE=$((2 * $(nproc)))

# ctest's own last line says how many passed; nothing is retried and nothing skipped silently.
run_ctest() {
  local preset=$1
  shift
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$SIDE_BY_SIDE" "$@"
}

# A test program's cases, shared out among processes.
run_shards() {
  local program=$1 failed=0 shard pid
  local -a pids=()
  for ((shard = 0; shard < SIDE_BY_SIDE; ++shard)); do
    GTEST_TOTAL_SHARDS=$SIDE_BY_SIDE GTEST_SHARD_INDEX=$shard "$program" --gtest_brief=1 &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return "$failed"
}

cpp_files() { git ls-files '*.cpp' '*.h'; }

stage_checks() {
  say "checks: formatting"
  cpp_files | xargs clang-format-19 --dry-run -Werror
  say "checks: shell scripts"
  git ls-files '*.sh' .ci/run | xargs shellcheck -x
}

stage_release() {
  build_targets release all
  run_ctest release
}

stage_browser() {
  build_targets release whatsapp-connector graph-sandbox
  (
    cd tests/browser
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    WAC_BIN_DIR="$WAC_ROOT/build/release/bin" npm test --silent
  )
}

stage_asan() {
  build_targets asan all
  # Compile-fail and house tests do not depend on how the programs are built.
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:abort_on_error=1 \
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 run_ctest asan -LE 'compile_fail|house'
}

# What several threads touch: the loops, the server that spreads over them, the store's writer thread, the whole
# service. Everything else runs on one loop and is covered by the stages before.
stage_tsan() {
  build_targets tsan whatsapp-connector graph-sandbox net_server_test store_integration_test service_integration_test
  # A test of the store forks a process that starts threads, and kills it.
  local -x TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:die_after_fork=0
  local program
  for program in net_server_test store_integration_test service_integration_test; do
    run_shards "build/tsan/bin/$program"
  done
}

stage_tidy() {
  build_targets release all
  say "tidy: src/ and apps/"
  git ls-files 'src/*.cpp' 'apps/*.cpp' | xargs -P "$(nproc)" -n 4 clang-tidy-19 -p build/release --quiet
}

stage_fuzz() {
  local -a targets=(webhook graph_answer payload http_request redis_reply intents template media)
  build_targets fuzz "${targets[@]/#/fuzz_}"
  local target found
  for target in "${targets[@]}"; do
    # What is found new goes to the build tree; a file worth keeping is added to the corpus by hand.
    found=build/fuzz/found/$target
    mkdir -p "$found"
    local -a options=(-max_total_time="${FUZZ_SECONDS:-30}" -timeout=10)
    [[ ! -f tests/fuzz/dictionaries/$target ]] || options+=(-dict="tests/fuzz/dictionaries/$target")
    "build/fuzz/bin/fuzz_$target" "${options[@]}" "$found" "tests/fuzz/corpus/$target"
  done
}

main() {
  local -a stages=("$@")
  case "${1:-}" in
    "") stages=(checks release browser asan tsan) ;;
    --quick) stages=(checks release) ;;
  esac
  ensure_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
  local stage started
  for stage in "${stages[@]}"; do
    say "stage $stage"
    started=$SECONDS
    "stage_$stage"
    TIMES+=("$stage $((SECONDS - started)) s")
  done
  say "all stages passed: $(IFS=,; echo "${TIMES[*]}")"
}

main "$@"
