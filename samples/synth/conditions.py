"""Conditions: how a picture is taken and what is wrong with it.

A `Recipe` holds every physical quantity of a picture. `nominal` draws an ordinary one; each hard condition
changes some quantities by a severity of 0..1. The ends of the ranges are set by eye: at severity 1 a person
still reads every digit on the full-size picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .toner import bleed, dot_matrix, dropouts, low_ink, streaks, thin

Toner = Callable[[np.ndarray, np.random.Generator, float], np.ndarray]

FRAME_SIZES = ((1280, 720), (1920, 1080), (1600, 1200), (1024, 768))
FRAME_SHARES = (0.64, 0.16, 0.1, 0.1)


@dataclass
class Recipe:
    """One picture's physics. Lengths in mm on the paper unless said; angles in radians."""

    size: tuple[int, int] = (1280, 720)
    px_per_mm: float = 14.0
    rotation: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)
    radial: float = 0.0
    jitter: float = 1.0
    surround: str = "form"
    desk_shows: bool = True
    paper: tuple[float, float, float] = (1.0, 1.0, 1.0)  # BGR tint
    ink: tuple[float, float, float] = (40.0, 38.0, 38.0)  # reflectance of full toner, 0..255
    toner: list[Toner] = field(default_factory=list)
    any_face: bool = False
    grouped: bool = False
    cells: bool = False
    ruled: float | None = None  # distance of the rules from the line; negative touches
    background: float = 0.0  # density of a security pattern
    stamp: bool = False
    crease: float = 0.0
    curl: float = 0.0
    defocus: float = 0.03  # radius of the disc
    motion: float = 0.0
    uneven: float = 0.12
    shadow: float = 0.0
    glare: float = 0.0
    level: float = 0.82  # display value of white paper
    contrast: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    grain: float = 0.012
    noise: float = 0.008
    sharpen: float = 0.3
    quality: int = 90
    second_jpeg: int | None = None


def nominal(rng: np.random.Generator) -> Recipe:
    """An ordinary picture at a reception desk."""
    size = FRAME_SIZES[int(rng.choice(4, p=FRAME_SHARES))]
    low = 10.0 * max(1.0, size[0] / 1400)
    warm = rng.normal(0, 0.025)
    return Recipe(
        size=size,
        px_per_mm=float(rng.uniform(low, 22.0)),
        rotation=float(np.deg2rad(rng.uniform(-4, 4))),
        tilt=(float(rng.normal(0, 0.025)), float(rng.normal(0, 0.025))),
        radial=float(rng.normal(0, 0.03)),
        surround=str(rng.choice(["form", "plain", "notes", "labels", "envelope", "bare"], p=[0.3, 0.18, 0.17, 0.13, 0.1, 0.12])),
        ink=tuple(rng.uniform(18, 62) + rng.normal(0, 5, 3)),
        defocus=float(rng.uniform(0.0, 0.07)),
        uneven=float(rng.uniform(0.02, 0.22)),
        level=float(rng.uniform(0.68, 0.95)),
        contrast=float(rng.uniform(0.85, 1.08)),
        tint=(1 + warm * -1.2, 1.0, 1 + warm),
        grain=float(rng.uniform(0.004, 0.02)),
        noise=float(rng.uniform(0.003, 0.014)),
        sharpen=float(rng.uniform(0.0, 0.8)),
        quality=int(rng.integers(82, 96)),
    )


