"""How fast `uketsuke scan` is: `bench.py BINARY SET`, run with the samples' environment.

Reads every picture of SET and prints what a station feels:

* processor time for each picture, decoding included: median, 95th percentile (nearest rank) and mean. User and system
  time, since it tells a slow program from a busy machine;
* the same as the program tells it (`elapsed_ms`, wall clock): far above it, the machine was busy;
* decoding alone of the same files, to grey, by OpenCV (libjpeg-turbo), and how many times that a reading takes;
* how many pictures a second one thread reads by the wall clock, and two threads together;
* peak memory, and the time from starting the program to its first verdict (best and median of ten starts).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np

from exam.report import nearest_rank
from exam.scanner import Scanner, on_one_processor, supports

STARTS = 10


def one_by_one(binary: Path, pictures: list[Path]) -> tuple[list[float], list[float]]:
    """Milliseconds for each picture: processor time, and what the program tells. The first one warms it up."""
    with Scanner(binary) as scanner:
        scanner.warm(pictures[0])
        readings = [scanner.read(picture) for picture in pictures]
    return [ms for _, ms in readings], [told["elapsed_ms"] for told, _ in readings]


def decoding(pictures: list[Path]) -> list[float]:
    """Milliseconds of processor time to decode each picture from memory, on one thread."""
    cv2.setNumThreads(1)
    times = []
    for picture in pictures:
        data = np.frombuffer(picture.read_bytes(), np.uint8)
        before = time.process_time_ns()
        cv2.imdecode(data, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
        times.append((time.process_time_ns() - before) / 1e6)
    return times


def in_one_run(binary: Path, pictures: list[Path], *options: str) -> tuple[float, float]:
    """Pictures a second of a whole run by the wall clock, and its peak memory in MB. Without options, on one processor."""
    command = [str(binary), "scan", "--jsonl", *options, *map(str, pictures)]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=None if options else on_one_processor) as child:
        assert child.stdout is not None
        objects = [json.loads(line) for line in child.stdout]
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0 or len(objects) != len(pictures):
        raise SystemExit(f"scan ended with {child.returncode} after {len(objects)} of {len(pictures)} pictures")
    return len(pictures) / (time.perf_counter() - began), usage.ru_maxrss / 1024


def two_at_a_time(binary: Path, pictures: list[Path]) -> str:
    """What `--jobs 2` reaches, or why that cannot be measured."""
    if not supports(binary, "--jobs"):
        return "not measured: this program's scan has no --jobs"
    if len(os.sched_getaffinity(0)) < 2:
        return "not measured: one processor only"
    return in_short(*in_one_run(binary, pictures, "--jobs", "2"))


def start(binary: Path, picture: Path) -> float:
    """Milliseconds from starting the program to its first line."""
    began = time.perf_counter()
    command = [str(binary), "scan", "--jsonl", str(picture)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        return (time.perf_counter() - began) * 1000


def spread(ms: list[float]) -> str:
    """Median, 95th percentile, mean."""
    return f"{nearest_rank(ms, 0.5):.0f} ms median, {nearest_rank(ms, 0.95):.0f} ms p95, {sum(ms) / len(ms):.0f} ms mean"


def in_short(rate: float, memory: float) -> str:
    """Of a whole run."""
    return f"{rate:.1f} pictures/s by the wall clock, {memory:.0f} MB peak memory"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("set", type=Path)
    args = parser.parse_args()
    pictures = sorted((args.set / "stills").iterdir())
    processor, elapsed = one_by_one(args.binary, pictures)
    decoded = decoding(pictures)
    starts = [start(args.binary, pictures[0]) for _ in range(STARTS)]
    print(f"pictures                {len(pictures)}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"each, processor time    {spread(processor)}")
    print(f"each, wall clock        {spread(elapsed)}")
    print(f"decoding alone          {spread(decoded)}; a reading takes {sum(processor) / sum(decoded):.1f} times that")
    print(f"one thread              {in_short(*in_one_run(args.binary, pictures))}")
    print(f"two threads             {two_at_a_time(args.binary, pictures)}")
    print(f"start to first verdict  {min(starts):.0f} ms (best of {STARTS}), {statistics.median(starts):.0f} ms (median)")


if __name__ == "__main__":
    main()
