"""Strips holding one line of print, as the reader's rectifier delivers them.

A strip is ``32 × W`` luma; the digits are nominally 21 rows high and stand in its
middle, with rests of whatever is printed around them.  Coordinate frames, in order:

* canvas   the print, digits `DIGIT` pixels high, baseline horizontal (x right, y down);
* paper    the canvas after stretch and slant;
* camera   the paper after scale and rotation: lens and sensor faults happen here;
* strip    resampled from the camera with a rectifier's errors.

Labels are CTC classes: 1…10 the digits 0…9, 11 "other glyph" (letters, kana, kanji,
marks, and digits of which a third or more is hidden).  A digit hidden by 15–35 % is
neither: such strips are drawn again.  Bars, rules and the borders of cells are nothing,
whether they stand above, beside or between the digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field as dataclass_field, replace
from functools import lru_cache

import cv2
import numpy as np

from . import cover, fonts, physics
from .fonts import Face

ROWS = 32
"""Height of a strip in pixels."""

DIGIT = 28
"""Height of a digit on the canvas in pixels."""

CANVAS_ROWS = 78
OTHER = 11
WIDTHS = (96, 160, 224, 288, 352, 416, 480, 576, 704)
"""Strips are rendered at these widths, so that they can be batched without padding."""

_LABELS = ("券番号", "請求先", "請求先 大阪府大阪市", "券番号 ", "市町村コード", "番号", "氏名", "No.", "整理番号",
           "東京都中央区", "北海道札幌市", "接種券番号", "自治体", "生年月日", "ID", "A", "C", "*", "TEL", "(", "問合せ先")
_TAILS = ("様", "回目", "号", "番", "殿", "B", "D", "*", ")", "-", "(再)", "円", "年", "月")
_TEXTS = ("新型コロナウイルスワクチン", "接種券", "予診のみ", "氏名", "仮名 陽子 様", "請求先", "券番号", "医師記入欄", "体温",
          "接種を受けたことがありますか", "令和 年 月 日", "ここに貼ってください", "はい いいえ", "電話番号", "住所",
          "Vaccination voucher", "Lot No.", "COVID-19", "SERIAL", "口目回", "OIlBSZ", "oOQDGq", "||||", "----", "ISBN 978-", "EXP.",
          "ロット番号", "クーポン貼付", "トメ ハナ リン", "本人確認", "・・・・", "フリガナ")
_SEPARATORS = "-./:|・"
_RETAIL = ((1, 6, 6), (1, 6, 6), (0, 4, 4), (1, 5, 5, 1), (1, 5, 5, 1))
"""Digits before the bars, under their halves, and after them: EAN-13, EAN-8, UPC-A."""

_DOTS = bytes.fromhex("3e4141413e 00427f4000 4261514946 2141454b31 1814127f10 2745454539 3c4a494930 0171090503 3649494936 064949291e")
"""The digits of every 5 × 7 dot matrix: five columns of a digit, lowest bit on top."""


@dataclass(frozen=True)
class Mix:
    """How a set of strips is composed; every field is a probability or a range."""

    kinds: dict[str, float] = dataclass_field(default_factory=lambda: {
        "voucher": 0.38, "length": 0.20, "labelled": 0.10, "retail": 0.09, "cells": 0.08, "pins": 0.06, "empty": 0.09})
    easy: float = 0.35            # share of strips under near-nominal conditions
    covered: float = 0.09         # share with a cover, stroke or alteration
    inverted: float = 0.025       # share upside down
    dots: float = 0.06            # share of which everything is struck by pins
    curved: float = 0.08          # share round a bottle or a curled sheet
    beside: float = 0.3           # chance of a frame's edge beside the line, at each end
    single: float = 0.22          # share with one heavy fault under otherwise near-nominal conditions
    only: tuple[str, float] | None = None   # that fault and its severity; drawn anew for each strip where None
    digit_rows: tuple[float, float] = (8.5, 60.0)    # digit height in camera pixels
    ocr_b: float = 0.0            # extra share set in OCR-B itself
    cut: float = 0.04             # chance of a glyph cut in half, at each end
    hidden: tuple[float, float] = (0.15, 0.35)       # neither digit nor '?'
    rows: tuple[float, float, float] = (21.0, 17.0, 26.0)   # digit height in the strip: mean, least, most
    other: int = OTHER            # label of glyphs that are not in the alphabet


TRAINING = Mix()
HEAVY = Mix(single=0.6, dots=0.2, curved=0.2, covered=0.04, beside=0.4)
NOMINAL = Mix(kinds={"voucher": 1.0}, easy=1.0, covered=0.0, inverted=0.0, cut=0.0, dots=0.0, curved=0.0, single=0.0,
              digit_rows=(18.0, 60.0))
HARD = Mix(kinds={"voucher": 1.0}, easy=0.0, covered=0.0, inverted=0.0, digit_rows=(12.0, 60.0))
COVERED = Mix(kinds={"voucher": 1.0}, easy=0.5, covered=1.0, inverted=0.0, dots=0.02, single=0.05, digit_rows=(12.0, 60.0))


@dataclass(frozen=True)
class Strip:
    """One rendered strip with its truth."""

    image: np.ndarray            # uint8, ROWS × W
    labels: tuple[int, ...]      # CTC classes, left to right
    printed: str                 # the digits as printed, before anything was hidden
    face: str
    kind: str


@dataclass
class Glyph:
    """A glyph on the canvas: its place, its ink, its label and its character."""

    x: int
    y: int
    mask: np.ndarray
    label: int
    char: str = ""

    def clipped(self, width: int) -> tuple[tuple[slice, slice], np.ndarray]:
        """The glyph's box and ink inside a canvas `width` wide (empty when outside)."""
        x0, x1 = min(max(0, self.x), width), max(0, min(self.x + self.mask.shape[1], width))
        y0, y1 = max(0, self.y), min(self.y + self.mask.shape[0], CANVAS_ROWS)
        x1 = max(x0, x1)
        return (slice(y0, y1), slice(x0, x1)), self.mask[y0 - self.y:y1 - self.y, x0 - self.x:x1 - self.x]


