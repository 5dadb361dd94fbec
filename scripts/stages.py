"""Where a reading's time goes, stage by stage: `stages.py FOLDED PICTURES`.

FOLDED is what inferno-collapse-perf makes of samples of `uketsuke scan`: on each line the functions, outermost first and
parted by semicolons, and the nanoseconds of processor time. PICTURES is how many pictures were read. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

STAGES: list[tuple[str, tuple[str, ...]]] = [
    ("decoding the JPEG to grey, and its halves", ("optics::decode::",)),
    ("finder: the frame's small copy", ("Finder::find", "strip::rectify")),
    ("finder: the net", ("Finder::find", "Net::run")),
    ("finder: from its maps to places", ("Finder::find",)),
    ("headings, dose and municipality", ("HeadingSearch",)),
    ("digit lines: recognisers A and B", ("LineReader", "Recogniser::read")),
    ("digit lines: strips and their print", ("LineReader",)),
    ("digit lines: strips and their print", ("print_band",)),
    ("NW-7", ("marks::nw7",)),
    ("QR", ("marks::qr",)),
    ("quality of the picture", ("optics::quality",)),
]
"""A sample belongs to the first stage all of whose words occur in its functions."""

REST = "witnesses, verdict, output, starting"


def stage_of(functions: str) -> str:
    """The stage in which a sample was taken."""
    return next((name for name, words in STAGES if all(word in functions for word in words)), REST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folded", type=Path)
    parser.add_argument("pictures", type=int)
    arguments = parser.parse_args()
    spent: Counter[str] = Counter()
    for line in arguments.folded.read_text().splitlines():
        functions, nanoseconds = line.rsplit(" ", 1)
        spent[stage_of(functions)] += int(nanoseconds)
    total = spent.total()
    print("| stage | share | ms a picture |\n|---|---|---|")
    for name in dict.fromkeys([*(name for name, _ in STAGES), REST]):
        print(f"| {name} | {spent[name] / total:.1%} | {spent[name] / 1e6 / arguments.pictures:.1f} |")
    print(f"| all | 100 % | {total / 1e6 / arguments.pictures:.1f} |")


if __name__ == "__main__":
    main()
