"""Light, lens and sensor: what happens to a frame after the ideal camera.

Frames are BGR float32 in 0..1 (display values, not linear light); randomness comes from the caller.
"""

from __future__ import annotations

import cv2
import numpy as np


def _field(rng: np.random.Generator, height: int, width: int, cells: int, amount: float) -> np.ndarray:
    """A smooth random field around 1."""
    coarse = rng.normal(0, amount, (cells + 1, cells + 2)).astype(np.float32)
    return 1 + cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def uneven(shape: tuple[int, int], rng: np.random.Generator, amount: float) -> np.ndarray:
    """Factor on the light of a lamp to one side and the lens's vignette; `amount` = share lost at the dark end."""
    height, width = shape
    angle = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-1, 1, 64, dtype=np.float32) * np.float32(np.cos(angle))
    y = np.linspace(-1, 1, 36, dtype=np.float32)[:, None] * np.float32(np.sin(angle))
    ramp = 1 - amount * (0.5 + 0.5 * np.clip(x + y, -1, 1))
    radius = np.linspace(-1, 1, 64, dtype=np.float32) ** 2 + np.linspace(-1, 1, 36, dtype=np.float32)[:, None] ** 2
    ramp = ramp * (1 - rng.uniform(0, 0.12) * radius) * _field(rng, 36, 64, 3, 0.04 * amount + 0.005)
    return cv2.resize(ramp.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)


def hard_shadow(frame: np.ndarray, rng: np.random.Generator, depth: float) -> np.ndarray:
    """The edge of an arm, head or device between lamp and paper, sharp or soft."""
    height, width = frame.shape[:2]
    scale = 0.5
    mask = np.zeros((round(height * scale), round(width * scale)), np.uint8)
    h, w = mask.shape
    through = np.array([rng.uniform(0.2, 0.8) * w, rng.uniform(0.2, 0.8) * h])
    angle = rng.uniform(0, 2 * np.pi)
    d, n = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    bend = rng.uniform(-0.15, 0.15, 5) * h
    edge = [through + d * t * w + n * b for t, b in zip(np.linspace(-1.5, 1.5, 5), bend, strict=True)]
    far = n * 3 * w
    if rng.random() < 0.35:  # a finger or pen: a band rather than a half plane
        far = n * rng.uniform(0.08, 0.3) * w
    cv2.fillPoly(mask, [np.round([*edge, *(p + far for p in edge[::-1])]).astype(np.int32)], 255)
    sigma = float(rng.choice([0.8, 3.0, 10.0])) * scale * width / 1280
    shade = cv2.GaussianBlur(mask, (0, 0), max(0.5, sigma))
    factor = cv2.resize(shade, (width, height)).astype(np.float32) * (-depth / 255) + 1
    tint = np.array([rng.uniform(0.96, 1.08), 1.0, rng.uniform(0.92, 1.02)], np.float32)  # sky light is bluer
    return frame * factor[..., None] * (1 + (tint - 1) * (1 - factor[..., None]))


def glare(frame: np.ndarray, rng: np.random.Generator, peak: float, avoid: np.ndarray) -> np.ndarray:
    """Light added by a gloss: wide weak veils anywhere, a saturated core only away from `avoid` (n x 2 px)."""
    height, width = frame.shape[:2]
    h, w = 72, 128
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    veil = np.zeros((h, w), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        cx, cy, sx, sy = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.04, 0.3) * w, rng.uniform(0.08, 0.4) * h
        turn = rng.uniform(0, np.pi)
        u = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
        v = -(x - cx) * np.sin(turn) + (y - cy) * np.cos(turn)
        veil = np.maximum(veil, rng.uniform(0.6, 1.0) * peak * np.exp(-((u / sx) ** 2 + (v / sy) ** 2)))
    core = np.array([rng.uniform(0, width), rng.uniform(0, height)])
    radius = rng.uniform(0.03, 0.09) * width
    if len(avoid) == 0 or np.hypot(*(avoid - core).T).min() > radius * 2.2:
        c = core * (w / width, h / height)
        veil += 0.9 * np.exp(-(((x - c[0]) ** 2 + (y - c[1]) ** 2) / (radius * w / width) ** 2))
    return frame + cv2.resize(veil.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)[..., None]


def defocus(frame: np.ndarray, radius: float) -> np.ndarray:
    """A disc of `radius` pixels with a soft rim."""
    if radius < 0.35:
        return frame
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return cv2.filter2D(frame, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)


def motion(frame: np.ndarray, length: float, angle: float, bend: float = 0.0) -> np.ndarray:
    """Movement of `length` pixels during the exposure, along `angle`, its path bent a little."""
    if length < 0.8:
        return frame
    reach = int(np.ceil(length / 2)) + 2
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    t = np.linspace(-0.5, 0.5, 64)
    x = t * length * np.cos(angle) - bend * length * (t**2 - 1 / 12) * np.sin(angle)
    y = t * length * np.sin(angle) + bend * length * (t**2 - 1 / 12) * np.cos(angle)
    for px, py in zip(x + reach, y + reach, strict=True):
        i, j = int(py), int(px)
        fy, fx = py - i, px - j
        kernel[i : i + 2, j : j + 2] += np.outer([1 - fy, fy], [1 - fx, fx])
    return cv2.filter2D(frame, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)


def _noise_tile(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """N(0, 1) for every pixel: one block of 512 x 512, repeated from a random phase (drawing all anew is slow)."""
    block = rng.standard_normal((512, 512), np.float32)
    top, left = (int(v) for v in rng.integers(0, 512, 2))
    rolled = np.roll(block, (top, left), (0, 1))
    return np.tile(rolled, (-(-height // 512), -(-width // 512)))[:height, :width]


def sensor(frame: np.ndarray, rng: np.random.Generator, noise: float, chroma: float = 0.5) -> np.ndarray:
    """Shot and read noise; `noise` is the read noise in display values, shot noise at white is half of it."""
    height, width = frame.shape[:2]
    sigma = cv2.sqrt(np.clip(frame[..., 1] * 0.25 + 1, 0.5, 2))
    grain = cv2.multiply(_noise_tile(rng, height, width), sigma, scale=noise)
    planes = [grain] * 3
    if noise > 0.008:
        planes = [cv2.scaleAdd(_chroma(rng, height, width), chroma * noise, grain) for _ in range(3)]
    return cv2.add(frame, cv2.merge(planes))


def _chroma(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Colour noise is coarser than luma noise: demosaicing and chroma subsampling smear it."""
    return cv2.resize(_noise_tile(rng, height // 2, width // 2), (width, height), interpolation=cv2.INTER_LINEAR)


def to_bytes(frame: np.ndarray) -> np.ndarray:
    """0..1 to uint8."""
    return cv2.convertScaleAbs(cv2.max(frame, 0), alpha=255)


def denoise_and_sharpen(picture: np.ndarray, rng: np.random.Generator, sharpen: float) -> np.ndarray:
    """What the camera's own processor does to the uint8 picture: smoothing sometimes, then an unsharp mask."""
    if rng.random() < 0.15:
        picture = cv2.blur(picture, (3, 3))
    if sharpen < 0.05:
        return picture
    return cv2.addWeighted(picture, 1 + sharpen, cv2.GaussianBlur(picture, (5, 5), 1.2), -sharpen, 0)


def jpeg(frame: np.ndarray, quality: int) -> np.ndarray:
    """One more generation of JPEG, as a camera or an office program makes."""
    ok, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise RuntimeError("the JPEG encoder failed")
    return cv2.imdecode(data, cv2.IMREAD_COLOR)
