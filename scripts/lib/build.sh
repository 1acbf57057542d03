# shellcheck shell=bash
# Configuring and building a preset: sourced, never run. Needs common.sh.

# build_targets PRESET TARGET…: in build/PRESET. Shows ninja's progress. Configures only when needed: ninja
# itself does it again when a CMake file has changed.
build_targets() {
  with_lock "$WAC_ROOT/build/.$1.lock" "building build/$1" configure_and_build "$@"
}

configure_and_build() {
  local preset=$1 tree=$WAC_ROOT/build/$1
  shift
  if [[ ! -e $tree/build.ninja ]]; then
    say "configuring build/$preset"
    (cd -- "$WAC_ROOT" && cmake --preset "$preset") || return 1
  fi
  NINJA_STATUS='[%f/%t, %e s] ' ninja -C "$tree" -j "$(build_jobs)" "$@"
}

# As many compilers as there are cores, and as memory allows: the largest unit takes 0.7 GB.
build_jobs() {
  local cores memory_kb
  cores=$(nproc)
  memory_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  local by_memory=$((${memory_kb:-0} / 900000))
  if ((by_memory < 1)); then by_memory=1; fi
  echo $((cores < by_memory ? cores : by_memory))
}
