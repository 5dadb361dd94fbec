"""Trains, exports and evaluates the finder.

    python train_finder.py pool --count 5248       # render frames (resumable, shards of 64)
    python train_finder.py train --steps 2650      # train on the pool, export models/finder.onnx
    python train_finder.py evaluate --count 400    # object recall and precision of the export on fresh frames

Seeds: pool 1, evaluation 9001, weights 1.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from finder_data import CHANNELS, SHAPES, example, fonts, load_shards, write_shard
from finder_net import Finder, Probabilities
from finder_score import evaluate
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

HERE = Path(__file__).parent
POOL = HERE / "pool" / "finder"
MODEL = HERE.parent / "finder.onnx"
SHARD, BATCH = 64, 8
PEAK_RATE = 3e-3
# Thin cores are rare and matter most: weight of positives in the cross-entropy, and of each channel.
POSITIVE = torch.tensor([4.0, 2.0, 3.0, 3.0, 1.0]).view(5, 1, 1)
CHANNEL = torch.tensor([2.0, 1.0, 0.7, 0.7, 0.7]).view(5, 1, 1)


def make_pool(count: int, seed: int) -> None:
    """Renders the missing shards."""
    POOL.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    for first in range(0, count, SHARD):
        path = POOL / f"{first:06d}.pkl"
        if not path.exists():
            write_shard(path, seed, first, SHARD, fonts.trained())


class Batches(IterableDataset):
    """Endless augmented batches; looks for new shards every 100 batches."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        cv2.setNumThreads(1)
        rng = np.random.default_rng(self.seed)
        known: dict = {}
        count = 0
        while True:
            if count % 100 == 0:
                items = load_shards(POOL, known)
                groups = [[i for i in items if (i.grey.shape[0] * 16 > i.grey.shape[1] * 10) == tall] for tall in (False, True)]
            tall = rng.random() < len(groups[1]) / len(items)
            chosen = [groups[tall][int(k)] for k in rng.integers(len(groups[tall]), size=BATCH)]
            examples = [example(item, SHAPES[tall], rng) for item in chosen]
            yield tuple(np.stack(part) for part in zip(*examples, strict=True))
            count += 1


def loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Weighted binary cross-entropy plus dice, both per channel."""
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, target, weight=weight * CHANNEL, pos_weight=POSITIVE)
    p = torch.sigmoid(logits) * weight
    overlap = 2 * (p * target).sum((0, 2, 3)) + 20
    dice = 1 - overlap / (p.sum((0, 2, 3)) + (target * weight).sum((0, 2, 3)) + 20)
    return entropy + 0.5 * (dice * CHANNEL.view(5)).mean()


def train(steps: int, minutes: float, seed: int, resume: Path | None, peak: float, out: Path) -> None:
    """Warm-up, then a cosine to zero over `steps` (or `minutes`, if given); keeps averaged weights."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    net = Finder().to(memory_format=torch.channels_last)
    if resume is not None:
        net.load_state_dict(torch.load(resume))
    averaged = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.993), use_buffers=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=PEAK_RATE, weight_decay=1e-3)
    start, step, running, saved = time.monotonic(), 0, 0.0, time.monotonic()
    for image, target, weight in DataLoader(Batches(seed), batch_size=None, num_workers=1, prefetch_factor=4):
        share = (time.monotonic() - start) / (60 * minutes) if minutes else step / steps
        if share >= 1:
            break
        rate = peak * min(1.0, (step + 1) / 150) * 0.5 * (1 + np.cos(np.pi * share))
        for group in optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(image[:, None].contiguous(memory_format=torch.channels_last))
        value = loss(logits.float(), target.float(), weight.float())
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        averaged.update_parameters(net)
        step += 1
        running = value.item() if step == 1 else 0.98 * running + 0.02 * value.item()
        if step % 50 == 0:
            print(f"step {step} minute {(time.monotonic() - start) / 60:.1f} loss {running:.4f} rate {rate:.5f}", flush=True)
        if time.monotonic() - saved > 240:
            save(averaged.module, out)
            saved = time.monotonic()
    save(averaged.module, out)


def save(net: Finder, out: Path) -> None:
    """Weights beside the pool, ONNX where it is wanted."""
    torch.save(net.state_dict(), POOL / f"{out.stem}.pt")
    export(net, out)


def export(net: Finder, path: Path) -> None:
    """ONNX, opset 17, dynamic height and width."""
    state = net.state_dict()
    fresh = Finder()
    fresh.load_state_dict(state)
    axes = {"image": {2: "height", 3: "width"}, "maps": {2: "half_height", 3: "half_width"}}
    half = path.with_suffix(".part")
    torch.onnx.export(Probabilities(fresh).eval(), torch.zeros(1, 1, 288, 512), str(half), input_names=["image"], output_names=["maps"],
                      dynamic_axes=axes, opset_version=17, dynamo=False)  # fmt: skip
    half.rename(path)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    pool = commands.add_parser("pool")
    pool.add_argument("--count", type=int, default=5248)
    pool.add_argument("--seed", type=int, default=1)
    fit = commands.add_parser("train")
    fit.add_argument("--steps", type=int, default=2650)
    fit.add_argument("--minutes", type=float, default=0.0, help="train against the clock instead of by steps")
    fit.add_argument("--out", type=Path, default=MODEL)
    fit.add_argument("--peak", type=float, default=PEAK_RATE, help="highest learning rate")
    fit.add_argument("--seed", type=int, default=1)
    fit.add_argument("--resume", type=Path)
    score = commands.add_parser("evaluate")
    score.add_argument("--model", type=Path, default=MODEL)
    score.add_argument("--count", type=int, default=400)
    score.add_argument("--seed", type=int, default=9001)
    args = parser.parse_args()
    if args.command == "pool":
        make_pool(args.count, args.seed)
    elif args.command == "train":
        train(args.steps, args.minutes, args.seed, args.resume, args.peak, args.out)
    else:
        print(json.dumps(evaluate(args.model, args.count, args.seed, CHANNELS), indent=1))


if __name__ == "__main__":
    main()
