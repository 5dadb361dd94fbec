"""Shards: the examination in pieces whose results add up, so that a run that was killed goes on where it was.

A shard's result is one small JSON in `OUT/shards`, written whole or not at all. Beside the counts it says what made it
(fingerprint.py); one that was made by anything else is never added up.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import score
from .sample_set import Picture

Result = dict[str, Any]
# The shape of a result; one of another shape is of another version.
FORMAT = 1
# How many failing pictures of each condition are kept to be looked at. Wrong numbers are kept always.
KEPT = 3


class Refused(Exception):
    """The examination cannot go on; the message names the remedy."""


@dataclass(frozen=True)
class Shard:
    """Pictures `first` .. `first + count` of one kind and seed."""

    kind: str
    seed: int
    first: int
    count: int

    @property
    def name(self) -> str:
        """Of its result's file."""
        return f"{self.kind}-{self.seed}-{self.first:05d}-{self.count:04d}"


def plan(seeds: list[int], wanted: dict[str, int], size: int) -> list[Shard]:
    """All shards of an examination: of each seed `wanted` pictures a kind, `size` a shard."""
    return [
        Shard(kind, seed, first, min(size, count - first))
        for seed in seeds
        for kind, count in wanted.items()
        for first in range(0, count, size)
    ]


@dataclass(frozen=True)
class Tools:
    """What a shard is made with, apart so that tests need neither renderer nor program.

    `render(shard, folder)` leaves a set and gives its processor seconds; `read(folder)` gives each picture with its
    object and its processor milliseconds; `fingerprint()` tells what both are, anew each time; `stop()` makes `render`
    fail at once, in any thread.
    """

    render: Callable[[Shard, Path], float]
    read: Callable[[Path], Iterator[tuple[Picture, score.Reading, float]]]
    fingerprint: Callable[[], dict[str, str]]
    stop: Callable[[], None]


class Examination:
    """A folder of results. Only one run at a time may make some: `alone`."""

    def __init__(self, out: Path, tools: Tools) -> None:
        self.out, self.tools = out, tools
        self.made_by = tools.fingerprint()
        self.keeping, self.stopping = threading.Lock(), threading.Event()
        (out / "shards").mkdir(parents=True, exist_ok=True)

    def results(self, shards: list[Shard]) -> dict[Shard, Result]:
        """Those of the shards that are done. Refused if one of them was made by something else."""
        done = {}
        for shard in shards:
            result = _load(self._file(shard))
            if result is not None:
                self._must_add_up(shard, result)
                done[shard] = result
        return done

    def run(self, shards: list[Shard], jobs: int, tell: Callable[[Shard, Result], None]) -> None:
        """Makes the results that are missing, `jobs` at a time, and tells each."""
        done = self.results(shards)
        shutil.rmtree(self.out / "work", ignore_errors=True)  # of a run that was killed
        pool = ThreadPoolExecutor(jobs)
        futures = {pool.submit(self._make, shard): shard for shard in shards if shard not in done}
        try:
            for future in as_completed(futures):
                tell(futures[future], future.result())
        except BaseException:
            self.stopping.set()
            self.tools.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _make(self, shard: Shard) -> Result:
        folder = self.out / "work" / shard.name
        folder.mkdir(parents=True)
        render_s = self.tools.render(shard, folder)
        result = self._score(shard, folder) | {"render_s": round(render_s, 1)}
        if self.tools.fingerprint() != self.made_by:
            raise Refused("program or renderer changed while the examination ran: nothing of this shard was kept; "
                          "run it again when the change is finished, or in a checkout of its own")  # fmt: skip
        _write(self._file(shard), result)
        shutil.rmtree(folder)
        return result

    def _score(self, shard: Shard, folder: Path) -> Result:
        conditions: dict[str, score.Count] = {}
        failures, milliseconds = [], []
        for picture, reading, ms in self.tools.read(folder):
            if self.stopping.is_set():
                raise Refused("stopped")
            one = conditions.get(picture.condition, {})
            conditions[picture.condition] = score.add(one, score.count(picture, reading))
            milliseconds.append(round(ms, 1))
            outcome = score.outcome(picture, reading)
            if score.failed(picture, outcome):
                failures.append(score.failure(picture, reading))
                self._keep(shard, picture, reading, always=outcome == "wrong")
        if len(milliseconds) != shard.count:
            raise Refused(f"{shard.name}: {len(milliseconds)} pictures instead of {shard.count}: see {folder}")
        return {"format": FORMAT, "made_by": self.made_by, **vars(shard), "conditions": conditions,
                "failures": failures, "read_ms": sorted(milliseconds)}  # fmt: skip

    def _keep(self, shard: Shard, picture: Picture, reading: score.Reading, always: bool) -> None:
        """Copies a picture, and beside it all that the program said, out of the shard's folder."""
        folder = self.out / "kept" / ("accepted_wrongly" if always else picture.condition)
        name = f"{shard.kind}-{shard.seed}-{picture.path.stem}"
        with self.keeping:
            folder.mkdir(parents=True, exist_ok=True)
            if always or len(list(folder.glob("*.json"))) < KEPT:
                shutil.copy(picture.path, folder / f"{name}{picture.path.suffix}")
                _write(folder / f"{name}.json", {"expected": picture.number, "condition": picture.condition} | reading)

    def _must_add_up(self, shard: Shard, result: Result) -> None:
        theirs = result.get("made_by", {})
        other = [part for part, ours in self.made_by.items() if theirs.get(part) != ours]
        if result.get("format") == FORMAT and not other:
            return
        copy = self.out / f"program-{theirs.get('program')}"
        began = f"--binary {copy}" if other == ["program"] and copy.exists() else "git checkout, make build"
        raise Refused(
            f"{self._file(shard)} was made with another {' and another '.join(other) or 'version of this script'}, and "
            f"results of two versions do not add up: go on with the one that began ({began}), keep its results by moving "
            f"{self.out} away, or drop them with --anew")  # fmt: skip

    def _file(self, shard: Shard) -> Path:
        return self.out / "shards" / f"{shard.name}.json"


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Refused if another run works in the folder; a run that was killed blocks nobody."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refused(f"another examination runs in {out}: wait for it, or choose another --out") from error
        yield


def _load(path: Path) -> Result | None:
    """A result, or None where there is none that can be read: then it is made again."""
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return result if isinstance(result, dict) else None


def _write(path: Path, value: object) -> None:
    """Whole or not at all, whenever the run is killed."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
