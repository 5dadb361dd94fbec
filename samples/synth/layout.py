"""Voucher labels: what is printed on them and how it is arranged.

A label is 63 mm wide and 33-35 mm high. Every layout is a column of rows (heading, payer, number, holder,
bars, line) in some order; a packer shares the free height out at random, so no two labels have the same
distances. `LabelText` is what is printed, right or wrong; `LabelStyle` is how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from . import fonts, marks
from .canvas import Element, Sheet, text_tile
from .voucher import CONSULTATION, Voucher

LABEL_WIDTH = 63.0
MARGIN = (1.8, 4.0)

HEADINGS = {
    "vaccination": ("接種券", "接 種 券", "ワクチン接種券", "【接種券】"),
    "consultation": ("予診のみ", "予診のみ", "【予診のみ】", "予 診 の み"),
}
TITLES = ("新型コロナウイルスワクチン", "新型コロナワクチン", "新型コロナウイルス感染症予防接種", "予防接種")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

GROUPINGS = ((1, 1, 6, 10), (2, 6, 10), (8, 10), (4, 4, 4, 6), (6, 6, 6), (3, 3, 3, 3, 3, 3), (2, 6, 5, 5), (9, 9),
             (5, 5, 5, 3), (1, 1, 6, 4, 6), (2, 4, 4, 4, 4))  # fmt: skip


@dataclass(frozen=True)
class LabelText:
    """What a label says; None where a field is not printed."""

    line: str | None
    personal: str | None
    municipality: str | None
    town: str
    holder: str
    consultation: bool
    dose: int
    nw7: str | None
    qr: str | None
    groups: tuple[int, ...] = ()

    @property
    def spaced_line(self) -> str:
        """The line as printed, with the spaces of its grouping."""
        if not self.groups or self.line is None:
            return self.line or ""
        parts, at = [], 0
        for size in self.groups:
            parts.append(self.line[at : at + size])
            at += size
        return " ".join(p for p in (*parts, self.line[at:]) if p)


def label_text(voucher: Voucher, fields: frozenset[str], rng: np.random.Generator) -> LabelText:
    """A label that agrees with itself; `fields` of {"number", "payer", "nw7", "qr"} are printed beside the line."""
    carries_all = rng.random() < 0.25
    return LabelText(
        line=voucher.number,
        personal=voucher.personal if "number" in fields else None,
        municipality=voucher.municipality.code if "payer" in fields else None,
        town=(voucher.municipality.prefecture if rng.random() < 0.75 else "") + voucher.municipality.city,
        holder=voucher.holder,
        consultation=voucher.kind == CONSULTATION,
        dose=voucher.dose,
        nw7=(voucher.number if carries_all else voucher.personal) if "nw7" in fields else None,
        qr=voucher.number if "qr" in fields else None,
    )


@dataclass
class LabelStyle:
    """How a label is printed: faces, sizes in millimetres and what surrounds the fields."""

    text: fonts.Face
    strong: fonts.Face
    digits: fonts.Face
    line: fonts.Face
    height: float
    heading_em: float
    text_em: float
    digit_height: float
    line_height: float
    line_width: float
    line_place: str
    frame: str
    density: float = 1.0
    cells: bool = False
    reach: str = "all"


def pick(faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> fonts.Face:
    """A face, by the registry's weights."""
    weights = np.array([f.weight for f in faces])
    return faces[int(rng.choice(len(faces), p=weights / weights.sum()))]


