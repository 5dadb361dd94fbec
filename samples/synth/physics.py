"""Faults of ink, paper, light, lens and sensor as pure functions on images.

Every fault is ``fault(img, rng, severity, px_per_mm) -> img``:

* ``img``        float32, ``H×W`` luma or ``H×W×3`` colour (R, G, B), 0 black … 1 paper white
                 (linear enough for print; `gamma_contrast` is the camera's tone curve);
* ``rng``        the only source of chance;
* ``severity``   0 leaves the picture alone, 1 is the worst a reader should still be asked to face;
* ``px_per_mm``  scale of ``img``, so that a fault has the same size on paper at every scale.

The functions return a new array of the same shape and never change their input.
Noise fields come from `field`, which interpolates a small random lattice: a whole
frame costs milliseconds.

Order of events, as in the world: ink (`ink_spread`, `low_ink`, `streaks`, `dropouts`,
`dot_print`, `banding`), paper (`fibres`, `tint`, `crease`), light (`uneven_light`,
`hard_shadow`, `glare`, `vignette`), lens (`defocus`, `motion`), sensor (`low_light`,
`halo`, `demosaic`, `small_sensor`, `gamma_contrast`, `jpeg`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Callable

import cv2
import numpy as np

Image = np.ndarray
Fault = Callable[[Image, np.random.Generator, float, float], Image]


# --- tools -----------------------------------------------------------------

def field(shape: tuple[int, ...], rng: np.random.Generator, cell: float) -> Image:
    """A smooth random field of ``shape[:2]``, about N(0, 1) at lattice points `cell` pixels apart."""
    height, width = shape[:2]
    if cell <= 1.5:
        return grain((height, width), rng)
    rows, cols = max(2, int(height / cell) + 2), max(2, int(width / cell) + 2)
    lattice = grain((rows, cols), rng)
    return cv2.resize(lattice, (width, height), interpolation=cv2.INTER_CUBIC if cell > 3 else cv2.INTER_LINEAR)


@lru_cache(maxsize=1)
def _normals() -> Image:
    """A fixed table of N(0, 1) samples: drawing fresh ones costs more than all other faults together."""
    return np.random.default_rng(20211120).standard_normal(1_300_021, dtype=np.float32)


def grain(shape: tuple[int, ...], rng: np.random.Generator) -> Image:
    """Per-pixel N(0, 1) noise: the fixed table read at a random phase, in a random direction and sign."""
    table, size = _normals(), int(np.prod(shape))
    start = int(rng.integers(table.size))
    pick = table[start:start + size] if start + size <= table.size else np.resize(np.roll(table, -start), size)
    sign = np.float32(rng.choice([-1.0, 1.0]))
    return (pick[::-1] if rng.random() < 0.5 else pick).reshape(shape) * sign


def _ramp(shape: tuple[int, ...], angle: float) -> Image:
    """Signed distance in pixels from the line through the centre, along direction `angle`."""
    height, width = shape[:2]
    x = (np.arange(width, dtype=np.float32) - width / 2) * np.float32(np.cos(angle))
    y = (np.arange(height, dtype=np.float32) - height / 2) * np.float32(np.sin(angle))
    return y[:, None] + x[None, :]


def _like(plane: Image, img: Image) -> Image:
    """`plane` (H×W) shaped to multiply `img`."""
    return plane[..., None] if img.ndim == 3 else plane


def _blur(img: Image, sigma: float) -> Image:
    return cv2.GaussianBlur(img, (0, 0), sigma) if sigma > 0.05 else img.copy()


def _luma(img: Image) -> Image:
    return img if img.ndim == 2 else img @ np.float32([0.299, 0.587, 0.114])


def _clip(img: Image) -> Image:
    return np.clip(img, 0.0, 1.0, out=img)


# --- ink -------------------------------------------------------------------

def ink_spread(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Ink creeps into the paper, or too little arrives: strokes grow by up to 0.10 mm or shrink by 0.05, with rough edges."""
    sigma = (0.02 + 0.05 * severity) * px_per_mm
    soft = _blur(img, sigma)
    rough = field(img.shape, rng, max(1.0, 0.09 * px_per_mm)) * (0.10 * severity)
    grow = 0.5 + severity * rng.choice([0.28, 0.28, -0.2]) * rng.uniform(0.4, 1.0)
    edge = max(0.12, 0.5 - 0.3 * severity)
    level = soft + _like(rough, img) * (soft < 0.98)
    spread = _clip((level - grow) / edge + 0.5)
    return spread * (1 - img.min()) + img.min()


