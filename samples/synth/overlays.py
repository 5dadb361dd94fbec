"""Things laid over a printed sheet: stamps, pens, tape, fingers, tears.

Each draws into the flattened BGR picture of a `Sheet`; places are in paper millimetres.
"""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Sheet, paint, stain

# Transmission (BGR) of stamp pads and pens.
VERMILION, BLUE_PAD, BLACK_PEN, BLUE_PEN = (0.42, 0.36, 0.86), (0.8, 0.5, 0.4), (0.16, 0.14, 0.14), (0.5, 0.25, 0.2)


def _curve(sheet: Sheet, points: np.ndarray, width_mm: float, mask: np.ndarray) -> None:
    pixels = np.round(sheet.to_px(points) * 16 - 8).astype(np.int32)
    cv2.polylines(mask, [pixels], False, 255, max(1, round(width_mm * sheet.px_per_mm)), cv2.LINE_AA, 4)


def stamp(picture: np.ndarray, sheet: Sheet, centre: np.ndarray, rng: np.random.Generator) -> None:
    """A round or square office stamp, unevenly inked."""
    mask = np.zeros(sheet.ink.shape, np.uint8)
    radius = rng.uniform(4, 9)
    turn = rng.uniform(0, 2 * np.pi)
    angles = np.linspace(0, 2 * np.pi, 49) + turn
    ring = centre + radius * np.stack([np.cos(angles), np.sin(angles)], 1)
    if rng.random() < 0.3:
        ring = centre + radius * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) @ _turn(rng.normal(0, 0.2))
    width = rng.uniform(0.3, 0.7)
    _curve(sheet, ring, width, mask)
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    for offset in (-0.3, 0.3):
        half = radius * 0.93
        _curve(sheet, np.array([centre + across * offset * radius - along * half, centre + across * offset * radius + along * half]), width, mask)
    for _ in range(int(rng.integers(8, 22))):
        start = centre + rng.normal(0, radius * 0.4, 2)
        _curve(sheet, np.stack([start, start + rng.normal(0, 0.9, 2)]), rng.uniform(0.25, 0.5), mask)
    worn = cv2.resize(rng.uniform(0.25, 1, (24, 24)).astype(np.float32), mask.shape[::-1])
    stain(picture, (mask * worn).astype(np.uint8), VERMILION if rng.random() < 0.7 else BLUE_PAD)


