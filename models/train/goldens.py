"""What another runtime makes of our nets, for the reader's own to be compared with.

Each net reads a picture that a formula gives (the same stands in ``src/nets/graph.rs``); every
`EVERY`-th value of its output is kept.

    python goldens.py --out ../../src/nets/goldens.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from reader import session

EVERY = 7
SIZES = {"digits-a": (32, 104), "digits-b": (32, 104), "fields": (32, 90), "finder": (48, 80)}


def picture(rows: int, columns: int) -> np.ndarray:
    """Stripes nine columns wide under a pattern of fine noise, luma 0…1."""
    i = np.arange(rows * columns)
    stripes = np.where(i % columns // 9 % 2 == 0, 0.2, 0.6)
    return (stripes + i * 7919 % 1000 / 1000 * 0.3).astype(np.float32).reshape(1, 1, rows, columns)


def golden(model: Path, rows: int, columns: int) -> dict[str, object]:
    """Size of the picture, and the kept values in the order channel, row, column."""
    output = session(model).run(None, {"image": picture(rows, columns)})[0]
    if output.ndim == 3:  # time × batch × class
        output = output.transpose(1, 2, 0)
    return {"rows": rows, "columns": columns, "values": [round(float(v), 5) for v in output.ravel()[::EVERY]]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=Path(__file__).parent.parent)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    goldens = {name: golden(arguments.models / f"{name}.onnx", *size) for name, size in SIZES.items()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in goldens.items())
    arguments.out.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
