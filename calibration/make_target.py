"""The calibration target: an A4 page, as a PDF at 1:1 and as a PNG of 600 dpi.

A checkerboard of 5 mm whose squares carry one bit each, so that any part of it tells where on the page it
is.  The board, its bits and its sizes are the same as in ``src/calibration/target.rs``, whose tests read
the PNG made here.  Lengths are in millimetres from the page's top left corner, y down.

    python calibration/make_target.py        (``make calibration-target``)

Letters are outlines of BIZ UDGothic (Morisawa, SIL Open Font License 1.1; Debian package
fonts-morisawa-bizud-gothic); no font is embedded or shipped.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
FACE = Path("/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf")

PAGE = (210.0, 297.0)
DPI = 600
CELLS = 37
CELL = 5.0
BOARD = (12.5, 36.0)
"""Top left corner of the board on the page."""

DISC = 1.0
"""Radius of the disc of the other colour in a square whose bit is 1."""
RINGS = ((1.35, 1.55), (1.75, 1.95))
"""Inner and outer radius of the fine rings, which show focus everywhere and in all directions.  0.2 mm are
five dots of a 600 dpi printer and 2.4 pixels at 12 px/mm."""
GREY_EVERY, GREY_AT = 4, 2
GREYS = (0.2, 0.4, 0.6, 0.8)
"""Blackness of the four steps in a grey square, clockwise from its top left."""
GREY_SIDE = 1.2

RULER = 150.0
CARD = (85.60, 53.98)
"""A card of format ID-1 (ISO/IEC 7810): licences, insurance and bank cards."""


def bit(column: int, row: int) -> bool:
    """The bit of a square; a mixed counter (MurmurHash3's finaliser), so that no two places look alike."""
    h = ((row * CELLS + column + 1) * 0x9E3779B9) & 0xFFFFFFFF
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 16
    return bool(h & 1)


def is_grey(column: int, row: int) -> bool:
    """Whether the square shows grey steps instead of a bit; such squares are black."""
    return column % GREY_EVERY == GREY_AT and row % GREY_EVERY == GREY_AT


class Pdf:
    """One page of vector drawing, written by hand: there is no scaling anywhere on its way."""

    UNIT = 72 / 25.4
    ARC = 0.5522847498
    """Length of a Bézier quarter circle's handles (4/3·tan(π/8))."""

    def __init__(self) -> None:
        self.font = TTFont(FACE)
        self.glyphs = self.font.getGlyphSet()
        self.map = self.font.getBestCmap()
        w, h = PAGE
        # The page's millimetres, y down.
        self.ops = [f"{self.UNIT:.9f} 0 0 {-self.UNIT:.9f} 0 {h * self.UNIT:.6f} cm"]

    def fill(self, blackness: float) -> None:
        self.ops.append(f"{1 - blackness:g} g")

    def rect(self, x: float, y: float, w: float, h: float, blackness: float) -> None:
        self.fill(blackness)
        self.ops.append(f"{x:.4f} {y:.4f} {w:.4f} {h:.4f} re f")

    def disc(self, x: float, y: float, r: float, blackness: float) -> None:
        k = self.ARC * r
        self.fill(blackness)
        self.ops.append(
            f"{x + r:.4f} {y:.4f} m "
            f"{x + r:.4f} {y + k:.4f} {x + k:.4f} {y + r:.4f} {x:.4f} {y + r:.4f} c "
            f"{x - k:.4f} {y + r:.4f} {x - r:.4f} {y + k:.4f} {x - r:.4f} {y:.4f} c "
            f"{x - r:.4f} {y - k:.4f} {x - k:.4f} {y - r:.4f} {x:.4f} {y - r:.4f} c "
            f"{x + k:.4f} {y - r:.4f} {x + r:.4f} {y - k:.4f} {x + r:.4f} {y:.4f} c f"
        )

    def text(self, x: float, y: float, size: float, words: str) -> None:
        self.fill(1.0)
        scale = size / self.font["head"].unitsPerEm
        for letter in words:
            name = self.map[ord(letter)]
            pen = DecomposingRecordingPen(self.glyphs)
            self.glyphs[name].draw(pen)
            self._outline(pen.value, x, y, scale)
            x += self.glyphs[name].width * scale

    def _outline(self, steps: list, x: float, y: float, scale: float) -> None:
        place = lambda p: (x + p[0] * scale, y - p[1] * scale)  # noqa: E731
        here = (0.0, 0.0)
        for step, points in steps:
            if step == "moveTo":
                here = place(points[0])
                self.ops.append(f"{here[0]:.4f} {here[1]:.4f} m")
            elif step == "lineTo":
                here = place(points[0])
                self.ops.append(f"{here[0]:.4f} {here[1]:.4f} l")
            elif step == "qCurveTo":
                here = self._quadratic(here, [place(p) for p in points])
            elif step == "closePath":
                self.ops.append("h")
        if steps:
            self.ops.append("f")

    def _quadratic(self, here: tuple, points: list) -> tuple:
        for i, control in enumerate(points[:-1]):
            last = i == len(points) - 2
            after = points[i + 1]
            end = after if last else ((control[0] + after[0]) / 2, (control[1] + after[1]) / 2)
            a = tuple(h + 2 / 3 * (c - h) for h, c in zip(here, control))
            b = tuple(e + 2 / 3 * (c - e) for e, c in zip(end, control))
            self.ops.append(" ".join(f"{v:.4f}" for v in (*a, *b, *end)) + " c")
            here = end
        return here

    def save(self, path: Path) -> None:
        stream = zlib.compress("\n".join(self.ops).encode("ascii"), 9)
        box = " ".join(f"{side * self.UNIT:.4f}" for side in PAGE)
        objects = [
            # Viewers that follow it do not shrink the page to the printer's margins.
            b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {box}] /Resources << >> /Contents 4 0 R >>".encode(),
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
        ]
        data, offsets = b"%PDF-1.6\n", []
        for number, content in enumerate(objects, 1):
            offsets.append(len(data))
            data += b"%d 0 obj\n" % number + content + b"\nendobj\n"
        start = len(data)
        data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
        path.write_bytes(data)


