"""Faults of ink and paper on the flat canvas: uint8 coverage in, uint8 coverage out."""

from __future__ import annotations

import cv2
import numpy as np


def _noise(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> np.ndarray:
    """Smooth noise, standard deviation 1 before interpolation, `cell` pixels wide."""
    small = rng.standard_normal((max(2, int(shape[0] / cell)), max(2, int(shape[1] / cell))), np.float32)
    return cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)


def low_ink(ink: np.ndarray, rng: np.random.Generator, severity: float) -> np.ndarray:
    """A cartridge running out: everything paler, in patches and slow bands."""
    level = 1 - severity * rng.uniform(0.55, 0.78)
    patches = 1 + 0.18 * severity * _noise(rng, ink.shape, 60)
    bands = 1 + 0.15 * severity * np.interp(np.arange(ink.shape[0]), np.linspace(0, ink.shape[0], 12), rng.standard_normal(12))
    factor = np.clip(level * patches * bands[:, None].astype(np.float32), 0.16, 1)
    return (ink * factor).astype(np.uint8)


def bleed(ink: np.ndarray, rng: np.random.Generator, severity: float, px_per_mm: float) -> np.ndarray:
    """Ink running into the fibres: strokes grow, with a feathered edge."""
    sigma = px_per_mm * (0.05 + 0.09 * severity)
    spread = cv2.GaussianBlur(ink, (0, 0), sigma).astype(np.float32)
    fibres = 1 + 0.35 * severity * _noise(rng, ink.shape, max(1.5, 0.12 * px_per_mm))
    return np.clip(spread * fibres * (1.25 + 0.75 * severity), 0, 255).astype(np.uint8)


def thin(ink: np.ndarray, severity: float, px_per_mm: float) -> np.ndarray:
    """Under-inked strokes: eroded edges."""
    sigma = px_per_mm * (0.04 + 0.03 * severity)
    soft = cv2.GaussianBlur(ink, (0, 0), sigma).astype(np.float32)
    return np.clip((soft - 255 * (0.2 + 0.12 * severity)) * 1.6, 0, 255).astype(np.uint8)


def streaks(ink: np.ndarray, rng: np.random.Generator, severity: float, px_per_mm: float) -> np.ndarray:
    """Drum and nozzle faults: pale lines along the feed, dark lines and specks beside them."""
    if rng.random() < 0.4:  # fed sideways
        return np.ascontiguousarray(_streaks_down(np.ascontiguousarray(ink.T), rng, severity, px_per_mm).T)
    return _streaks_down(ink, rng, severity, px_per_mm)


def _streaks_down(ink: np.ndarray, rng: np.random.Generator, severity: float, px_per_mm: float) -> np.ndarray:
    factor = np.ones(ink.shape[1], np.float32)
    extra = np.zeros(ink.shape[1], np.float32)
    for _ in range(int(rng.integers(3, 6 + int(12 * severity)))):
        at, wide = rng.integers(ink.shape[1]), max(1, int(px_per_mm * rng.uniform(0.05, 0.3)))
        if rng.random() < 0.75:
            factor[at : at + wide] *= rng.uniform(0.1, 0.6)
        else:
            extra[at : at + max(1, wide // 3)] += rng.uniform(40, 130)
    out = ink * factor + extra
    specks = rng.random((ink.shape[0] // 3, ink.shape[1] // 3), np.float32) < 0.0006 * severity
    out = np.maximum(out, cv2.resize(specks.astype(np.float32) * 200, ink.shape[::-1], interpolation=cv2.INTER_LINEAR))
    return np.clip(out, 0, 255).astype(np.uint8)


def dropouts(ink: np.ndarray, rng: np.random.Generator, severity: float, px_per_mm: float) -> np.ndarray:
    """Toner that did not stick: small holes in the strokes."""
    holes = _noise(rng, ink.shape, max(1.5, 0.16 * px_per_mm)) > 2.2 - 0.9 * severity
    out = ink.copy()
    out[holes] = out[holes] // 4
    return out


def dot_matrix(ink: np.ndarray, rng: np.random.Generator, pitch_mm: float, px_per_mm: float) -> np.ndarray:
    """Everything struck by pins: sampled at the pins' pitch, then round dots."""
    pitch = max(2.2, pitch_mm * px_per_mm)
    height, width = ink.shape
    pins = cv2.resize(ink, (int(width / pitch), int(height / pitch)), interpolation=cv2.INTER_AREA)
    struck = np.clip(pins.astype(np.float32) * 1.8, 0, 255)
    wear = np.clip(1 + 0.12 * rng.standard_normal((struck.shape[0], 1)), 0.5, 1.1).astype(np.float32)
    level = cv2.resize(struck * wear, (width, height), interpolation=cv2.INTER_NEAREST)
    fx = (np.arange(width) * struck.shape[1] / width) % 1 - 0.5
    fy = (np.arange(height) * struck.shape[0] / height) % 1 - 0.5
    dot = np.clip((0.62 - np.hypot(fx[None, :], fy[:, None])) * 5, 0, 1).astype(np.float32)
    return (level * dot).astype(np.uint8)


def paper_grain(shape: tuple[int, int], rng: np.random.Generator, amount: float) -> np.ndarray:
    """Multiplicative texture of a paper surface around 1 (float32)."""
    fine = _noise(rng, shape, 3) * 0.5 + _noise(rng, shape, 14) * 0.5
    return 1 + amount * fine