def low_ink(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Worn ribbon or empty toner: contrast falls to 10 % at severity 1, in patches and in bands along or across the line."""
    keep = 1.0 - 0.9 * severity
    uneven = 0.25 * severity * field(img.shape, rng, rng.uniform(0.8, 6.0) * px_per_mm)
    if rng.random() < 0.5:
        band = field((1, max(img.shape[:2])), rng, rng.uniform(1.0, 8.0) * px_per_mm)[0]
        uneven = uneven + 0.35 * severity * (band[:img.shape[0], None] if rng.random() < 0.5 else band[None, :img.shape[1]])
    return _clip(1.0 - (1.0 - img) * _like(np.clip(keep * (1.0 + uneven), 0.08, 1.0).astype(np.float32), img))


def streaks(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Toner streaks: faint lines along the feed, paler or darker than their surroundings."""
    height, width = img.shape[:2]
    along_x = rng.random() < 0.5
    length = height if along_x else width
    profile = np.zeros(length, np.float32)
    for _ in range(1 + rng.poisson(0.12 * length / px_per_mm)):
        centre, half = rng.uniform(0, length), rng.uniform(0.04, 0.25) * px_per_mm
        profile += rng.uniform(0.3, 1.0) * np.exp(-(((np.arange(length) - centre) / half) ** 2))
    profile = np.minimum(profile, 1.0).astype(np.float32) * severity
    plane = profile[:, None] if along_x else profile[None, :]
    plane = np.broadcast_to(plane, (height, width))
    if rng.random() < 0.7:  # pale: ink is missing
        return 1.0 - (1.0 - img) * (1.0 - _like(0.85 * plane, img))
    return img * (1.0 - _like(0.35 * plane, img))


def dropouts(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Small specks where toner did not stick, and specks of stray toner."""
    noise = field(img.shape, rng, max(1.0, 0.12 * px_per_mm))
    missing = _clip((noise - (3.2 - 1.9 * severity)) * 4.0)
    out = 1.0 - (1.0 - img) * (1.0 - _like(missing, img))
    stray = _clip((-noise - (3.6 - 0.6 * severity)) * 4.0)
    return out * (1.0 - _like(0.8 * stray, img))


def dot_print(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Dot-matrix print: the picture is struck by round pins 0.16–0.42 mm apart, at any phase, hard or by how much ink each covers."""
    pitch_y = (0.16 + 0.26 * severity) * px_per_mm
    pitch_x = pitch_y * rng.choice([1.0, 1.0, rng.uniform(0.6, 1.2)])
    if min(pitch_x, pitch_y) < 1.6:
        return img.copy()
    height, width = img.shape[:2]
    up, left = (int(rng.integers(0, int(pitch) + 1)) for pitch in (pitch_y, pitch_x))
    rows, cols = max(2, round((height + up) / pitch_y)), max(2, round((width + left) / pitch_x))
    full = max(1.0 - img.min(), 1e-3)
    covered = cv2.copyMakeBorder((1.0 - _luma(img)) / full, up, 0, left, 0, cv2.BORDER_REPLICATE)
    covered = cv2.resize(covered.astype(np.float32), (cols, rows), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        strike = (covered > rng.uniform(0.2, 0.45)).astype(np.float32)
    else:
        strike = np.clip(covered * np.float32(rng.uniform(1.2, 2.2)), 0, 1)
    strike *= 1.0 - 0.3 * rng.random() * rng.random(strike.shape, dtype=np.float32)
    strike *= np.clip(1.0 + 0.15 * rng.random() * rng.standard_normal((rows, 1)), 0.3, 1.0).astype(np.float32)
    y = (np.arange(height, dtype=np.float32) + 0.5 + up) * (rows / (height + up))
    x = (np.arange(width, dtype=np.float32) + 0.5 + left) * (cols / (width + left))
    dy, dx = (y % 1.0) - 0.5, (x % 1.0) - 0.5
    ink = strike[np.minimum(y.astype(int), rows - 1)][:, np.minimum(x.astype(int), cols - 1)]
    dot = _clip((rng.uniform(0.40, 0.68) - np.sqrt(dy[:, None] ** 2 + dx[None, :] ** 2)) * (pitch_y * rng.uniform(0.6, 1.2)) + 0.5)
    return 1.0 - _like(ink * dot, img) * full * np.ones_like(img)


def pins(mask: Image, rng: np.random.Generator, rows: int) -> Image:
    """The ink of one glyph struck by a head of `rows` pins along its height; `rng` settles the head, so seed it alike for a line."""
    height, width = mask.shape
    cols = max(3, round(width * rows / height * rng.uniform(0.8, 1.5)))
    covered = cv2.resize(mask, (cols, rows), interpolation=cv2.INTER_AREA)
    return struck(covered > rng.uniform(0.3, 0.5) * covered.max(), (width, height), rng)


def struck(hit: Image, size: tuple[int, int], rng: np.random.Generator) -> Image:
    """Round dots where `hit`, as a mask of `size` (width, height); one row of pins may be worn."""
    reach = np.abs((np.arange(8) + 0.5) / 8 - 0.5)
    dot = _clip((rng.uniform(0.38, 0.66) - np.hypot(reach[:, None], reach)) * 6.0 + 0.5)
    strength = np.ones((len(hit), 1))
    if rng.random() < 0.3:
        strength[rng.integers(len(hit))] = rng.uniform(0.3, 0.9)
    return cv2.resize(np.kron(hit * strength, dot).astype(np.float32), size, interpolation=cv2.INTER_AREA)


def banding(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Print-head banding: a periodic paleness along one axis, period 0.4–3 mm."""
    height, width = img.shape[:2]
    angle = rng.choice([0.0, np.pi / 2]) + rng.normal(0, 0.01)
    period = rng.uniform(0.4, 3.0) * px_per_mm
    wave = np.sin(_ramp((height, width), angle) * np.float32(2 * np.pi / period) + np.float32(rng.uniform(0, 6.28)))
    pale = _clip((wave - rng.uniform(0.0, 0.8)) * 2.0) * np.float32(0.75 * severity)
    return 1.0 - (1.0 - img) * (1.0 - _like(pale, img))


# --- paper -----------------------------------------------------------------

def fibres(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Paper texture: fine fibres, coarse clouds, and a few dark inclusions of recycled paper."""
    fine = field(img.shape, rng, max(1.0, 0.08 * px_per_mm))
    coarse = field(img.shape, rng, max(1.5, 0.6 * px_per_mm))
    texture = 1.0 + 0.05 * severity * fine + 0.03 * severity * coarse
    texture -= np.float32(0.35 * severity) * (fine + 0.6 * coarse > 4.2 - 0.6 * severity)
    return _clip(img * _like(texture.astype(np.float32), img))


def tint(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Coloured paper: the white point moves towards a random tint (down to 0.35 in luma)."""
    if img.ndim == 2:
        return img * np.float32(1.0 - 0.65 * severity * rng.uniform(0.5, 1.0))
    colour = 1.0 - severity * rng.uniform(0.1, 0.7) * rng.random(3)
    return img * colour.astype(np.float32)


def crease(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """A fold or curl: the paper is displaced by up to 0.4 mm and one side is shaded."""
    height, width = img.shape[:2]
    angle = rng.uniform(0, np.pi)
    distance = _ramp((height, width), angle) - np.float32(rng.normal(0, 0.2) * max(height, width))
    reach = rng.uniform(1.0, 8.0) * px_per_mm
    bump = np.exp(-np.abs(distance) / np.float32(reach))
    shift = np.float32(0.4 * severity * px_per_mm * rng.choice([-1, 1])) * bump
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    moved = cv2.remap(img, x + shift * np.float32(np.cos(angle)), y + shift * np.float32(np.sin(angle)),
                      cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shade = 1.0 + np.float32(0.45 * severity) * bump * np.tanh(distance / np.float32(0.25 * px_per_mm))
    return _clip(moved * _like(shade, img))


# --- light -----------------------------------------------------------------

def uneven_light(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """A lamp on one side: a smooth gradient, up to 5 : 1 from edge to edge."""
    height, width = img.shape[:2]
    ramp = _ramp((height, width), rng.uniform(0, 2 * np.pi)) / np.float32(max(height, width))
    light = np.exp(np.float32(1.6 * severity) * ramp)
    return _clip(img * _like(light / max(1.0, float(light.max()) * rng.uniform(0.7, 1.0)), img))


def hard_shadow(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """The edge of a shadow (hand, tablet, stand): straight or wavy, soft over 0.1–2 mm."""
    height, width = img.shape[:2]
    distance = _ramp((height, width), rng.uniform(0, 2 * np.pi))
    distance = distance - np.float32(rng.uniform(-0.4, 0.4) * max(height, width))
    if rng.random() < 0.5:
        distance = distance + np.float32(2.0 * px_per_mm) * field(img.shape, rng, 8.0 * px_per_mm)
    soft = np.float32(rng.uniform(0.1, 2.0) * px_per_mm)
    dark = np.float32(0.75 * severity) * _clip(distance / soft + 0.5)
    return img * (1.0 - _like(dark, img))


def glare(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """A lamp mirrored in gloss: a band or blob that lifts and, at its core, saturates the picture."""
    height, width = img.shape[:2]
    size = rng.uniform(2.0, 12.0) * px_per_mm
    centre = (rng.uniform(-0.5, 0.5) * height, rng.uniform(-0.5, 0.5) * width)
    angle = rng.uniform(0, np.pi)
    u = _ramp((height, width), angle) - np.float32(centre[1] * np.cos(angle) + centre[0] * np.sin(angle))
    spot = (u / np.float32(size)) ** 2
    if rng.random() < 0.5:  # a blob rather than a band
        v = _ramp((height, width), angle + np.pi / 2) \
            - np.float32(-centre[1] * np.sin(angle) + centre[0] * np.cos(angle))
        spot = spot + (v / np.float32(size * rng.uniform(0.8, 3.0))) ** 2
    lift = np.float32(1.3 * severity) * np.exp(-spot)
    return _clip(img + _like(lift, img))


def vignette(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """The picture darkens towards its corners, by up to 60 %."""
    height, width = img.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
    return img * _like(1.0 - np.float32(0.3 * severity) * (x + y), img)


# --- lens ------------------------------------------------------------------

def _disc(radius: float) -> Image:
    half = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-half:half + 1, -half:half + 1].astype(np.float32)
    disc = np.clip(radius + 0.5 - np.sqrt(x * x + y * y), 0, 1)
    return disc / disc.sum()


def defocus(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Out of focus: a disc (up to 0.32 mm radius) softened by the lens's own blur."""
    radius = 0.32 * severity * px_per_mm
    mix = rng.uniform(0.2, 0.8)
    out = _blur(img, 0.5 * radius * np.sqrt(mix))
    disc = radius * np.sqrt(1 - mix)
    return cv2.filter2D(out, -1, _disc(disc), borderType=cv2.BORDER_REPLICATE) if disc > 0.4 else out


def motion(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Camera shake: a path of up to 0.95 mm, straight or curved, at an even speed or dwelling at an end."""
    length = 0.95 * severity * px_per_mm
    if length < 0.5:
        return img.copy()
    steps = 4 * int(np.ceil(length)) + 3
    t = np.linspace(-0.5, 0.5, steps)
    turn = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.3 if rng.random() < 0.7 else 1.5) * t
    path = np.cumsum(np.stack([np.cos(turn), np.sin(turn)]), axis=1) * (length / steps)
    weight = np.exp(rng.choice([0.0, 0.0, rng.normal(0, 2.5)]) * t)
    path -= (path * weight).sum(axis=1, keepdims=True) / weight.sum()
    half = int(np.ceil(np.abs(path).max())) + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    whole = np.floor(path + half).astype(int)
    fx, fy = path + half - whole
    for dy, dx, share in ((0, 0, (1 - fy) * (1 - fx)), (0, 1, (1 - fy) * fx), (1, 0, fy * (1 - fx)), (1, 1, fy * fx)):
        np.add.at(kernel, (np.minimum(whole[1] + dy, 2 * half), np.minimum(whole[0] + dx, 2 * half)), weight * share)
    return cv2.filter2D(img, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


# --- sensor ----------------------------------------------------------------

def low_light(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Gain noise: shot noise growing with the signal, read noise, and the maker's smoothing."""
    exposure = np.float32(1.0 - 0.75 * severity * rng.uniform(0.3, 1.0))
    dark = img * exposure
    sigma = np.sqrt(np.maximum(dark, 0) * np.float32((0.07 * severity) ** 2) + np.float32((0.04 * severity) ** 2))
    noise = grain(img.shape, rng)
    if rng.random() < 0.4:  # smoothed and then amplified, as cheap cameras do
        noise = 1.6 * _blur(noise, rng.uniform(0.4, 0.9))
    noisy = dark + sigma * noise
    gain = rng.uniform(1.0, 1.0 / max(float(exposure), 0.3))
    return _clip(noisy * np.float32(gain))


def halo(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """Sharpening in the camera: unsharp mask with halos."""
    soft = _blur(img, rng.uniform(0.8, 2.0))
    return _clip(img + np.float32(2.0 * severity) * (img - soft))


def demosaic(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """A Bayer mosaic with gain errors between its four sites, demosaiced (luma: the mosaic's maze)."""
    gains = (1.0 + 0.10 * severity * rng.standard_normal((2, 2))).astype(np.float32)
    height, width = img.shape[:2]
    maze = np.tile(gains, (height // 2 + 1, width // 2 + 1))[:height, :width]
    if img.ndim == 2:
        return _clip(img * maze)
    site = np.array([[0, 1], [1, 2]])
    channel = np.tile(site, (height // 2 + 1, width // 2 + 1))[:height, :width]
    raw = np.take_along_axis(img, channel[..., None], axis=2)[..., 0] * maze
    eight = (np.clip(raw, 0, 1) * 255 + 0.5).astype(np.uint8)
    rgb = cv2.cvtColor(eight, cv2.COLOR_BayerBG2RGB).astype(np.float32) / 255
    weight = np.float32(min(1.0, 0.3 + severity))
    return rgb * weight + img * (1 - weight)


def small_sensor(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """A camera with fewer pixels than its pictures have: shrunk by up to 2.2 and enlarged again, never below 3 px a mm."""
    factor = min(1.0 + 1.2 * severity, px_per_mm / 3.0)
    if factor < 1.05:
        return img.copy()
    height, width = img.shape[:2]
    few = cv2.resize(img, (max(2, round(width / factor)), max(2, round(height / factor))), interpolation=cv2.INTER_AREA)
    return cv2.resize(few, (width, height), interpolation=cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR)


def gamma_contrast(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """The camera's tone curve: gamma, contrast and black level."""
    gamma = np.exp(rng.normal(0, 0.45 * severity))
    contrast = 1.0 - 0.6 * severity * rng.random()
    black = rng.uniform(0, 1.0 - contrast)
    return np.power(np.maximum(img, 0), np.float32(gamma)) * np.float32(contrast) + np.float32(black)


def jpeg(img: Image, rng: np.random.Generator, severity: float, px_per_mm: float) -> Image:
    """JPEG at quality 95 (severity 0) down to 20 (severity 1), with chroma subsampling."""
    quality = int(round(95 - 75 * severity))
    eight = (np.clip(img, 0, 1) * 255 + 0.5).astype(np.uint8)
    if img.ndim == 3:
        eight = eight[..., ::-1]
    _, data = cv2.imencode(".jpg", eight, [cv2.IMWRITE_JPEG_QUALITY, quality])
    back = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    return (back[..., ::-1] if img.ndim == 3 else back).astype(np.float32) / 255


INK: tuple[Fault, ...] = (ink_spread, low_ink, streaks, dropouts, dot_print, banding)
PAPER: tuple[Fault, ...] = (fibres, tint, crease)
LIGHT: tuple[Fault, ...] = (uneven_light, hard_shadow, glare, vignette)
LENS: tuple[Fault, ...] = (defocus, motion)
SENSOR: tuple[Fault, ...] = (low_light, halo, demosaic, small_sensor, gamma_contrast, jpeg)
FAULTS: tuple[Fault, ...] = INK + PAPER + LIGHT + LENS + SENSOR
