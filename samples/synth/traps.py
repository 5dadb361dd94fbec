"""Traps: pictures from which no number may be accepted, one function a kind.

Each takes `(recipe, faces, rng)` and gives a `Scene`. The digits that differ are chosen among the
confusions reported from the field (1-4, 3-8, 5-3, 6-8, swapped neighbours).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from . import clutter, fonts, overlays
from .canvas import Sheet
from .conditions import NOMINAL, Recipe
from .layout import WITH_PAYER, LabelPainter, LabelText, label_text
from .scene import Overlay, Scene
from .voucher import Municipality, Voucher, check_digit, issued_codes, prefecture_code, random_voucher, unissued_code

CONFUSIONS = {"1": "47", "4": "19", "3": "85", "8": "3609", "5": "368", "6": "85", "0": "896", "7": "12", "9": "840", "2": "7"}
ALL = NOMINAL["A_bar_ocr_qr"]
FIELD_SETS = tuple(NOMINAL.values())

Trap = Callable[[Recipe, tuple[fonts.Face, ...], np.random.Generator], Scene]


def _fields(rng: np.random.Generator, *required: str) -> frozenset[str]:
    """Any set of printed fields that has the required ones."""
    return FIELD_SETS[int(rng.integers(len(FIELD_SETS)))] | frozenset(required)


def one_digit_off(digits: str, rng: np.random.Generator) -> str:
    """The same digits but one, by a usual confusion, or with two neighbours swapped."""
    if rng.random() < 0.2:
        places = [i for i in range(len(digits) - 1) if digits[i] != digits[i + 1]]
        if places:
            i = int(rng.choice(places))
            return digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
    i = int(rng.integers(len(digits)))
    other = str(rng.choice(list(CONFUSIONS[digits[i]] if rng.random() < 0.8 else "0123456789".replace(digits[i], ""))))
    return digits[:i] + other + digits[i + 1 :]


def _with_code(voucher: Voucher, code: str) -> Voucher:
    return replace(voucher, municipality=Municipality(code, voucher.municipality.prefecture, voucher.municipality.city))


def _scene(recipe: Recipe, text: LabelText, faces: tuple[fonts.Face, ...], *more: Overlay) -> Scene:
    return Scene(recipe, [text], faces, list(more))


# -- no voucher -------------------------------------------------------------------------------------
def _without_label(kind: clutter.Clutter) -> Trap:
    def trap(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
        recipe.surround = "bare" if kind is not clutter.page_of_text else "plain"
        recipe.px_per_mm = float(rng.uniform(9, 18)) * max(1.0, recipe.size[0] / 1400)
        return Scene(recipe, [], faces, clutter=kind)

    return trap


def black(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """Lens covered."""
    recipe.level, recipe.noise = float(rng.uniform(0, 0.06)), float(rng.uniform(0.003, 0.03))
    return _without_label(clutter.blank)(recipe, faces, rng)


# -- numbers that cannot be right --------------------------------------------------------------------
def bad_check_digit(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """The same wrong code everywhere: only its check digit tells."""
    voucher = random_voucher(rng)
    while True:
        code = one_digit_off(voucher.municipality.code, rng)
        if check_digit(code[:5]) != int(code[5]):
            break
    return _scene(recipe, label_text(_with_code(voucher, code), _fields(rng), rng), faces)


def unknown_municipality(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """The check digit is right, but no municipality has this code."""
    return _scene(recipe, label_text(_with_code(random_voucher(rng), unissued_code(rng)), _fields(rng), rng), faces)


def prefecture(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """A prefecture's code."""
    return _scene(recipe, label_text(_with_code(random_voucher(rng), prefecture_code(rng)), _fields(rng), rng), faces)