def _turn(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


# Pen strokes in the box of a digit (x, y in 0..1, y down) that make one digit look like another.
ALTERATIONS: dict[str, dict[str, tuple[tuple[tuple[float, float], ...], ...]]] = {
    "1": {"4": (((0.5, 0.02), (0.0, 0.66), (1.0, 0.66)),), "7": (((-0.1, 0.03), (0.55, 0.03)),),
          "9": (((0.55, 0.05), (0.1, 0.1), (0.0, 0.3), (0.2, 0.48), (0.55, 0.42)),)},
    "3": {"8": (((0.25, 0.08), (0.05, 0.25), (0.3, 0.47)), ((0.3, 0.52), (0.02, 0.72), (0.25, 0.93)))},
    "5": {"6": (((0.15, 0.45), (0.03, 0.7), (0.2, 0.93)),), "9": (((0.85, 0.05), (0.95, 0.3), (0.85, 0.6)),),
          "8": (((0.85, 0.05), (0.95, 0.25), (0.75, 0.45)), ((0.1, 0.5), (0.05, 0.75), (0.2, 0.93)))},
    "0": {"8": (((0.1, 0.5), (0.9, 0.5)),), "6": (((0.08, 0.52), (0.5, 0.42), (0.9, 0.55)),), "9": (((0.1, 0.45), (0.5, 0.57), (0.9, 0.45)),)},
    "6": {"8": (((0.35, 0.47), (0.8, 0.3), (0.65, 0.06)),)},
    "9": {"8": (((0.65, 0.53), (0.15, 0.7), (0.3, 0.95)),)},
    "7": {"1": (((0.6, 0.05), (0.58, 0.95)),), "9": (((0.15, 0.08), (0.1, 0.4), (0.7, 0.42)),)},
    "2": {"8": (((0.15, 0.2), (0.2, 0.42), (0.8, 0.6), (0.85, 0.9)),)},
    "4": {"9": (((0.15, 0.6), (0.3, 0.05), (0.85, 0.05)),)},
}  # fmt: skip


def alter_digit(picture: np.ndarray, sheet: Sheet, box: np.ndarray, digit: str, rng: np.random.Generator) -> str:
    """Draws pen strokes over a digit in `box` (quad); gives the digit it now looks like."""
    choices = ALTERATIONS[digit]
    target = str(rng.choice(list(choices)))
    mask = np.zeros(sheet.ink.shape, np.uint8)
    origin, across, down = box[0], box[1] - box[0], box[3] - box[0]
    height = float(np.hypot(*down))
    for stroke in choices[target]:
        points = np.array([origin + across * x + down * y for x, y in stroke]) + rng.normal(0, 0.03 * height, (len(stroke), 2))
        _curve(sheet, _smooth(points), height * rng.uniform(0.1, 0.16), mask)
    stain(picture, mask, BLACK_PEN if rng.random() < 0.6 else BLUE_PEN)
    return target


def _smooth(points: np.ndarray) -> np.ndarray:
    """Corner cutting twice: a hand does not turn sharply."""
    for _ in range(2):
        if len(points) < 3:
            return points
        a, b = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
        middle = np.stack([a, b], 1).reshape(-1, 2)
        points = np.concatenate([points[:1], middle[1:-1], points[-1:]])
    return points


def scribble(picture: np.ndarray, sheet: Sheet, box: np.ndarray, rng: np.random.Generator) -> None:
    """A pen struck through a place until it cannot be read."""
    mask = np.zeros(sheet.ink.shape, np.uint8)
    centre, size = box.mean(0), np.abs(box[2] - box[0])
    turns = int(rng.integers(10, 16))
    x = np.linspace(-0.6, 0.6, turns) * size[0]
    y = np.where(np.arange(turns) % 2, 0.62, -0.62) * size[1]
    points = centre + np.stack([x, y], 1) + rng.normal(0, 0.06 * size[1], (turns, 2))
    _curve(sheet, points, size[1] * rng.uniform(0.16, 0.24), mask)
    stain(picture, mask, BLACK_PEN if rng.random() < 0.5 else BLUE_PEN)


def blob(picture: np.ndarray, sheet: Sheet, centre: np.ndarray, radius: float, rng: np.random.Generator) -> None:
    """A drop of ink, coffee or correction fluid that hides what is under it."""
    angles = np.linspace(0, 2 * np.pi, 17)[:-1]
    radii = radius * rng.uniform(0.9, 1.3, 16)
    outline = centre + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    colour = ((30, 30, 35), (235, 238, 240), (40, 60, 90), (90, 30, 20))[int(rng.integers(4))]
    paint(picture, sheet.mask(outline, 0.08), colour)


def tape(picture: np.ndarray, sheet: Sheet, centre: np.ndarray, size: tuple[float, float], rng: np.random.Generator) -> None:
    """A strip of opaque tape or a sticker."""
    half = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size
    outline = centre + half @ _turn(rng.normal(0, 0.25))
    colour = rng.uniform(120, 245, 3) if rng.random() < 0.7 else np.full(3, rng.uniform(225, 245))
    paint(picture, sheet.mask(outline), tuple(colour), 1.0)


def finger(picture: np.ndarray, sheet: Sheet, tip: np.ndarray, away: np.ndarray, rng: np.random.Generator,
           width: float | None = None) -> np.ndarray:  # fmt: skip
    """A finger lying on the sheet, its tip at `tip`, coming from the direction `away`; gives its mask."""
    width = width or rng.uniform(12, 18)
    side = np.array([-away[1], away[0]]) * width / 2
    back = tip + away * 160
    t = np.linspace(-np.pi / 2, np.pi / 2, 17)
    cap = [tip + away * width / 2 + side * np.sin(a) - away * (width / 2) * np.cos(a) for a in t]
    outline = np.array([*cap, back + side * 1.15, back - side * 1.15])
    tone = rng.uniform(0.45, 1.0)
    skin = np.array([135, 165, 215]) * tone
    shadow = sheet.mask(outline + rng.normal(0, 1.2, 2), 1.2)
    stain(picture, shadow, (0.6, 0.6, 0.6))
    mask = sheet.mask(outline, 0.15)
    paint(picture, mask, tuple(skin))
    core = sheet.mask(np.array([*(tip + (c - tip) * 0.55 + away * width * 0.2 for c in cap), back + side * 0.5, back - side * 0.5]), 2.0)
    paint(picture, core, tuple(np.clip(skin * 1.13, 0, 255)), 0.7)
    nail = np.array([tip + away * (1.2 + 4.5 * (1 - np.cos(a))) + side * 0.55 * np.sin(a) for a in np.linspace(0, 2 * np.pi, 17)])
    if rng.random() < 0.7:
        paint(picture, sheet.mask(nail, 0.2), tuple(np.clip(skin * 1.08 + (12, 8, 14), 0, 255)), 0.8)
    return mask


def tear(picture: np.ndarray, sheet: Sheet, through: np.ndarray, angle: float, rng: np.random.Generator) -> None:
    """The sheet is torn off along a ragged edge; a desk shows beyond it."""
    along, off = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    t = np.linspace(-120, 120, 241)
    ragged = np.cumsum(rng.normal(0, 0.28, t.size))
    ragged -= np.interp(0, t, ragged)
    edge = through + t[:, None] * along + np.clip(ragged, -4, 4)[:, None] * off
    fibre = edge - off * rng.uniform(0.3, 0.9, (t.size, 1))
    paint(picture, sheet.mask(np.concatenate([fibre, edge[::-1] + off * 1.0])), (248, 248, 250))
    colour = rng.uniform(30, 160, 3)
    paint(picture, sheet.mask(np.concatenate([edge, (edge + off * 300)[::-1]])), tuple(colour))
