"""Trains one of the two digit recognisers on rendered pools and exports it to ONNX.

    python train_digits.py a --steps 8000 --out ../digits-a.onnx

A learns from pools ``both`` and ``a``, B from ``both`` and ``b``; seeds, augmentation
and architecture differ as well.  While it trains it reports whole-line rates on strips
of trained faces with a seed of their own.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

import pool
from fit import Length, Run, coarser, each, fit, length_arguments, resized, smeared
from nets import NETS

SEEDS = {"a": 11, "b": 23}
PEAK_RATE = {"a": 2.5e-3, "b": 2.0e-3}
CHECK_SEED = 900


def shards(model: str, seed: int) -> list[Path]:
    """Shards on disk that `model` may learn from; a seventh of them have a covered or altered digit in every strip,
    as many mostly one heavy fault."""
    return sorted(path for name in ("both-training", f"{model}-training", "both-covered", "both-heavy")
                  for path in (pool.ROOT / f"{name}-{seed}").glob("[0-9]*[0-9].npz"))


def augment(images: Tensor, rng: np.random.Generator, model: str) -> Tensor:
    """Cheap variation of a rendered batch; the two recognisers get different mixes."""
    images = resized(images, rng)
    if model == "a":
        if rng.random() < 0.12:
            images = smeared(images, rng)
        if rng.random() < 0.7:
            images = images.clamp(1e-3, 1) ** torch.exp(each(images, rng, -0.5, 0.5))
        if rng.random() < 0.3:
            images = images + torch.randn_like(images) * each(images, rng, 0.0, 0.04)
    else:
        if rng.random() < 0.12:
            images = coarser(images, rng)
        if rng.random() < 0.35:
            soft = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)
            images = images + (images - soft) * each(images, rng, -0.9, 0.9)
        if rng.random() < 0.5:
            images = images + torch.randn_like(images) * each(images, rng, 0.0, 0.06) * images.clamp(min=0.1).sqrt()
    return (images * each(images, rng, 0.55, 1.25) + each(images, rng, -0.06, 0.1)).clamp(0, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=NETS)
    length_arguments(parser)
    parser.add_argument("--pool-seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights to go on from, at a lower rate")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    model, seed = arguments.model, SEEDS[arguments.model] + (arguments.start is not None)
    torch.manual_seed(seed)
    net = NETS[model]()
    if arguments.start is not None:
        net.load_state_dict(torch.load(arguments.start, map_location="cpu"))
    peak = PEAK_RATE[model] * (0.4 if arguments.start is not None else 1.0)
    checks = {mix: pool.write_shard(0, "trained", mix, CHECK_SEED) for mix in ("nominal", "hard")}
    fit(net, Run(model, Length(arguments.steps, arguments.minutes), peak, seed, arguments.out, partial(shards, model, arguments.pool_seed),
                 partial(augment, model=model), checks))


if __name__ == "__main__":
    main()
