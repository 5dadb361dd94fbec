"""How long the window's own thread works for a drawing while the station reads and delivers: `screen_rate.py BINARY PICTURES FOLDER`.

PICTURES are played as a camera of 30 frames a second; meanwhile a queue of 100,000 records goes to a sandbox on this
machine. The figure is the one that the window tells of itself in 設定, 状態: what the graphics card does is not in it.
FOLDER gets a picture. Runs with the system's own Python, which has AT-SPI's bindings.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from live_rate import FPS, camera_folder, tablet_with_queue
from live_sandbox import LiveSandbox, environment
from real_window import RealWindow

RECORDS = 100_000
# A thousand drawings are looked back at; without a graphics card there are few a second.
SECONDS = 240
MOST_MS = 8.0


def figure(window: RealWindow) -> float | None:
    """Milliseconds, once there were enough drawings."""
    told = [name for name in window.names() if name.endswith(" ms")]
    return float(told[0].split()[0]) if told else None


def waiting(window: RealWindow) -> int:
    """Records that the window says are not delivered yet."""
    told = [name for name in window.names() if name.startswith("送信待ち ")]
    return int(told[0].split()[1]) if told else 0


def main() -> None:
    """Entry point."""
    binary, pictures, out = Path(sys.argv[1]).resolve(), sorted(Path(sys.argv[2]).iterdir()), Path(sys.argv[3])
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        frames = camera_folder(folder, pictures, SECONDS)
        with LiveSandbox(binary, folder / "server") as sandbox:
            tablet = tablet_with_queue(binary, folder, sandbox, RECORDS)
            command = [binary, "--camera", f"replay:{frames}@{FPS}", "--data-dir", tablet]
            with RealWindow(command, environment=environment()) as window:
                window.wait_for("未開始", 120)
                begun = time.monotonic()
                window.picture(out / "reading.png")
                # The camera's picture is on the first screen: it is drawn there until little is left to deliver.
                while waiting(window) > RECORDS / 10:
                    time.sleep(1)
                left = waiting(window)
                for button in ("メニュー", "設定"):
                    window.press(button)
                window.press(next(name for name in window.names() if name.startswith("状態")))
                millis = window.wait("a figure", lambda: figure(window), SECONDS)
                window.picture(out / "state.png")
                print(f"slowest hundredth of a thousand drawings: {millis} ms, {time.monotonic() - begun:.0f} s after the start; "
                      f"{RECORDS - left} records were delivered meanwhile")  # fmt: skip
    if millis > MOST_MS:
        sys.exit(f"demanded: {MOST_MS} ms")


if __name__ == "__main__":
    main()
