#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds core/deep's GPU kernels alone, checks them on this machine's GPU against the CPU in double
# precision, runs compute-sanitizer on small cases, and measures a training step (49,000 nodes, 100
# layers, 384 channels). Needs nvcc, cuBLAS, CMake and a GPU of compute capability 8.0 or more;
# neither Qt, HDF5 nor LibTorch. Under eight minutes.
#   packaging/device-check.sh [--profile] [BUILD FOLDER]     logs go to $OUT, or the build folder
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
profile=
[ "${1:-}" = --profile ] && { profile=1; shift; }
build=${1:-$root/build/device}
log=${OUT:-$build}
mkdir -p "$build" "$log"
failed=0
# step NAME SECONDS COMMAND...: its output goes to a file, a line of the outcome here
step() {
  local name=$1 limit=$2 start=$SECONDS
  shift 2
  if timeout "$limit" "$@" >"$log/$name.log" 2>&1; then
    echo "ok    $name ($((SECONDS - start)) s)"
  else
    echo "FAIL  $name ($((SECONDS - start)) s), the end of $log/$name.log:"
    tail -n 25 "$log/$name.log"
    failed=1
    return 1
  fi
}

export PATH=$PATH:/usr/local/cuda/bin
generator=()
command -v ninja >/dev/null && generator=(-G Ninja)
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem --format=csv,noheader
step configure 120 cmake -S "$root" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release \
  -DOHMSCAPE_DEVICE_CHECK=ON -DCMAKE_CUDA_ARCHITECTURES="${ARCHITECTURES:-native}" || exit 1
step build 300 cmake --build "$build" -j "$(nproc)" --target devicecheck || exit 1
check=$(find "$build" -name devicecheck -type f -perm -u+x | head -n 1)

step check 120 "$check" check
sizes=(49000 11700000 100 384)
step bench 90 "$check" bench "${sizes[@]}" 4,16,64 5
step bench-tf32 60 "$check" bench "${sizes[@]}" 16 5 tf32 ours
step bench-tf32-recorded 60 env OHMSCAPE_CUDA_GRAPH=1 "$check" bench "${sizes[@]}" 16 5 tf32 ours
step check-recorded 120 env OHMSCAPE_CUDA_GRAPH=1 "$check" check "step in double" training "other graphs"
small=("step in float: gsr, D" "step in float: gsr, paper skip, A" "step in float: revgnn, mean, D")
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck synccheck; do
    step $tool 60 compute-sanitizer --tool $tool --error-exitcode 9 "$check" check "${small[@]}"
  done
else
  echo "no compute-sanitizer on this machine"
fi
for name in bench bench-tf32 bench-tf32-recorded; do
  echo "--- $name"
  grep -E 'step|peak' "$log/$name.log"
done
if [ -n "$profile" ] && command -v ncu >/dev/null; then
  # Times and bytes of the kernels of a short network: what is far from its floor.
  step profile 90 ncu --clock-control none --metrics gpu__time_duration.sum,dram__bytes.sum --launch-skip 700 \
    --launch-count 340 --csv "$check" bench 49000 11700000 10 384 16 1 tf32 ours
fi
exit $failed
