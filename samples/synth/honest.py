"""Shows that the renderer is honest, that is hard enough: `python -m synth.honest`, run from `samples/`.

Renders fresh hard pictures and lets two peers read them: zbarimg the NW-7s, tesseract the lines on the full
frame. The readers under test are only worth praising where these fail often.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .make_set import Job, write_stills

# The renderer is hard enough only if the peers read no more than this share.
MOST_BARS, MOST_LINES = 0.85, 0.65


def zbar(picture: Path) -> set[str]:
    """All NW-7s zbarimg finds, without their start and stop letters."""
    command = ["zbarimg", "--raw", "--quiet", "-Sdisable", "-Scodabar.enable", str(picture)]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {re.sub(r"[A-Da-d]", "", line) for line in output.split()}


def tesseract(picture: Path, *options: str) -> str:
    """What tesseract reads of the full frame in sparse-text mode, spaces removed, one line a line."""
    command = ["tesseract", str(picture), "-", "--psm", "11", *options]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    output = subprocess.run(command, capture_output=True, text=True, check=False, env=environment).stdout
    return "\n".join(re.sub(r"\s", "", line) for line in output.splitlines())


def _judge(job: tuple[Path, list[dict[str, str]]]) -> tuple[bool | None, bool, bool]:
    """Bars read (None: none printed), line read plainly, line read with only digits allowed."""
    picture, elements = job
    bars = [e["text"][1:-1] for e in elements if e["kind"] == "nw7"]
    line = next(e["text"].replace(" ", "") for e in elements if e["kind"] == "ocr_line")
    found = zbar(picture)
    digits_only = tesseract(picture, "-c", "tessedit_char_whitelist=0123456789")
    return (any(b in found for b in bars) if bars else None), line in tesseract(picture), line in digits_only


def judge(folder: Path, jobs: int) -> bool:
    """Prints what the peers read of a set of hard pictures; true if that is little enough."""
    truths = [json.loads(row) for row in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    pictures = [(folder / t["file"], [e for e in t["elements"] if _own(e, t["elements"])]) for t in truths]
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(_judge, pictures))
    bars = [r[0] for r in results if r[0] is not None]
    share_bars = sum(bars) / max(1, len(bars))
    plain, digits = (sum(r[i] for r in results) / len(results) for i in (1, 2))
    print(f"zbar reads {share_bars:.1%} of {len(bars)} NW-7s (at most {MOST_BARS:.0%})")
    print(f"tesseract, full frame, reads {max(plain, digits):.1%} of {len(results)} lines (at most {MOST_LINES:.0%};"
          f" plain {plain:.1%}, digits only {digits:.1%})")  # fmt: skip
    return share_bars <= MOST_BARS and max(plain, digits) <= MOST_LINES


def _own(element: dict[str, str], elements: list[dict[str, str]]) -> bool:
    """Elements of neighbouring labels, cut by the frame, do not count: the picture's own label was drawn last."""
    same = [e for e in elements if e["kind"] == element["kind"]]
    return element is same[-1]


def main() -> None:
    """Exits 1 if a peer reads too much."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: other pictures every time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        write_stills([Job(out, args.seed, "hard", i, "all", None, None, None) for i in range(args.count)], out, args.jobs)
        print(f"{args.count} hard pictures, seed {args.seed}")
        sys.exit(not judge(out, args.jobs))


if __name__ == "__main__":
    main()
