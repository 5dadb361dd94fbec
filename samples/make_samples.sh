#!/bin/sh
# Renders the committed sample set anew: samples/set/ (stills by condition, refusals, one sequence).
# Usage: samples/make_samples.sh [PYTHON]   (a Python with samples/requirements.txt installed)
set -eu
cd "$(dirname "$0")"
python=${1:-python3}
out=set
rm -rf "$out"
"$python" - "$out" <<'PY'
import csv
import sys
from pathlib import Path

from synth.conditions import HARD, NOMINAL
from synth.make_set import Job, write_sequence, write_stills
from synth.traps import TRAPS

SEED, QUALITY = 20211120, 58
out = Path(sys.argv[1])
# every condition once or more, at the size a tablet's camera gives
wanted = [("nominal", i) for i in range(4 * len(NOMINAL))]
wanted += [("hard", i) for i in range(len(HARD))]
wanted += [("traps", i) for i in range(len(TRAPS))]
write_stills([Job(out, SEED, kind, i, "all", 1280, QUALITY, None) for kind, i in wanted], out, 2)
folder = write_sequence(out, SEED, 133, 3, 10, 45, "all")
frames = len(list(folder.glob("*.jpg")))
rows = list(csv.DictReader((folder / "truth.csv").open(encoding="utf-8")))
print(f"{len(wanted)} stills, {frames} frames with {len(rows)} vouchers")
PY
du -sh "$out"
