"""Would this picture have been accepted without that? The vote of `src/reading/verdict.rs`, from `scan --jsonl`.

A picture is held back by each of its reasons. Struck out the only one, or all that come from one witness contradicting
others, the number stands if the votes suffice: every digit of the 券番号 (9–18) from two kinds of witnesses, every digit
before it from the line or the QR.

`scan --jsonl` does not tell which witnesses were sure enough to vote, so all count here, and "would have been accepted"
is an upper bound.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

PLACES = 18
# In the order of `WitnessKind`, each with the reason when it contradicts one that stands before it.
CONTRADICTS = {
    "line": "two_vouchers", "qr": "qr_disagrees", "nw7": "barcode_disagrees", "printed_number": "printed_number_disagrees",
    "printed_municipality": "municipality_disagrees", "heading": "heading_disagrees", "printed_dose": "dose_disagrees",
}  # fmt: skip
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


def fate(reading: dict[str, Any], expected: str) -> str:
    """`right`, `wrong` or `held`: what becomes of a picture that nothing is held against. `expected` is empty for a
    trap, from which any number is wrong."""
    number = elected(reading["witnesses"])
    if number is None:
        return "held"
    return "right" if number == expected else "wrong"


def without_a_contradiction(reading: dict[str, Any], expected: str) -> dict[str, str]:
    """For each witness that contradicts another: the picture's fate if that one could only vote."""
    disputes = [(a["kind"], b["kind"]) for a, b in combinations(reading["witnesses"], 2) if _differ(a["digits"], b["digits"])]
    others = set(reading["reasons"]) - {_reason(*pair) for pair in disputes}
    return {
        kind: "held" if others or any(kind not in pair for pair in disputes) else fate(reading, expected)
        for kind in sorted({kind for pair in disputes for kind in pair})
    }


def _differ(one: str, other: str) -> bool:
    return any(a != b and "." not in (a, b) for a, b in zip(one, other))


def _reason(one: str, other: str) -> str:
    later = max(one, other, key=list(CONTRADICTS).index)
    return "two_vouchers" if one == other else CONTRADICTS[later]
