"""Ours beside zxing-cpp, zbar and tesseract, in one run on the same files.

    python -m peers --binary target/release/uketsuke --out out/peers SET…

SET is a folder with manifest.csv (samples/README.md). Every reader has its models loaded before the first picture and
is timed in processor time, decoding the file included. Writes peers.md and peers.json to --out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

from exam.report import Rows, nearest_rank, share, table
from exam.sample_set import MARKS, Picture, load
from exam.scanner import Scanner
from exam.score import Count, total

from .readers import DECODING, TESSERACT, ZBAR, ZXING, Readers, peers, versions
from .statements import judge

Results = dict[str, dict[str, Any]]
CANNOT = {ZXING: ("ocr_line",), ZBAR: ("ocr_line",), TESSERACT: ("nw7", "qr")}


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(
        prog="python -m peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", type=Path, required=True, help="our program")
    parser.add_argument("--out", type=Path, required=True, help="folder of peers.md and peers.json")
    parser.add_argument("--first", type=int, metavar="N", help="only the first N pictures of each set")
    parser.add_argument("set", type=Path, nargs="+", help="folder of a sample set")
    args = parser.parse_args()
    sets = {str(folder): load(folder)[: args.first] for folder in args.set}
    results = {name: compare(args.binary, pictures) for name, pictures in sets.items()}
    text = markdown(args.binary, results)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "peers.md").write_text(text, encoding="utf-8")
    told = json.dumps({"peers": versions(), "sets": results}, ensure_ascii=False, indent=1)
    (args.out / "peers.json").write_text(told + "\n", encoding="utf-8")
    print(text)


def compare(binary: Path, pictures: list[Picture]) -> Results:
    """Counts and times of every reader over a set. The first picture is read once more before, for nothing."""
    counts: dict[str, list[Count]] = {}
    times: dict[str, list[float]] = {}
    wrong: dict[str, list[str]] = {}
    with Scanner(binary, "--marks") as scanner:
        readers = Readers(scanner, peers())
        readers.read(pictures[0].path)
        for picture in pictures:
            for name, (seen, ms) in readers.read(picture.path).items():
                count = judge(picture, seen)
                counts.setdefault(name, []).append(count)
                times.setdefault(name, []).append(ms)
                accepted_wrongly = count.get("voucher_wrong") or count.get("traps_accepted")
                wrong.setdefault(name, []).extend([picture.file] if accepted_wrongly else [])
    return {name: total(counts[name]) | {"ms": statistics(times[name]), "wrong_files": wrong[name]} for name in counts}


def statistics(ms: list[float]) -> dict[str, float]:
    """Median, mean and 95th percentile (nearest rank)."""
    figures = {"median": nearest_rank(ms, 0.5), "mean": sum(ms) / len(ms), "p95": nearest_rank(ms, 0.95)}
    return {name: round(value, 1) for name, value in figures.items()}


def markdown(binary: Path, results: dict[str, Results]) -> str:
    """A table a set."""
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    parts = [f"# {version} beside other readers\n\n{versions()}.\n\n{_LEGEND}"]
    for name, readers in results.items():
        some = next(iter(readers.values()))
        parts.append(f"## {name}: {some.get('pictures', 0)} readable pictures, {some.get('traps', 0)} traps\n")
        parts.append(table(_HEAD, [row(reader, count) for reader, count in readers.items()]))
    return "\n".join(parts)


def row(reader: str, count: Count) -> list[str]:
    """One reader's figures."""
    ms = [f"{count['ms'][key]:.0f}" for key in ("median", "mean", "p95")]
    if reader == DECODING:
        return [reader, *[""] * 7, *ms]
    marks = ["–" if mark in CANNOT.get(reader, ()) else read_of(count, mark) for mark in MARKS]
    voucher = share(count.get("voucher_read", 0), count.get("pictures", 0))
    wrong = [str(count.get(key, "–")) for key in ("wrong_marks", "voucher_wrong", "traps_accepted")]
    return [reader, *marks, voucher, *wrong, *ms]


def read_of(count: Count, mark: str) -> str:
    """How many of the printed ones were read."""
    read, printed = count.get(f"{mark}_read", 0), count.get(f"{mark}_printed", 0)
    return f"{read}/{printed} {share(read, printed)}"


_HEAD = ["reader", "NW-7 read", "QR read", "line read", "voucher read", "wrong marks", "wrong vouchers", "traps accepted",
         "ms, median", "mean", "p95"]  # fmt: skip
_LEGEND = """Read: the mark's digits, of those printed on the voucher (where the set does not say which marks are printed: of all
pictures). Voucher read: ours is the number it hands out; of the others, 18 digits from line or QR with a second mark or
field that states the same 券番号. Wrong marks: NW-7s, QRs and lines of the right length with digits that are printed
nowhere. Wrong vouchers and accepted traps: such a number handed out. Milliseconds of processor time a picture, decoding
included, models loaded before.
"""


if __name__ == "__main__":
    main()
