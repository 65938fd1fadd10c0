#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The house rules that a search can check (CONTRIBUTING.md). Prints each breach; fails on any.
set -uo pipefail
cd "${1:?source folder}" || exit 2
breaches=0
breach() { printf 'house rule broken: %s\n' "$*"; breaches=$((breaches + 1)); }
# sources PATTERN... -- FOLDER...: files of our own code that match
search() { grep -rlE --include='*.h' --include='*.cpp' --include='*.cu' "$@" 2>/dev/null; }

for f in $(search '#include *<Q[A-Za-z]*' core); do breach "Qt inside core: $f"; done
for f in $(search '#include *[<"](core/)?torch/' . | grep -vE '^\./(build|(tests/)?core/(nn|learn)/([^/]*/)?[^/]*\.cpp)'); do breach "torch outside core/nn and core/learn sources: $f"; done
for f in $(search 'qcustomplot\.h' app ui core widgets tests | grep -v '^widgets/plot'); do breach "QCustomPlot outside widgets/plot: $f"; done
for f in $(search '#include *[<"](\.\./)*ui/' widgets core); do breach "ui known below ui: $f"; done
for f in $(search '#include *[<"](\.\./)*widgets/' core); do breach "widgets known to core: $f"; done
for f in $(search 'processEvents *\(' app ui widgets core); do breach "event loop pumped: $f"; done
while read -r lines f; do
  [ "$f" = total ] && continue
  case $f in
    *.cpp|*.cu) [ "$lines" -gt 800 ] && breach "$f has $lines lines, a source stops at 800" ;;
    *.h) [ "$lines" -gt 250 ] && breach "$f has $lines lines, a header stops at 250" ;;
  esac
done < <(find app core ui widgets tests \( -name '*.cpp' -o -name '*.cu' -o -name '*.h' \) -exec wc -l {} + )
while read -r f; do
  head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || breach "no licence line: $f"
done < <(find app core ui widgets tests packaging \( -name '*.cpp' -o -name '*.h' -o -name 'CMakeLists.txt' -o -name '*.cmake' -o -name '*.sh' \))
[ "$breaches" -eq 0 ]