def random_style(rng: np.random.Generator, faces: tuple[fonts.Face, ...], *, any_line_face: bool = False) -> LabelStyle:
    """A style out of `faces`; the line is OCR-B mostly, unless any face is asked for."""
    japanese = tuple(f for f in faces if f.japanese)
    ocr_b = tuple(f for f in faces if f.family == "OCR-B")
    latin = tuple(f for f in faces if f.family != "OCR-A")
    text = pick(japanese, rng)
    nominal_line = not any_line_face and rng.random() < 0.72
    if any_line_face:  # every face alike, to meet the rare ones
        line = faces[int(rng.integers(len(faces)))]
    else:
        line = pick(ocr_b if nominal_line else latin, rng)
    return LabelStyle(
        text=text,
        strong=pick(japanese, rng) if rng.random() < 0.4 else text,
        digits=text if rng.random() < 0.5 else pick(latin, rng),
        line=line,
        height=float(rng.uniform(33, 35)),
        heading_em=float(rng.uniform(3.0, 5.0)),
        text_em=float(rng.uniform(2.2, 3.2)),
        digit_height=float(rng.uniform(1.7, 2.6)),
        line_height=float(rng.uniform(2.1, 3.3)),
        line_width=float(rng.uniform(34, 46)),
        line_place=str(rng.choice(["left", "centre", "wide", "right"], p=[0.35, 0.4, 0.18, 0.07])),
        frame=str(rng.choice(["none", "solid", "dashed", "hair", "double"], p=[0.3, 0.25, 0.25, 0.12, 0.08])),
        density=float(rng.uniform(0.8, 1.0)),
    )


@dataclass
class _Row:
    """One row of the column: its height and what draws it in (x, y, width)."""

    height: float
    draw: Callable[[float, float, float], None]
    above: float = 1.0  # weight of the free space above it


