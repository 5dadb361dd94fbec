"""The station on a real V4L2 device, in a small virtual machine: `rig.py BINARY SET OUT`.

`CAMERA_RIG` names a program that boots such a machine and runs a command in it:
`$CAMERA_RIG run --pics DIR --size WxH --format YUYV|MJPG --fps N --hostroot --out OUT -- COMMAND`.
Emulated, it is good for function and says nothing of speed.

Two vouchers are shown in turn, each for some seconds, without an empty desk between them. The station has to record
each once; its camera's process is killed in between, which has to be told, and the camera has to be back in time. Every
line that the station tells is written down with the machine's uptime.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sequences import SESSION

FORMATS = ("YUYV", "MJPG")
SIZES = ("1280x720", "1920x1080")
VOUCHERS = 2
# Emulated, a frame takes seconds: each voucher is shown long enough for several. All of them are in the machine's
# memory, so at a low rate.
FRAMES_EACH = 100
FPS = 2
SECONDS = 280
# From when it is told that the camera is gone until it delivers again. Before that the frame in hand is read to its end,
# which takes an emulated processor seconds and a real one 40 ms.
BACK_WITHIN_S = 5.0

IN_THE_RIG = """set -u
export UKETSUKE_KEYS_STORE=file UKETSUKE_DIRECTORY_KIND=training UKETSUKE_NOW=2021-11-20T10:00:00+09:00
( sleep {seconds} ) | {binary} station --headless --jsonl --commands --camera v4l:0 --session {session} \\
  --data-dir /dev/shm/tablet 2> $RIG_OUT/station.err | while IFS= read -r line; do
  read -r up idle < /proc/uptime; printf '%s %s\\n' "$up" "$line"
done > $RIG_OUT/station.told &
station=$!
sleep {kill_after}
read -r up idle < /proc/uptime; echo "$up" > $RIG_OUT/killed
for p in /proc/[0-9]*; do
  if tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q camera-child; then kill -9 ${{p#/proc/}}; fi
done
wait $station
"""


def pictures(binary: Path, samples: Path, out: Path) -> list[str]:
    """Lays out what the camera shows; the numbers, in order."""
    told = subprocess.run([binary, "scan", "--jsonl", samples / "stills"], stdout=subprocess.PIPE, text=True, check=True)
    read = [reading for reading in map(json.loads, told.stdout.splitlines()) if reading["status"] == "accepted"]
    read = [reading for reading in read if reading["number"][0] == "2"][:VOUCHERS]
    folder = out / "pictures"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for i, reading in enumerate(read):
        file = Path(reading["file"])
        for k in range(FRAMES_EACH):
            (folder / f"{i:02}_{k:03}{file.suffix}").symlink_to(file.resolve())
    return [reading["number"] for reading in read]


@dataclass(frozen=True)
class Told:
    """What the station told in the machine, each with the uptime, and when its camera was killed."""

    events: list[dict]
    at: list[float]
    killed: float

    def named(self, event: str) -> list[dict]:
        """All events of that name."""
        return [told for told in self.events if told["event"] == event]

    def first(self, event: str, since: float) -> float | None:
        """When that was told first, from a moment on."""
        told = (at for told, at in zip(self.events, self.at, strict=True) if told["event"] == event)
        return next((at for at in told if at >= since), None)

    def away(self) -> tuple[float, float] | None:
        """Seconds from the kill until it was told, and from then until the camera delivered again; None when it never did."""
        lost = self.first("camera_lost", self.killed)
        back = lost and self.first("camera_back", lost)
        return back and (lost - self.killed, back - lost)


def told_in(out: Path) -> Told:
    """What was written down in a folder."""
    lines = (out / "station.told").read_text(encoding="utf-8").splitlines()
    stamped = [line.split(" ", 1) for line in lines]
    killed = float((out / "killed").read_text(encoding="utf-8"))
    return Told([json.loads(text) for _, text in stamped], [float(up) for up, _ in stamped], killed)


def run(rig: str, shown: Path, command: list[str], out: Path, form: str, size: str) -> Told:
    """What the station told in the machine."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "console.log").open("w") as log:
        subprocess.run([rig, "run", "--pics", shown, "--size", size, "--format", form, "--fps", str(FPS), "--hostroot",
                        "--timeout", str(2 * SECONDS), "--mem", "3072", "--out", out, "--", *command],
                       stdout=log, stderr=subprocess.STDOUT, check=True)  # fmt: skip
    return told_in(out)


def main() -> None:
    """Entry point."""
    binary, samples, out = (Path(argument).resolve() for argument in sys.argv[1:4])
    rig = os.environ.get("CAMERA_RIG") or sys.exit("CAMERA_RIG has to name the program that boots the machine; see the head of this file")
    expected = pictures(binary, samples, out)
    (out / "session.toml").write_text(SESSION.format(kind="vaccination"), encoding="utf-8")
    script = out / "in-the-rig"
    script.write_text(IN_THE_RIG.format(seconds=SECONDS, kill_after=SECONDS // 3, binary=binary, session=out / "session.toml"))
    failed = False
    for form in os.environ.get("RIG_FORMATS", " ".join(FORMATS)).split():
        for size in os.environ.get("RIG_SIZES", " ".join(SIZES)).split():
            told = run(rig, out / "pictures", ["/bin/sh", str(script)], out / f"{form}-{size}", form, size)
            recorded = [event["number"] for event in told.named("recorded")]
            wrong = [number for number in recorded if number not in expected]
            lost, away = len(told.named("camera_lost")), told.away()
            when = "never back" if away is None else "told {:.1f} s after the kill, back {:.1f} s later".format(*away)
            print(f"{form} {size}: {len(set(recorded) - set(wrong))} of {len(expected)} recorded, {len(wrong)} wrong, "
                  f"{len(recorded) - len(set(recorded))} doubled; camera lost {lost}, {when}; {told.events[-1]['frames']}", flush=True)  # fmt: skip
            failed |= sorted(recorded) != sorted(expected) or away is None or away[1] > BACK_WITHIN_S
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