Compose = Callable[[np.ndarray, str, Face, Face, float, int, np.random.Generator], tuple[list[Glyph], str]]
"""Writes a line of a given kind on the canvas from (x, baseline) on: its glyphs and the printed digits."""


# --- glyphs and text -------------------------------------------------------

@lru_cache(maxsize=256)
def _em(face: Face) -> int:
    """Em size at which the face's digits are `DIGIT` pixels high."""
    left, top, right, bottom = fonts.load(face, 200).getbbox("0")
    return max(8, round(200 * DIGIT / (bottom - top)))


@lru_cache(maxsize=60_000)
def _glyph(face: Face, char: str) -> tuple[np.ndarray, int, int, float] | None:
    """Ink density of a glyph, its offset (x, y from the baseline) and its advance, canvas pixels."""
    font = fonts.load(face, _em(face))
    left, top, right, bottom = font.getbbox(char, anchor="ls")
    if right <= left or bottom <= top:
        return None
    mask = font.getmask(char, anchor="ls")
    ink = np.frombuffer(bytes(mask), np.uint8).reshape(mask.size[::-1]).astype(np.float32) / 255
    return ink, left, top, font.getlength(char)


def _paste(ink: np.ndarray, mask: np.ndarray, x: int, y: int) -> None:
    """Adds `mask` to the canvas at (x, y), clipped; overlapping ink keeps the darker."""
    y0, x0 = max(0, y), max(0, x)
    y1, x1 = min(ink.shape[0], y + mask.shape[0]), min(ink.shape[1], x + mask.shape[1])
    if y1 > y0 and x1 > x0:
        part = ink[y0:y1, x0:x1]
        np.maximum(part, mask[y0 - y:y1 - y, x0 - x:x1 - x], out=part)


def write(ink: np.ndarray, text: str, face: Face, x: float, baseline: int, scale: float) -> list[Glyph]:
    """Sets `text` from x on; returns its glyphs, labelled OTHER (bars: 0, nothing)."""
    placed = []
    for char in text:
        found = _glyph(face, char)
        if found is None:
            x += 0.45 * DIGIT * scale
            continue
        mask, left, top, advance = found
        if abs(scale - 1) > 0.03:
            size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
            mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        glyph = Glyph(round(x + left * scale), round(baseline + top * scale), mask, 0 if char == "|" else OTHER, char)
        _paste(ink, mask, glyph.x, glyph.y)
        placed.append(glyph)
        x += advance * scale
    return placed


def advance(face: Face, char: str) -> float:
    """How far `char` moves the pen, canvas pixels."""
    found = _glyph(face, char)
    return found[3] if found else 0.45 * DIGIT


def _end(glyphs: list[Glyph]) -> float:
    return max(glyph.x + glyph.mask.shape[1] for glyph in glyphs)


# --- contents --------------------------------------------------------------

def digits(rng: np.random.Generator, length: int) -> str:
    """`length` digits, every value equally likely; a third of the strings are rich in runs."""
    values = rng.integers(0, 10, length)
    if rng.random() < 0.35:
        stay = rng.random(length) < rng.uniform(0.2, 0.7)
        for i in range(1, length):
            if stay[i]:
                values[i] = values[i - 1]
    return "".join(map(str, values))


