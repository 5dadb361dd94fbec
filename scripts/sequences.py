"""A station over sequences of frames: `sequences.py BINARY FOLDER…`, each a folder with `truth.csv`.

Every sequence is played through `uketsuke station --headless` twice, once with a session for each ticket kind, since
the presets of a session hold back tickets of the other kind. Together both have to record every voucher once, in
order; a voucher that was laid down again with nothing in between (`again`) may or may not be told again. One that was
held back for a person is a MISS, and is told as one; anything wrong, stale, doubled or out of order fails, and so does a
run in which nothing was recorded.

`--real-time FPS` plays them at that rate instead, newest frame wins, and tells how long a voucher that rests (truth:
`times.csv`) waits until its record is durable.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from exam.report import nearest_rank

# The station reads from no frame that is older.
FRESH_MS = 300
KINDS = {"vaccination": "2", "consultation": "1"}

SESSION = """version = 1
confirmed = true
mode = "after-shot"
date = "2021-11-20"
venue = "市民会館"
doctor = "山田 太郎"
product = "comirnaty-12"
lot = "FJ7489"
ticket_kind = "{kind}"
operator = "clerk-01"
"""


@dataclass(frozen=True)
class Laid:
    """A voucher of the truth."""

    number: str
    again: bool
    rest: int | None


@dataclass
class Score:
    """What became of all vouchers."""

    laid: int = 0
    recorded: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    frames: int = 0
    dropped: int = 0
    oldest_ms: int = 0

    def holds(self) -> bool:
        """Whether nothing is wrong, stale or doubled; a miss is told, and a person decides."""
        fresh = self.oldest_ms <= FRESH_MS
        return self.recorded > 0 and fresh and not (self.wrong or self.doubled or self.out_of_order)


def truth_of(folder: Path) -> list[Laid]:
    """The vouchers of a sequence in their order."""
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    times = folder / "times.csv"
    rests = [None] * len(rows)
    if times.exists():
        with times.open(encoding="utf-8") as file:
            rests = [int(row["rest"]) for row in csv.DictReader(file)]
    return [Laid(row["number"], row["note"] == "again", rest) for row, rest in zip(rows, rests, strict=True)]


def play(binary: Path, folder: Path, kind: str, fps: int, real_time: bool) -> list[dict]:
    """What the station told of a sequence."""
    with tempfile.TemporaryDirectory() as data:
        session = Path(data) / "session.toml"
        session.write_text(SESSION.format(kind=kind), encoding="utf-8")
        command = [str(binary), "station", "--headless", "--jsonl", "--camera", f"replay:{folder}@{fps}",
                   "--session", str(session), "--data-dir", f"{data}/tablet"]  # fmt: skip
        command += ["--commands"] if real_time else ["--until-end"]
        environment = os.environ | {"UKETSUKE_KEYS_STORE": "file", "UKETSUKE_DIRECTORY_KIND": "training",
                                    "UKETSUKE_NOW": "2021-11-20T10:00:00+09:00"}  # fmt: skip
        child = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stdin is not None
        if real_time:
            frames = len(list(folder.glob("frame_*")))
            threading.Timer(frames / fps + 2, child.stdin.close).start()
        else:
            child.stdin.close()
            child.stdin = None
        assert child.stdout is not None
        told = [json.loads(line) for line in child.stdout]
        if child.wait() != 0:
            sys.exit(f"{folder}: the station ended with {child.returncode}")
    return told


def score(folder: Path, told: dict[str, list[dict]], fps: int, total: Score) -> None:
    """Adds up what both sessions told of one sequence."""
    laid = truth_of(folder)
    recorded = [event for kind in KINDS for event in told[kind] if event["event"] == "recorded"]
    recorded.sort(key=lambda event: event["at_frame"])
    numbers = [event["number"] for event in recorded]
    expected = [voucher.number for voucher in laid if not voucher.again]
    total.laid += len(expected)
    total.recorded += len(set(numbers) & set(expected))
    total.wrong += [f"{folder.name}: frame {event['at_frame']}" for event in recorded if event["number"] not in expected]
    total.missed += [f"{folder.name}: voucher {i + 1}" for i, number in enumerate(expected) if number not in numbers]
    total.doubled += [f"{folder.name}: {len(numbers)}"] if len(numbers) != len(set(numbers)) else []
    # The book refuses a second record of a dose, so a number that was read once too often shows as this.
    again = sum(voucher.again for voucher in laid)
    for kind in KINDS:
        repeated = sum(event["event"] == "already_recorded" for event in told[kind])
        total.doubled += [f"{folder.name}: told {repeated} times as recorded before, {kind}"] if repeated > again else []
    in_order = [number for number in expected if number in numbers]
    total.out_of_order += [] if in_order == [number for number in numbers if number in expected] else [folder.name]
    rests = {voucher.number: voucher.rest for voucher in laid if not voucher.again}
    for event in recorded:
        rest = rests.get(event["number"])
        if rest is not None:
            waited = (event["at_frame"] - rest) * 1000 / fps + event["frame_ms"]
            total.delays_ms.append(waited)
    for kind in KINDS:
        last = told[kind][-1]["frames"]
        total.frames += last["delivered"]
        total.dropped += last["dropped"]
        total.oldest_ms = max(total.oldest_ms, last["oldest_ms"])


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--fps", type=int, default=10, help="the rate at which the frames were taken")
    parser.add_argument("--real-time", action="store_true", help="play at that rate, newest frame wins")
    args = parser.parse_args()
    total = Score()
    for folder in args.folders:
        told = {kind: play(args.binary, folder, kind, args.fps, args.real_time) for kind in KINDS}
        score(folder, told, args.fps, total)
    print(f"{len(args.folders)} sequences, {total.laid} vouchers: {total.recorded} recorded, {len(total.missed)} missed, "
          f"{len(total.wrong)} wrong, {len(total.doubled)} sequences with doubles, {len(total.out_of_order)} out of order")  # fmt: skip
    print(f"{total.frames} frames read, {total.dropped} dropped, the oldest {total.oldest_ms} ms old")
    if total.delays_ms:
        print(f"from rest to durable: median {statistics.median(total.delays_ms):.0f} ms, "
              f"p95 {nearest_rank(total.delays_ms, 0.95):.0f} ms, longest {max(total.delays_ms):.0f} ms")  # fmt: skip
    for place in total.missed:
        print(f"MISS {place}")
    if total.missed:
        print(f"MISS {len(total.missed)} of {total.laid} vouchers were held back; every one is demanded")
    if total.oldest_ms > FRESH_MS:
        print(f"- stale: a frame of {total.oldest_ms} ms was read")
    for name in ("wrong", "doubled", "out_of_order"):
        for place in getattr(total, name):
            print(f"- {name}: {place}")
    sys.exit(0 if total.holds() else 1)


if __name__ == "__main__":
    main()
