"""What hides or alters a printed line: fingers, tape, blots, pen strokes, torn paper, stamps.

`disturb` works on the canvas of `lines` and says of every glyph how much of it was lost.
"""

from __future__ import annotations

import cv2
import numpy as np

Box = tuple[slice, slice]


def _blend(img: np.ndarray, mask: np.ndarray, luma: np.ndarray | float) -> np.ndarray:
    return img * (1 - mask) + mask * luma


def _finger(shape: tuple[int, int], centre: tuple[float, float], digit: float,
            rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | float]:
    """A fingertip from above or below: opaque, soft-edged, skin shaded towards its rim."""
    mask = np.zeros(shape, np.float32)
    length, half = rng.uniform(2.0, 5.0) * digit, rng.uniform(0.5, 2.2) * digit
    side = rng.choice([-1, 1])
    reach = rng.uniform(-0.2, 0.7) * digit
    tip = (centre[0], centre[1] - side * reach + side * length)
    cv2.ellipse(mask, (tuple(map(float, tip)), (2 * half, 2 * length), rng.uniform(-25, 25)), 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.6, 2.0))
    rim = cv2.GaussianBlur(mask, (0, 0), 0.3 * digit)
    return soft, np.float32(rng.uniform(0.35, 0.75)) * (0.6 + 0.4 * rim)


def _tape(shape: tuple[int, int], centre: tuple[float, float], digit: float,
          rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | float]:
    """Correction tape or a sticker: an opaque, nearly white or grey patch."""
    mask = np.zeros(shape, np.float32)
    size = (rng.uniform(0.35, 3.5) * digit, rng.uniform(0.4, 1.7) * digit)
    middle = (float(centre[0]), float(centre[1] + rng.normal(0, 0.25) * digit))
    box = cv2.boxPoints((middle, size, rng.uniform(-12, 12))).astype(np.int32)
    cv2.fillPoly(mask, [box], 1.0, cv2.LINE_AA)
    return mask, float(rng.uniform(0.55, 1.0))


def _blot(shape: tuple[int, int], centre: tuple[float, float], digit: float,
          rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | float]:
    """A blot of ink or dirt with a wavy outline."""
    mask = np.zeros(shape, np.float32)
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = rng.uniform(0.25, 0.8) * digit * (1 + 0.25 * np.sin(angle * rng.integers(2, 5) + rng.uniform(0, 6)))
    points = np.stack([centre[0] + radius * np.cos(angle) * rng.uniform(0.7, 1.8),
                       centre[1] + radius * np.sin(angle) + rng.normal(0, 0.2) * digit], axis=1)
    cv2.fillPoly(mask, [points.astype(np.int32)], 1.0, cv2.LINE_AA)
    return cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 2.0)), float(rng.uniform(0.0, 0.5))


def _torn(shape: tuple[int, int], centre: tuple[float, float], digit: float,
          rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | float]:
    """Paper torn off beyond a ragged edge; the desk shows."""
    height, width = shape
    ragged = np.cumsum(rng.normal(0, 0.6, height)) + centre[0] + rng.uniform(-1, 1) * np.arange(height) * 0.5
    side = rng.choice([-1, 1])
    x = np.arange(width)[None, :]
    mask = np.clip((x - ragged[:, None]) * side + 0.5, 0, 1).astype(np.float32)
    return mask, float(rng.uniform(0.05, 0.95))


_OPAQUE = (_finger, _tape, _blot, _torn)


def _stroke(shape: tuple[int, int], box: Box, digit: float, rng: np.random.Generator) -> np.ndarray:
    """A pen stroke through a glyph's box: straight, curved, or a scribble."""
    mask = np.zeros(shape, np.float32)
    y0, y1, x0, x1 = box[0].start, box[0].stop, box[1].start, box[1].stop
    pad = 0.15 * digit
    count = int(rng.choice([2, 3, 4, 8]))
    points = np.stack([rng.uniform(x0 - pad, x1 + pad, count), rng.uniform(y0 - pad, y1 + pad, count)], axis=1)
    if rng.random() < 0.25:  # a strike through several glyphs
        points = np.array([[x0 - digit * rng.uniform(0, 3), (y0 + y1) / 2 + rng.normal(0, 0.15) * digit],
                           [x1 + digit * rng.uniform(0, 3), (y0 + y1) / 2 + rng.normal(0, 0.15) * digit]])
    t = np.linspace(0, len(points) - 1, 8 * len(points))
    path = np.stack([np.interp(t, np.arange(len(points)), points[:, i]) for i in (0, 1)], axis=1)
    path = cv2.GaussianBlur(path.astype(np.float32), (1, 9), 2.5, borderType=cv2.BORDER_REPLICATE)
    cv2.polylines(mask, [(path * 16).astype(np.int32)], False, 1.0, max(1, round(digit * rng.uniform(0.05, 0.16))),
                  cv2.LINE_AA, 4)
    return mask


def disturb(img: np.ndarray, glyphs: list[tuple[Box, np.ndarray]], digit: float,
            rng: np.random.Generator) -> tuple[np.ndarray, list[float]]:
    """Covers or overwrites one of `glyphs` (box and ink); returns the picture and, per glyph, the share lost (0…1).

    For an opaque cover the share is ink hidden / ink printed.  For pen strokes it is the
    paper blackened inside the glyph's box / ink printed: an added stroke turns one digit
    into another without hiding anything.
    """
    inside = [box for box, ink in glyphs if ink.size]
    box = inside[int(rng.integers(len(inside)))]
    shape = img.shape[:2]
    lost = []
    if rng.random() < 0.6:
        centre = (rng.uniform(box[1].start, box[1].stop), rng.uniform(box[0].start, box[0].stop))
        maker = _OPAQUE[int(rng.choice(len(_OPAQUE), p=[0.35, 0.35, 0.2, 0.1]))]
        mask, luma = maker(shape, centre, digit, rng)
        for (rows, cols), ink in glyphs:
            lost.append(float((mask[rows, cols] * ink).sum() / max(ink.sum(), 1e-6)))
        return _blend(img, mask, luma), lost
    mask = _stroke(shape, box, digit, rng)
    density = np.float32(rng.uniform(0.5, 1.0))
    for (rows, cols), ink in glyphs:
        added = np.maximum(mask[rows, cols] * density - ink, 0).sum()
        lost.append(min(0.9, 1.4 * float(added / max(ink.sum(), 1e-6))))
    return img * (1 - mask * density), lost


def stamp(img: np.ndarray, digit: float, rng: np.random.Generator) -> np.ndarray:
    """A seal over the line: a ring with strokes inside, pale enough to read through (red in luma)."""
    mask = np.zeros(img.shape[:2], np.float32)
    height, width = mask.shape
    centre = (int(rng.integers(width)), int(height / 2 + rng.normal(0, 0.7) * digit))
    radius = int(rng.uniform(1.0, 2.5) * digit)
    thick = max(1, round(rng.uniform(0.05, 0.14) * digit))
    cv2.circle(mask, centre, radius, 1.0, thick, cv2.LINE_AA)
    for _ in range(rng.integers(0, 5)):
        ends = np.array(centre) + rng.uniform(-0.6, 0.6, (2, 2)) * radius
        cv2.line(mask, *[tuple(int(v) for v in end) for end in ends], 1.0, thick, cv2.LINE_AA)
    return img * (1 - mask * np.float32(rng.uniform(0.1, 0.42)))