def _groups(rng: np.random.Generator, number: str) -> list[str]:
    """The number as printed groups: whole, 8+10, 2+6+10, or cut anywhere."""
    draw = rng.random()
    if len(number) < 5 or draw < 0.6:
        return [number]
    cuts = [8] if len(number) == 18 and draw < 0.82 else [2, 8] if len(number) == 18 and draw < 0.92 \
        else sorted(set(rng.integers(1, len(number), rng.integers(1, 4)).tolist()))
    return [number[i:j] for i, j in zip([0, *cuts], [*cuts, len(number)])]


def _put(ink: np.ndarray, char: str, mask: np.ndarray, x: float, y: int) -> Glyph:
    """Pastes one digit."""
    glyph = Glyph(round(x), y, mask, int(char) + 1, char)
    _paste(ink, mask, glyph.x, glyph.y)
    return glyph


def _width(face: Face) -> int:
    """Columns of the face's widest digit."""
    return max(_glyph(face, c)[0].shape[1] for c in "0245689")


def _set_digits(ink: np.ndarray, number: str, face: Face, x: float, baseline: int, rng: np.random.Generator,
                head: Callable[[np.ndarray, str], np.ndarray] = lambda mask, char: mask) -> list[Glyph]:
    """Sets a number in groups with the face's own or a fixed pitch; `head` prints a glyph from its ink."""
    zero = _glyph(face, "0")
    width = _width(face)
    fixed = rng.random() < 0.45
    pitch = max(width * rng.uniform(1.04, 1.18), DIGIT * rng.uniform(0.55, 1.05)) if fixed \
        else zero[3] * max(0.92, rng.normal(1.03, 0.06))
    tracking = pitch / zero[3]
    gap = DIGIT * rng.uniform(0.3, 1.6)
    separator = rng.choice(list(_SEPARATORS)) if rng.random() < 0.06 else ""
    jitter = 0.6 * rng.random() * (rng.random() < 0.2)
    placed: list[Glyph] = []
    for nth, group in enumerate(_groups(rng, number)):
        if nth and separator:
            marks = write(ink, separator, face, x + 0.1 * DIGIT, baseline, 1.0)
            placed += marks
            x += 0.2 * DIGIT + (_end(marks) - marks[0].x if marks else 0) + rng.uniform(0, 0.3) * gap
        elif nth:
            x += gap
        for char in group:
            mask, left, top, advance = _glyph(face, char)
            mask = head(mask, char)
            shift = (pitch - mask.shape[1]) / 2 if fixed else left
            dy = round(rng.normal(0, jitter)) if jitter else 0
            placed.append(_put(ink, char, mask, x + shift, baseline + top + dy))
            x += pitch if fixed else advance * tracking
    return placed


def _pin_head(rng: np.random.Generator) -> Callable[[np.ndarray, str], np.ndarray]:
    """A dot-matrix printer: 5 × 7 characters, or the face's own on 8 to 24 pins."""
    rows, state = int(rng.choice([7, 7, 8, 9, 9, 11, 12, 14, 16, 18, 24])), int(rng.integers(2**32))

    def print_glyph(mask: np.ndarray, char: str) -> np.ndarray:
        if rows > 7:
            return physics.pins(mask, np.random.default_rng(state), rows)
        columns = np.frombuffer(_DOTS[5 * int(char):5 * int(char) + 5], np.uint8)
        hit = np.unpackbits(columns[None], axis=0, bitorder="little")[:7]
        return physics.struck(hit, (mask.shape[1], mask.shape[0]), np.random.default_rng(state))

    return print_glyph


def _cells(ink: np.ndarray, number: str, face: Face, x: float, baseline: int, rng: np.random.Generator) -> list[Glyph]:
    """One digit in each cell of a form: cells side by side, apart, or only ticks between the digits."""
    pitch = max(_width(face) * rng.uniform(1.2, 1.5), DIGIT * rng.uniform(0.8, 1.9))
    apart = (pitch - _width(face)) * rng.uniform(0.1, 0.6) * (rng.random() < 0.3)
    top = baseline - DIGIT * rng.uniform(1.08, 1.6)
    bottom = baseline + DIGIT * rng.uniform(0.08, 0.6)
    thick, density = rng.uniform(0.6, 3.0), rng.uniform(0.25, 1.0)
    first = top if rng.random() < 0.85 else baseline - DIGIT * rng.uniform(-0.1, 0.6)   # where the uprights begin
    loose = min(0.06 * DIGIT, (pitch - apart - _width(face)) / 4)
    placed = []
    for nth, char in enumerate(number):
        left, right = x + nth * pitch, x + (nth + 1) * pitch - apart
        mask, _, rise, _ = _glyph(face, char)
        placed.append(_put(ink, char, mask, (left + right - mask.shape[1]) / 2 + rng.normal(0, loose), baseline + rise))
        for at in (left, right) if apart or nth + 1 == len(number) else (left,):
            _rule(ink, at, first, bottom, thick, density, vertical=True)
        for y in (bottom, top) if first == top else (bottom,):
            _rule(ink, y, left, right, thick, density)
    return placed


