"""Scores an exported finder object by object on fresh frames."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from finder_data import DIGITS, LABEL, NW7, QR, TEXT, Item, fonts, plain_example, render

THRESHOLD = 0.4
COVERED = 0.8  # a run counts as found if a component covers this share of its core's length


def _masks(item: Item, shape: tuple[int, int]) -> list[tuple[int, bool, np.ndarray]]:
    """One mask per outline at the resolution of the maps; those mostly out of view are left out."""
    scale = shape[1] / item.grey.shape[1] * 2
    found = []
    for channel, ignored, polygon in item.outlines:
        points = polygon * scale
        inside = ((points > 0) & (points < (2 * shape[1], 2 * shape[0]))).all(1).mean()
        mask = np.zeros(shape, np.uint8)
        cv2.fillPoly(mask, [np.round((points / 2 - 0.5) * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
        if mask.any():
            found.append((channel, ignored or inside < 0.9, mask))
    return found


def _length_covered(mask: np.ndarray, component: np.ndarray) -> float:
    """Share of a core's length over which the component lies on it."""
    y, x = np.nonzero(mask)
    points = np.stack([x, y], 1).astype(float)
    centred = points - points.mean(0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0] if len(points) > 2 else np.array([1.0, 0.0])
    along = np.round(centred @ axis).astype(int)
    hit = component[y, x] > 0
    return len(set(along[hit])) / len(set(along))


def score_item(maps: np.ndarray, item: Item) -> np.ndarray:
    """Counts [5 channels, (objects, found, components, components on an object)]."""
    counts = np.zeros((5, 4), int)
    masks = _masks(item, maps.shape[1:])
    for channel in (DIGITS, NW7, QR, TEXT, LABEL):
        n, labels = cv2.connectedComponents((maps[channel] > THRESHOLD).astype(np.uint8))
        sizes = np.bincount(labels.ravel(), minlength=n)
        objects = [(ignored, m) for c, ignored, m in masks if c == channel]
        touched: dict[int, int] = {}
        best = []
        for ignored, mask in objects:
            overlaps = np.bincount(labels[mask > 0], minlength=n)
            overlaps[0] = 0
            for k in np.nonzero(overlaps > 0.3 * mask.sum())[0]:
                touched[int(k)] = touched.get(int(k), 0) + 1
            best.append(int(overlaps.argmax()) if overlaps.any() else 0)
        for (ignored, mask), k in zip(objects, best, strict=True):
            if ignored:
                continue
            counts[channel, 0] += 1
            covered = _length_covered(mask, labels == k) if k else 0.0
            counts[channel, 1] += covered >= COVERED and touched.get(k, 0) == 1
        everything = np.any([m > 0 for _, m in objects], axis=0) if objects else np.zeros(labels.shape, bool)
        for k in range(1, n):
            if sizes[k] >= 6:
                counts[channel, 2] += 1
                counts[channel, 3] += bool((everything & (labels == k)).any())
    return counts


def evaluate(model: Path, count: int, seed: int, channels: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Recall and precision of objects by channel on `count` fresh frames with every face, held-out ones too."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options)
    total = np.zeros((5, 4), int)
    for i in range(count):
        item = render(seed, i, fonts.FACES)
        image = plain_example(item)[0]
        total += score_item(session.run(None, {"image": image[None, None]})[0][0], item)
    return {
        name: {"objects": int(n), "recall": round(found / max(1, n), 4), "components": int(k), "precision": round(right / max(1, k), 4)}
        for name, (n, found, k, right) in zip(channels, total, strict=True)
    }
