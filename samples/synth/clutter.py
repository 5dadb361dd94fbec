"""Pictures that hold no voucher: shop products, receipts, other forms, cards, keys, patterns.

Each function prints on a `Sheet` whose middle of view is near (31, 17) mm, as a voucher's would be.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import fonts, marks
from .canvas import Sheet
from .layout import pick
from .surroundings import LABELS, NOTES, QUESTIONS, rectangle

PRODUCTS = ("緑茶 ティーバッグ 20袋入", "単三乾電池 4本", "特選しょうゆ 1L", "ボールペン 黒 0.7mm", "食パン 6枚切", "Fine Biscuits 120g", "洗剤 つめかえ用",
            "牛乳 1000ml", "USB-C Cable 1m", "マスク 30枚入", "LED電球 60W形")  # fmt: skip
DETAILS = ("内容量 40g　賞味期限 2027.03.15", "使用推奨期限 03-2031", "原材料名：大豆（遺伝子組換えでない）、小麦、食塩", "Made in Japan", "品番 KX-2041", "直射日光を避けて保存",
           "栄養成分表示（100g当り）エネルギー 352kcal", "販売者 架空食品株式会社", "Lot 21B03 / MFG 2021.11")  # fmt: skip
WORDS = ("領収書", "請求書", "診察券", "会員証", "健康保険 被保険者証", "納付書", "振込依頼書", "宅配便 送り状", "商品券", "乗車券", "お薬手帳", "図書カード", "クーポン券", "整理券", "検査結果のお知らせ")

Clutter = Callable[[Sheet, tuple[fonts.Face, ...], np.random.Generator], None]


def _digits(rng: np.random.Generator, length: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, length))


def _run(sheet: Sheet, face: fonts.Face, text: str, x: float, y: float, height: float, rng: np.random.Generator) -> None:
    sheet.text("digits", face, text, x, y, height * 1.35, tracking=float(rng.uniform(-0.03, 0.2)), stretch=float(rng.uniform(0.85, 1.1)))


def product(sheet: Sheet, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> None:
    """A product label with an EAN-13 or ITF and its digits."""
    japanese = pick(tuple(f for f in faces if f.japanese), rng)
    latin = pick(faces, rng)
    x, y = rng.uniform(2, 14), rng.uniform(-6, 4)
    sheet.text("other_text", japanese, str(rng.choice(PRODUCTS)), x, y, rng.uniform(3, 4.5))
    for i in range(int(rng.integers(1, 4))):
        sheet.text("other_text", japanese, str(rng.choice(DETAILS)), x, y + 5 + 3.2 * i, rng.uniform(1.8, 2.6))
    y += 16
    width, height = rng.uniform(30, 45), rng.uniform(8, 15)
    if rng.random() < 0.7:
        digits = "4" + _digits(rng, 12)
        sheet.print_tile(marks.ean13_tile(digits, width, height, sheet.px_per_mm), x, y)
    else:
        digits = _digits(rng, 2 * int(rng.integers(5, 10)))
        sheet.print_tile(marks.itf_tile(digits, width, height, sheet.px_per_mm), x, y)
    sheet.add("other_mark", digits, x, y, width, height)
    _run(sheet, latin, digits, x, y + height + rng.uniform(0.5, 1.5), rng.uniform(2, 3), rng)


def slip(sheet: Sheet, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> None:
    """Receipts, cards, delivery slips: words with runs of digits, sometimes an NW-7 or a QR of their own."""
    japanese = pick(tuple(f for f in faces if f.japanese), rng)
    latin = pick(faces, rng)
    x, y = rng.uniform(0, 8), rng.uniform(-8, 0)
    if rng.random() < 0.6:
        sheet.box(x - 3, y - 3, 68, 46, 0.2)
    sheet.text("other_text", japanese, str(rng.choice(WORDS)), x, y, rng.uniform(3.5, 5.5))
    for i in range(int(rng.integers(2, 6))):
        row = y + 8 + i * rng.uniform(4.6, 6)
        sheet.text("other_text", japanese, str(rng.choice([*LABELS, *DETAILS])), x, row, rng.uniform(2, 3))
        if rng.random() < 0.6:
            _run(sheet, latin, _digits(rng, int(rng.integers(4, 17))), x + 34, row, rng.uniform(1.8, 3), rng)
    if rng.random() < 0.4:
        mark = marks.random_nw7(_digits(rng, int(rng.choice([6, 8, 12, 14]))), rng)
        sheet.print_tile(marks.nw7_tile(mark, sheet.px_per_mm, rng), x, y + 34)
        sheet.add("nw7", mark.full_text, x, y + 34, mark.width_mm, mark.height_mm)
    if rng.random() < 0.35:
        text = f"https://example.jp/{_digits(rng, 6)}"
        sheet.print_tile(marks.qr_tile(text, 14, sheet.px_per_mm, rng), x + 48, y)
        sheet.add("qr", text, x + 48, y, 14, 14)


def page_of_text(sheet: Sheet, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> None:
    """A dense page or the back of a form."""
    japanese = pick(tuple(f for f in faces if f.japanese), rng)
    em = rng.uniform(2, 4)
    for i in range(24):
        text = "　".join(str(t) for t in rng.choice([*QUESTIONS, *NOTES, *DETAILS], 3))
        sheet.text("other_text", japanese, text, rng.uniform(-40, -30), -35 + i * em * 1.7, em)


def keys(sheet: Sheet, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> None:
    """A keyboard or calculator: single characters on tiles."""
    latin = pick(faces, rng)
    pitch = rng.uniform(7, 15)
    shade = rng.uniform(30, 240, 3)
    for i in range(-4, 10):
        for j in range(-4, 8):
            x, y = i * pitch + j * 2, j * pitch
            sheet.surface(rectangle(x, y, pitch * 0.85, pitch * 0.85), shade)
            sheet.text("stray", latin, str(rng.choice(list("0123456789QWERTYUIOPASDFGHJKLZXCVBNM+-=/"))), x + 1, y + 1, pitch * 0.4)


def stripes(sheet: Sheet, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> None:
    """Rulings, grids, hatchings: things that look like bars or like rows of digits."""
    for _ in range(int(rng.integers(1, 4))):
        x, y, step = rng.uniform(-30, 50), rng.uniform(-20, 30), rng.uniform(0.5, 4)
        count, length = int(rng.integers(8, 50)), rng.uniform(2, 60)
        upright = rng.random() < 0.5
        for i in range(count):
            d = i * step
            ends = (x + d, y, x + d, y + length) if upright else (x, y + d, x + length, y + d)
            sheet.rule(*ends, step * rng.uniform(0.1, 0.5), density=float(rng.uniform(0.4, 1)))


def scattered_runs(sheet: Sheet, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> None:
    """Digit runs of 4-30 digits anywhere, of any height, near other print."""
    used: list[tuple[float, float, float, float]] = []
    for _ in range(int(rng.integers(3, 12))):
        height, length = rng.uniform(1.5, 5), int(rng.integers(4, 31))
        x, y = rng.uniform(-30, 45), rng.uniform(-20, 45)
        box = (x - 4, y - 1, x + length * height * 1.1 + 4, y + 1.7 * height)
        if any(box[0] < u[2] and u[0] < box[2] and box[1] < u[3] and u[1] < box[3] for u in used):
            continue
        used.append(box)
        if rng.random() < 0.3:
            japanese = pick(tuple(f for f in faces if f.japanese), rng)
            sheet.text("other_text", japanese, str(rng.choice([*LABELS, *NOTES, *WORDS])), x, y, height * 1.2)
        else:
            _run(sheet, pick(faces, rng), _digits(rng, length), x, y, height, rng)


def blank(sheet: Sheet, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> None:
    """Nothing at all."""


CLUTTER: tuple[Clutter, ...] = (product, slip, page_of_text, keys, stripes, scattered_runs, blank)
