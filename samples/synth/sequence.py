"""Sequences: vouchers laid down under a camera that keeps running, and taken away again.

The desk stands still; every voucher is a card with its own path. Between two cards the desk is empty, or
(quick swap) one leaves while the next comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from . import fonts, light, overlays, surroundings
from .camera import Camera
from .canvas import Sheet
from .conditions import NOMINAL, Recipe, nominal
from .layout import LAYOUTS, LabelPainter, label_text, random_style
from .scene import Scene
from .voucher import Voucher, random_voucher


@dataclass
class Card:
    """One voucher's card: its flat picture and mask, its path and its times (frame indices)."""

    voucher: Voucher
    note: str
    sheet: Sheet
    picture: np.ndarray
    mask: np.ndarray
    away: np.ndarray  # displacement (mm) at which it is out of view
    turn: float  # rotation while it is away
    rest_at: np.ndarray
    rest_turn: float
    enter: int
    rest: int
    leave: int
    gone: int
    hunts: bool

    def pose(self, t: float) -> tuple[np.ndarray, float] | None:
        """Displacement and rotation at time `t`; None while out of view."""
        if not self.enter <= t <= self.gone:
            return None
        if t < self.rest:
            share = 1 - _ease((t - self.enter) / (self.rest - self.enter))
        elif t <= self.leave:
            share = 0.0
        else:
            share = _ease((t - self.leave) / (self.gone - self.leave))
        return self.rest_at + self.away * share, self.rest_turn + self.turn * share


def _ease(x: float) -> float:
    """Slow, fast, slow."""
    x = min(1.0, max(0.0, x))
    return x * x * (3 - 2 * x)


