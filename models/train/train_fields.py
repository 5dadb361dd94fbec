"""Trains the heading reader (接種券, 予診のみ, n回目, 券番号, 請求先).

    python train_fields.py --steps 2500 --out ../fields.onnx

The net is recogniser B's with more channels: it normalises every place by its surroundings.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import torch

import pool
from fit import Length, Run, fit, length_arguments
from nets import heading_reader
from synth import headings
from train_digits import augment

SEED = 37
CHECK_SEED = 900


def shards(seed: int) -> list[Path]:
    """Shards of heading strips on disk."""
    return sorted((pool.ROOT / f"trained-ja-headings-{seed}").glob("[0-9]*[0-9].npz"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    length_arguments(parser)
    parser.add_argument("--pool-seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    checks = {mix: pool.write_shard(0, "trained-ja", f"headings-{mix}", CHECK_SEED) for mix in ("easy", "hard")}
    net = heading_reader(1 + len(headings.ALPHABET))
    fit(net, Run("fields", Length(arguments.steps, arguments.minutes), 2e-3, SEED, arguments.out, partial(shards, arguments.pool_seed), partial(augment, model="b"),
                 checks, headings.ALPHABET))
    (arguments.out.parent / "fields-alphabet.txt").write_text(headings.ALPHABET + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
