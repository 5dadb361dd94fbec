"""Counts: what became of the pictures of each condition. Counts of any two sets of pictures add up with `add`.

A count is a dictionary of numbers and of such dictionaries, so that it is its own JSON.
"""

from __future__ import annotations

from typing import Any

from .sample_set import NW7_LENGTHS, Picture, digits_of
from .votes import elected, fate, without_a_contradiction

Count = dict[str, Any]
Reading = dict[str, Any]


def outcome(picture: Picture, reading: Reading) -> str:
    """`right`, `wrong` (any number of a trap is), `review` or `refused`."""
    if reading["status"] != "accepted":
        return str(reading["status"])
    return "right" if reading["number"] == picture.number else "wrong"


def failed(picture: Picture, result: str) -> bool:
    """Whether a picture did not get what it should: a number where one can be read, none from a trap."""
    return result != "right" if picture.number else result == "wrong"


def count(picture: Picture, reading: Reading) -> Count:
    """What one picture adds to its condition."""
    result = outcome(picture, reading)
    reasons = sorted(set(reading["reasons"]))
    one: Count = {"pictures": 1, result: 1, "reasons": dict.fromkeys(reasons, 1)}
    if reading["status"] == "accepted":
        one["elected_alike"] = int(elected(reading["witnesses"]) == reading["number"])
    if len(reasons) == 1:
        one["alone"] = {reasons[0]: {"pictures": 1, fate(reading, picture.number): 1}}
    fates = without_a_contradiction(reading, picture.number)
    one["contradicts"] = {kind: {"pictures": 1, became: 1} for kind, became in fates.items()}
    return one | nw7(picture, reading)


def nw7(picture: Picture, reading: Reading) -> Count:
    """Whether the picture's own NW-7 was read, and whether one of a voucher's length was read that is printed nowhere."""
    if picture.printed is None:
        return {}
    found = {digits_of(mark["text"]) for mark in reading["marks"] if mark["kind"] == "nw7"}
    own = picture.printed.own.get("nw7")
    wrong = any(text not in picture.printed.anywhere and len(text) in NW7_LENGTHS for text in found)
    return {"nw7_printed": int(own is not None), "nw7_read": int(own in found), "nw7_wrong": int(wrong)}


def add(one: Count, other: Count) -> Count:
    """The sum, key by key."""
    total = dict(one)
    for key, value in other.items():
        if isinstance(value, dict):
            total[key] = add(total.get(key, {}), value)
        else:
            total[key] = total.get(key, 0) + value
    return total


def total(counts: list[Count]) -> Count:
    """The sum of any number of counts."""
    result: Count = {}
    for one in counts:
        result = add(result, one)
    return result


def failure(picture: Picture, reading: Reading) -> dict[str, Any]:
    """What a report tells of a picture that failed."""
    told = {key: reading[key] for key in ("status", "number", "candidate", "reasons")}
    return {"file": picture.file, "condition": picture.condition, "expected": picture.number, **told}
