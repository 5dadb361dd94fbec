"""A sample set: its manifest, and what `truth.jsonl` says is printed on each picture.

The formats are those of samples/README.md: `manifest.csv` (`file,expected_number,expected_outcome,condition`) and, for
rendered sets, `truth.jsonl` with every printed element. A set of others may have no `truth.jsonl`.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

# What an NW-7 of a voucher holds: the 券番号 alone, or all 18 digits.
NW7_LENGTHS = (10, 18)
# Where the 券番号 begins in the 18 digits.
PERSONAL = 8
MARKS = ("nw7", "qr", "ocr_line")


def digits_of(nw7: str) -> str:
    """The text of an NW-7 without its start and stop letters."""
    return re.sub(r"[A-Da-d]", "", nw7)


@dataclass(frozen=True)
class Printed:
    """Marks on one picture, without letters and spaces. `own`: those of the label that is to be read, by kind (`nw7`,
    `qr`, `ocr_line`). `anywhere`: the texts of all elements, neighbouring labels and clutter included."""

    own: dict[str, str]
    anywhere: frozenset[str]


@dataclass(frozen=True)
class Picture:
    """One row of the manifest. `number` is empty where none may be accepted; `printed` is None where nobody says."""

    file: str
    path: Path
    number: str
    condition: str
    printed: Printed | None = None


def plain(element: dict[str, str]) -> str:
    """An element's text as readers state it."""
    text = re.sub(r"\s", "", element["text"])
    return digits_of(text) if element["kind"] == "nw7" else text


def printed(elements: list[dict[str, str]], number: str) -> Printed:
    """Sorts elements. The picture's own marks are those that state its number or the 券番号 in it: neighbouring labels,
    which the frame may cut, have others. A trap has no marks of its own."""
    texts = [(e["kind"], plain(e)) for e in elements]
    own = {kind: text for kind, text in texts if kind in MARKS and number and text in (number, number[PERSONAL:])}
    return Printed(own, frozenset(text for _, text in texts))


def load(folder: Path) -> list[Picture]:
    """All pictures of a set, in the manifest's order."""
    truths = {}
    if (folder / "truth.jsonl").exists():
        with (folder / "truth.jsonl").open(encoding="utf-8") as file:
            truths = {row["file"]: row["elements"] for row in map(json.loads, file)}
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Picture(file, folder / file, number, row["condition"], printed(truths[file], number) if file in truths else None)
        for row in rows
        for file, number in [(row["file"], row["expected_number"])]
    ]
