"""The real tools of an examination: the renderer of samples/synth in a process of its own, and `uketsuke scan`."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from . import fingerprint
from .sample_set import Picture, load
from .scanner import Scanner
from .score import Reading
from .shards import Refused, Shard, Tools


def real(binary: Path, out: Path) -> Tools:
    """Tools with a copy of the program: a build meanwhile does not change what is examined."""
    if not binary.exists():
        raise Refused(f"there is no {binary}: make build")
    program = fingerprint.program(binary)
    copy = out / f"program-{program}"
    if not copy.exists():
        out.mkdir(parents=True, exist_ok=True)
        part = copy.with_suffix(".part")
        shutil.copy(binary, part)
        part.rename(copy)
    counting, renderers = fingerprint.counting(), Renderers()
    return Tools(
        render=renderers.render,
        read=lambda folder: read(copy, folder),
        fingerprint=lambda: {"program": program, "renderer": fingerprint.renderer(), "counting": counting},
        stop=renderers.stop,
    )


class Renderers:
    """Renderers at work, each a process with a group of its own, until they are stopped."""

    def __init__(self) -> None:
        self.groups: set[int] = set()
        self.stopped = False

    def render(self, shard: Shard, folder: Path) -> float:
        """Renders a shard's set with one process; seconds of processor time."""
        command = [
            sys.executable, "-m", "synth.make_set", "--out", str(folder.resolve()), "--kind", shard.kind,
            "--seed", str(shard.seed), "--first", str(shard.first), "--count", str(shard.count),
        ]  # fmt: skip
        with subprocess.Popen(command, cwd=fingerprint.SAMPLES, process_group=0) as child:
            self.groups.add(child.pid)
            if self.stopped:
                self.stop()
            _, status, usage = os.wait4(child.pid, 0)
            self.groups.discard(child.pid)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise Refused(f"the renderer ended with {child.returncode}: {' '.join(command)}")
        return usage.ru_utime + usage.ru_stime

    def stop(self) -> None:
        """Ends all that run, and all that are started later."""
        self.stopped = True
        for group in list(self.groups):
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                os.killpg(group, signal.SIGTERM)


def read(binary: Path, folder: Path) -> Iterator[tuple[Picture, Reading, float]]:
    """Reads a set picture by picture; with each its object, and milliseconds of processor time."""
    pictures = load(folder)
    with Scanner(binary, "--marks") as scanner:
        scanner.warm(pictures[0].path)
        for picture in pictures:
            yield (picture, *scanner.read(picture.path))