def odd_kind(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """A ticket kind that is neither 1 nor 2."""
    voucher = replace(random_voucher(rng), kind=int(rng.integers(3, 10)))
    return _scene(recipe, label_text(voucher, _fields(rng), rng), faces)


def wrong_length(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """17 or 19 digits in the line."""
    voucher = random_voucher(rng)
    i = int(rng.integers(1, 18))
    number = voucher.number
    line = number[:i] + number[i + 1 :] if rng.random() < 0.5 else number[:i] + str(rng.integers(10)) + number[i:]
    return _scene(recipe, replace(label_text(voucher, _fields(rng), rng), line=line), faces)


# -- fields that disagree ------------------------------------------------------------------------------
def bar_disagrees(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    text = label_text(random_voucher(rng), _fields(rng, "nw7"), rng)
    return _scene(recipe, replace(text, nw7=one_digit_off(text.nw7, rng)), faces)


def qr_disagrees(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    text = label_text(random_voucher(rng), ALL, rng)
    return _scene(recipe, replace(text, qr=one_digit_off(text.qr, rng)), faces)


def number_disagrees(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    text = label_text(random_voucher(rng), _fields(rng), rng)
    return _scene(recipe, replace(text, personal=one_digit_off(text.personal, rng)), faces)


def payer_disagrees(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    text = label_text(random_voucher(rng), _fields(rng), rng)
    return Scene(recipe, [replace(text, municipality=one_digit_off(text.municipality, rng))], faces, layouts=WITH_PAYER)


def line_disagrees(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """The line's own 券番号 is off by one digit while everything else agrees."""
    voucher = random_voucher(rng)
    text = label_text(voucher, _fields(rng, "number"), rng)
    return _scene(recipe, replace(text, line=voucher.number[:8] + one_digit_off(voucher.personal, rng)), faces)


def line_other_town(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """The line names another real town than the printed 請求先 number (the closest there is)."""
    voucher = random_voucher(rng)
    code = voucher.municipality.code
    near = min((c for c in sorted(issued_codes()) if c != code), key=lambda c: (sum(a != b for a, b in zip(c, code)), rng.random()))
    text = label_text(voucher, _fields(rng, "payer"), rng)
    text = replace(text, line=voucher.number[:2] + near + voucher.personal, qr=None)
    return Scene(recipe, [text], faces, layouts=WITH_PAYER)


def heading_contradicts(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    text = label_text(random_voucher(rng), _fields(rng), rng)
    return _scene(recipe, replace(text, consultation=not text.consultation), faces)


def dose_contradicts(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    text = label_text(random_voucher(rng), _fields(rng), rng)
    dose = int(rng.choice([d for d in range(1, 8) if d != text.dose]))
    return _scene(recipe, replace(text, dose=dose), faces)


def foreign_qr(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """A QR with something else in it, or with almost the right thing."""
    text = label_text(random_voucher(rng), frozenset({"payer", "qr"}), rng)
    number = text.line
    contents = (f"https://example.jp/v/{number}", number[:17], f"{number[:2]} {number[2:8]} {number[8:]}", number + "0", number[8:])
    return _scene(recipe, replace(text, qr=contents[int(rng.integers(len(contents)))]), faces)


def foreign_bar(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """An NW-7 of another length or with signs in it, and no printed number."""
    text = label_text(random_voucher(rng), frozenset({"payer", "nw7"}), rng)
    own = text.line[8:]
    contents = (own[:9], own + "7", own[:4] + "-" + own[4:], own[:5] + "$" + own[6:], text.line[1:], own[2:], own[:3] + "." + own[3:])
    return _scene(recipe, replace(text, nw7=contents[int(rng.integers(len(contents)))]), faces)


# -- things done to the paper ---------------------------------------------------------------------------
def _digit_box(painter: LabelPainter, place: int, count: int = 1) -> np.ndarray:
    """Quad of digits `place` .. of the line, by its fonts' even pitch (spaces counted)."""
    element = next(e for e in painter.elements if e.kind == "ocr_line")
    printed = [i for i, c in enumerate(element.text) if c != " "]
    first, last = printed[place], printed[min(place + count - 1, len(printed) - 1)]
    a, b = first / len(element.text), (last + 1) / len(element.text)
    quad, across = element.quad, element.quad[1] - element.quad[0]
    return np.array([quad[0] + across * a, quad[0] + across * b, quad[3] + across * b, quad[3] + across * a])


def _covered(draw: Callable[[np.ndarray, Sheet, np.ndarray, np.random.Generator], None]) -> Trap:
    """One to four digits of the line hidden; no QR, so nothing else says the first eight."""

    def trap(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
        text = label_text(random_voucher(rng), NOMINAL["A_bar_ocr"] if rng.random() < 0.5 else NOMINAL["A_ocr"], rng)

        def cover(picture: np.ndarray, sheet: Sheet, painters: list[LabelPainter], g: np.random.Generator) -> None:
            draw(picture, sheet, _digit_box(painters[0], int(g.integers(0, 17)), int(g.integers(1, 4))), g)

        return _scene(recipe, text, faces, cover)

    return trap


def _finger(picture: np.ndarray, sheet: Sheet, box: np.ndarray, rng: np.random.Generator) -> None:
    angle = rng.uniform(0.15, 0.85) * np.pi  # from below, as a hand holds a voucher
    away = np.array([np.cos(angle), np.sin(angle)])
    overlays.finger(picture, sheet, box.mean(0) - away * rng.uniform(1.5, 4), away, rng)


def _tape(picture: np.ndarray, sheet: Sheet, box: np.ndarray, rng: np.random.Generator) -> None:
    size = np.abs(box[2] - box[0])
    overlays.tape(picture, sheet, box.mean(0), (size[0] * rng.uniform(1.1, 2), size[1] * rng.uniform(1.5, 3)), rng)


def _blob(picture: np.ndarray, sheet: Sheet, box: np.ndarray, rng: np.random.Generator) -> None:
    overlays.blob(picture, sheet, box.mean(0), float(np.abs(box[2] - box[0]).max()) * 0.62, rng)


def altered(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """A pen makes one digit of the line into another; the other fields still say the old one."""
    voucher = random_voucher(rng)
    text = label_text(voucher, _fields(rng, "number"), rng)
    places = [i for i in range(8, 18) if voucher.number[i] in overlays.ALTERATIONS]

    def pen(picture: np.ndarray, sheet: Sheet, painters: list[LabelPainter], g: np.random.Generator) -> None:
        place = int(g.choice(places))
        box = _digit_box(painters[0], place)
        inset = (box[1] - box[0]) * 0.12
        box = np.array([box[0] + inset, box[1] - inset, box[2] - inset, box[3] + inset])
        overlays.alter_digit(picture, sheet, box, voucher.number[place], g)

    return _scene(recipe, text, faces, pen)


def torn(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """A corner with part of the line is gone."""
    text = label_text(random_voucher(rng), NOMINAL["A_bar_ocr"] if rng.random() < 0.5 else NOMINAL["A_ocr"], rng)

    def rip(picture: np.ndarray, sheet: Sheet, painters: list[LabelPainter], g: np.random.Generator) -> None:
        right = g.random() < 0.7
        box = _digit_box(painters[0], int(g.integers(9, 16)) if right else int(g.integers(2, 9)))
        angle = (-np.pi / 2 if right else np.pi / 2) + g.normal(0, 0.5)
        overlays.tear(picture, sheet, box.mean(0), angle, g)

    return _scene(recipe, text, faces, rip)


# -- the view ---------------------------------------------------------------------------------------------
def half_in_view(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """The frame cuts through the line."""
    scene = _scene(recipe, label_text(random_voucher(rng), NOMINAL["A_bar_ocr"] if rng.random() < 0.5 else NOMINAL["A_ocr"], rng), faces)
    recipe.px_per_mm = min(recipe.px_per_mm, 18.0 * recipe.size[0] / 1280)
    half = recipe.size[0] / recipe.px_per_mm / 2
    cut = rng.uniform(24, 34)  # the edge falls here: every line is wider than this and reaches past it
    scene.aim = np.array([cut - half if rng.random() < 0.5 else cut + half, rng.uniform(10, 24)])
    recipe.rotation = float(np.deg2rad(rng.uniform(-4, 4)))
    return scene


def two_vouchers(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """Two complete labels with different numbers, side by side or one over the other."""
    first, second = random_voucher(rng), random_voucher(rng)
    if rng.random() < 0.4:  # one person's two tickets, or two neighbours in the sequence
        second = first.with_personal(f"{(int(first.personal) + int(rng.integers(1, 9))) % 10**10:010d}")
    fields = _fields(rng)
    recipe.surround = str(rng.choice(["plain", "bare"]))
    return Scene(recipe, [label_text(v, fields, rng) for v in (first, second)], faces, pitch=float(rng.uniform(35.5, 42)),
                 sideways=bool(rng.random() < 0.5))  # fmt: skip


def beyond_focus(recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> Scene:
    """So far out of focus that nobody can read it."""
    recipe.defocus = float(rng.uniform(0.8, 2.0))
    return _scene(recipe, label_text(random_voucher(rng), _fields(rng), rng), faces)


TRAPS: dict[str, Trap] = {
    "C_blank": _without_label(clutter.blank), "C_black": black, "C_product_label": _without_label(clutter.product),
    "C_other_slip": _without_label(clutter.slip), "C_other_page": _without_label(clutter.page_of_text),
    "C_digit_runs": _without_label(clutter.scattered_runs),
    "C_bad_checkdigit": bad_check_digit, "C_unknown_town": unknown_municipality, "C_prefecture": prefecture,
    "C_bar_mismatch": bar_disagrees, "C_qr_mismatch": qr_disagrees, "C_number_mismatch": number_disagrees,
    "C_payer_mismatch": payer_disagrees, "C_line_mismatch": line_disagrees, "C_line_other_town": line_other_town,
    "C_length": wrong_length, "C_covered_finger": _covered(_finger), "C_covered_tape": _covered(_tape),
    "C_covered_blob": _covered(_blob), "C_covered_pen": _covered(overlays.scribble), "C_altered": altered,
    "C_half": half_in_view, "C_two_vouchers": two_vouchers, "C_torn": torn, "C_unreadable_defocus": beyond_focus,
    "C_heading": heading_contradicts, "C_dose": dose_contradicts, "C_odd_kind": odd_kind,
    "C_foreign_qr": foreign_qr, "C_foreign_bar": foreign_bar,
}  # fmt: skip
