#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, and opens the workbench on a project, netlist or schematic
# (default: the two-stage op-amp). Without a display it makes the tour: one picture of every page.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

project=${1:-$root/projects/two-stage-opamp}
[ -e "$project" ] || die "there is no project or file $project"
project=$(realpath "$project")

# shellcheck disable=SC2086
install_packages $build_packages $run_packages
build run
program=$root/build/run/app/gui/ohmscape
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$program" "$project"
fi
pictures=$root/build/tour
mkdir -p "$pictures"
QT_QPA_PLATFORM=offscreen "$program" --tour "$pictures" "$project" || die "the tour failed"
say "There is no display, so the workbench made its tour offscreen. The pictures are in $pictures:"
ls -1 "$pictures"
