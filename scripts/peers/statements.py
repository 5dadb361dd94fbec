"""What a reader states about a picture, and what that is worth: the same measure for every reader.

The rule for a whole voucher is the house's, without its vetoes: 18 digits from line or QR, and a second mark or field
that states the same 券番号 (digits 9–18).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from exam.sample_set import MARKS, NW7_LENGTHS, PERSONAL, Picture
from exam.score import Count

PLACES = 18


@dataclass
class Statement:
    """Digits that a reader found, by kind of mark. `text` is all print, a line a line, without spaces. A reader that
    `decides` by a rule of its own hands out `voucher`, or nothing."""

    nw7: set[str] = field(default_factory=set)
    qr: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    text: str = ""
    decides: bool = False
    voucher: str | None = None

    def __or__(self, other: Statement) -> Statement:
        """What two readers found together; whether that makes a voucher is judged anew."""
        return Statement(self.nw7 | other.nw7, self.qr | other.qr, self.lines | other.lines, self.fields | other.fields,
                         self.text + other.text)  # fmt: skip


def of_text(text: str) -> Statement:
    """What print says: runs of exactly 18 digits are lines, of exactly 10 a 券番号, once the spaces are gone."""
    lines = [re.sub(r"\s", "", line) for line in text.splitlines()]
    return Statement(lines=set(_runs(lines, PLACES)), fields=set(_runs(lines, PLACES - PERSONAL)), text="\n".join(lines))


def _runs(lines: list[str], length: int) -> Iterator[str]:
    for line in lines:
        yield from re.findall(rf"(?<![0-9])[0-9]{{{length}}}(?![0-9])", line)


def vouched(seen: Statement) -> str | None:
    """The number on which two marks agree; None where there is none, or more than one."""
    numbers = {number for number in seen.lines | seen.qr if len(number) == PLACES and _witnesses(number, seen) >= 2}
    return numbers.pop() if len(numbers) == 1 else None


def _witnesses(number: str, seen: Statement) -> int:
    personal = number[PERSONAL:]
    return sum((number in seen.lines, number in seen.qr, bool({number, personal} & seen.nw7), personal in seen.fields))


def judge(picture: Picture, seen: Statement) -> Count:
    """What one picture adds to a reader's counts. Pictures without a number are traps: any voucher is wrong."""
    number = seen.voucher if seen.decides else vouched(seen)
    if not picture.number:
        return {"traps": 1, "traps_accepted": int(number is not None)}
    own = _own(picture)
    count: Count = {"pictures": 1, "voucher_read": int(number == picture.number),
                    "voucher_wrong": int(number not in (None, picture.number))}  # fmt: skip
    lines = {text for text in own["ocr_line"] if text in seen.lines or text in seen.text}
    for kind, read in (("nw7", own["nw7"] & seen.nw7), ("qr", own["qr"] & seen.qr), ("ocr_line", lines)):
        count |= {f"{kind}_printed": int(bool(own[kind])), f"{kind}_read": int(bool(read))}
    return count | {"wrong_marks": _wrong_marks(picture, seen, own)}


def _own(picture: Picture) -> dict[str, set[str]]:
    """What is printed on the label. Where nobody says, every mark may be there, with the 券番号 or all digits."""
    if picture.printed is not None:
        return {kind: {text for k, text in picture.printed.own.items() if k == kind} for kind in MARKS}
    number = picture.number
    return {"nw7": {number, number[PERSONAL:]}, "qr": {number}, "ocr_line": {number}}


def _wrong_marks(picture: Picture, seen: Statement, own: dict[str, set[str]]) -> int:
    """Marks of the right length with digits that are printed nowhere on the picture."""
    known = picture.printed.anywhere if picture.printed is not None else set().union(*own.values())
    stated = [text for text in seen.nw7 if text.isdecimal() and len(text) in NW7_LENGTHS]
    stated += [text for text in seen.qr | seen.lines if text.isdecimal() and len(text) == PLACES]
    return sum(text not in known for text in stated)
