"""A whole picture: label on a sheet on a desk, seen by a camera, with its ground truth.

`Scene` is built step by step (so that traps and sequences can interfere between the steps): choose the
recipe and the label's text, then `shoot`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from . import fonts, light, overlays, surroundings
from .camera import Camera, Fold
from .canvas import Element, Sheet, text_tile
from .clutter import Clutter
from .conditions import NOMINAL, Recipe
from .layout import GROUPINGS, LABEL_WIDTH, LAYOUTS, LabelPainter, LabelText, Layout, label_text, random_style
from .voucher import random_voucher

# Resolution of the flat canvas relative to the frame: a little finer, so that the warp does not blur.
CANVAS_OVERSAMPLING = 1.06

# From this scale on (px/mm) a frame resolves the narrow bars: only then may a label do without the printed number.
RESOLVES_BARS = 13.0

Overlay = Callable[[np.ndarray, Sheet, list[LabelPainter], np.random.Generator], None]


@dataclass
class Shot:
    """A finished picture: BGR uint8 frame, elements with quads in frame pixels, and where they came from."""

    frame: np.ndarray
    elements: list[Element]
    px_per_mm: float
    camera: Camera
    printed: list[Element]  # the same elements with quads in paper mm


@dataclass
class Scene:
    """What will be photographed."""

    recipe: Recipe
    texts: list[LabelText]
    faces: tuple[fonts.Face, ...]
    overlays: list[Overlay] = field(default_factory=list)
    aim: np.ndarray | None = None  # paper mm that the middle of the frame looks at; None = near the label
    pitch: float = 37.0  # distance between stacked labels
    sideways: bool = False
    clutter: Clutter | None = None  # printed instead of labels
    layouts: tuple[Layout, ...] = LAYOUTS

    # -- camera -----------------------------------------------------------------------------------
    def _extent(self) -> tuple[np.ndarray, np.ndarray]:
        """Centre and size in mm of what must be in view."""
        n = max(0, len(self.texts) - 1)
        size = np.array([LABEL_WIDTH + (n * 66 if self.sideways else 0), 34.0 + (0 if self.sideways else n * self.pitch)])
        return size / 2, size

    def camera(self, rng: np.random.Generator) -> Camera:
        """A camera that has all labels in view, as near as the recipe wants and the frame allows."""
        r = self.recipe
        centre, size = self._extent()
        cos, sin = abs(np.cos(r.rotation)), abs(np.sin(r.rotation))
        wide, high = (size[0] - 2) * cos + size[1] * sin, (size[0] - 2) * sin + size[1] * cos
        stretched = 1 + 0.6 * float(np.hypot(*r.tilt))
        scale = min(r.px_per_mm, 0.97 * r.size[0] / wide / stretched, 0.97 * r.size[1] / high / stretched)
        slack = np.maximum(0, np.array(r.size) - stretched * scale * np.array([wide, high])) / 2
        target = np.array(r.size) / 2 + rng.uniform(-0.9, 0.9, 2) * slack * r.jitter
        if self.aim is not None:
            centre, target = self.aim, np.array(r.size) / 2
        return Camera(*r.size, scale, r.rotation, r.tilt, r.radial, centre, target, self._folds(rng))

    def _folds(self, rng: np.random.Generator) -> list[Fold]:
        folds = []
        middle = self._extent()[0]
        if self.recipe.crease:
            for _ in range(int(rng.integers(1, 3))):
                folds.append(Fold(middle + rng.normal(0, (18, 10)), rng.uniform(0, np.pi), 0.45 * self.recipe.crease, rng.uniform(12, 30),
                                  rng.choice([-1, 1]) * (0.12 + 0.25 * self.recipe.crease), True))  # fmt: skip
        if self.recipe.curl:
            folds.append(Fold(middle + rng.normal(0, 8, 2), rng.choice([0, np.pi / 2]) + rng.normal(0, 0.3), 1.6 * self.recipe.curl,
                              rng.uniform(24, 40), 0.35 * self.recipe.curl, False))  # fmt: skip
        return folds

    # -- the flat world -----------------------------------------------------------------------------
    def flat(self, camera: Camera, rng: np.random.Generator) -> tuple[Sheet, np.ndarray, list[LabelPainter]]:
        """Desk, page, labels and what lies on them: the sheet, its picture and the labels' painters."""
        r = self.recipe
        origin, size = camera.visible()
        sheet = Sheet(origin, tuple(size), camera.px_per_mm * CANVAS_OVERSAMPLING, np.array([200, 200, 200], np.uint8))
        style = random_style(rng, self.faces, any_line_face=r.any_face)
        style.cells = r.cells
        page = self._page(style.height, rng)
        self._lay_page(sheet, page, rng)
        if self.clutter is None:
            surroundings.PAGES[r.surround](sheet, style.text, style.strong, rng, style.height)
        else:
            self.clutter(sheet, self.faces, rng)
        sheet.trim(page.outline)
        if r.background:
            _security_pattern(sheet, rng, r.background)
        arrangement = self.layouts[int(rng.integers(len(self.layouts)))]
        if r.surround == "labels" and len(self.texts) == 1:
            self._neighbours(sheet, camera, arrangement, rng)
        painters = []
        for i, text in enumerate(self.texts):
            at = (i * 66.0, 0.0) if self.sideways else (0.0, i * self.pitch)
            painter = LabelPainter(sheet, text, replace(style), rng, at)
            if i:  # a second voucher need not look like the first
                arrangement = self.layouts[int(rng.integers(len(self.layouts)))]
            painter.paint(arrangement)
            painters.append(painter)
            if r.ruled is not None:
                _rules_near_line(painter, r.ruled, rng)
        for fault in r.toner:
            sheet.ink = fault(sheet.ink, rng, sheet.px_per_mm)
        picture = sheet.flatten(np.array(r.ink))
        if r.stamp and painters:
            overlays.stamp(picture, sheet, _stamp_place(painters[0], rng), rng)
        for overlay in self.overlays:
            overlay(picture, sheet, painters, rng)
        return sheet, picture, painters

    def _page(self, height: float, rng: np.random.Generator) -> surroundings.Page:
        if self.clutter is not None:
            return surroundings.card(63, 40, rng, 1, 60)
        if len(self.texts) > 1:
            _, size = self._extent()
            return surroundings.card(*(size + 3), rng, 1, 40)
        return surroundings.page(self.recipe.surround, height, rng)

    def _lay_page(self, sheet: Sheet, page: surroundings.Page, rng: np.random.Generator) -> None:
        colour = np.clip(np.array(page.colour) * np.array(self.recipe.paper), 0, 255).astype(np.uint8)
        low, high = page.outline.min(0), page.outline.max(0)
        end = sheet.origin + sheet.size_mm
        if (low <= sheet.origin).all() and (high >= end).all():
            cv2.rectangle(sheet.base, (0, 0), sheet.ink.shape[::-1], colour.tolist(), -1)
            return
        surroundings.desk(sheet, rng)
        sheet.surface(page.outline, colour, shadow_mm=float(rng.uniform(0.2, 1.0)), shadow=float(rng.uniform(0.15, 0.5)))

    def _neighbours(self, sheet: Sheet, camera: Camera, arrangement: Layout, rng: np.random.Generator) -> None:
        """Other labels of the same sheet, none of whose readable fields may be wholly in view."""
        style = random_style(rng, self.faces)
        for dx, dy in ((-LABEL_WIDTH - rng.uniform(0, 4), 0), (LABEL_WIDTH + rng.uniform(0, 4), 0), (0, -style.height - rng.uniform(0, 3)),
                       (0, style.height + rng.uniform(0, 3))):  # fmt: skip
            if rng.random() < 0.3:
                continue
            other = label_text(random_voucher(rng), NOMINAL["A_bar_ocr"] if rng.random() < 0.6 else NOMINAL["A_ocr"], rng)
            before, known = sheet.ink.copy(), len(sheet.elements)
            LabelPainter(sheet, other, replace(style), rng, (dx, dy)).paint(arrangement)
            keys = [e for e in sheet.elements[known:] if e.kind in ("ocr_line", "nw7", "qr", "voucher_number")]
            if any(_share_in_view(camera, e) > 0.8 for e in keys):
                sheet.ink = before
                del sheet.elements[known:]

    # -- light and lens -----------------------------------------------------------------------------
    def expose(self, view: np.ndarray, camera: Camera, elements: list[Element], rng: np.random.Generator) -> np.ndarray:
        """From the ideal picture (uint8 BGR) to what the camera delivers."""
        r = self.recipe
        scale = camera.px_per_mm
        frame = _develop(view, r)
        shade = camera.shading()
        grain = _grain(frame.shape[:2], rng, r.grain)
        factor = cv2.multiply(grain, light.uneven(frame.shape[:2], rng, r.uneven))
        if shade is not None:
            factor = cv2.multiply(factor, shade)
        frame = cv2.multiply(frame, cv2.merge([factor] * 3))
        if r.shadow:
            frame = light.hard_shadow(frame, rng, r.shadow)
        frame = light.defocus(frame, r.defocus * scale)
        if r.motion:
            frame = light.motion(frame, r.motion * scale, rng.uniform(0, np.pi), rng.normal(0, 0.3))
        if r.glare:
            keys = [e.quad for e in elements if e.kind in ("ocr_line", "voucher_number")]
            points = np.concatenate([_along(q) for q in keys]) if keys else np.zeros((0, 2))
            frame = light.glare(frame, rng, r.glare, points)
        frame = light.sensor(frame, rng, r.noise)
        picture = light.denoise_and_sharpen(light.to_bytes(frame), rng, r.sharpen)
        return light.jpeg(picture, r.second_jpeg) if r.second_jpeg else picture

    def shoot(self, rng: np.random.Generator) -> Shot:
        """The picture."""
        camera = self.camera(rng)
        sheet, picture, _ = self.flat(camera, rng)
        elements = [replace(e, quad=camera.to_frame(e.quad)) for e in sheet.elements]
        view = camera.capture(picture, sheet)
        return Shot(self.expose(view, camera, elements, rng), elements, camera.px_per_mm, camera, sheet.elements)