class Png:
    """The same page in pixels, without soft edges: what a printer of as many dots would print."""

    UNIT = DPI / 25.4

    def __init__(self) -> None:
        size = tuple(round(side * self.UNIT) for side in PAGE)
        self.image = Image.new("L", size, 255)
        self.draw = ImageDraw.Draw(self.image)
        self.draw.fontmode = "1"

    def rect(self, x: float, y: float, w: float, h: float, blackness: float) -> None:
        left, top = round(x * self.UNIT), round(y * self.UNIT)
        right, bottom = round((x + w) * self.UNIT) - 1, round((y + h) * self.UNIT) - 1
        self.draw.rectangle((left, top, max(left, right), max(top, bottom)), fill=self._luma(blackness))

    def disc(self, x: float, y: float, r: float, blackness: float) -> None:
        # PIL's ellipses include their last pixel.
        box = [(v * self.UNIT - 0.5) for v in (x - r, y - r, x + r, y + r)]
        self.draw.ellipse(box, fill=self._luma(blackness))

    def text(self, x: float, y: float, size: float, words: str) -> None:
        font = ImageFont.truetype(FACE, round(size * self.UNIT))
        self.draw.text((x * self.UNIT, y * self.UNIT), words, font=font, fill=0, anchor="ls")

    @staticmethod
    def _luma(blackness: float) -> int:
        return round(255 * (1 - blackness))

    def save(self, path: Path) -> None:
        # Six greys, 51 apart: a palette makes a small file of them and changes none.
        palette = self.image.point([luma // 51 for luma in range(256)]).convert("P")
        palette.putpalette([51 * (i // 3) for i in range(18)])
        palette.save(path, dpi=(DPI, DPI), optimize=True, bits=4)


def draw_square(page: Pdf | Png, column: int, row: int) -> None:
    """One square of the board with what it carries."""
    x, y = BOARD[0] + column * CELL, BOARD[1] + row * CELL
    own = 1.0 if (column + row) % 2 == 0 else 0.0
    if own:
        page.rect(x, y, CELL, CELL, own)
    cx, cy = x + CELL / 2, y + CELL / 2
    if is_grey(column, row):
        corners = ((-1, -1), (0, -1), (0, 0), (-1, 0))
        for (u, v), grey in zip(corners, GREYS):
            page.rect(cx + u * GREY_SIDE, cy + v * GREY_SIDE, GREY_SIDE, GREY_SIDE, grey)
        return
    for inner, outer in reversed(RINGS):
        page.disc(cx, cy, outer, 1 - own)
        page.disc(cx, cy, inner, own)
    if bit(column, row):
        page.disc(cx, cy, DISC, 1 - own)


def draw_ruler(page: Pdf | Png, x: float, y: float) -> None:
    """A ruler to lay another one against."""
    page.rect(x, y, RULER, 0.2, 1.0)
    for mm in range(int(RULER) + 1):
        length = 5.0 if mm % 10 == 0 else 3.5 if mm % 5 == 0 else 2.0
        page.rect(x + mm - 0.05, y, 0.1, length, 1.0)
        if mm % 50 == 0:
            page.text(x + mm + 0.5, y + 6.4, 2.6, f"{mm}")
    page.text(x + RULER + 2.5, y + 3.4, 2.6, "150.0 mm？")


def draw_card(page: Pdf | Png, x: float, y: float) -> None:
    """The outline of a card, to lay one on it."""
    w, h = CARD
    for left, top, wide, high in ((x, y, w, 0.15), (x, y + h - 0.15, w, 0.15), (x, y, 0.15, h), (x + w - 0.15, y, 0.15, h)):
        page.rect(left, top, wide, high, 1.0)
    for i, line in enumerate((
        "運転免許証・保険証・銀行カードなどを", "ここに重ねてください。四辺がぴったり", "合えば、実寸で印刷できています。", "",
        "Lay a licence, insurance or bank card here.", "When all four edges meet this frame,", "the print is 1:1.",
    )):
        page.text(x + 6, y + 12 + i * 5.2, 3.5, line)


HEAD = (
    (5.4, "受付 uketsuke　校正用紙 Calibration target　A4"),
    (3.2, "「実際のサイズ」「100 %」で印刷し（用紙に合わせる・縮小は不可）、下の定規とカード枠で確かめてください。"),
    (3.2, "Print at “actual size”, 100 % (not “fit to page”); check with the ruler and the card frame below."),
)

STEPS = (
    "1  台を組み、普段の照明をつけます。",
    "    Set the stand up; switch the usual lights on.",
    "2  この用紙を平らに置き、市松模様を画面いっぱいに",
    "    写します。向きは自由、一部が写れば足ります。",
    "    Lay it flat so that the board fills the picture;",
    "    any direction, any part of it.",
    "3  uketsuke calibrate を実行し、終わるまで動かさない。",
    "    Run it, and touch nothing until it has finished.",
    "4  150 mm の定規を測った値は --ruler に入れます。",
    "    Give the ruler's measured length with --ruler.",
    "折り目・汚れ・光沢のない紙で。コピーのコピーは不可。",
    "Plain matt paper, no creases; no copies of copies.",
)


def draw(page: Pdf | Png) -> None:
    """The whole page."""
    y = 14.0
    for size, words in HEAD:
        page.text(BOARD[0], y, size, words)
        y += 7.0 if size > 4 else 5.0
    for row in range(CELLS):
        for column in range(CELLS):
            draw_square(page, column, row)
    below = BOARD[1] + CELLS * CELL
    draw_ruler(page, BOARD[0], below + 4.0)
    draw_card(page, BOARD[0], below + 14.0)
    for i, words in enumerate(STEPS):
        page.text(BOARD[0] + CARD[0] + 6, below + 18.0 + i * 4.4, 3.2, words)


def main() -> None:
    """Write target.pdf and target.png beside this file."""
    for page, name in ((Pdf(), "target.pdf"), (Png(), "target.png")):
        draw(page)
        page.save(HERE / name)


if __name__ == "__main__":
    main()
