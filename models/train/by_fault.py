"""Whole-line rates of A and B under one fault at a time, and their votes, into ``metrics-faults.json``.

    python by_fault.py --models .. --out ../metrics-faults.json [--former DIRECTORY]
    python by_fault.py --models .. --faces trained          # to see where training has to go

Everything else is near-nominal, so that a row tells what its fault costs.  A vote is the
right line by both, each digit at the thresholds in the folder's ``calibration.toml``.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime

import pool
from decode import Reading, greedy
from reader import session
from synth import lines

SEED = 850
LINES = 300
_BASE = replace(lines.NOMINAL, beside=0.1)
_FAULTS = {"motion": (0.35, 0.6, 0.85), "dot_print": (0.2, 0.5, 0.8), "low_ink": (0.6, 0.75, 0.9), "defocus": (0.5, 0.75, 1.0),
           "low_light": (0.6, 1.0), "small_sensor": (0.5, 1.0), "jpeg": (0.6, 1.0), "ink_spread": (1.0,), "streaks": (1.0,),
           "hard_shadow": (1.0,)}
CASES: dict[str, lines.Mix] = {"none": _BASE} \
    | {f"{fault} {severity}": replace(_BASE, single=1.0, only=(fault, severity))
       for fault, severities in _FAULTS.items() for severity in severities} \
    | {"frame's edges beside": replace(_BASE, beside=1.0),
       "cells": replace(_BASE, kinds={"cells": 1.0}),
       "pin characters": replace(_BASE, kinds={"pins": 1.0}),
       "curved": replace(_BASE, curved=1.0),
       "8.5–12 camera rows": replace(_BASE, digit_rows=(8.5, 12.0)),
       "4–30 digits": replace(_BASE, kinds={"length": 1.0}),
       "retail": replace(_BASE, kinds={"retail": 1.0}, digit_rows=(14.0, 40.0)),
       "retail, 8.5–14 camera rows": replace(_BASE, kinds={"retail": 1.0}, digit_rows=(8.5, 14.0)),
       "retail, motion 0.4": replace(_BASE, kinds={"retail": 1.0}, digit_rows=(10.0, 32.0), single=1.0, only=("motion", 0.4))}
"""What is measured, by name."""


def strips(mix: lines.Mix, faces: str) -> list[lines.Strip]:
    """`LINES` strips of which every printed digit is to be seen."""
    rng, found = np.random.default_rng(SEED), []
    while len(found) < LINES:
        strip = lines.render(rng, pool.FACES[faces](), mix)
        if "".join(str(label - 1) for label in strip.labels if label != lines.OTHER) == strip.printed != "":
            found.append(strip)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=Path(__file__).parent.parent)
    parser.add_argument("--former", type=Path, help="recognisers to compare with")
    parser.add_argument("--faces", default="heldout", choices=pool.FACES)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    folders = {"now": arguments.models} | ({"former": arguments.former} if arguments.former else {})
    sessions = {when: [session(folder / f"digits-{name}.onnx") for name in "ab"] for when, folder in folders.items()}
    limits = {}
    for when, folder in folders.items():
        calibration = tomllib.loads((folder / "calibration.toml").read_text())
        limits[when] = [calibration[name]["threshold"] for name in "ab"]
    rows: dict[str, dict[str, list[float]]] = {}
    for case, mix in CASES.items():
        drawn = strips(mix, arguments.faces)
        rows[case] = {}
        for when, pair in sessions.items():
            readings = [[_read(s, strip) for strip in drawn] for s in pair]
            right = [[r.text.replace("?", "") == strip.printed for r, strip in zip(one, drawn)] for one in readings]
            sure = [[hit and _least(r) >= limit for r, hit in zip(one, hits)] for one, hits, limit in zip(readings, right, limits[when])]
            rows[case][when] = [round(sum(hits) / LINES, 3) for hits in (*right, [a and b for a, b in zip(*sure)])]
        print(f"{case:28}", "   ".join(f"{when} {' '.join(f'{100 * rate:5.1f}' for rate in rates)}" for when, rates in rows[case].items()), flush=True)
    if arguments.out:
        metrics = {"faces": arguments.faces, "seed": SEED, "lines": LINES, "rates of A, of B, of votes": rows}
        arguments.out.write_text(json.dumps(metrics, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(recogniser: onnxruntime.InferenceSession, strip: lines.Strip) -> Reading:
    return greedy(recogniser.run(None, {"image": strip.image[None, None].astype(np.float32) / 255})[0])[0]


def _least(reading: Reading) -> float:
    """The smallest peak of the digits."""
    return min(peak for char, peak in zip(reading.text, reading.peaks) if char != "?")


if __name__ == "__main__":
    main()
