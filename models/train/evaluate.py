"""Measures the recognisers on held-out faces, alone and together, into ``metrics.json``.

    python evaluate.py --models .. --calibration ../calibration.toml --out ../metrics.json

All of it is 100,000 nominal, 100,000 hard and 16,000 covered lines.  It can be stopped, or
given ``--minutes``, and goes on where it was; what is written says how many lines it is of.
"""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from reader import Line, Shard, eighteen, read
from synth import fonts

SEED = 801
SHARDS = {"nominal": 50, "hard": 50, "covered": 8}
NAMES = ("a", "b")


def share(hits: Iterable[bool]) -> float:
    """Share of true values."""
    values = list(hits)
    return sum(values) / max(1, len(values))


def reads(line: Line, model: int) -> bool:
    """Whether every digit is read, and nothing else as a digit; how many other glyphs stand beside is nobody's question."""
    return line.readings[model].text.replace("?", "") == line.printed


def alone(lines: list[Line], model: int, limit: float) -> dict[str, float]:
    """Rates of one recogniser; whole lines are counted where every printed digit is to be seen."""
    found = [eighteen(line.readings[model]) for line in lines]
    sure = [hit is not None and hit[1] >= limit for hit in found]
    right = [hit is not None and hit[0] == line.printed for hit, line in zip(found, lines)]
    return {"whole_line": share(reads(line, model) for line in lines if not line.altered),
            "sure": share(sure),
            "sure_and_wrong": sum(s and not r for s, r in zip(sure, right))}


def together(lines: list[Line], limits: list[float]) -> dict[str, float]:
    """What the two vote for: both the same 18 digits, both sure."""
    votes = wrong = on_altered = altered = 0
    for line in lines:
        hits = [eighteen(reading) for reading in line.readings]
        altered += line.altered
        if any(hit is None or hit[1] < limit for hit, limit in zip(hits, limits)) or hits[0][0] != hits[1][0]:
            continue
        votes += 1
        wrong += hits[0][0] != line.printed
        on_altered += line.altered
    return {"lines": len(lines), "votes": votes, "same_wrong": wrong, "altered_lines": altered,
            "votes_on_altered": on_altered}


def substitutions(lines: list[Line]) -> dict[str, dict[str, int]]:
    """Digit substitutions "truth→read" of A, of B, and of both at once, in lines of the right length."""
    counts: dict[str, Counter[str]] = {"a": Counter(), "b": Counter(), "both": Counter()}
    for line in lines:
        texts = [reading.text for reading in line.readings]
        for name, text in zip(NAMES, texts):
            if len(text) == len(line.truth):
                counts[name].update(t + r for t, r in zip(line.truth, text) if t != r and "?" not in t + r)
        if all(len(text) == len(line.truth) for text in texts):
            counts["both"].update(t + a for t, a, b in zip(line.truth, *texts) if a == b != t and "?" not in t + a)
    return {name: dict(sorted(counter.items())) for name, counter in counts.items()}


def by_face(lines: list[Line]) -> dict[str, list[float]]:
    """Whole-line rate of A and of B for each face."""
    rows: dict[int, list[Line]] = {}
    for line in lines:
        rows.setdefault(line.face, []).append(line)
    return {fonts.FACES[face].name: [round(share(reads(line, m) for line in group if not line.altered), 4) for m in (0, 1)]
            for face, group in sorted(rows.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=Path(__file__).parent.parent)
    parser.add_argument("--calibration", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--faces", default="heldout")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long with what was read")
    arguments = parser.parse_args()
    calibration = tomllib.loads(arguments.calibration.read_text())
    limits = [calibration[name]["threshold"] for name in NAMES]
    models = [arguments.models / f"digits-{name}.onnx" for name in NAMES]
    metrics: dict[str, object] = {"faces": arguments.faces, "seed": SEED, "thresholds": dict(zip(NAMES, limits))}
    # the mixes in step, so that a part is as mixed as the whole
    order = sorted((Shard(arguments.faces, mix, SEED, number) for mix, count in SHARDS.items() for number in range(count)),
                   key=lambda shard: (shard.number + 0.5) / SHARDS[shard.mix])
    ends = time.monotonic() + 60 * arguments.minutes
    by_mix: dict[str, list[Line]] = {mix: [] for mix in SHARDS}
    for shard, lines in zip(order, read(models, order, arguments.jobs)):
        by_mix[shard.mix] += lines
        if time.monotonic() > ends:
            break
    everything: list[Line] = []
    for mix, lines in by_mix.items():
        everything += lines
        metrics[mix] = {name: alone(lines, m, limits[m]) for m, name in enumerate(NAMES)} \
            | {"together": together(lines, limits), "by_face": by_face(lines)}
        if mix == "covered":
            altered = [line for line in lines if line.altered]
            metrics["altered_only"] = {name: alone(altered, m, limits[m]) for m, name in enumerate(NAMES)}
    metrics["together"] = together(everything, limits)
    metrics["substitutions"] = substitutions(everything)
    arguments.out.write_text(json.dumps(metrics, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
