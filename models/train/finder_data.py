"""Frames and targets for the finder: a pool rendered once, augmented on the fly.

A pool item is a grey frame 640 px wide and the outlines of what is printed on it; targets are drawn from the
outlines after augmentation, so they stay exact. Outlines are in frame pixels, centres at integers + 0.5.
"""

from __future__ import annotations

import pickle
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "samples"))

from synth import clutter, fonts, surroundings  # noqa: E402
from synth.canvas import Element  # noqa: E402
from synth.conditions import HARD, NOMINAL, Recipe, hard, nominal  # noqa: E402
from synth.scene import Scene, Shot, ordinary  # noqa: E402
from synth.traps import TRAPS  # noqa: E402

POOL_WIDTH = 640
SHAPES = ((288, 512), (384, 512))  # network inputs of 16:9 and 4:3 frames
CHANNELS = ("digits", "nw7", "qr", "text", "label")
DIGITS, NW7, QR, TEXT, LABEL = range(5)

_CHANNEL_OF = {"ocr_line": DIGITS, "voucher_number": DIGITS, "municipality_number": DIGITS, "digits": DIGITS, "nw7": NW7, "qr": QR,
               "heading": TEXT, "other_text": TEXT, "label": LABEL}  # fmt: skip

# Share of an element's height that is its core; a label shrinks so that two side by side stay apart.
CORE, LABEL_SHRINK = 0.5, 0.93

# Traps whose print cannot be seen have nothing to teach.
_SEEN_TRAPS = [n for n in TRAPS if n not in ("C_unreadable_defocus", "C_black")]


@dataclass
class Item:
    """A frame and its outlines: (channel, ignored, polygon n x 2)."""

    grey: np.ndarray
    outlines: list[tuple[int, bool, np.ndarray]]


def _scaled(recipe: Recipe) -> Recipe:
    """The same picture in a frame POOL_WIDTH wide."""
    factor = POOL_WIDTH / recipe.size[0]
    recipe.size = (POOL_WIDTH, round(recipe.size[1] * factor))
    recipe.px_per_mm *= factor
    recipe.noise *= 0.6  # noise averages out when a frame is scaled down
    return recipe


def _turned(recipe: Recipe, rng: np.random.Generator) -> Recipe:
    if rng.random() < 0.4:
        recipe.rotation = float(rng.uniform(-np.pi, np.pi))
    elif rng.random() < 0.5:
        recipe.rotation = float(np.deg2rad(rng.uniform(-25, 25)))
    return recipe


def _wild(rng: np.random.Generator, faces: tuple[fonts.Face, ...]) -> Scene:
    """Print of any kind on anything: cans, glossy stickers, poor cameras."""
    recipe = hard(str(rng.choice(list(HARD))), rng)
    if rng.random() < 0.4:
        recipe.curl = float(rng.uniform(0.5, 1.6))
    if rng.random() < 0.3:
        recipe.glare = float(rng.uniform(0.2, 0.7))
    if rng.random() < 0.3:
        recipe.paper = tuple(rng.uniform(0.25, 1.0, 3))
    recipe.px_per_mm = float(rng.uniform(7, 20)) * recipe.size[0] / 1280
    kinds = (clutter.scattered_runs, clutter.slip, clutter.product, clutter.page_of_text, clutter.keys, clutter.stripes)
    kind = kinds[int(rng.choice(len(kinds), p=[0.45, 0.2, 0.1, 0.1, 0.08, 0.07]))]

    def mixed(sheet, given, generator) -> None:
        if generator.random() < 0.3:
            surroundings.desk(sheet, generator)
        kind(sheet, given, generator)
        if generator.random() < 0.3:
            clutter.stripes(sheet, given, generator)

    return Scene(_scaled(_turned(recipe, rng)), [], faces, clutter=mixed)


def _scene(rng: np.random.Generator, faces: tuple[fonts.Face, ...]) -> Scene:
    roll = rng.random()
    if roll < 0.27:
        return _wild(rng, faces)
    if roll < 0.42:
        return TRAPS[str(rng.choice([*_SEEN_TRAPS, "C_two_vouchers", "C_two_vouchers"]))](_scaled(nominal(rng)), faces, rng)
    recipe = hard(str(rng.choice(list(HARD))), rng) if roll < 0.85 else nominal(rng)
    fields = list(NOMINAL.values())[int(rng.integers(3))]
    return ordinary(fields, _scaled(_turned(recipe, rng)), faces, rng)[0]


def _core(element: Element) -> np.ndarray:
    """The part of an element a channel shows, its long edges subdivided, in paper mm."""
    quad = element.quad
    if element.kind == "label":
        quad = quad.mean(0) + (quad - quad.mean(0)) * LABEL_SHRINK
    elif element.kind not in ("nw7", "qr", "other_mark"):
        down = (1 - CORE) / 2
        left, right = quad[3] - quad[0], quad[2] - quad[1]
        quad = np.array([quad[0] + left * down, quad[1] + right * down, quad[2] - right * down, quad[3] - left * down])
    t = np.linspace(0, 1, 9)[:, None]
    return np.concatenate([quad[0] * (1 - t) + quad[1] * t, quad[2] * (1 - t) + quad[3] * t])


