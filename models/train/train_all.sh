#!/bin/sh
# Reproduces models/digits-a.onnx, digits-b.onnx, fields.onnx, finder.onnx, calibration.toml,
# metrics.json and MODEL_CARD.md from nothing but this folder and samples/synth.
#
#   UKETSUKE_PYTHON         interpreter with requirements.txt installed (default: python3)
#   UKETSUKE_POOL_SHARDS    shards of 2,000 strips both recognisers share (default 35; a half more for each alone)
#   UKETSUKE_TRAIN_MINUTES  minutes of training for each digit recogniser (default 40)
#   UKETSUKE_FIELDS_MINUTES minutes of training for the heading reader (default 12)
#   UKETSUKE_JOBS           rendering and measuring processes (default 2)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
models=$(dirname "$here")
python=${UKETSUKE_PYTHON:-python3}
shards=${UKETSUKE_POOL_SHARDS:-35}
minutes=${UKETSUKE_TRAIN_MINUTES:-40}
jobs=${UKETSUKE_JOBS:-2}
export PYTHONPATH="$here:$models/../samples"
cd "$here"

for faces in both a b; do
    count=$shards
    [ "$faces" = both ] || count=$((shards / 2 + 1))
    "$python" pool.py "$faces" "$count" --jobs "$jobs"
done
"$python" pool.py both $((shards / 3 + 1)) --mix covered --jobs "$jobs"
"$python" -W ignore train_digits.py a --minutes "$minutes" --out "$models/digits-a.onnx" &
training=$!
"$python" -W ignore train_digits.py b --minutes "$minutes" --out "$models/digits-b.onnx"
wait "$training"
"$python" pool.py trained-ja 12 --mix headings --jobs "$jobs"
"$python" -W ignore train_fields.py --minutes "${UKETSUKE_FIELDS_MINUTES:-12}" --out "$models/fields.onnx"
"$python" train_finder.py pool
"$python" -W ignore train_finder.py train --out "$models/finder.onnx"
rm -f "$models"/digits-?.pt "$models/fields.pt"

"$python" calibrate.py --jobs "$jobs" --out "$models/calibration.toml"
"$python" evaluate.py --jobs "$jobs" --calibration "$models/calibration.toml" --out "$models/metrics.json"
"$python" evaluate_fields.py --out "$models/metrics-fields.json"
"$python" card.py --out "$models/MODEL_CARD.md"