@dataclass
class LabelPainter:
    """Draws one label on a sheet with its top-left corner at `at`; remembers the elements it made."""

    sheet: Sheet
    say: LabelText
    style: LabelStyle
    rng: np.random.Generator
    at: tuple[float, float] = (0.0, 0.0)
    elements: list[Element] = field(default_factory=list)

    # -- fields -----------------------------------------------------------------------------------
    def _text(self, kind: str, face: fonts.Face, text: str, x: float, y: float, em: float, width: float, **how: float) -> float:
        """Text squeezed into `width`; gives the x after it."""
        natural = sum(fonts.load(face, 64).getlength(c) for c in text) / 64 * em
        stretch = min(1.0, width / natural) if natural > 0 else 1.0
        element = self.sheet.text(kind, face, text, x, y, em, density=self.style.density, stretch=stretch, **how)
        if element is None:
            return x
        self.elements.append(element)
        return float(element.quad[1, 0])

    def digits(self, kind: str, face: fonts.Face, text: str, x: float, y: float, height: float, width: float | None,
               place: str = "left", room: float = 0.0) -> float:  # fmt: skip
        """A run of digits of a given height and, if told, overall width (spaced out, then stretched)."""
        em_px = height * self.sheet.px_per_mm / _digit_share(face)
        tracking = 0.0
        natural = sum(fonts.load(face, 64).getlength(c) for c in text) / 64 * em_px / self.sheet.px_per_mm
        if width is not None:
            tracking = (width - natural) / max(1, len(text) - 1) * self.sheet.px_per_mm / em_px
            tracking = float(np.clip(tracking, -0.06, 0.45))
        tile = text_tile(face, text, em_px, tracking)
        across = tile.shape[1] / self.sheet.px_per_mm
        limit = room if room > 0 else across
        if width is not None and abs(across / width - 1) > 0.03 or across > limit:
            wanted = min(width if width is not None else across, limit)
            tile = _resize_width(tile, max(8, round(wanted * self.sheet.px_per_mm)))
            across = tile.shape[1] / self.sheet.px_per_mm
        free = max(0.0, limit - across)
        x += {"left": 0.0, "centre": free / 2, "wide": free / 2, "right": free}[place]
        self.sheet.print_tile(tile, x, y, self.style.density)
        self.elements.append(self.sheet.add(kind, text, x, y, across, tile.shape[0] / self.sheet.px_per_mm))
        return x + across

    def heading_text(self, with_dose: bool = True) -> str:
        """接種券 or 予診のみ, with the dose if it is not printed elsewhere."""
        words = HEADINGS["consultation" if self.say.consultation else "vaccination"]
        heading = str(self.rng.choice(words))
        if not with_dose:
            return heading
        return f"{heading}{self.rng.choice(['  ', '　', '　　', ' '])}{self.dose_text()}"

    def dose_text(self) -> str:
        """N回目, sometimes in full-width digits."""
        dose = f"{self.say.dose}回目"
        return dose.translate(FULL_WIDTH) if self.rng.random() < 0.3 else dose

    def heading(self, with_dose: bool = True) -> _Row:
        em = self.style.heading_em

        def draw(x: float, y: float, width: float) -> None:
            self._text("heading", self.style.strong, self.heading_text(with_dose), x, y, em, width)

        return _Row(em, draw)

    def title(self, with_heading: bool = False) -> _Row:
        """The vaccine's name; with 接種券 or 予診のみ where no other row says it."""
        em = self.style.text_em * 0.95
        text = str(self.rng.choice(TITLES))
        if with_heading:
            text = f"{text} {self.heading_text(with_dose=False)}"

        def draw(x: float, y: float, width: float) -> None:
            self._text("heading" if with_heading else "other_text", self.style.text, text, x, y, em, width)

        return _Row(em, draw)

    def payer(self, two_rows: bool = False) -> _Row:
        """請求先, the town and its six digits (under the town if `two_rows`)."""
        style, em = self.style, self.style.text_em
        gap = float(self.rng.uniform(0.8, 3.0))
        row_gap = float(self.rng.uniform(0.4, 1.0))

        def draw(x: float, y: float, width: float) -> None:
            digits_width = 6 * style.digit_height * 0.75
            after = self._text("other_text", style.text, "請求先", x, y, em, width * 0.25)
            room = width - (after - x) - gap - (0 if two_rows else digits_width + gap)
            after_town = self._text("other_text", style.text, self.say.town, after + gap, y, em, room)
            if self.say.municipality is None:
                return
            if two_rows:
                self.digits("municipality_number", style.digits, self.say.municipality, after + gap, y + em + row_gap,
                            style.digit_height, None)  # fmt: skip
            else:
                self.digits("municipality_number", style.digits, self.say.municipality, after_town + gap,
                            y + (em - style.digit_height) / 2, style.digit_height, None)  # fmt: skip

        return _Row(em + (style.digit_height + row_gap if two_rows else 0), draw)

    def number(self, label: str = "券番号") -> _Row:
        """券番号 and its ten digits; in cells if the style says so."""
        style, em = self.style, self.style.text_em
        gap = float(self.rng.uniform(0.6, 3.0))

        def draw(x: float, y: float, width: float) -> None:
            after = self._text("other_text", style.text, label, x, y, em, width * 0.3)
            if self.say.personal is None:
                return
            if style.cells:
                self._cells(self.say.personal, after + gap, y, em)
            else:
                self.digits("voucher_number", style.digits, self.say.personal, after + gap,
                            y + (em - style.digit_height) / 2, style.digit_height, None)  # fmt: skip

        return _Row(em, draw)

    def _cells(self, digits: str, x: float, y: float, height: float) -> None:
        """One digit a cell, as on forms."""
        pitch = height * float(self.rng.uniform(0.85, 1.1))
        for i, digit in enumerate(digits):
            tile = text_tile(self.style.digits, digit, height * 0.62 * self.sheet.px_per_mm / _digit_share(self.style.digits))
            wide, high = (n / self.sheet.px_per_mm for n in tile.shape[::-1])
            self.sheet.print_tile(tile, x + i * pitch + (pitch - wide) / 2, y + (height - high) / 2, self.style.density)
            self.sheet.rule(x + i * pitch, y, x + i * pitch, y + height, 0.12)
        self.sheet.box(x, y, pitch * len(digits), height, 0.15)
        inset = height * 0.19
        element = self.sheet.add("voucher_number", digits, x + 0.2 * pitch, y + inset, pitch * (len(digits) - 0.4), height - 2 * inset)
        self.elements.append(element)

    def holder(self) -> _Row:
        style, em = self.style, self.style.text_em
        label = str(self.rng.choice(["氏名", "氏　名", "", "お名前"]))
        text = f"{label}　{self.say.holder}" + ("　様" if self.rng.random() < 0.5 else "")

        def draw(x: float, y: float, width: float) -> None:
            self._text("other_text", style.text, text.strip("　"), x, y, em, width)

        return _Row(em, draw)

    def bars(self) -> _Row:
        mark = marks.random_nw7(self.say.nw7 or "0", self.rng)
        place = float(self.rng.choice([0.0, 0.5, 0.5, 1.0]))

        def draw(x: float, y: float, width: float) -> None:
            quiet = marks.nw7_quiet_mm(mark)
            narrow = min(1.0, (width - quiet) / mark.width_mm)  # the margin of the label is quiet too
            fitted = marks.Nw7(mark.text, mark.start, mark.stop, mark.ratio, mark.width_mm * narrow, mark.height_mm)
            tile = marks.nw7_tile(fitted, self.sheet.px_per_mm, self.rng)
            left = x + (width - fitted.width_mm) * place
            self.sheet.print_tile(tile, left, y, self.style.density)
            self.elements.append(self.sheet.add("nw7", fitted.full_text, left, y, fitted.width_mm, fitted.height_mm))

        return _Row(mark.height_mm, draw)

    def line(self) -> _Row:
        style = self.style

        def draw(x: float, y: float, width: float) -> None:
            text = self.say.spaced_line
            across = style.line_width * (1.16 if style.line_place == "wide" else 1.0) * len(text) / 18
            self.digits("ocr_line", style.line, text, x, y, style.line_height, min(across, width), style.line_place, width)

        return _Row(style.line_height, draw, above=1.4)

    # -- arrangement ------------------------------------------------------------------------------
    def frame(self) -> None:
        """The label's edge: a frame, cut marks or nothing."""
        x, y = self.at
        height = self.style.height
        kind, rng = self.style.frame, self.rng
        if kind == "solid":
            self.sheet.box(x, y, LABEL_WIDTH, height, float(rng.uniform(0.1, 0.35)))
        elif kind == "hair":
            self.sheet.box(x, y, LABEL_WIDTH, height, 0.08, density=0.4)
        elif kind == "dashed":
            dash = float(rng.uniform(0.8, 2.5))
            self.sheet.box(x, y, LABEL_WIDTH, height, float(rng.uniform(0.1, 0.25)), dash=(dash, dash * rng.uniform(1, 1.8)), density=0.7)
        elif kind == "double":
            self.sheet.box(x, y, LABEL_WIDTH, height, 0.1)
            self.sheet.box(x + 0.7, y + 0.7, LABEL_WIDTH - 1.4, height - 1.4, 0.1)

    def column(self, rows: list[_Row], qr: str = "right") -> None:
        """Packs rows from top to bottom; rows beside the QR get less width."""
        x0, y0 = self.at
        rng, height = self.rng, self.style.height
        margin = float(rng.uniform(*MARGIN))
        top, bottom = float(rng.uniform(1.6, 3.2)), float(rng.uniform(1.4, 3.0))
        wanted = sum(r.height for r in rows)
        least = 0.55 * (len(rows) - 1)
        free = height - top - bottom - wanted
        squeeze = 1.0
        if free < least:  # shrink the type rather than let rows run into each other
            squeeze = (height - top - bottom - least) / wanted
            free = least
        shares = np.array([r.above for r in rows[1:]]) * rng.uniform(0.4, 1.6, len(rows) - 1)
        gaps = least / max(1, len(rows) - 1) + shares / shares.sum() * (free - least) * rng.uniform(0.75, 1.0)
        self._squeeze(squeeze)
        qr_box = self._qr(qr, margin) if self.say.qr is not None else None
        y = y0 + top
        for i, row in enumerate(rows):
            left, right = x0 + margin, x0 + LABEL_WIDTH - margin
            tall = row.height * squeeze
            if qr_box is not None and y < qr_box[3] + 1.2 and y + tall > qr_box[1] - 1.2:
                if qr_box[0] > x0 + LABEL_WIDTH / 2:
                    right = min(right, qr_box[0] - 1.2)
                else:
                    left = max(left, qr_box[2] + 1.6)
            row.draw(left, y, right - left)
            if i < len(gaps):
                y += tall + gaps[i]

    def _squeeze(self, factor: float) -> None:
        style = self.style
        style.heading_em *= factor
        style.text_em *= factor
        style.digit_height = min(style.digit_height, 0.85 * style.text_em)

    def _qr(self, place: str, margin: float) -> tuple[float, float, float, float]:
        x0, y0 = self.at
        side = float(self.rng.uniform(9.5, 11.0))
        x = x0 + (LABEL_WIDTH - margin - side if place != "left" else margin) + float(self.rng.uniform(-0.8, 0.3))
        y = y0 + (self.style.height - side - 2 if place == "low" else float(self.rng.uniform(1.8, 4.5)))
        tile = marks.qr_tile(self.say.qr or "", side, self.sheet.px_per_mm, self.rng)
        self.sheet.print_tile(tile, x, y, self.style.density)
        self.elements.append(self.sheet.add("qr", self.say.qr or "", x, y, side, side))
        return x, y, x + side, y + side

    def tabulated(self, rows: list[_Row]) -> _Row:
        """Rows inside a ruled table."""
        pad = float(self.rng.uniform(0.35, 0.7))
        step = self.style.text_em + 2 * pad
        line = float(self.rng.uniform(0.08, 0.22))

        def draw(x: float, y: float, width: float) -> None:
            step_now = self.style.text_em + 2 * pad
            for i, row in enumerate(rows):
                row.draw(x + 0.8, y + i * step_now + pad, width - 1.6)
                if i:
                    self.sheet.rule(x, y + i * step_now, x + width, y + i * step_now, line)
            self.sheet.box(x, y, width, step_now * len(rows), line)

        return _Row(step * len(rows), draw)

    def paint(self, arrangement: "Layout") -> Element:
        """Draws the label and gives its own element."""
        self.frame()
        arrangement(self)
        x, y = self.at
        element = self.sheet.add("label", self.say.line or "", x, y, LABEL_WIDTH, self.style.height)
        self.elements.append(element)
        return element

    def marks_and_line(self) -> list[_Row]:
        """Bars, if any, with the line under them."""
        rows = [self.bars()] if self.say.nw7 is not None else []
        return rows + ([self.line()] if self.say.line is not None else [])