def _font(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.any_face = True


def _shadow(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.shadow = 0.3 + 0.4 * s


def _defocus(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.defocus = 0.12 + 0.16 * s


def _motion(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.motion = 0.3 + 0.45 * s


def _glare(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.glare = 0.25 + 0.35 * s


def _lowink(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.toner.append(lambda ink, g, scale: low_ink(ink, g, 0.5 + 0.5 * s))


def _bleed(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.toner.append(lambda ink, g, scale: bleed(ink, g, s, scale))


def _thin(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.toner.append(lambda ink, g, scale: dropouts(thin(ink, s, scale), g, s, scale))


def _streaks(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.toner.append(lambda ink, g, scale: dropouts(streaks(ink, g, s, scale), g, 0.6 * s, scale))


def _dots(r: Recipe, rng: np.random.Generator, s: float) -> None:
    pitch = float(rng.uniform(0.2, 0.24 + 0.1 * s))
    r.toner.append(lambda ink, g, scale: dot_matrix(ink, g, pitch, scale))


def _crease(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.crease = 0.3 + 0.7 * s


def _curl(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.curl = 0.3 + 0.7 * s


def _lowlight(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.level = float(rng.uniform(0.42, 0.6)) - 0.22 * s
    r.noise = 0.02 + 0.025 * s
    r.uneven = 0.3
    r.quality = int(rng.integers(70, 90))


def _colour(r: Recipe, rng: np.random.Generator, s: float) -> None:
    shades = ((0.65, 0.85, 0.7), (0.62, 0.88, 0.98), (0.78, 0.7, 0.95), (0.95, 0.85, 0.7), (0.5, 0.78, 0.95), (0.55, 0.6, 0.65), (0.9, 0.7, 0.72))
    shade = shades[int(rng.integers(len(shades)))]
    r.paper = tuple(float(1 - (1 - c) * (0.6 + 0.7 * s)) for c in shade)


def _ruled(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.ruled = 0.75 - 0.45 * s


def _touching(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.ruled = 0.15 - 0.35 * s


def _groups(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.grouped = True


def _cells(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.cells = True


def _pattern(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.background = 0.08 + 0.14 * s


def _rot20(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.rotation = float(np.deg2rad(rng.uniform(8, 22) * rng.choice([-1, 1])))


def _any_angle(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.rotation = float(rng.uniform(-np.pi, np.pi))


def _upside_down(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.rotation = float(np.pi + np.deg2rad(rng.uniform(-6, 6)))


def _near(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.px_per_mm = 22.0 + 6 * s


def _far(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.px_per_mm = (10.0 - 2.5 * s) * max(1.0, r.size[0] / 1400)


def _tilted(r: Recipe, rng: np.random.Generator, s: float) -> None:
    angle, amount = rng.uniform(0, 2 * np.pi), np.deg2rad(6 + 14 * s)
    r.tilt = (float(amount * np.cos(angle)), float(amount * np.sin(angle)))
    r.radial = float(rng.uniform(-0.12, 0.12))


def _stamp(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.stamp = True


def _jpeg(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.second_jpeg = int(38 - 18 * s)


def _uneven(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.uneven = 0.45 + 0.3 * s


def _overexposed(r: Recipe, rng: np.random.Generator, s: float) -> None:
    r.level = 1.08 + 0.14 * s
    r.contrast = 0.75 - 0.15 * s


def _mixed(r: Recipe, rng: np.random.Generator, s: float) -> None:
    """Two or three faults at once, each milder: what real desks look like."""
    names = rng.choice([n for n in HARD if n not in ("B_mixed", "B_near", "B_far", "B_cells")], size=int(rng.integers(2, 4)), replace=False)
    for name in names:
        HARD[str(name)](r, rng, 0.35 * s)


HARD: dict[str, Callable[[Recipe, np.random.Generator, float], None]] = {
    "B_font": _font, "B_shadow": _shadow, "B_defocus": _defocus, "B_motion": _motion, "B_glare": _glare, "B_lowink": _lowink,
    "B_bleed": _bleed, "B_thin": _thin, "B_streaks": _streaks, "B_dotmatrix": _dots, "B_crease": _crease, "B_curl": _curl,
    "B_lowlight": _lowlight, "B_colour_paper": _colour, "B_ruled": _ruled, "B_touching": _touching, "B_groups": _groups,
    "B_cells": _cells, "B_pattern": _pattern, "B_rot20": _rot20, "B_any_angle": _any_angle, "B_upside_down": _upside_down,
    "B_near": _near, "B_far": _far, "B_tilt": _tilted, "B_stamp": _stamp, "B_jpeg": _jpeg, "B_uneven": _uneven,
    "B_overexposed": _overexposed, "B_mixed": _mixed,
}  # fmt: skip

# Which fields are printed beside the line, by nominal condition.
NOMINAL: dict[str, frozenset[str]] = {
    "A_ocr": frozenset({"number", "payer"}),
    "A_bar_ocr": frozenset({"number", "payer", "nw7"}),
    "A_bar_ocr_qr": frozenset({"number", "payer", "nw7", "qr"}),
}


def hard(name: str, rng: np.random.Generator) -> Recipe:
    """A picture under one hard condition, its severity drawn from 0.25..1."""
    recipe = nominal(rng)
    HARD[name](recipe, rng, float(rng.uniform(0.25, 1.0)))
    return recipe
