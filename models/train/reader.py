"""Runs the exported recognisers over rendered shards, as the reader will run them.

Strips are rendered, read and dropped; what was read stays under ``pool/read``, so that a
long measurement goes on where it was stopped.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime

import pool
from decode import Reading, greedy, spell

_RUN = re.compile(r"\d+")


@dataclass(frozen=True)
class Line:
    """One strip's truth and what the recognisers made of it."""

    truth: str                   # labels: digits and '?'
    printed: str                 # digits as printed, hidden or not
    face: int
    readings: tuple[Reading, ...]

    @property
    def altered(self) -> bool:
        """Whether some printed digit is hidden, altered or cut off."""
        return self.truth.replace("?", "") != self.printed


def session(model: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """An exported recogniser, ready to run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class Shard:
    """One shard of a pool."""

    faces: str
    mix: str
    seed: int
    number: int


def read(models: list[Path], shards: list[Shard], jobs: int = 1) -> Iterator[list[Line]]:
    """Reads shard after shard with every model, in their order."""
    one = partial(_read_shard, models, _kept(models))
    if jobs == 1:
        yield from map(one, shards)
        return
    workers = ProcessPoolExecutor(jobs)
    try:
        yield from workers.map(one, shards)
    finally:
        workers.shutdown(cancel_futures=True)


def read_strips(sessions: list[onnxruntime.InferenceSession], arrays: dict[str, np.ndarray]) -> list[Line]:
    """Reads the strips of one shard's arrays."""
    lines = []
    for key in (key for key in arrays if key.startswith("image")):
        images, labels, printed, face = (
            arrays[key.replace("image", part)] for part in ("image", "label", "printed", "face"))
        for at in range(0, len(images), 50):
            batch = images[at:at + 50, None].astype(np.float32) / 255
            readings = [greedy(s.run(None, {"image": batch})[0]) for s in sessions]
            lines += [Line(spell(labels[row]), str(printed[row]), int(face[row]), per_model)
                      for row, per_model in enumerate(zip(*readings), at)]
    return lines


def _kept(models: list[Path]) -> Path:
    """Where readings of these models by this renderer are kept."""
    sources = sorted(Path(pool.lines.__file__).parent.glob("*.py"))
    told = [path for path in sources if path.stem in ("lines", "physics", "cover", "fonts")]
    return pool.ROOT / "read" / f"{zlib.crc32(b''.join(path.read_bytes() for path in [*models, *told])):08x}"


def _read_shard(models: list[Path], kept: Path, shard: Shard) -> list[Line]:
    path = kept / f"{shard.faces}-{shard.mix}-{shard.seed}-{shard.number:05d}.json.gz"
    if not path.exists():
        lines = read_strips([session(model) for model in models], pool.shard(shard.number, shard.faces, shard.mix, shard.seed))
        rows = [[line.truth, line.printed, line.face, [[r.text, [round(p, 6) for p in r.peaks]] for r in line.readings]] for line in lines]
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(gzip.compress(json.dumps(rows).encode()))
        part.rename(path)
    return [Line(truth, printed, face, tuple(Reading(text, tuple(peaks)) for text, peaks in readings))
            for truth, printed, face, readings in json.loads(gzip.decompress(path.read_bytes()))]


def eighteen(reading: Reading) -> tuple[str, float] | None:
    """The one run of exactly 18 digits in a reading and its smallest peak, or None.

    Glyphs that are no digits may stand before and after it: labels are not part of the number.
    """
    runs = [match for match in _RUN.finditer(reading.text) if len(match[0]) == 18]
    if len(runs) != 1:
        return None
    return runs[0][0], min(reading.peaks[runs[0].start():runs[0].end()])
