#!/bin/sh
# Reproduces models/digits-a.onnx, digits-b.onnx, fields.onnx, finder.onnx, calibration.toml,
# metrics.json, metrics-faults.json and MODEL_CARD.md from this folder and samples/synth.
#
#   UKETSUKE_TRAIN_FROM     folder with a wider digits-a.onnx and digits-b.onnx to prune and go on from, as the
#                           shipped ones were (see the model card); default: both begin from nothing
#   UKETSUKE_PYTHON         interpreter with requirements.txt installed (default: python3)
#   UKETSUKE_POOL_SHARDS    shards of 2,000 strips both recognisers share (default 35; a half more for each alone)
#   UKETSUKE_TRAIN_MINUTES  minutes of training for each digit recogniser (default 68)
#   UKETSUKE_FIELDS_MINUTES minutes of training for the heading reader (default 12)
#   UKETSUKE_JOBS           rendering and measuring processes (default 2)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
models=$(dirname "$here")
python=${UKETSUKE_PYTHON:-python3}
shards=${UKETSUKE_POOL_SHARDS:-35}
minutes=${UKETSUKE_TRAIN_MINUTES:-68}
jobs=${UKETSUKE_JOBS:-2}
export PYTHONPATH="$here:$models/../samples"
cd "$here"

for faces in both a b; do
    count=$shards
    [ "$faces" = both ] || count=$((shards / 2 + 1))
    "$python" pool.py "$faces" "$count" --jobs "$jobs"
done
"$python" pool.py both $((shards / 3 + 1)) --mix covered --jobs "$jobs"
"$python" pool.py both $((shards / 3 + 1)) --mix heavy --jobs "$jobs"
start_a= start_b=
if [ -n "${UKETSUKE_TRAIN_FROM:-}" ]; then
    for model in a b; do
        "$python" -W ignore prune.py "$model" "$UKETSUKE_TRAIN_FROM/digits-$model.onnx" --out "pool/start-$model.pt"
    done
    start_a="--start pool/start-a.pt" start_b="--start pool/start-b.pt"
fi
# shellcheck disable=SC2086 # the starts are two words or none
"$python" -W ignore train_digits.py a --minutes "$minutes" $start_a --out "$models/digits-a.onnx" &
training=$!
# shellcheck disable=SC2086
"$python" -W ignore train_digits.py b --minutes "$minutes" $start_b --out "$models/digits-b.onnx"
wait "$training"
"$python" pool.py trained-ja 12 --mix headings --jobs "$jobs"
"$python" -W ignore train_fields.py --minutes "${UKETSUKE_FIELDS_MINUTES:-12}" --out "$models/fields.onnx"
"$python" train_finder.py pool
"$python" -W ignore train_finder.py train --out "$models/finder.onnx"
rm -f "$models"/digits-?.pt "$models/fields.pt"

"$python" calibrate.py --jobs "$jobs" --out "$models/calibration.toml"
"$python" evaluate.py --jobs "$jobs" --calibration "$models/calibration.toml" --out "$models/metrics.json"
"$python" by_fault.py --out "$models/metrics-faults.json"
"$python" evaluate_fields.py --out "$models/metrics-fields.json"
"$python" card.py --out "$models/MODEL_CARD.md"
"$python" goldens.py --out "$models/../src/nets/goldens.json"
