#!/bin/sh
# Shows that the renderer is honest, that is hard enough: on a fresh hard set zbar may read at most 85 % of
# the NW-7s and full-frame tesseract at most 65 % of the lines. Fails if either reads more.
# Usage: samples/compare_peers.sh [PYTHON] [COUNT] [SEED]
set -eu
cd "$(dirname "$0")"
python=${1:-python3}
count=${2:-200}
seed=${3:-$(date +%s)}
if ! command -v zbarimg >/dev/null || ! command -v tesseract >/dev/null; then
    if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
    $sudo apt-get install -y -q zbar-tools tesseract-ocr
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m synth.make_set --out "$work" --seed "$seed" --count "$count" --kind hard --jobs "$(nproc)"
"$python" -m synth.compare_peers "$work" --jobs "$(nproc)"
