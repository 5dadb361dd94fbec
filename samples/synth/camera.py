"""The camera over the sheet: pinhole with radial distortion, and paper that is not flat.

Three planes: *paper* millimetres (what was printed), *view* millimetres (where a flat-lying ideal sheet
would be; a curl or crease moves paper points within it) and *frame* pixels (centres at integers + 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from .canvas import Sheet

# Every GRID-th pixel is mapped exactly, those between by interpolation: at 8 px the error is far under 0.1 px.
GRID = 8


@dataclass
class Fold:
    """A bend of the paper: along `angle` (radians) through `at` (view mm); shifts points and shades them."""

    at: np.ndarray
    angle: float
    shift_mm: float
    reach_mm: float
    shade: float
    sharp: bool

    def _along(self, view: np.ndarray) -> np.ndarray:
        direction = np.array([np.cos(self.angle), np.sin(self.angle)])
        return (view - self.at) @ direction / self.reach_mm

    def displacement(self, view: np.ndarray) -> np.ndarray:
        """Where on the paper a view point lies, relative to the view point."""
        u = self._along(view)
        if self.sharp:  # a crease: the paper on both sides is drawn a little towards the fold
            amount = self.shift_mm * np.sign(u) * np.exp(-np.abs(u))
            amount *= 1 - np.exp(-np.abs(u) * 8)
        else:  # a curl: foreshortening grows away from the fold line
            amount = self.shift_mm * np.sign(u) * np.minimum(np.abs(u), 2.5) ** 2
        return amount[..., None] * np.array([np.cos(self.angle), np.sin(self.angle)])

    def shading(self, view: np.ndarray) -> np.ndarray:
        """Factor on the light from the slope of the paper."""
        u = self._along(view)
        if self.sharp:
            edge = np.exp(-((u * 14) ** 2))
            return 1 + self.shade * (np.sign(u) * np.exp(-np.abs(u) * 1.5) * 0.5 - edge * 0.8)
        return 1 - self.shade * np.clip(np.abs(u), 0, 2.5) ** 2 / 4


@dataclass
class Camera:
    """Where the camera stands: `centre` of the view in mm falls on `target` in px."""

    width: int
    height: int
    px_per_mm: float
    rotation: float
    tilt: tuple[float, float]
    radial: float
    centre: np.ndarray
    target: np.ndarray
    folds: list[Fold] = field(default_factory=list)

    def __post_init__(self) -> None:
        focal = 1.15 * self.width  # about 47 degrees across: tablets and document cameras
        distance = focal / self.px_per_mm
        roll, (a, b) = self.rotation, self.tilt
        rz = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        rx = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
        ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
        turn = rx @ ry @ rz
        self._focal = focal
        self._middle = np.array([self.width / 2, self.height / 2])
        offset = np.append(self._undistort(self.target), 1.0) * distance
        move = offset - turn @ np.append(self.centre, 0.0)
        self._plane = np.column_stack([turn[:, 0], turn[:, 1], move])
        self._inverse = np.linalg.inv(self._plane)

    # normalised coordinates: (pixels - middle) / focal length
    def _undistort(self, pixels: np.ndarray) -> np.ndarray:
        n = (np.asarray(pixels, float) - self._middle) / self._focal
        return n * (1 + self.radial * (n**2).sum(-1, keepdims=True))

    def to_view(self, pixels: np.ndarray) -> np.ndarray:
        """Frame pixels to view millimetres."""
        n = self._undistort(pixels)
        p = np.concatenate([n, np.ones_like(n[..., :1])], -1) @ self._inverse.T
        return p[..., :2] / p[..., 2:]

    def to_paper(self, pixels: np.ndarray) -> np.ndarray:
        """Frame pixels to paper millimetres."""
        view = self.to_view(pixels)
        return view + sum((f.displacement(view) for f in self.folds), np.zeros_like(view))

    def to_frame(self, paper: np.ndarray) -> np.ndarray:
        """Paper millimetres to frame pixels: the exact inverse of `to_paper`, by iteration."""
        paper = np.asarray(paper, float)
        view = paper.copy()
        for _ in range(12 if self.folds else 0):
            view = paper - sum((f.displacement(view) for f in self.folds), np.zeros_like(view))
        p = np.concatenate([view, np.ones_like(view[..., :1])], -1) @ self._plane.T
        wanted = p[..., :2] / p[..., 2:]
        n = wanted.copy()
        for _ in range(8):
            n = wanted / (1 + self.radial * (n**2).sum(-1, keepdims=True))
        return n * self._focal + self._middle

    def visible(self, margin_mm: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
        """Origin and size of the paper rectangle that holds all the camera sees."""
        x, y = np.linspace(0, self.width, 9), np.linspace(0, self.height, 9)
        edge = np.concatenate([np.stack(np.meshgrid(x, [0, self.height]), -1).reshape(-1, 2),
                               np.stack(np.meshgrid([0, self.width], y), -1).reshape(-1, 2)])  # fmt: skip
        paper = self.to_paper(edge)
        low, high = paper.min(0) - margin_mm, paper.max(0) + margin_mm
        return low, high - low

    def grid(self) -> np.ndarray:
        """Pixel positions of the coarse grid, one node beyond each edge."""
        x = (np.arange(-1, self.width // GRID + 1) + 0.5) * GRID
        y = (np.arange(-1, -(-self.height // GRID) + 1) + 0.5) * GRID
        return np.stack(np.meshgrid(x, y), -1)

    def spread(self, coarse: np.ndarray) -> np.ndarray:
        """A field on the coarse grid, interpolated to all pixels (float32)."""
        size = coarse.shape[1] * GRID, coarse.shape[0] * GRID
        fine = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        return fine[GRID : GRID + self.height, GRID : GRID + self.width]

    def capture(self, picture: np.ndarray, sheet: Sheet) -> np.ndarray:
        """The canvas as the ideal camera sees it; outside the canvas its edge goes on."""
        canvas = sheet.to_px(self.to_paper(self.grid())) - 0.5
        return cv2.remap(picture, self.spread(canvas[..., 0]), self.spread(canvas[..., 1]), cv2.INTER_LINEAR,
                         borderMode=cv2.BORDER_REPLICATE)  # fmt: skip

    def shading(self) -> np.ndarray | None:
        """Light lost and won on the slopes of the paper; None if it lies flat."""
        if not self.folds:
            return None
        view = self.to_view(self.grid())
        shade = np.ones(view.shape[:2])
        for fold in self.folds:
            shade = shade * fold.shading(view)
        return self.spread(shade)
