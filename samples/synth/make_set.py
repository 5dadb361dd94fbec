"""Writes sample sets: `python -m synth.make_set --out DIR --seed S --count N --kind nominal|hard|traps|all`.

Every picture depends on `(seed, kind, index)` only, so shards (`--first`) and any number of jobs give the same set.
"""

from __future__ import annotations

import argparse
import csv
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from . import fonts
from .conditions import HARD, NOMINAL, hard, nominal
from .scene import Shot, ordinary
from .sequence import Sequence
from .traps import TRAPS

KINDS = ("nominal", "hard", "traps", "sequence")
# Of a set of all kinds, how many in ten are of each.
SHARES = ("nominal",) * 4 + ("hard",) * 4 + ("traps",) * 2
FACES = {"all": lambda: fonts.FACES, "trained": fonts.trained, "heldout": fonts.heldout}


@dataclass(frozen=True)
class Job:
    """One picture to make."""

    out: Path
    seed: int
    kind: str
    index: int
    faces: str
    width: int | None
    quality: int | None
    only: str | None


def make(kind: str, seed: int, index: int, faces: tuple[fonts.Face, ...], only: str | None = None,
         width: int | None = None) -> tuple[Shot, str, str, str, int]:  # fmt: skip
    """One picture: shot, number, outcome, condition and the JPEG quality its recipe asks for."""
    rng = np.random.default_rng([seed, KINDS.index(kind), index])
    table = {"nominal": NOMINAL, "hard": HARD, "traps": TRAPS}[kind]
    condition = only or list(table)[index % len(table)]
    recipe = hard(condition, rng) if kind == "hard" else nominal(rng)
    if width is not None:
        recipe.size = (width, width * 9 // 16)
    if kind == "traps":
        scene, number, outcome = TRAPS[condition](recipe, faces, rng), "", "refuse"
    else:
        fields = NOMINAL[condition] if kind == "nominal" else list(NOMINAL.values())[int(rng.integers(3))]
        scene, number = ordinary(fields, recipe, faces, rng)
        outcome = "read"
    return scene.shoot(rng), number, outcome, condition, recipe.quality


def _truth(name: str, shot: Shot) -> dict[str, object]:
    elements = [{"kind": e.kind, "text": e.text, "corners": np.round(e.quad, 1).tolist()} for e in shot.elements]
    return {"file": name, "px_per_mm": round(shot.px_per_mm, 2), "elements": elements}


def _write(job: Job) -> tuple[tuple[str, str, str, str], dict[str, object]]:
    cv2.setNumThreads(1)
    shot, number, outcome, condition, quality = make(job.kind, job.seed, job.index, FACES[job.faces](), job.only, job.width)
    name = f"stills/{job.kind[0]}_{job.index:05d}.jpg"
    cv2.imwrite(str(job.out / name), shot.frame, [cv2.IMWRITE_JPEG_QUALITY, job.quality or quality])
    return (name, number, outcome, condition), _truth(name, shot)


def write_stills(jobs: list[Job], out: Path, workers: int) -> None:
    """Pictures, `manifest.csv` and the geometry of everything printed, `truth.jsonl`."""
    (out / "stills").mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers) as pool:
        results = list(pool.map(_write, jobs, chunksize=4))
    with (out / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "expected_number", "expected_outcome", "condition"])
        writer.writerows(row for row, _ in results)
    with (out / "truth.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(truth, ensure_ascii=False) + "\n" for _, truth in results)


def write_sequence(out: Path, seed: int, index: int, vouchers: int, fps: int, quality: int, faces: str) -> Path:
    """One sequence: frames, `truth.csv` and `times.csv` (frame numbers) in `sequences/S_NNN`."""
    rng = np.random.default_rng([seed, KINDS.index("sequence"), index])
    sequence = Sequence(vouchers, fps, FACES[faces](), rng)
    folder = out / "sequences" / f"S_{index:03d}"
    folder.mkdir(parents=True, exist_ok=True)
    for i, frame in enumerate(sequence.frames()):
        cv2.imwrite(str(folder / f"frame_{i:03d}.jpg"), frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["order", "number", "note"])
        writer.writerows(sequence.truth())
    with (folder / "times.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["order", "enter", "rest", "leave", "gone"])
        writer.writerows(sequence.times())
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Renders sample sets of fictional vouchers.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=0, help="stills")
    parser.add_argument("--first", type=int, default=0, help="index of the first still (shards)")
    parser.add_argument("--kind", choices=("nominal", "hard", "traps", "all"), default="all")
    parser.add_argument("--only", help="one condition instead of all in turn (with --kind)")
    parser.add_argument("--fonts", choices=tuple(FACES), default="all")
    parser.add_argument("--width", type=int, help="width of all frames, 16:9, instead of the mixture")
    parser.add_argument("--quality", type=int, help="JPEG quality of all files, instead of each recipe's")
    parser.add_argument("--sequence", type=int, default=0, metavar="N", help="also N sequences")
    parser.add_argument("--vouchers", type=int, default=3, help="vouchers in a sequence")
    parser.add_argument("--fps", type=int, choices=(10, 30), default=10)
    parser.add_argument("--jobs", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Entry point."""
    args = _arguments()
    jobs, counters = [], dict.fromkeys(KINDS, 0)
    for i in range(args.first + args.count):
        kind = SHARES[i % len(SHARES)] if args.kind == "all" else args.kind
        index, counters[kind] = counters[kind], counters[kind] + 1
        if i >= args.first:
            jobs.append(Job(args.out, args.seed, kind, index, args.fonts, args.width, args.quality, args.only))
    if jobs:
        write_stills(jobs, args.out, args.jobs)
    for i in range(args.sequence):
        write_sequence(args.out, args.seed, i, args.vouchers, args.fps, args.quality or 85, args.fonts)


if __name__ == "__main__":
    main()
