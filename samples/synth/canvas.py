"""A flat piece of printed matter in millimetres: what lies under the camera before optics.

Coordinates are millimetres with x right and y down; the voucher's label has its top-left corner at
(0, 0), so a sheet around it begins at a negative origin. `base` is the unprinted surface (BGR, uint8),
`ink` the toner on it (uint8, 255 = full), both at `px_per_mm`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image, ImageDraw

from . import fonts

# The kinds of elements ground truth is kept for.
KINDS = ("ocr_line", "voucher_number", "municipality_number", "digits", "heading", "other_text", "nw7", "qr",
         "other_mark", "label")  # fmt: skip


@dataclass
class Element:
    """Something printed: kind, text and its quad (4 x 2), corners in reading order from top-left, clockwise."""

    kind: str
    text: str
    quad: np.ndarray


def text_tile(face: fonts.Face, text: str, em_px: float, tracking_em: float = 0.0) -> np.ndarray:
    """Coverage of one line of text, cropped to its ink; empty text gives a 1 x 1 blank."""
    pixels = max(4, round(em_px))
    font = fonts.load(face, pixels)
    tracking = tracking_em * pixels
    advances = [font.getlength(c) + tracking for c in text]
    width = int(sum(advances)) + 2 * pixels
    image = Image.new("L", (width, 2 * pixels), 0)
    draw = ImageDraw.Draw(image)
    x = pixels / 2
    for character, advance in zip(text, advances, strict=True):
        if not character.isspace():
            draw.text((x, pixels * 0.35), character, fill=255, font=font)
        x += advance
    box = image.getbbox()
    if box is None:
        return np.zeros((1, 1), np.uint8)
    return np.asarray(image.crop(box))


class Sheet:
    """The canvas; every drawing method takes millimetres."""

    def __init__(self, origin: tuple[float, float], size: tuple[float, float], px_per_mm: float, colour: np.ndarray):
        self.origin = np.asarray(origin, float)
        self.px_per_mm = px_per_mm
        width, height = (max(16, round(s * px_per_mm)) for s in size)
        self.base = np.empty((height, width, 3), np.uint8)
        self.base[:] = colour
        self.ink = np.zeros((height, width), np.uint8)
        self.elements: list[Element] = []

    # -- geometry ---------------------------------------------------------------------------------
    def to_px(self, points: np.ndarray) -> np.ndarray:
        """Millimetres to canvas pixels (pixel centres at integers + 0.5)."""
        return (np.asarray(points, float) - self.origin) * self.px_per_mm

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        height, width = self.ink.shape
        return width / self.px_per_mm, height / self.px_per_mm

    def _slot(self, x: float, y: float, tile: np.ndarray) -> tuple[slice, slice, slice, slice] | None:
        column, row = (round(v) for v in self.to_px((x, y)))
        height, width = tile.shape[:2]
        x0, y0 = max(column, 0), max(row, 0)
        x1, y1 = min(column + width, self.ink.shape[1]), min(row + height, self.ink.shape[0])
        if x0 >= x1 or y0 >= y1:
            return None
        return slice(y0, y1), slice(x0, x1), slice(y0 - row, y1 - row), slice(x0 - column, x1 - column)

    def add(self, kind: str, text: str, x: float, y: float, width: float, height: float) -> Element:
        """Keeps ground truth for an upright box."""
        quad = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], float)
        element = Element(kind, text, quad)
        self.elements.append(element)
        return element

    # -- printing ---------------------------------------------------------------------------------
    def print_tile(self, tile: np.ndarray, x: float, y: float, density: float = 1.0) -> None:
        """Puts toner at (x, y), top-left corner; toner adds by maximum."""
        slot = self._slot(x, y, tile)
        if slot is None:
            return
        rows, columns, tile_rows, tile_columns = slot
        part = tile[tile_rows, tile_columns]
        if density < 1:
            part = cv2.convertScaleAbs(part, alpha=density)
        target = self.ink[rows, columns]
        np.maximum(target, part, out=target)

    def text(self, kind: str, face: fonts.Face, text: str, x: float, y: float, em_mm: float, *, tracking: float = 0.0,
             density: float = 1.0, stretch: float = 1.0, anchor: float = 0.0) -> Element | None:  # fmt: skip
        """One line of text; (x, y) is the top-left of its ink (anchor 0), its middle (0.5) or right end (1)."""
        if not self._may_show(x, y, em_mm, len(text)):
            return None
        tile = text_tile(face, text, em_mm * self.px_per_mm, tracking)
        if stretch != 1:
            tile = cv2.resize(tile, (max(1, round(tile.shape[1] * stretch)), tile.shape[0]), interpolation=cv2.INTER_AREA)
        height, width = (n / self.px_per_mm for n in tile.shape)
        left = x - anchor * width
        self.print_tile(tile, left, y, density)
        return self.add(kind, text, left, y, width, height)

    def _may_show(self, x: float, y: float, em: float, length: int) -> bool:
        """Text far outside the canvas is not worth rendering."""
        reach = em * (length + 2) * 1.5
        width, height = self.size_mm
        left, top = self.origin
        return left - reach < x < left + width + reach and top - 3 * em < y < top + height + em

    def rule(self, x0: float, y0: float, x1: float, y1: float, width_mm: float, *, dash: tuple[float, float] | None = None,
             density: float = 1.0) -> None:  # fmt: skip
        """A straight line, dashed if `dash` = (on, off) in millimetres."""
        start, end = np.array([x0, y0], float), np.array([x1, y1], float)
        length = float(np.hypot(*(end - start)))
        if dash is None or length == 0:
            self._segment(start, end, width_mm, density)
            return
        at, step = 0.0, (end - start) / length
        while at < length:
            self._segment(start + step * at, start + step * min(at + dash[0], length), width_mm, density)
            at += sum(dash)

    def _segment(self, start: np.ndarray, end: np.ndarray, width_mm: float, density: float) -> None:
        shift = 4
        points = np.round(self.to_px(np.stack([start, end])) * 2**shift - 2 ** (shift - 1)).astype(int)
        pixels = width_mm * self.px_per_mm
        level = int(255 * density * min(1.0, pixels))
        cv2.line(self.ink, tuple(points[0]), tuple(points[1]), level, max(1, round(pixels)), cv2.LINE_AA, shift)

    def box(self, x: float, y: float, width: float, height: float, line_mm: float, *,
            dash: tuple[float, float] | None = None, density: float = 1.0) -> None:  # fmt: skip
        """A frame of four rules."""
        x1, y1 = x + width, y + height
        for a in ((x, y, x1, y), (x1, y, x1, y1), (x1, y1, x, y1), (x, y1, x, y)):
            self.rule(*a, line_mm, dash=dash, density=density)

    # -- surfaces and things on top -----------------------------------------------------------------
    def mask(self, polygon: np.ndarray, soft_mm: float = 0.0) -> np.ndarray:
        """uint8 coverage of a polygon in millimetres, its edge softened if asked."""
        mask = np.zeros_like(self.ink)
        points = np.round(self.to_px(polygon) * 16 - 8).astype(np.int32)
        cv2.fillPoly(mask, [points], 255, cv2.LINE_AA, 4)
        sigma = soft_mm * self.px_per_mm
        return cv2.GaussianBlur(mask, (0, 0), sigma) if sigma > 0.3 else mask

    def surface(self, polygon: np.ndarray, colour: np.ndarray, *, shadow_mm: float = 0.0, shadow: float = 0.0) -> None:
        """Lays an opaque piece (paper, sticker) down: hides what was printed there, casts a thin shadow."""
        mask = self.mask(polygon)
        if shadow > 0:
            dark = self.mask(np.asarray(polygon) + shadow_mm)
            small = cv2.resize(dark, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
            small = cv2.GaussianBlur(small, (0, 0), max(0.5, shadow_mm * self.px_per_mm / 4))
            dark = cv2.resize(255 - cv2.convertScaleAbs(small, alpha=shadow), dark.shape[::-1])
            self.base = cv2.multiply(self.base, cv2.merge([dark] * 3), scale=1 / 255)
        solid = np.empty_like(self.base)
        cv2.rectangle(solid, (0, 0), mask.shape[::-1], np.asarray(colour, float).tolist(), -1)
        hidden = cv2.threshold(mask, 127, 255, cv2.THRESH_BINARY)[1]
        cv2.copyTo(solid, hidden, self.base)
        self.ink = cv2.bitwise_and(self.ink, cv2.bitwise_not(hidden))

    def trim(self, outline: np.ndarray) -> None:
        """Print ends at the edge of an upright sheet: removes ink and ground truth outside `outline`."""
        self.ink = cv2.bitwise_and(self.ink, self.mask(outline))
        low, high = np.min(outline, 0), np.max(outline, 0)
        kept = []
        for element in self.elements:
            element.quad = np.clip(element.quad, low, high)
            if (np.ptp(element.quad, axis=0) > 0.8).all():
                kept.append(element)
        self.elements = kept

    def flatten(self, ink_colour: np.ndarray) -> np.ndarray:
        """Surface and toner as one BGR picture; `ink_colour` is the reflectance of full toner (0..255)."""
        layers = []
        for channel, dark in zip(cv2.split(self.base), ink_colour, strict=True):
            table = np.clip(255 - np.arange(256) * (1 - dark / 255), 0, 255).astype(np.uint8)
            layers.append(cv2.multiply(channel, cv2.LUT(self.ink, table), scale=1 / 255))
        return cv2.merge(layers)


def paint(picture: np.ndarray, mask: np.ndarray, colour: tuple[float, float, float], opacity: float = 1.0) -> None:
    """Mixes an opaque colour into a BGR picture where the mask says so, in place."""
    x, y, width, height = cv2.boundingRect(mask)
    if width == 0:
        return
    part = picture[y : y + height, x : x + width]
    share = (mask[y : y + height, x : x + width].astype(np.float32) * (opacity / 255))[..., None]
    part[:] = (part * (1 - share) + np.asarray(colour, np.float32) * share + 0.5).astype(np.uint8)


def stain(picture: np.ndarray, mask: np.ndarray, transmission: tuple[float, float, float]) -> None:
    """Lays a transparent colour (stamp ink, pen, tinted tape) over a BGR picture, in place."""
    x, y, width, height = cv2.boundingRect(mask)
    if width == 0:
        return
    part = picture[y : y + height, x : x + width]
    share = (mask[y : y + height, x : x + width].astype(np.float32) / 255)[..., None]
    part[:] = (part * (1 - share * (1 - np.asarray(transmission, np.float32))) + 0.5).astype(np.uint8)