def _resize_width(tile: np.ndarray, width: int) -> np.ndarray:
    import cv2

    return cv2.resize(tile, (width, tile.shape[0]), interpolation=cv2.INTER_AREA)


_SHARES: dict[fonts.Face, float] = {}


def _digit_share(face: fonts.Face) -> float:
    """Height of a digit as a share of the em."""
    if face not in _SHARES:
        _SHARES[face] = text_tile(face, "0", 200).shape[0] / 200
    return _SHARES[face]


# -- the layouts ------------------------------------------------------------------------------------
def classic(p: LabelPainter) -> None:
    """Heading with dose, payer, number, holder, bars, line."""
    p.column([p.heading(), p.payer(), p.number(), p.holder(), *p.marks_and_line()])


def big_dose(p: LabelPainter) -> None:
    """Small title, then the dose in large type beside the payer."""

    def both(x: float, y: float, width: float) -> None:
        after = p._text("heading", p.style.strong, p.dose_text(), x, y, p.style.text_em * 1.9, width * 0.35)
        payer.draw(after + 1.5, y, width - (after - x) - 1.5)

    payer = p.payer(two_rows=True)
    title = p.title(with_heading=True)
    row = _Row(max(payer.height, p.style.text_em * 1.9), both)
    p.column([title, row, p.number(), p.holder(), *p.marks_and_line()])