def _retail(ink: np.ndarray, face: Face, x: float, baseline: int, rng: np.random.Generator) -> tuple[list[Glyph], str]:
    """The digits under retail bars: close to them, in groups, guard bars reaching down between.  The bars spell nothing."""
    layout = _RETAIL[int(rng.integers(len(_RETAIL)))]
    before, after = layout[0], sum(layout[3:])
    number = digits(rng, sum(layout))
    module = max(_width(face) * rng.uniform(1.02, 1.15), DIGIT * rng.uniform(0.72, 1.0)) / 7
    halves = [np.repeat(rng.random((n, 4)) < 0.5, 2, axis=1)[:, :7].ravel() for n in layout[1:3]]
    guard = np.array([1, 0, 1], bool)
    bars = np.concatenate([guard, halves[0], [0, 1, 0, 1, 0], halves[1], guard])
    long = np.concatenate([guard, 0 * halves[0], [0, 1, 0, 1, 0], 0 * halves[1], guard])
    gap, reach = rng.uniform(0.0, 0.3) * DIGIT, rng.uniform(0.2, 1.1) * DIGIT
    size = (round(len(bars) * module), 1)
    for row, end in ((bars, baseline - DIGIT - gap), (long, baseline - DIGIT + reach)):
        line = cv2.resize(np.repeat(row, 8)[None].astype(np.float32), size, interpolation=cv2.INTER_AREA)
        _paste(ink, np.repeat(line, max(1, round(end)), axis=0), round(x), 0)
    centre = [3 + 7 * i + 3.5 for i in range(layout[1])] + [8 + 7 * i + 3.5 for i in range(layout[1], sum(layout[1:3]))]
    quiet = rng.uniform(5.5, 9.0)
    places = [-quiet] * before + centre + [len(bars) + quiet] * after
    small = rng.uniform(0.65, 1.0) if after else 1.0      # UPC sets the outer digits smaller
    placed = []
    for char, place in zip(number, places):
        mask, _, rise, _ = _glyph(face, char)
        if small < 0.95 and not 0 < place < len(bars):
            mask = cv2.resize(mask, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
            rise = round(rise * small)
        placed.append(_put(ink, char, mask, x + place * module - mask.shape[1] / 2, baseline + rise))
    if not after and rng.random() < 0.2:
        placed += write(ink, ">", face, x + (len(bars) + 4) * module, baseline, 1.0)
    return placed, number


def _text(rng: np.random.Generator) -> str:
    text = str(rng.choice(_TEXTS))
    start = int(rng.integers(0, max(1, len(text) - 2)))
    return text[start:start + int(rng.integers(2, 16))]


def _bars(ink: np.ndarray, x0: int, x1: int, y0: int, y1: int, rng: np.random.Generator) -> None:
    """Bars of a linear code between x0 and x1."""
    narrow, wide = rng.uniform(1.8, 4.5), rng.uniform(2.0, 3.0)
    x, dark = float(x0), True
    while x < x1:
        step = narrow * (wide if rng.random() < 0.35 else 1.0)
        if dark:
            _paste(ink, np.ones((max(0, y1 - y0), max(1, round(step))), np.float32), round(x), y0)
        x, dark = x + step, not dark


def _modules(ink: np.ndarray, x: int, y: int, rng: np.random.Generator) -> None:
    """A fragment of a matrix code."""
    size, count = int(rng.integers(3, 8)), int(rng.integers(8, 26))
    cells = (rng.random((count, count)) < 0.5).astype(np.float32)
    _paste(ink, np.kron(cells, np.ones((size, size), np.float32)), x, y)


def _rule(ink: np.ndarray, y: float, x0: float, x1: float, thick: float, density: float, vertical: bool = False) -> None:
    a, b = ((y, x0), (y, x1)) if vertical else ((x0, y), (x1, y))
    plane = np.zeros_like(ink)
    cv2.line(plane, tuple(round(v * 16) for v in a), tuple(round(v * 16) for v in b), float(density),
             max(1, round(thick)), cv2.LINE_AA if thick < 1.5 else cv2.LINE_8, 4)
    np.maximum(ink, plane, out=ink)


def _surroundings(ink: np.ndarray, left: float, right: float, top: int, bottom: int, face: Face,
                  rng: np.random.Generator, sides: tuple[int, ...] = (-1, 1)) -> None:
    """What is printed above (-1) and below (1) the line: code, rules, frames, other lines."""
    width = ink.shape[1]
    for side in sides:
        edge = top if side < 0 else bottom
        draw = rng.random()
        distance = DIGIT * rng.uniform(0.12, 1.1)
        y = edge + side * distance
        if draw < 0.30:
            continue
        if draw < 0.52 and side < 0:
            reach = rng.uniform(-1.5, 2.0) * DIGIT
            _bars(ink, int(left - reach), int(right + reach), 0, int(min(y, edge - 3)), rng)
        elif draw < 0.75:
            x0, x1 = (0, width) if rng.random() < 0.6 else (left - rng.uniform(0, 60), right + rng.uniform(0, 60))
            touch = rng.random() < 0.15  # rules that touch the digits' feet or heads
            _rule(ink, edge + side * rng.uniform(-1.5, 2.0) if touch else y, x0, x1,
                  rng.uniform(0.6, 3.0), rng.uniform(0.25, 1.0))
        else:
            scale = rng.uniform(0.6, 1.3)
            baseline = round(y) if side < 0 else round(y + DIGIT * scale * 1.05)
            text = " ".join(_text(rng) for _ in range(1 + int(width / 260))) if rng.random() < 0.75 \
                else digits(rng, int(rng.integers(6, 26)))
            write(ink, text, face, rng.uniform(-20, width * 0.3), baseline, scale)
    if sides == (-1, 1) and rng.random() < 0.10:  # a box round the line
        pad = DIGIT * rng.uniform(0.15, 0.6)
        thick, density = rng.uniform(0.6, 2.5), rng.uniform(0.3, 1.0)
        for y in (top - pad, bottom + pad):
            _rule(ink, y, left - pad, right + pad, thick, density)
        for x in (left - pad, right + pad):
            _rule(ink, x, top - pad, bottom + pad, thick, density, vertical=True)


def _row(ink: np.ndarray, kind: str, face: Face, other: Face, x: float, baseline: int,
         rng: np.random.Generator) -> tuple[list[Glyph], str]:
    """The line itself: labels, digits, tails.  Returns its glyphs and the printed digits."""
    scale = rng.uniform(0.85, 1.25)
    drop = round(rng.normal(0, 0.06) * DIGIT)
    if kind == "empty":
        draw = rng.random()
        if draw < 0.55:
            return write(ink, " ".join(_text(rng) for _ in range(rng.integers(1, 3))), other, x, baseline, scale), ""
        if draw < 0.70:
            _bars(ink, int(x), int(x + rng.uniform(100, 480)), 0, CANVAS_ROWS, rng)
        elif draw < 0.80:
            _modules(ink, int(x), int(rng.integers(-30, 40)), rng)
        elif draw < 0.92:
            for _ in range(rng.integers(1, 4)):
                _rule(ink, rng.uniform(20, 80), 0, ink.shape[1], rng.uniform(0.6, 4), rng.uniform(0.3, 1))
        return [], ""
    if kind == "retail":
        return _retail(ink, face, x, baseline, rng)
    length = {"voucher": 18, "labelled": int(rng.choice([6, 10])), "cells": int(rng.choice([6, 10, 10, 18, rng.integers(4, 19)])),
              "pins": int(rng.choice([18, 18, 10, rng.integers(4, 25)]))}.get(kind) or \
        int(rng.choice([*range(1, 31), 16, 17, 19, 20, 17, 19, 10, 6, 8, 4, 5, 7, 12, 13]))
    number = digits(rng, length)
    placed: list[Glyph] = []
    if kind == "labelled" or rng.random() < 0.06:
        placed = write(ink, str(rng.choice(_LABELS)), other, x, baseline + drop, scale)
        x = _end(placed) + DIGIT * rng.uniform(0.06, 1.2) if placed else x
    if kind == "cells":
        return placed + _cells(ink, number, face, x, baseline, rng), number
    placed += _set_digits(ink, number, face, x, baseline, rng, *([_pin_head(rng)] if kind == "pins" else []))
    if rng.random() < (0.25 if kind == "labelled" else 0.06):
        placed += write(ink, str(rng.choice(_TAILS)), other, _end(placed) + DIGIT * rng.uniform(0.06, 1.0),
                         baseline + drop, scale)
    return placed, number


# --- faults, in the order of the world -------------------------------------

# (fault, chance, worst severity), both for the hardest strips
_PRINT: tuple[tuple[physics.Fault, float, float], ...] = (
    (physics.ink_spread, 0.45, 0.9), (physics.dot_print, 0.0, 0.0), (physics.banding, 0.08, 0.75), (physics.streaks, 0.08, 0.7),
    (physics.dropouts, 0.14, 0.9), (physics.low_ink, 0.28, 0.95), (physics.fibres, 0.3, 1.0), (physics.tint, 0.25, 1.0),
    (physics.crease, 0.06, 0.7))
_PHOTOGRAPH: tuple[tuple[physics.Fault, float, float], ...] = (
    (physics.uneven_light, 0.35, 1.0), (physics.hard_shadow, 0.14, 1.0), (physics.glare, 0.08, 0.55), (physics.defocus, 0.45, 0.85),
    (physics.motion, 0.30, 0.85), (physics.low_light, 0.75, 1.0), (physics.demosaic, 0.12, 0.6), (physics.small_sensor, 0.15, 1.0),
    (physics.halo, 0.3, 0.8), (physics.gamma_contrast, 0.4, 1.0), (physics.jpeg, 1.0, 0.8))

_HEAVY = ("motion", "motion", "motion", "low_ink", "low_ink", "dot_print", "defocus", "defocus", "low_light", "low_light", "jpeg",
          "small_sensor", "uneven_light", "hard_shadow", "banding", "streaks", "dropouts", "ink_spread", "gamma_contrast", "tint")


def _fail(img: np.ndarray, table: tuple[tuple[physics.Fault, float, float], ...], hard: float, mix: Mix, scale: float,
          rng: np.random.Generator, quieter: float = 1.0) -> np.ndarray:
    """Applies the table's faults in turn, each by chance and at a severity that shrink with `hard`; pixel noise is `quieter`."""
    only, severity = mix.only or ("", 0.0)
    for fault, chance, worst in table:
        worst *= quieter if fault is physics.low_light else 1.0
        if fault.__name__ == only:
            img = fault(img, rng, severity, scale)
        elif rng.random() < chance * (0.25 + 0.75 * hard):
            img = fault(img, rng, float(worst * (0.15 + 0.85 * hard) * rng.random()), scale)
    return img


def _print(ink: np.ndarray, hard: float, mix: Mix, rng: np.random.Generator, scale: float) -> np.ndarray:
    """Ink on paper: luma of the canvas, paper near white."""
    img = 1.0 - ink * np.float32(rng.uniform(0.72, 0.97))
    if rng.random() < mix.dots:
        img = physics.dot_print(img, rng, rng.random(), scale)
    return _fail(img, _PRINT, hard, mix, scale, rng)


# --- geometry --------------------------------------------------------------

@dataclass(frozen=True)
class _View:
    """The geometry of one strip: canvas → camera, and strip → camera with the rectifier's errors."""

    camera: np.ndarray           # 2×3, canvas → camera
    size: tuple[int, int]        # camera picture, width × height
    map_x: np.ndarray            # strip → camera
    map_y: np.ndarray
    start: float                 # canvas x of the strip's left edge
    step: float                  # canvas pixels per strip column
    ratio: float                 # camera pixels per strip row
    cropped: int = 0             # canvas columns cut off on the left by `_crop`


def _view(left: float, right: float, centre: float, width: int, rows: float, camera_rows: float,
          anchor: float, hard: float, curved: bool, rng: np.random.Generator) -> _View:
    """Draws a view that shows canvas x in left…right; `rows`: digit height in the strip."""
    stretch = float(np.clip(rng.normal(1.0, 0.06), 0.85, 1.2))
    slant = float(rng.normal(0, 0.03 + 0.06 * hard * (rng.random() < 0.3)))
    scale = min(camera_rows, DIGIT) / DIGIT
    turn = np.deg2rad(rng.normal(0, 0.7 + 3.0 * hard))
    rotate = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    k = DIGIT / rows                                     # paper pixels per strip pixel
    spare = max(0.0, (ROWS - rows) / 2 - 0.5)            # rows the digits may move before they are cut
    half = width / 2
    text_half = max(1.0, (right - left) * stretch / k / 2)
    tilt = np.clip(rng.normal(0, 0.3 + 0.8 * hard), -3.0, 3.0)
    lift = np.tan(np.deg2rad(tilt)) * text_half
    bow = rng.normal(0, 0.2 + 1.2 * hard * (rng.random() < 0.4))
    offset = rng.normal(0, 0.5 + 1.5 * hard)
    if curved:
        bow = rng.choice([-1, 1]) * rng.uniform(1.0, 2.0 * spare + 1.0)
        offset = offset / 2 - bow / 2
    excess = (abs(lift) + abs(bow + offset) + abs(offset)) / max(spare + 1.0, 1e-6) / (2 if curved else 1)
    if excess > 1:
        lift, bow, offset = lift / excess, bow / excess, offset / excess
    keystone = rng.normal(0, 0.01 + 0.03 * hard)
    x = np.arange(width, dtype=np.float32) + 0.5
    t = (x - half) / np.float32(text_half)
    rise = np.float32(lift) * t + np.float32(bow) * np.minimum(t * t, 1.5) + np.float32(offset)
    y = np.arange(ROWS, dtype=np.float32)[:, None] + 0.5 - ROWS / 2
    paper_y = np.float32(centre) + (y * (1 + np.float32(keystone) * t) + rise) * np.float32(k)
    origin = left * stretch + slant * centre - anchor * k
    if curved and rng.random() < 0.6:  # a cylinder: its sides turn away
        turned = rng.uniform(0.3, 0.9)
        x = half + half * np.arcsin((x - half) / half * turned) / np.arcsin(turned)
    paper_x = np.broadcast_to(np.float32(origin) + x.astype(np.float32) * np.float32(k), (ROWS, width))
    x = rotate[0, 0] * paper_x + rotate[0, 1] * paper_y
    y = rotate[1, 0] * paper_x + rotate[1, 1] * paper_y
    border = 6.0 + rng.random(2)                         # camera pixels kept round the strip, at any phase
    shift = border - (x.min(), y.min())
    size = (int(x.max() + shift[0] + border[0]) + 1, int(y.max() + shift[1] + border[1]) + 1)
    camera = np.hstack([rotate @ np.array([[stretch, slant], [0.0, 1.0]]), shift[:, None]])
    # pixel centres lie at integers + 0.5, remap counts from the first centre
    return _View(camera, size, (x + (shift[0] - 0.5)).astype(np.float32), (y + (shift[1] - 0.5)).astype(np.float32),
                 (origin - slant * centre) / stretch, k / stretch, scale * k)


# --- one strip -------------------------------------------------------------

def _crop(ink: np.ndarray, glyphs: list[Glyph], view: _View, width: int) -> tuple[np.ndarray, _View]:
    """Cuts the canvas down to what the strip shows, and glyphs and view with it."""
    first = max(0, int(view.start - 20))
    last = min(ink.shape[1], int(view.start + width * view.step + 20))
    for glyph in glyphs:
        glyph.x -= first
    camera = view.camera.copy()
    camera[:, 2] += camera[:, 0] * first
    return ink[:, first:last].copy(), replace(view, camera=camera, start=view.start - first, cropped=first)


def _visible_share(glyph: Glyph, view: _View, width: int) -> float:
    """Share of a glyph's width inside the strip."""
    x0, x1 = glyph.x, glyph.x + glyph.mask.shape[1]
    inside = min(x1, view.start + width * view.step) - max(x0, view.start)
    return float(inside / (x1 - x0))


def _labels(glyphs: list[Glyph], hidden: list[float], view: _View, width: int, mix: Mix) -> list[int] | None:
    """Labels left to right; None where a glyph is neither readable nor clearly unreadable."""
    labels = []
    low, high = mix.hidden
    for glyph, covered in zip(glyphs, hidden):
        share = _visible_share(glyph, view, width)
        lost = max(covered, 1 - share)
        if share < 0.25 or covered > 0.92 or not glyph.label:
            continue                       # nothing of it is left to see, or to say
        if glyph.label != mix.other and low < lost < high:
            return None
        labels.append(mix.other if lost >= high else glyph.label)
    return labels


def _draw(rng: np.random.Generator, face: Face, other: Face, mix: Mix, compose: Compose) -> Strip | None:
    kinds = list(mix.kinds)
    kind = str(rng.choice(kinds, p=np.array(list(mix.kinds.values())) / sum(mix.kinds.values())))
    hard = float(rng.uniform(0.0, 0.35)) if rng.random() < mix.easy else float(rng.uniform(0.35, 1.0))
    if rng.random() < mix.single:
        mix = replace(mix, only=mix.only or (str(rng.choice(_HEAVY)), float(rng.uniform(0.3, 1.0))))
        hard = float(rng.uniform(0.0, 0.35))
    ink = np.zeros((CANVAS_ROWS, 1700), np.float32)
    x, baseline = 400 + rng.random(), CANVAS_ROWS // 2 + DIGIT // 2
    glyphs, number = compose(ink, kind, face, other, x, baseline, rng)
    left = float(min((g.x for g in glyphs), default=x))
    right = float(max((g.x + g.mask.shape[1] for g in glyphs), default=x + rng.uniform(60, 500)))

    least, most = mix.digit_rows
    camera_rows = float(np.exp(rng.uniform(*np.log((least, min(most, 32) if kind == "retail" else most)))))
    if camera_rows < 12.0:  # so few pixels bear no more
        hard = min(hard, 0.15 + 0.1 * (camera_rows - 8.5))
    curved = rng.random() < (4 * mix.curved if kind == "retail" else mix.curved)
    mean, least, most = mix.rows
    mean -= 2.0 * curved
    rows = float(np.clip(rng.normal(mean, (0.8 + 1.2 * hard) * (most - least) / 9), least, most))
    margins = rng.uniform(0.15, 2.0, 2) * rows
    cut = rng.random(2) < (0.3 if kind == "empty" else mix.cut)  # ends that cut a glyph in half
    margins = np.where(cut, -rng.uniform(0.2, 0.9, 2) * rows * 0.6, margins)
    needed = (right - left) * rows / DIGIT + margins.sum()
    width = next((w for w in WIDTHS if w >= needed), None)
    if width is None:
        return None
    anchor = margins[0] if cut[0] or not cut[1] else width - (right - left) * rows / DIGIT - margins[1]

    view = _view(left, right, baseline - DIGIT / 2, width, rows, camera_rows, float(anchor), hard, curved, rng)

    ink, view = _crop(ink, glyphs, view, width)
    left, right = left - view.cropped, right - view.cropped
    sides = {"retail": (1,), "cells": ()}.get(kind, (-1, 1))
    _surroundings(ink, left, right, baseline - DIGIT, baseline, other, rng, sides)
    _neighbours(ink, left, right, mix.beside, rng)

    scale = DIGIT / rng.uniform(2.1, 3.2)                    # canvas pixels per mm
    img = _print(ink, hard, mix, rng, scale)
    hidden = [0.0] * len(glyphs)
    if number and rng.random() < mix.covered:
        img, hidden = cover.disturb(img, [glyph.clipped(img.shape[1]) for glyph in glyphs], DIGIT, rng)
    elif rng.random() < 0.04:
        img = cover.stamp(img, DIGIT, rng)
    labels = _labels(glyphs, hidden, view, width, mix)
    if labels is None:
        return None

    shrink = view.camera[0, 0]
    img = cv2.GaussianBlur(img, (0, 0), max(0.3, rng.uniform(0.3, 0.55) / max(abs(shrink), 0.2)))
    photo = cv2.warpAffine(img, view.camera, view.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    photo = photo * np.float32(rng.uniform(0.55, 1.0))
    photo = _fail(photo, _PHOTOGRAPH, hard, mix, scale * min(camera_rows, DIGIT) / DIGIT, rng, min(1.0, DIGIT / camera_rows))
    if view.ratio > 1.15 and rng.random() < 0.6:
        photo = cv2.GaussianBlur(photo, (0, 0), 0.35 * view.ratio)
    way = cv2.INTER_CUBIC if rng.random() < 0.2 else cv2.INTER_LINEAR
    strip = cv2.remap(photo, view.map_x, view.map_y, way, borderMode=cv2.BORDER_REPLICATE)
    image = (np.clip(strip, 0, 1) * 255 + 0.5).astype(np.uint8)
    if rng.random() < mix.inverted:
        return Strip(np.ascontiguousarray(image[::-1, ::-1]), tuple(map(_upside_down, labels[::-1])), number,
                     face.name, "inverted")
    return Strip(image, tuple(labels), number, face.name, kind)


_TURNED = {1: 1, 9: 9, 7: 10, 10: 7}  # 0 and 8 stay, 6 and 9 change places


def _upside_down(label: int) -> int:
    """What a glyph shows when turned by 180°: 0, 8, 6 and 9 are digits still, the rest are not."""
    return _TURNED.get(label, OTHER)


def _neighbours(ink: np.ndarray, left: float, right: float, chance: float, rng: np.random.Generator) -> None:
    """Frame edges beside the line, outside its glyphs: single or double, and always longer than a digit."""
    for side, x in ((-1, left), (1, right)):
        while rng.random() < chance:
            x += side * DIGIT * (rng.uniform(0.12, 0.6) if rng.random() < 0.5 else rng.uniform(0.25, 2.0))
            over, under = rng.choice([0, rng.uniform(2, 18)]), rng.choice([0, rng.uniform(2, 18)])
            _rule(ink, x, over, CANVAS_ROWS - under, rng.uniform(0.6, 4.5), rng.uniform(0.25, 1.0), vertical=True)
            chance /= 2


def render(rng: np.random.Generator, faces: tuple[Face, ...], mix: Mix = TRAINING, compose: Compose = _row) -> Strip:
    """Draws one strip set in one of `faces`; what stands around the digits may be set in any of them.

    `compose` writes the line itself; the default writes digit lines.
    """
    weights = np.array([face.weight for face in faces])
    japanese = [face for face in faces if face.japanese]
    while True:
        face = faces[int(rng.choice(len(faces), p=weights / weights.sum()))]
        if mix.ocr_b and rng.random() < mix.ocr_b:
            face = fonts.by_name("OCR-B")
        other = face if face.japanese else japanese[int(rng.integers(len(japanese)))]
        strip = _draw(rng, face, other, mix, compose)
        if strip is not None:
            return strip
