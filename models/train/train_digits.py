"""Trains one of the two digit recognisers on rendered pools and exports it to ONNX.

    python train_digits.py a --steps 7000 --out ../digits-a.onnx

A learns from pools ``both`` and ``a``, B from ``both`` and ``b``; seeds, augmentation
and architecture differ as well.  While it trains it reports whole-line rates on strips
of trained faces with a seed of their own, and keeps the output file up to date.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import pool
from decode import greedy, spell
from nets import NETS

SEEDS = {"a": 11, "b": 23}
BATCH = 64
PEAK_RATE = {"a": 2.5e-3, "b": 2.0e-3}
EMA = 0.998


# --- data ------------------------------------------------------------------

def shards(model: str, pool_seed: int) -> list[Path]:
    """Shards on disk that `model` may learn from."""
    return sorted(path for faces in ("both", model)
                  for path in (pool.ROOT / f"{faces}-training-{pool_seed}").glob("[0-9]*[0-9].npz"))


def batches(model: str, pool_seed: int, rng: np.random.Generator, mixed: int = 5) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Endless batches (images N×1×32×W in 0…1, flat labels, label lengths); `mixed` shards are shuffled together."""
    while True:
        paths = shards(model, pool_seed)
        rng.shuffle(paths)
        for start in range(0, len(paths), mixed):
            parts = [np.load(path) for path in paths[start:start + mixed]]
            queue = []
            for key in sorted({key for part in parts for key in part.files if key.startswith("image")}):
                holding = [part for part in parts if key in part.files]
                images = np.concatenate([part[key] for part in holding])
                labels = np.concatenate([part[key.replace("image", "label")] for part in holding])
                order = rng.permutation(len(images))
                queue += [(images[o], labels[o]) for o in np.array_split(order, max(1, round(len(order) / BATCH)))]
            for index in rng.permutation(len(queue)):
                images, labels = queue[index]
                flat = torch.from_numpy(labels[labels > 0].astype(np.int64))
                yield torch.from_numpy(images)[:, None].float() / 255, flat, torch.from_numpy((labels > 0).sum(axis=1))


def augment(images: Tensor, model: str, rng: np.random.Generator) -> Tensor:
    """Cheap variation of a rendered batch; the two recognisers get different mixes."""
    count, _, rows, width = images.shape

    def each(low: float, high: float) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, 1, 1, 1)).astype(np.float32))

    if rng.random() < 0.6:  # another pitch
        size = (rows, int(width * rng.uniform(0.9, 1.15)))
        images = F.interpolate(images, size, mode="bilinear", align_corners=False)
    if rng.random() < 0.5:
        up, left = rng.integers(0, 3), rng.integers(0, 4)
        images = F.pad(images, (int(left), int(3 - left), int(up), int(2 - up)), mode="replicate")
        images = images[:, :, 1:1 + rows]
    if model == "a":
        if rng.random() < 0.7:
            images = images.clamp(1e-3, 1) ** torch.exp(each(-0.5, 0.5))
        if rng.random() < 0.3:
            images = images + torch.randn_like(images) * each(0.0, 0.04)
    else:
        if rng.random() < 0.35:
            soft = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)
            images = images + (images - soft) * each(-0.9, 0.9)
        if rng.random() < 0.5:
            images = images + torch.randn_like(images) * each(0.0, 0.06) * images.clamp(min=0.1).sqrt()
    return (images * each(0.55, 1.25) + each(-0.06, 0.1)).clamp(0, 1)


# --- training --------------------------------------------------------------

def rate(step: int, steps: int, peak: float) -> float:
    """Learning rate: a twentieth of the run to warm up, then a cosine down to a thousandth."""
    warm = 0.05 * steps
    if step < warm:
        return peak * (0.05 + 0.95 * step / warm)
    return peak * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm))))


def update_average(average: nn.Module, net: nn.Module, step: int) -> None:
    """Moves the running average of weights and statistics towards the net."""
    keep = min(EMA, (1 + step) / (10 + step))
    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), net.state_dict().values()):
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)


def whole_lines(net: nn.Module, path: Path, limit: int = 800) -> float:
    """Share of a shard's strips that are read wholly as labelled."""
    right = total = 0
    data = np.load(path)
    net.eval()
    with torch.inference_mode():
        for key in data.files:
            if not key.startswith("image"):
                continue
            labels = data[key.replace("image", "label")]
            for at in range(0, min(len(labels), limit), 100):
                images = torch.from_numpy(data[key][at:at + 100])[:, None].float() / 255
                readings = greedy(net(images).numpy())
                right += sum(r.text == spell(row) for r, row in zip(readings, labels[at:at + 100]))
                total += len(readings)
    return right / total


def export(net: nn.Module, out: Path) -> None:
    """Writes the net as ONNX: ``image`` N×1×32×W → ``logits`` T×N×12, N, W and T free."""
    net = copy.deepcopy(net).eval().to(memory_format=torch.contiguous_format)
    part = out.with_suffix(".part")
    torch.onnx.export(net, (torch.rand(1, 1, 32, 448),), str(part), dynamo=False, opset_version=17,
                      input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "n", 3: "w"}, "logits": {0: "t", 1: "n"}})
    part.rename(out)


def train(model: str, steps: int, pool_seed: int, out: Path, start: Path | None, report: int) -> None:
    """Runs the whole training of one recogniser."""
    seed = SEEDS[model]
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = NETS[model]()
    if start is not None:
        net.load_state_dict(torch.load(start))
    average = copy.deepcopy(net)
    net = net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
    checks = [pool.write_shard(0, "trained", mix, 900) for mix in ("nominal", "hard")]
    began, cpu, loss_mean, seen = time.monotonic(), time.process_time(), 0.0, 0
    peak = PEAK_RATE[model] * (0.4 if start is not None else 1.0)
    for step, (images, labels, lengths) in zip(range(1, steps + 1), batches(model, pool_seed, rng)):
        for group in optimiser.param_groups:
            group["lr"] = rate(step, steps, peak)
        images = augment(images, model, rng).contiguous(memory_format=torch.channels_last)
        net.train()
        with torch.autocast("cpu", torch.bfloat16):
            scores = net(images)
        frames = torch.full((scores.shape[1],), scores.shape[0])
        loss = F.ctc_loss(scores, labels, frames, lengths, zero_infinity=True)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        update_average(average, net, step)
        loss_mean += 0.02 * (loss.item() - loss_mean) if step > 1 else loss.item()
        seen += len(images)
        if step % report == 0 or step == steps:
            rates = [whole_lines(average, check) for check in checks]
            print(f"{model} step {step}/{steps} loss {loss_mean:.4f} nominal {rates[0]:.4f} hard {rates[1]:.4f} "
                  f"lines/s {seen / (time.monotonic() - began):.0f} cpu {(time.process_time() - cpu) / 60:.1f} min", flush=True)
            torch.save(average.state_dict(), out.with_suffix(".pt"))
            export(average, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=NETS)
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--pool-seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights to go on from, at a lower rate")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--report", type=int, default=500)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    train(arguments.model, arguments.steps, arguments.pool_seed, arguments.out, arguments.start, arguments.report)


if __name__ == "__main__":
    main()
