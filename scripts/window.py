"""A day at the station in a real window: `window.py BINARY FOLDER day`, or `… idle`: nothing to do.

From the first start, which is for training, to the close of the day: every press is of a button by its name, as a
screen reader says it. What the sandbox holds at the end has to be what was recorded. Tells touches and seconds of each
part, how soon the first screen was there, and how much memory and processor the program took; FOLDER gets pictures.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from real_window import RealWindow

VOUCHERS = 5
IDLE_SECONDS = 10
# Percent of a core.
MOST_IDLE = 3.0


class Parts:
    """Touches and seconds of each part of the day."""

    def __init__(self, window: RealWindow) -> None:
        self.window, self.begun, self.touches = window, time.monotonic(), 0

    def done(self, part: str) -> None:
        """One part is done."""
        now = time.monotonic()
        print(f"{part}: {self.window.touches - self.touches} touches, {now - self.begun:.1f} s", flush=True)
        self.begun, self.touches = now, self.window.touches


def begin(window: RealWindow) -> None:
    """The start of day."""
    for button in ("開始へ", "練習用の設定を使う", "2021-11-20", "FJ7489　期限 2022-03-31", "この内容で開始"):
        window.press(button)
    window.wait_for("接種券を置いてください")
    window.press("自動")


def take_in(window: RealWindow) -> None:
    """Vouchers that are recorded without a touch; the two presses are the hand that lays down and takes away."""
    for _ in range(VOUCHERS):
        window.press("見本を置く")
        window.wait_for("記録しました")
        window.press("見本を取る")
        window.wait_for("接種券を置いてください")


def review(window: RealWindow) -> None:
    """The samples go on to one whose numbers differ: a person puts it aside and settles it."""
    while True:
        window.press("見本を置く")
        window.wait("an answer", lambda: window.shows("記録しました") or window.shows("読み取れません"))
        if window.shows("読み取れません"):
            break
        window.press("見本を取る")
        window.wait_for("接種券を置いてください")
    window.press("保留")
    window.press("責任者に確認する")
    window.wait_for("保留にしました")
    window.press("見本を取る")
    window.wait_for("接種券を置いてください")


def cancel(window: RealWindow) -> None:
    """The newest of today's records is cancelled."""
    window.press("今日の記録")
    window.wait_for("有効")
    row = next(name for name in window.names() if name.endswith("有効") and ":" in name)
    window.press(row)
    window.press("取り消す")
    window.press("操作の間違い")
    window.wait_for("取消済み")
    for button in ("戻る", "戻る"):
        window.press(button)


def change_lot(window: RealWindow) -> None:
    """A vial of another lot."""
    for button in ("ロット変更", "FK0108　期限 2022-05-31", "このロットに変更"):
        window.press(button)
    window.wait_for("FK0108")


def look_at_records(window: RealWindow) -> None:
    """Records with a finding: a person leaves each as it is."""
    while True:
        window.wait("the list", lambda: any(name.endswith(("有効", "要確認")) for name in window.names()))
        open_ones = [name for name in window.names() if name.endswith("要確認")]
        if not open_ones:
            break
        window.press(open_ones[0])
        window.press("このままでよい")
        window.wait_for("有効")
        window.press("戻る")
    window.press("戻る")


def close(window: RealWindow) -> None:
    """What is open is looked at or explained, and the day is closed."""
    kinds = ("残っているものはありません", "確認が必要な記録", "注射器 ")
    while True:
        for button in ("メニュー", "照合・集計", "締め"):
            window.press(button)
        window.wait("what is open", lambda: any(map(window.shows, kinds)))
        names = window.names()
        if kinds[0] in names:
            break
        if kinds[1] in names:
            window.press(kinds[1])
            look_at_records(window)
        else:
            window.press(next(name for name in names if kinds[2] in name))
            window.press("数え直して確認した")
    window.press("今日を締める")
    window.press("はい、締めます")
    window.wait_for("今日は締めました")


def recorded(binary: Path, folder: Path) -> list[str]:
    """What the sandbox holds, by its status."""
    dump = subprocess.run(
        [binary, "sandbox", "--dump", "--data-dir", folder / "data/training/sandbox"],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return [line.split('"status":"')[1].split('"')[0] for line in dump.stdout.splitlines()]


def busy(window: RealWindow) -> float:
    """Percent of a core that the program uses for some seconds."""

    def used() -> float:
        fields = Path(f"/proc/{window.station.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(IDLE_SECONDS)
    return 100 * (used() - before) / IDLE_SECONDS


def memory(window: RealWindow) -> str:
    """What the program holds in memory: of its own, and of files that others share."""
    status = Path(f"/proc/{window.station.pid}/status").read_text()
    own, files = (int(status.split(kind)[1].split()[0]) // 1024 for kind in ("RssAnon:", "RssFile:"))
    return f"{own} MiB of its own, {files} MiB of files"


def whole_day(binary: Path, folder: Path) -> int:
    """From the first start to the close."""
    with RealWindow([binary, "--data-dir", folder / "data"]) as window:
        window.wait_for("未開始", 60)
        print(f"first screen: {time.monotonic() - window.started:.2f} s", flush=True)
        window.picture(folder / "first.png")
        day = Parts(window)
        for part, does in (("start of day", begin), (f"{VOUCHERS} vouchers", take_in), ("one review", review),
                           ("one cancel", cancel), ("lot change", change_lot), ("close", close)):  # fmt: skip
            does(window)
            window.picture(folder / f"{part.replace(' ', '-')}.png")
            day.done(part)
        window.wait("everything delivered", lambda: not window.shows("送信待ち"))
        print(f"looking at an empty table: {busy(window):.1f} % of a core; {memory(window)}", flush=True)
    states = recorded(binary, folder)
    given, cancelled = states.count("completed"), states.count("entered-in-error")
    print(f"on the server: {given} given, {cancelled} cancelled")
    return 0 if given >= VOUCHERS and cancelled == 1 else 1


def idle(binary: Path, folder: Path) -> int:
    """Nothing to look at: the program should sleep."""
    with RealWindow([binary, "--training", "--camera", "v4l:99", "--data-dir", folder / "data"]) as window:
        window.wait_for("カメラなし", 60)
        share = busy(window)
        print(f"idle without a camera: {share:.1f} % of a core; {memory(window)}", flush=True)
    return 0 if share <= MOST_IDLE else 1


def main() -> int:
    binary, folder, part = Path(sys.argv[1]).resolve(), Path(sys.argv[2]), sys.argv[3]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # One display a run: AT-SPI's library knows only the first that it met.
    return {"day": whole_day, "idle": idle}[part](binary, folder)


if __name__ == "__main__":
    sys.exit(main())