def outlines(shot: Shot) -> list[tuple[int, bool, np.ndarray]]:
    """What the targets are drawn from."""
    found = []
    for element in shot.printed:
        polygon = shot.camera.to_frame(_core(element)).astype(np.float32)
        if element.kind in _CHANNEL_OF:
            found.append((_CHANNEL_OF[element.kind], False, polygon))
        if element.kind == "other_text" and re.search(r"\d{4}", element.text):
            found.append((DIGITS, True, polygon))  # digits among words: either answer will do
        if element.kind == "other_mark":
            found.append((NW7, True, polygon))  # told apart by decoding, not by looks at this size
    return found


def render(seed: int, index: int, faces: tuple[fonts.Face, ...]) -> Item:
    """One pool item; depends on `(seed, index)` only."""
    rng = np.random.default_rng([seed, index])
    shot = _scene(rng, faces).shoot(rng)
    grey = cv2.cvtColor(shot.frame, cv2.COLOR_BGR2GRAY)
    return Item(grey, outlines(shot))


def write_shard(path: Path, seed: int, first: int, count: int, faces: tuple[fonts.Face, ...]) -> None:
    """`count` items in one file, put in place when complete."""
    items = [render(seed, first + i, faces) for i in range(count)]
    half = path.with_suffix(".part")
    half.write_bytes(pickle.dumps(items, protocol=5))
    half.rename(path)


def load_shards(folder: Path, known: dict[Path, list[Item]]) -> list[Item]:
    """All items so far; `known` keeps what was read before."""
    for path in sorted(folder.glob("*.pkl")):
        if path not in known:
            known[path] = pickle.loads(path.read_bytes())
    return [item for items in known.values() for item in items]


# -- augmentation -----------------------------------------------------------------------------------
def _placement(item: Item, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """2 x 3 affine from pool frame to network input: half turns, small turns, scale, shift."""
    height, width = item.grey.shape
    scale = shape[1] / width * float(np.exp(rng.normal(0, 0.16)))
    angle = np.deg2rad(rng.normal(0, 4)) + (np.pi if rng.random() < 0.3 else 0)
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    turn = np.array([[cos, -sin], [sin, cos]])
    shift = np.array(shape[::-1]) / 2 + rng.normal(0, 0.04, 2) * shape[::-1] - turn @ (width / 2, height / 2)
    return np.column_stack([turn, shift])


def _photometric(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gamma, contrast, level, blur, noise; luma 0..1 in and out."""
    if rng.random() < 0.25:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.4, 1.1))
    grey = np.clip(grey, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.25)))
    low = rng.uniform(0, 0.15) if rng.random() < 0.4 else 0.0
    high = rng.uniform(0.25, 1.0) if rng.random() < 0.35 else 1.0
    grey = np.float32(low) + grey * np.float32(max(0.12, high - low))
    if rng.random() < 0.5:
        grey = grey + rng.standard_normal(grey.shape, np.float32) * np.float32(rng.uniform(0.002, 0.03))
    if rng.random() < 0.04:
        grey = 1 - grey
    return np.clip(grey, 0, 1)


def targets(marks: list[tuple[int, bool, np.ndarray]], shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Targets and weights, both [5, H/2, W/2] uint8; weight 0 = ignored."""
    size = shape[0] // 2, shape[1] // 2
    target = np.zeros((5, *size), np.uint8)
    weight = np.ones((5, *size), np.uint8)
    for channel, ignored, polygon in marks:
        points = np.round((polygon / 2 - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(weight[channel] if ignored else target[channel], [points], 0 if ignored else 1, cv2.LINE_8, 4)
    return target, weight


def example(item: Item, shape: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An augmented input [H, W] float32, its targets and weights."""
    matrix = _placement(item, shape, rng)
    centred = matrix.copy()  # warpAffine counts pixel centres as integers
    centred[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    border = float(rng.uniform(0, 255))
    grey = cv2.warpAffine(item.grey, centred, shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
    marks = [(c, i, p @ matrix[:, :2].T + matrix[:, 2]) for c, i, p in item.outlines]
    return _photometric(grey.astype(np.float32) / 255, rng), *targets(marks, shape)


def plain_example(item: Item) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The item as the run time would see it: only scaled."""
    shape = SHAPES[0] if item.grey.shape[0] * 16 <= item.grey.shape[1] * 10 else SHAPES[1]
    grey = cv2.resize(item.grey, shape[::-1], interpolation=cv2.INTER_AREA)
    scale = shape[1] / item.grey.shape[1]
    return grey.astype(np.float32) / 255, *targets([(c, i, p * scale) for c, i, p in item.outlines], shape)