def table(p: LabelPainter) -> None:
    """Fields in a ruled table."""
    p.column([p.tabulated([_kind_row(p), p.payer(), p.number(), p.holder()]), *p.marks_and_line()])


def bars_first(p: LabelPainter) -> None:
    """Bars and line at the top, text under them."""
    p.column([*p.marks_and_line(), p.heading(), p.payer(), p.number(), p.holder()], qr="low")


def line_first(p: LabelPainter) -> None:
    """The line above everything, bars at the bottom."""
    rows = [p.line()] if p.say.line is not None else []
    tail = [p.bars()] if p.say.nw7 is not None else []
    p.column([*rows, p.heading(), p.payer(), p.number(), p.holder(), *tail])


def banner(p: LabelPainter) -> None:
    """A black band with the heading in white."""
    em = p.style.heading_em

    def draw(x: float, y: float, width: float) -> None:
        _white_on_black(p, p.heading_text(), x, y, p.style.heading_em, width)

    p.column([_Row(em * 1.25, draw), p.payer(), p.number(), p.holder(), *p.marks_and_line()])


def split(p: LabelPainter) -> None:
    """QR on the left, text on the right, line across the foot."""
    p.column([p.title(), p.heading(), p.number(), p.payer(), *p.marks_and_line()], qr="left")


