# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by run.sh and test.sh: install what is missing from Debian, configure and build.
# Sourced, not run. Callers set PACKAGES before calling install_packages.

say() { printf '%s\n' "$*"; }
die() { printf 'ohmscape: %s\n' "$*" >&2; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What building and running needs, and what testing needs on top of it.
build_packages="g++ cmake ninja-build pkg-config
  qt6-base-dev qt6-svg-dev libgraphviz-dev libeigen3-dev libyaml-cpp-dev libhdf5-dev nlohmann-json3-dev
  libcli11-dev libfmt-dev libspdlog-dev libtorch-dev libqcustomplot-dev libfftw3-dev libsqlite3-dev zlib1g-dev
  libpagmo-dev"
run_packages="ngspice graphviz libqt6svg6 fonts-dejavu-core libopenblas0-pthread"
test_packages="procps"

# install_packages NAME...: apt-get only if something is missing; needs root or sudo then.
install_packages() {
  command -v dpkg-query >/dev/null || die "this script installs Debian packages; on another system install these yourself: $*"
  local missing=()
  local name
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^.i' || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing and there is no sudo to install them: ${missing[*]}"
    sudo=(sudo)
  fi
  say "Installing ${missing[*]} ..."
  local log
  log=$(mktemp)
  if ! { "${sudo[@]}" apt-get update -q &&
         "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "the packages could not be installed (see above)"
  fi
  rm -f "$log"
}

# show_progress: of ninja's lines on standard input, one for every tenth that is done.
show_progress() {
  local line shown=0 tenth
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    if [ "$tenth" -gt "$shown" ] && [ "${BASH_REMATCH[2]}" -gt 20 ]; then
      shown=$tenth
      say "  built $((10 * tenth)) %"
    fi
  done
}

# build PRESET [CMAKE_ARGUMENT...]: configures and builds into build/PRESET; the log is shown only on failure.
build() {
  local preset=$1
  shift
  local folder=$root/build/$preset log
  mkdir -p "$folder" || die "the folder $folder cannot be made"
  log=$folder/build.log
  if ! (cd "$root" && cmake --preset "$preset" "$@") >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    die "configuring failed; the whole log is $log"
  fi
  # Big translation units: leave a machine with little memory one compiler at a time.
  local jobs memory
  jobs=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 1048576 / 2)}' /proc/meminfo)
  [ "$memory" -lt 1 ] && memory=1
  [ "$jobs" -gt "$memory" ] && jobs=$memory
  [ -e "$folder/.ninja_log" ] || say "Building Ohmscape for the first time; on two cores this takes a quarter of an hour."
  if ! (cd "$root" && cmake --build --preset "$preset" --parallel "$jobs") 2>&1 | tee -a "$log" | show_progress; then
    grep -E -A6 'error|FAILED' "$log" | tail -n 60 >&2
    die "building failed; the whole log is $log"
  fi
}
