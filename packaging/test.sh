#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what the tests need, builds, and runs every test. Extra arguments go to ctest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# shellcheck disable=SC2086
install_packages $build_packages $run_packages $test_packages
build ci
cd "$root/build/ci"
ctest --output-on-failure --parallel "$(nproc)" "$@"