def _develop(view: np.ndarray, r: Recipe) -> np.ndarray:
    """Exposure, white balance and contrast: uint8 to float32 display values, by one table a channel."""
    planes = []
    for plane, tint in zip(cv2.split(view), r.tint, strict=True):
        table = np.arange(256) * (tint * r.level / 0.93 / 255)
        table = (table - 0.5 * r.level) * r.contrast + 0.5 * r.level * (1 + (1 - r.contrast) * 0.6)
        planes.append(cv2.LUT(plane, table.astype(np.float32)))
    return cv2.merge(planes)


def _along(quad: np.ndarray) -> np.ndarray:
    """Points along the middle of a quad."""
    t = np.linspace(0, 1, 12)[:, None]
    return (quad[0] + quad[3]) / 2 * (1 - t) + (quad[1] + quad[2]) / 2 * t


def _share_in_view(camera: Camera, element: Element) -> float:
    points = camera.to_frame(_along(element.quad))
    return float(((points > 0) & (points < (camera.width, camera.height))).all(1).mean())


def _grain(shape: tuple[int, int], rng: np.random.Generator, amount: float) -> np.ndarray:
    """Texture of the paper, as a factor."""
    small = rng.standard_normal((max(2, shape[0] // 3), max(2, shape[1] // 3)), np.float32)
    cloud = rng.standard_normal((max(2, shape[0] // 20), max(2, shape[1] // 20)), np.float32)
    size = shape[::-1]
    return 1 + np.float32(amount) * (cv2.resize(small, size) + cv2.resize(cloud, size, interpolation=cv2.INTER_CUBIC))


def _rules_near_line(painter: LabelPainter, distance: float, rng: np.random.Generator) -> None:
    """Ruled lines over and under the digits; negative distances cut into them."""
    for element in painter.elements:
        if element.kind != "ocr_line":
            continue
        low, high = element.quad.min(0), element.quad.max(0)
        width = float(rng.uniform(0.1, 0.25))
        reach = rng.uniform(0, 8, 2)
        if rng.random() < 0.75:
            painter.sheet.rule(low[0] - reach[0], high[1] + distance, high[0] + reach[1], high[1] + distance, width)
        else:
            distance = abs(distance) + 0.1
            painter.sheet.rule(low[0] - reach[0], high[1] + distance, high[0] + reach[1], high[1] + distance, width)
        if rng.random() < 0.6:
            painter.sheet.rule(low[0] - reach[0], low[1] - abs(distance) - 0.1, high[0] + reach[1], low[1] - abs(distance) - 0.1, width)


def _security_pattern(sheet: Sheet, rng: np.random.Generator, density: float) -> None:
    """Guilloche or repeated small words under the print."""
    tile = np.zeros_like(sheet.ink)
    if rng.random() < 0.5:
        height, width = tile.shape
        period = sheet.px_per_mm * rng.uniform(0.8, 2.2)
        y, x = np.mgrid[0:height:2, 0:width:2].astype(np.float32)
        wave = np.sin((y + sheet.px_per_mm * 1.5 * np.sin(x / (sheet.px_per_mm * rng.uniform(2, 6)))) * (2 * np.pi / period))
        tile = cv2.resize((np.clip(wave * 3 - 1.5, 0, 1) * 255).astype(np.uint8), (width, height))
    else:
        word = text_tile(fonts.by_name("IPAex Gothic"), str(rng.choice(["見本市", "COPY", "接種券", "0123456789"])), 2.5 * sheet.px_per_mm)
        step_y, step_x = word.shape[0] * 2, int(word.shape[1] * 1.6)
        for row, y in enumerate(range(0, tile.shape[0] - word.shape[0], step_y)):
            for x in range((row % 2) * step_x // 2, tile.shape[1] - word.shape[1], step_x):
                tile[y : y + word.shape[0], x : x + word.shape[1]] = word
    sheet.ink = np.maximum(sheet.ink, cv2.convertScaleAbs(tile, alpha=density))


def _stamp_place(painter: LabelPainter, rng: np.random.Generator) -> np.ndarray:
    """Over a mark, or beside the text if the label has none; away from the line."""
    marks = [e for e in painter.elements if e.kind in ("nw7", "qr")]
    if not marks:
        return np.array([rng.uniform(40, 58), rng.uniform(6, 14)]) + painter.at
    quad = marks[int(rng.integers(len(marks)))].quad
    t = rng.uniform(0.1, 0.9)
    return quad[0] * (1 - t) + quad[1] * t + np.array([0.0, rng.uniform(-3, 1)])


def ordinary(fields: frozenset[str], recipe: Recipe, faces: tuple[fonts.Face, ...], rng: np.random.Generator) -> tuple[Scene, str]:
    """One right voucher and its number; some fields may be missing as in the field."""
    voucher = random_voucher(rng)
    printed = set(fields)
    if rng.random() < 0.08 and "nw7" in printed and recipe.px_per_mm >= RESOLVES_BARS:
        printed.discard("number")
    if rng.random() < 0.15:
        printed.discard("payer")
    text = label_text(voucher, frozenset(printed), rng)
    if recipe.grouped or rng.random() < 0.06:
        text = replace(text, groups=GROUPINGS[int(rng.integers(len(GROUPINGS)))])
    return Scene(recipe, [text], faces), voucher.number
