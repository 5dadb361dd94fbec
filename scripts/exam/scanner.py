"""One running `uketsuke scan`, given a picture at a time: what it says of each, and the processor time of each.

Processor time (user and system, of all its threads) is read from the program's own clock before a picture is named
and after its object has arrived, so a busy machine changes nothing but the caches. Linux only.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

# Longer than any picture takes on any machine: the program hangs.
PATIENCE_S = 120.0


class ScanFailed(Exception):
    """The program ended or hung while it read a picture."""


def supports(binary: Path, option: str) -> bool:
    """Whether `scan` knows an option."""
    told = subprocess.run([binary, "scan", "--help"], capture_output=True, text=True, check=True).stdout
    return f"{option} " in told


def processor_ms(pid: int) -> float:
    """Processor time that a process of ours has used so far (clock_getcpuclockid(3): CPUCLOCK_SCHED of the process)."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e6


def on_one_processor() -> None:
    """For a child: everything it does shares one processor, the last one that it may use."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


class Scanner:
    """A context manager; `read` may be called until it is left."""

    def __init__(self, binary: Path, *options: str) -> None:
        jobs = ["--jobs", "1"] if supports(binary, "--jobs") else []
        self.process = subprocess.Popen(
            [binary, "scan", "--jsonl", *options, *jobs, "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=on_one_processor,
        )  # fmt: skip

    def read(self, picture: Path) -> tuple[dict[str, Any], float]:
        """The object of one picture, and milliseconds of processor time from its name to its object."""
        source, sink = self.process.stdout, self.process.stdin
        assert source is not None and sink is not None
        before = processor_ms(self.process.pid)
        try:
            sink.write(os.fsencode(picture) + b"\n")
            sink.flush()
        except BrokenPipeError as error:
            raise ScanFailed(f"scan ended before {picture}: run `uketsuke scan {picture}` to see why") from error
        ready, _, _ = select.select([source], [], [], PATIENCE_S)
        line = source.readline() if ready else b""
        if not line:
            said = "ended" if ready else f"said nothing for {PATIENCE_S:.0f} s"
            raise ScanFailed(f"scan {said} at {picture}: run `uketsuke scan {picture}` to see why")
        return json.loads(line), processor_ms(self.process.pid) - before

    def warm(self, picture: Path) -> float:
        """Reads a picture for nothing, so that no start counts; milliseconds from the start of the program to here."""
        self.read(picture)
        return processor_ms(self.process.pid)

    def __enter__(self) -> Scanner:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self.process.kill()
        self.process.communicate()
