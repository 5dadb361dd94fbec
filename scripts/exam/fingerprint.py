"""What made a result: the program with its models, the renderer with its typefaces and libraries, and the counting.

Results add up only where all three are the same. Each is told by twelve hexadecimal digits of a SHA-256.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
# The modules that decide what stands in a shard; how it is shown may change.
COUNTING = ("sample_set.py", "scanner.py", "score.py", "votes.py")


def digest(parts: Iterable[bytes]) -> str:
    """Of the parts in order, each with its length, so that no two lists of parts are alike."""
    sum_ = hashlib.sha256()
    for part in parts:
        sum_.update(len(part).to_bytes(8, "big") + part)
    return sum_.hexdigest()[:12]


def program(binary: Path) -> str:
    """The program; its models and their thresholds are part of it."""
    return digest([binary.read_bytes()])


def renderer() -> str:
    """The sources of samples/synth, the installed versions of the libraries it names, and the typefaces here."""
    sources = [path.read_bytes() for path in sorted((SAMPLES / "synth").glob("*.py"))]
    return digest([*sources, *_libraries(), *_faces()])


def counting() -> str:
    """The modules that count."""
    return digest((Path(__file__).parent / name).read_bytes() for name in COUNTING)


def of(binary: Path) -> dict[str, str]:
    """All three."""
    return {"program": program(binary), "renderer": renderer(), "counting": counting()}


def _libraries() -> list[bytes]:
    lines = (SAMPLES / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [line.split("==")[0] for line in lines if "==" in line]
    return [f"{name} {importlib.metadata.version(name)}".encode() for name in names]


def _faces() -> list[bytes]:
    """Name and size in bytes of every typeface; one that is missing says so."""
    if str(SAMPLES) not in sys.path:
        sys.path.append(str(SAMPLES))
    paths = sorted({face.path for face in importlib.import_module("synth.fonts").FACES})
    return [f"{path} {path.stat().st_size if path.exists() else 'missing'}".encode() for path in paths]
