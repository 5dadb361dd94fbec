"""How fast `uketsuke scan` is: `bench.py BINARY SET`, on one processor.

Reads every picture of SET in one run and prints what a station feels: time for each picture, decoding
included (median and 95th percentile of `elapsed_ms`, nearest rank), processor time for each picture (mean of
the whole run; tells a slow program from a busy machine), peak memory, and the time from starting the program to
the first verdict (best and median of ten starts).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import time
from pathlib import Path

STARTS = 10


def on_one_processor() -> None:
    """Runs in the child: everything it does shares one processor."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def scan(binary: Path, pictures: list[Path]) -> tuple[list[float], float, float]:
    """`elapsed_ms` of each picture, processor seconds, and peak memory in MB of one run."""
    command = [str(binary), "scan", "--jsonl", *map(str, pictures)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=on_one_processor) as child:
        assert child.stdout is not None
        elapsed = [json.loads(line)["elapsed_ms"] for line in child.stdout]
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"scan ended with {child.returncode}")
    return elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def start(binary: Path, picture: Path) -> float:
    """Milliseconds from starting the program to its first line."""
    began = time.perf_counter()
    command = [str(binary), "scan", "--jsonl", str(picture)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        return (time.perf_counter() - began) * 1000


def nearest_rank(values: list[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("set", type=Path)
    args = parser.parse_args()
    pictures = sorted((args.set / "stills").iterdir())
    elapsed, processor, memory = scan(args.binary, pictures)
    starts = [start(args.binary, pictures[0]) for _ in range(STARTS)]
    print(f"pictures                {len(pictures)}")
    print(f"each, median            {nearest_rank(elapsed, 0.5):.0f} ms")
    print(f"each, 95th percentile   {nearest_rank(elapsed, 0.95):.0f} ms")
    print(f"each, processor time    {processor / len(pictures) * 1000:.0f} ms (mean)")
    print(f"memory, peak            {memory:.0f} MB")
    print(f"start to first verdict  {min(starts):.0f} ms (best of {STARTS}), {statistics.median(starts):.0f} ms (median)")


if __name__ == "__main__":
    main()
