"""NW-7 (Codabar) and QR as coverage tiles: uint8, 255 = ink, 0 = paper.

Geometry in millimetres; the caller chooses the resolution in pixels per millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import segno

# Element widths (bar, space, bar, ...) of each character, wide = 1 (JIS X 0506 / AIM USS-Codabar).
CODABAR = {
    "0": "0000011", "1": "0000110", "2": "0001001", "3": "1100000", "4": "0010010",
    "5": "1000010", "6": "0100001", "7": "0100100", "8": "0110000", "9": "1001000",
    "-": "0001100", "$": "0011000", ":": "1000101", "/": "1010001", ".": "1010100",
    "+": "0010101", "A": "0011010", "B": "0101001", "C": "0001011", "D": "0001110",
}  # fmt: skip

# Quiet zones: at least ten narrow elements for NW-7, four modules for QR (the standards' minimum).
NW7_QUIET = 10
QR_QUIET = 4


@dataclass(frozen=True)
class Nw7:
    """One NW-7: the text between start and stop letters, and how it is printed."""

    text: str
    start: str
    stop: str
    ratio: float
    width_mm: float
    height_mm: float

    @property
    def full_text(self) -> str:
        """Start letter, data, stop letter."""
        return f"{self.start}{self.text}{self.stop}"


def random_nw7(text: str, rng: np.random.Generator) -> Nw7:
    """An NW-7 of any start/stop pair, ratio 2-3, 28-55 mm wide (all 18 digits need 42) and 4.5-8 mm high."""
    start, stop = (str(c) for c in rng.choice(list("ABCD"), 2))
    if rng.random() < 0.5:
        start = stop = "A"
    long = len(text) > 12
    nominal = not long and rng.random() < 0.35
    width = 37.21 if nominal else float(rng.uniform(42 if long else 28, 55))
    height = 5.6 if nominal else float(rng.uniform(4.5, 8))
    return Nw7(text, start, stop, float(rng.uniform(2.0, 3.0)), width, height)


def _element_edges(full_text: str, ratio: float) -> np.ndarray:
    """Edges of all elements in narrow widths, starting at 0 with a bar."""
    widths: list[float] = []
    for character in full_text:
        widths += [ratio if e == "1" else 1.0 for e in CODABAR[character]]
        widths.append(1.0)  # the gap between characters
    return np.concatenate([[0.0], np.cumsum(widths[:-1])])


def nw7_tile(mark: Nw7, px_per_mm: float, rng: np.random.Generator) -> np.ndarray:
    """The bars from first to last edge, anti-aliased along x; bars may spread or shrink a little."""
    edges = _element_edges(mark.full_text, mark.ratio)
    width = max(8, round(mark.width_mm * px_per_mm))
    height = max(4, round(mark.height_mm * px_per_mm))
    scale = width / edges[-1]
    left, right = edges[0::2] * scale, edges[1::2] * scale
    gain = rng.normal(0, 0.08) * scale  # spread of the ink, in narrow widths
    left, right = left - gain / 2, right + gain / 2
    x = np.arange(width)[:, None]
    overlap = np.clip(np.minimum(right, x + 1) - np.maximum(left, x), 0, 1).sum(axis=1)
    row = np.clip(overlap * 255, 0, 255).astype(np.uint8)
    return np.repeat(row[None, :], height, axis=0)


def nw7_quiet_mm(mark: Nw7) -> float:
    """The quiet zone that belongs on each side."""
    return NW7_QUIET * mark.width_mm / _element_edges(mark.full_text, mark.ratio)[-1]


def qr_tile(text: str, side_mm: float, px_per_mm: float, rng: np.random.Generator) -> np.ndarray:
    """A QR Model 2 without its quiet zone, any error-correction level and mask."""
    level = str(rng.choice(list("LMQH")))
    code = segno.make_qr(text, error=level, boost_error=bool(rng.random() < 0.5), mask=int(rng.integers(8)))
    modules = np.array([list(row) for row in code.matrix], np.uint8) * 255
    side = max(modules.shape[0], round(side_mm * px_per_mm))
    # enlarge by whole modules first: resizing straight away would blur small symbols twice
    whole = modules.repeat(max(1, -(-side // modules.shape[0])), 0).repeat(max(1, -(-side // modules.shape[0])), 1)
    return cv2.resize(whole, (side, side), interpolation=cv2.INTER_AREA)


def ean13_tile(digits: str, width_mm: float, height_mm: float, px_per_mm: float) -> np.ndarray:
    """An EAN-13 of a shop product (for pictures that hold no voucher)."""
    left = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
    parity = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")
    bits = "101"
    for digit, side in zip(digits[1:7], parity[int(digits[0])], strict=True):
        code = left[int(digit)]
        bits += code if side == "L" else "".join("10"[int(b)] for b in code)[::-1]
    bits += "01010"
    for digit in digits[7:13]:
        bits += "".join("10"[int(b)] for b in left[int(digit)])
    return _bits_tile(bits + "101", width_mm, height_mm, px_per_mm)


def itf_tile(digits: str, width_mm: float, height_mm: float, px_per_mm: float) -> np.ndarray:
    """An Interleaved 2 of 5 of even length (cartons, payment slips)."""
    wide = ("00110", "10001", "01001", "11000", "00101", "10100", "01100", "00011", "10010", "01010")
    bits = "1010"
    for a, b in zip(digits[0::2], digits[1::2], strict=True):
        for bar, space in zip(wide[int(a)], wide[int(b)], strict=True):
            bits += "1" * (1 + 2 * int(bar)) + "0" * (1 + 2 * int(space))
    return _bits_tile(bits + "11101", width_mm, height_mm, px_per_mm)


def _bits_tile(bits: str, width_mm: float, height_mm: float, px_per_mm: float) -> np.ndarray:
    row = np.array([int(b) for b in bits], np.uint8) * 255
    enlarged = np.repeat(row, 12)[None, :]
    size = max(8, round(width_mm * px_per_mm)), max(4, round(height_mm * px_per_mm))
    return cv2.resize(enlarged, size, interpolation=cv2.INTER_AREA)
