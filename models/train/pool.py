"""Renders pools of strips to disk, in shards that any number of processes can share.

A shard is an ``.npz`` of `PER_SHARD` strips: for every width ``w`` that occurs,
``image_w`` (n×32×w uint8), ``label_w`` (n×`MAX_LABELS` int8, padded with 0), ``printed_w``
and ``face_w``.  Shard k of a pool depends on the pool's seed and on k alone, so a pool
is the same however many processes made it.

    python pool.py both 75 --jobs 2      # 75 shards of faces both recognisers learn from
"""

from __future__ import annotations

import argparse
import zlib
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from synth import fonts, headings, lines

PER_SHARD = 2000
MAX_LABELS = 48
ROOT = Path(__file__).parent / "pool"

FACES = {
    "both": lambda: tuple(face for face in fonts.FACES if face.split == "both"),
    "a": lambda: tuple(face for face in fonts.FACES if face.split == "a"),
    "b": lambda: tuple(face for face in fonts.FACES if face.split == "b"),
    "trained": fonts.trained,
    "heldout": fonts.heldout,
    "trained-ja": lambda: fonts.japanese("trained"),
    "heldout-ja": lambda: fonts.japanese("heldout"),
}
MIXES = {
    "training": partial(lines.render, mix=lines.TRAINING),
    "heavy": partial(lines.render, mix=lines.HEAVY),
    "nominal": partial(lines.render, mix=lines.NOMINAL),
    "hard": partial(lines.render, mix=lines.HARD),
    "covered": partial(lines.render, mix=lines.COVERED),
    "headings": partial(headings.render, mix=headings.MIX),
    "headings-easy": partial(headings.render, mix=headings.EASY),
    "headings-hard": partial(headings.render, mix=headings.HARD),
}
"""What a strip of each mix is drawn with: ``(rng, faces) -> Strip``."""


def _faces(name: str) -> tuple[fonts.Face, ...]:
    faces = FACES[name]()
    if not any(face.japanese for face in faces):
        raise ValueError(f"no Japanese face in {name}: labels beside the digits need one")
    return faces


def strips(faces: str, mix: str, seed: int, shard: int, count: int) -> list[lines.Strip]:
    """`count` strips of one shard."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{faces}/{mix}".encode()), shard])
    pool = _faces(faces)
    return [MIXES[mix](rng, pool) for _ in range(count)]


def render_shard(shard: int, faces: str, mix: str, seed: int) -> dict[str, np.ndarray]:
    """What a shard holds."""
    cv2.setNumThreads(1)
    names = [face.name for face in fonts.FACES]
    arrays: dict[str, np.ndarray] = {}
    drawn = [s for s in strips(faces, mix, seed, shard, PER_SHARD) if len(s.labels) <= MAX_LABELS]
    for width in sorted({s.image.shape[1] for s in drawn}):
        group = [s for s in drawn if s.image.shape[1] == width]
        labels = np.zeros((len(group), MAX_LABELS), np.int8)
        for row, s in zip(labels, group):
            row[:len(s.labels)] = s.labels
        arrays[f"image_{width}"] = np.stack([s.image for s in group])
        arrays[f"label_{width}"] = labels
        arrays[f"printed_{width}"] = np.array([s.printed for s in group])
        arrays[f"face_{width}"] = np.array([names.index(s.face) for s in group], np.int16)
    return arrays


def _place(shard: int, faces: str, mix: str, seed: int) -> Path:
    return ROOT / f"{faces}-{mix}-{seed}" / f"{shard:05d}.npz"


def shard(number: int, faces: str, mix: str, seed: int) -> dict[str, np.ndarray]:
    """A shard from disk, or rendered and not kept."""
    path = _place(number, faces, mix, seed)
    return dict(np.load(path)) if path.exists() else render_shard(number, faces, mix, seed)


def write_shard(shard: int, faces: str, mix: str, seed: int) -> Path:
    """Renders a shard unless it is there already; the file appears whole or not at all."""
    path = _place(shard, faces, mix, seed)
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez(part, **render_shard(shard, faces, mix, seed))
    part.rename(path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("faces", choices=FACES)
    parser.add_argument("shards", type=int)
    parser.add_argument("--mix", choices=MIXES, default="training")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    render = partial(write_shard, faces=arguments.faces, mix=arguments.mix, seed=arguments.seed)
    if arguments.jobs == 1:
        for shard in range(arguments.shards):
            render(shard)
        return
    with ProcessPoolExecutor(arguments.jobs) as workers:
        for _ in workers.map(render, range(arguments.shards)):
            pass


if __name__ == "__main__":
    main()