def _card(voucher: Voucher, recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> tuple[Sheet, np.ndarray, np.ndarray]:
    """A card's sheet, its picture and its mask, with a thumb at the edge sometimes."""
    style = random_style(rng, faces)
    page = surroundings.card(63, style.height, rng, 1, 22)
    low, high = page.outline.min(0), page.outline.max(0)
    sheet = Sheet(tuple(low - 14), tuple(high - low + 28), recipe.px_per_mm, np.array([110, 120, 130], np.uint8))
    sheet.surface(page.outline, np.array(page.colour))
    text = label_text(voucher, list(NOMINAL.values())[int(rng.integers(3))], rng)
    LabelPainter(sheet, text, style, rng).paint(LAYOUTS[int(rng.integers(len(LAYOUTS)))])
    picture, mask = sheet.flatten(np.array(recipe.ink)), sheet.mask(page.outline)
    if rng.random() < 0.6:  # a finger rests on the margin, clear of the label
        tip = np.array([low[0] - 1, rng.uniform(low[1] + 8, high[1] - 8)]) if rng.random() < 0.5 else np.array([rng.uniform(5, 55), high[1] + 1])
        away = np.array([-1.0, 0.3]) if tip[0] < 0 else np.array([0.2, 1.0])
        mask = np.maximum(mask, overlays.finger(picture, sheet, tip, away / np.hypot(*away), rng))
    return sheet, picture, mask


@dataclass(frozen=True)
class Times:
    """When a card enters, rests, leaves and is gone (frame indices), and whether it is the one before, again."""

    enter: int
    rest: int
    leave: int
    gone: int
    again: bool


def timetable(count: int, fps: int, rng: np.random.Generator) -> tuple[list[Times], int]:
    """The times of all cards, and how many frames the sequence has."""
    unit = fps / 10
    times: list[Times] = []
    clock = round(rng.integers(2, 5) * unit)
    for i in range(count):
        again = i > 0 and rng.random() < 0.12
        swap = i > 0 and not again and rng.random() < 0.35
        enter = times[-1].leave if swap else clock
        rest = enter + round(rng.integers(3, 7) * unit)
        leave = rest + round(rng.integers(8, 14) * unit)
        gone = leave + round(rng.integers(3, 6) * unit)
        times.append(Times(enter, rest, leave, gone, again))
        clock = gone + round(rng.integers(3, 9) * unit)
    return times, clock


def _cards(times: list[Times], recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> list[Card]:
    """A card for each entry of the timetable."""
    cards: list[Card] = []
    for t in times:
        voucher = cards[-1].voucher if t.again else random_voucher(rng)
        angle = rng.uniform(0, 2 * np.pi)
        cards.append(Card(voucher, "again" if t.again else "", *_card(voucher, recipe, faces, rng),
                          away=np.array([np.cos(angle), np.sin(angle)]) * 220, turn=float(rng.normal(0, 0.5)),
                          rest_at=rng.normal(0, 2, 2), rest_turn=float(np.deg2rad(rng.uniform(-5, 5))),
                          enter=t.enter, rest=t.rest, leave=t.leave, gone=t.gone, hunts=bool(rng.random() < 0.5)))  # fmt: skip
    return cards


class Sequence:
    """A run of the camera over `count` vouchers; iterate `frames()` once."""

    def __init__(self, count: int, fps: int, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> None:
        self.rng = rng
        times, self.length = timetable(count, fps, rng)
        recipe = nominal(rng)
        recipe.size, recipe.px_per_mm, recipe.rotation = (1280, 720), float(rng.uniform(11, 16)), 0.0
        self.recipe = recipe
        self.cards = _cards(times, recipe, faces, rng)
        self.camera = Scene(recipe, [label_text(self.cards[0].voucher, frozenset(), rng)], faces).camera(rng)
        origin, size = self.camera.visible()
        desk = Sheet(origin, tuple(size), recipe.px_per_mm, np.array([128, 128, 128], np.uint8))
        surroundings.desk(desk, rng)
        self.desk = self.camera.capture(desk.base, desk)
        self.fixed = np.random.default_rng(rng.integers(2**63)).bit_generator.state  # light and grain stand still

    def _paste(self, view: np.ndarray, card: Card, t: float) -> np.ndarray:
        """The card over the view at time `t`, blurred along its own movement."""
        now, before = card.pose(t), card.pose(t - 0.5)
        if now is None:
            return view
        moved = _moved(self.camera, *now)
        picture, mask = (moved.capture(p, card.sheet) for p in (card.picture, card.mask))
        # outside the canvas its edge goes on: empty, but where a finger leaves it, the finger goes on
        speed = (now[0] - before[0]) * self.camera.px_per_mm if before is not None else np.zeros(2)
        length = float(np.hypot(*speed))
        if length > 1.5:
            angle = float(np.arctan2(speed[1], speed[0]))
            picture, mask = (light.motion(p, min(length, 60.0), angle) for p in (picture, mask))
        share = mask.astype(np.float32)[..., None] / 255
        return (view * (1 - share) + picture * share + 0.5).astype(np.uint8)

    def frames(self) -> Iterator[np.ndarray]:
        """BGR uint8 frames in order."""
        for t in range(self.length):
            view = self.desk
            for card in self.cards:
                view = self._paste(view, card, t)
            hunting = sum(0.45 * np.exp(-(t - c.rest) / 2.5) * abs(np.cos(1.3 * (t - c.rest)))
                          for c in self.cards if c.hunts and c.rest <= t <= c.rest + 8)  # fmt: skip
            still = np.random.Generator(np.random.PCG64())
            still.bit_generator.state = self.fixed
            scene = Scene(replace(self.recipe, defocus=self.recipe.defocus + hunting, noise=0.0), [], ())
            frame = scene.expose(view, self.camera, [], still).astype(np.float32) / 255
            yield light.to_bytes(light.sensor(frame, self.rng, self.recipe.noise))

    def truth(self) -> list[tuple[int, str, str]]:
        """Rows of truth.csv."""
        return [(i + 1, c.voucher.number, c.note) for i, c in enumerate(self.cards)]

    def times(self) -> list[tuple[int, int, int, int, int]]:
        """Rows of times.csv: when each card enters, rests, leaves and is gone, in frames."""
        return [(i + 1, c.enter, c.rest, c.leave, c.gone) for i, c in enumerate(self.cards)]


def _moved(camera: Camera, displacement: np.ndarray, turn: float) -> Camera:
    """The same camera as it sees a card displaced and turned about the label's middle."""
    middle = camera.centre
    on_desk = camera.to_frame(middle + displacement)
    return replace(camera, rotation=camera.rotation + turn, centre=middle, target=on_desk)

