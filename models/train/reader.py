"""Runs the exported recognisers over rendered shards, as the reader will run them."""

from __future__ import annotations

import re
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


def read(models: list[Path], shards: list[Path], jobs: int = 1) -> Iterator[Line]:
    """Reads every strip of `shards` with every model, in their order."""
    one = partial(_read_shard, models)
    with ProcessPoolExecutor(jobs) as workers:
        for lines in workers.map(one, shards):
            yield from lines


def _read_shard(models: list[Path], path: Path) -> list[Line]:
    sessions = [session(model) for model in models]
    data = np.load(path)
    lines = []
    for key in (key for key in data.files if key.startswith("image")):
        images, labels, printed, face = (
            data[key.replace("image", part)] for part in ("image", "label", "printed", "face"))
        for at in range(0, len(images), 50):
            batch = images[at:at + 50, None].astype(np.float32) / 255
            readings = [greedy(s.run(None, {"image": batch})[0]) for s in sessions]
            lines += [Line(spell(labels[row]), str(printed[row]), int(face[row]), per_model)
                      for row, per_model in enumerate(zip(*readings), at)]
    return lines


def shards(faces: str, mix: str, seed: int, count: int) -> list[Path]:
    """`count` shards, rendered where missing."""
    return [pool.write_shard(k, faces, mix, seed) for k in range(count)]


def eighteen(reading: Reading) -> tuple[str, float] | None:
    """The one run of exactly 18 digits in a reading and its smallest peak, or None.

    Glyphs that are no digits may stand before and after it: labels are not part of the number.
    """
    runs = [match for match in _RUN.finditer(reading.text) if len(match[0]) == 18]
    if len(runs) != 1:
        return None
    return runs[0][0], min(reading.peaks[runs[0].start():runs[0].end()])
