"""Would this picture have been accepted without that reason? The vote of `src/reading/verdict.rs`, from `scan --jsonl`.

A picture is held back by each of its reasons. Struck out the only one, the number stands if the votes suffice: every
digit of the 券番号 (9–18) from two kinds of witnesses, every digit before it from the line or the QR.

`scan --jsonl` does not tell which witnesses were sure enough to vote, so all count here, and "would have been accepted"
is an upper bound.
"""

from __future__ import annotations

from typing import Any

PLACES = 18
PERSONAL = range(8, 18)
VOTERS = ("line", "qr", "nw7", "printed_number")
CARRY_PREFIX = ("line", "qr")


def elected(witnesses: list[dict[str, Any]]) -> str | None:
    """The 18 digits that have the votes they need, or None. Where two have them, the lower one, as the program does."""
    digits = [_elected_at(witnesses, place) for place in range(PLACES)]
    return None if None in digits else "".join(map(str, digits))


def _elected_at(witnesses: list[dict[str, Any]], place: int) -> str | None:
    for digit in "0123456789":
        voters = {w["kind"] for w in witnesses if w["kind"] in VOTERS and w["digits"][place] == digit}
        enough = len(voters) >= 2 if place in PERSONAL else any(kind in CARRY_PREFIX for kind in voters)
        if enough:
            return digit
    return None


def without_its_only_reason(reading: dict[str, Any], expected: str) -> str:
    """`right`, `wrong` or `held`: what the picture would have become without its only reason. `expected` is empty for
    a trap, from which any number is wrong."""
    number = elected(reading["witnesses"])
    if number is None:
        return "held"
    return "right" if number == expected else "wrong"
