"""How many frames a second a station analyses while it delivers: `live_rate.py BINARY FOLDER`.

FOLDER has 1920×1080 pictures, which are played as a camera of 30 frames a second, newest wins. Meanwhile the station
delivers 20,000 imported records to a sandbox on this machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from live_sandbox import LiveSandbox, environment, run
from sequences import SESSION

RECORDS = 20_000
FPS = 30
SECONDS = 20
LEAST_RATE, OLDEST_MS = 12, 300
# Once every buffer has its size, nothing may grow with the frames: 200 of 1920x1080 hold 500 MiB.
SETTLED, MOST_GROWN = 8, 60
COLUMNS = "券種,回数,自治体コード,券番号,接種日,会場名,医師名,ワクチンメーカー,ロット番号,結果"


def main() -> None:
    """Entry point."""
    binary, pictures = Path(sys.argv[1]), sorted(Path(sys.argv[2]).iterdir())
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        frames = camera_folder(folder, pictures, SECONDS)
        today = datetime.now(timezone(timedelta(hours=9))).date().isoformat()  # servers do not talk to a clock that is set
        session = SESSION.format(kind="vaccination").replace("2021-11-20", today)
        (folder / "session.toml").write_text(session, encoding="utf-8")
        with LiveSandbox(binary, folder / "server") as sandbox:
            tablet = tablet_with_queue(binary, folder, sandbox, RECORDS)
            play(binary, folder, tablet, frames)


def camera_folder(folder: Path, pictures: list[Path], seconds: int) -> Path:
    """A folder that plays these pictures for so long, each for a third of a second."""
    frames = folder / "frames"
    frames.mkdir()
    for i in range(FPS * seconds):
        picture = pictures[i // 10 % len(pictures)]
        (frames / f"{i:05}{picture.suffix}").symlink_to(picture.resolve())
    return frames


def tablet_with_queue(binary: Path, folder: Path, sandbox: LiveSandbox, records: int) -> Path:
    """The data directory of a tablet that has so many records to deliver to the sandbox."""
    rows = (f"2,1,131016,{i:010},20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種" for i in range(records))
    (folder / "records.csv").write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    tablet = folder / "tablet"
    run(binary, "import", "--format", "vrs-csv", folder / "records.csv", "--data-dir", tablet)
    run(binary, "enrol", "--server", sandbox.url, "--code", "-", "--training", "--data-dir", tablet, typed=sandbox.code())
    return tablet


def memory_mib(pid: int) -> float:
    """What a process holds of its own."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def play(binary: Path, folder: Path, tablet: Path, frames: Path) -> None:
    """Runs the station and prints its figures."""
    command = [binary, "station", "--headless", "--jsonl", "--commands", "--camera", f"replay:{frames}@{FPS}",
               "--session", folder / "session.toml", "--data-dir", tablet]  # fmt: skip
    with subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        time.sleep(SETTLED)
        before = memory_mib(child.pid)
        time.sleep(SECONDS + 1 - SETTLED)
        grown = memory_mib(child.pid) - before
        child.stdin.close()
        told = [json.loads(line) for line in child.stdout]
    seen = told[-1]["frames"]
    rate = seen["delivered"] / SECONDS
    delivered = sum(event["records"] for event in told if event["event"] == "delivered")
    print(f"{rate:.1f} frames a second analysed of {FPS}, {seen['dropped']} dropped and counted, "
          f"the oldest {seen['oldest_ms']} ms old when it was taken up; {delivered} records delivered meanwhile; "
          f"{before:.0f} MiB of memory after {SETTLED} s, {grown:+.0f} MiB since")  # fmt: skip
    if rate < LEAST_RATE or seen["oldest_ms"] > OLDEST_MS or not delivered or grown > MOST_GROWN:
        sys.exit(f"demanded: {LEAST_RATE} frames a second, none older than {OLDEST_MS} ms, records delivered meanwhile, "
                 f"no more than {MOST_GROWN} MiB more")  # fmt: skip


if __name__ == "__main__":
    main()