def number_high(p: LabelPainter) -> None:
    """The number over the holder, no payer's name in front; heading last before the marks."""
    p.column([p.number(str(p.rng.choice(["券番号", "接種券番号", "番号", "No."]))), p.holder(), p.payer(), p.heading(), *p.marks_and_line()])


def compact(p: LabelPainter) -> None:
    """Only number and line (and marks): the barest label in the field."""
    p.column([p.heading(), p.number(), *p.marks_and_line()])


def letter(p: LabelPainter) -> None:
    """Like an address: holder first, town, then the numbers in a table."""
    p.column([p.title(with_heading=True), p.holder(), p.tabulated([p.payer(), p.number()]), _dose_only(p), *p.marks_and_line()])


def _kind_row(p: LabelPainter) -> _Row:
    text = f"券種　{p.heading_text()}"

    def draw(x: float, y: float, width: float) -> None:
        p._text("heading", p.style.text, text, x, y, p.style.text_em, width)

    return _Row(p.style.text_em, draw)


def _dose_only(p: LabelPainter) -> _Row:
    text = p.dose_text()

    def draw(x: float, y: float, width: float) -> None:
        p._text("heading", p.style.strong, text, x, y, p.style.text_em, width)

    return _Row(p.style.text_em, draw)


def _white_on_black(p: LabelPainter, text: str, x: float, y: float, em: float, width: float) -> None:
    tile = text_tile(p.style.strong, text, em * p.sheet.px_per_mm)
    pad = max(2, round(em * 0.15 * p.sheet.px_per_mm))
    band = np.full((tile.shape[0] + 2 * pad, max(tile.shape[1] + 2 * pad, round(width * p.sheet.px_per_mm))), 235, np.uint8)
    if tile.shape[1] > width * p.sheet.px_per_mm - 2 * pad:
        tile = _resize_width(tile, int(width * p.sheet.px_per_mm) - 2 * pad)
    rows, columns = slice(pad, pad + tile.shape[0]), slice(2 * pad, 2 * pad + min(tile.shape[1], band.shape[1] - 2 * pad))
    band[rows, columns] -= np.minimum(band[rows, columns], tile[:, : columns.stop - columns.start])
    p.sheet.print_tile(band, x, y, p.style.density)
    scale = p.sheet.px_per_mm
    p.elements.append(p.sheet.add("heading", text, x + 2 * pad / scale, y + pad / scale, tile.shape[1] / scale, tile.shape[0] / scale))


Layout = Callable[[LabelPainter], None]

LAYOUTS: tuple[Layout, ...] = (
    classic, big_dose, table, bars_first, line_first, banner, split, number_high, compact, letter,
)  # fmt: skip
WITH_PAYER = tuple(layout for layout in LAYOUTS if layout is not compact)
