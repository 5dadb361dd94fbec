"""The training loop that all recognisers share: CTC, AdamW, one cosine, averaged weights."""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from decode import DIGITS, greedy, spell

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")

BATCH = 128 if DEVICE.type == "cuda" else 64
HALF = DEVICE.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
"""Whether to train in bfloat16: a processor without the instructions is ten times slower with it, not faster."""

EMA = 0.998
"""How much of the averaged weights a step keeps."""


@dataclass(frozen=True)
class Length:
    """How long to train: so many steps, or so many minutes of wall clock."""

    steps: int | None = None
    minutes: float | None = None

    def progress(self, step: int, seconds: float) -> float:
        """0 at the start, 1 at the end."""
        if self.minutes is not None:
            return seconds / (60 * self.minutes)
        return step / self.steps


@dataclass(frozen=True)
class Run:
    """One training run."""

    name: str
    length: Length
    peak_rate: float
    seed: int
    out: Path
    find: Callable[[], list[Path]]                               # shards that exist now
    vary: Callable[[Tensor, np.random.Generator], Tensor]        # augmentation of a batch
    checks: dict[str, Path]                                      # shards to report whole-line rates on
    alphabet: str = DIGITS
    report: int = 700


# --- data ------------------------------------------------------------------

def batches(find: Callable[[], list[Path]], rng: np.random.Generator,
            mixed: int = 5) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Endless batches (images N×1×32×W in 0…1, flat labels, label lengths); `mixed` shards are shuffled together."""
    while True:
        paths = find()
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
                yield torch.from_numpy(images).to(DEVICE)[:, None].float() / 255, flat.to(DEVICE), torch.from_numpy((labels > 0).sum(axis=1))


def resized(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Another pitch and another place: a stretched, slightly shifted batch."""
    rows, width = images.shape[2:]
    if rng.random() < 0.6:
        size = (rows, int(width * rng.uniform(0.9, 1.15)))
        images = F.interpolate(images, size, mode="bilinear", align_corners=False)
    if rng.random() < 0.5:
        up, left = rng.integers(0, 3), rng.integers(0, 4)
        images = F.pad(images, (int(left), int(3 - left), int(up), int(2 - up)), mode="replicate")
        images = images[:, :, 1:1 + rows]
    return images


def smeared(images: Tensor, rng: np.random.Generator) -> Tensor:
    """The batch moved by up to six pixels in one direction while it was exposed."""
    angle, length = rng.uniform(0, np.pi), rng.uniform(1.0, 6.0)
    kernel = torch.zeros(1, 1, 7, 7)
    for t in np.linspace(-length / 2, length / 2, 19):
        kernel[0, 0, int(round(3 + t * np.sin(angle))), int(round(3 + t * np.cos(angle)))] += 1 / 19
    return F.conv2d(F.pad(images, (3, 3, 3, 3), mode="replicate"), kernel.to(images.device))


def coarser(images: Tensor, rng: np.random.Generator) -> Tensor:
    """The batch as fewer pixels had shown it."""
    rows, width = images.shape[2:]
    share = rng.uniform(0.4, 0.8)
    few = F.interpolate(images, (int(rows * share), int(width * share)), mode="bilinear", antialias=True)
    return F.interpolate(few, (rows, width), mode="bilinear")


def each(images: Tensor, rng: np.random.Generator, low: float, high: float) -> Tensor:
    """One uniform number for every picture of the batch."""
    return torch.from_numpy(rng.uniform(low, high, (len(images), 1, 1, 1)).astype(np.float32)).to(images.device)


# --- training --------------------------------------------------------------

def rate(progress: float, peak: float) -> float:
    """Learning rate: a twentieth of the run to warm up, then a cosine down to a thousandth."""
    if progress < 0.05:
        return peak * (0.05 + 0.95 * progress / 0.05)
    return peak * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - 0.05) / 0.95))))


def update_average(average: nn.Module, net: nn.Module, step: int) -> None:
    """Moves the running average of weights and statistics towards the net."""
    keep = min(EMA, (1 + step) / (10 + step))
    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), net.state_dict().values()):
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)


def whole_lines(net: nn.Module, path: Path, alphabet: str, limit: int = 200) -> float:
    """Share of a shard's strips of which every glyph is read as labelled, other glyphs not counted."""
    right = total = 0
    data = np.load(path)
    net.eval()
    with torch.inference_mode():
        for key in data.files:
            if not key.startswith("image"):
                continue
            labels = data[key.replace("image", "label")]
            for at in range(0, min(len(labels), limit), 100):
                images = torch.from_numpy(data[key][at:at + 100]).to(DEVICE)[:, None].float() / 255
                readings = greedy(net(images).cpu().numpy(), alphabet)
                right += sum(r.text.replace("?", "") == spell(row, alphabet).replace("?", "") for r, row in zip(readings, labels[at:at + 100]))
                total += len(readings)
    return right / total


def export(net: nn.Module, out: Path) -> None:
    """Writes the net as ONNX: ``image`` N×1×32×W → ``logits`` T×N×C, N, W and T free."""
    net = copy.deepcopy(net).eval().to("cpu", memory_format=torch.contiguous_format)
    part = out.with_suffix(".part")
    torch.onnx.export(net, (torch.rand(1, 1, 32, 448),), str(part), dynamo=False, opset_version=17,
                      input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "n", 3: "w"}, "logits": {0: "t", 1: "n"}})
    part.rename(out)


def length_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds ``--steps`` and ``--minutes``, one of which is required."""
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--minutes", type=float)


def fit(net: nn.Module, run: Run) -> None:
    """Trains `net`; keeps ``run.out`` (ONNX) and the weights beside it (``.pt``) up to date, and says what it took (``.json``)."""
    rng = np.random.default_rng(run.seed)
    net = net.to(DEVICE)
    average = copy.deepcopy(net)
    net = net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=run.peak_rate, weight_decay=0.01)
    began, cpu, loss_mean, seen = time.monotonic(), time.process_time(), 0.0, 0
    for step, (images, labels, lengths) in enumerate(batches(run.find, rng), 1):
        progress = run.length.progress(step, time.monotonic() - began)
        for group in optimiser.param_groups:
            group["lr"] = rate(progress, run.peak_rate)
        images = run.vary(images, rng).contiguous(memory_format=torch.channels_last)
        net.train()
        with torch.autocast(DEVICE.type, torch.bfloat16, enabled=HALF):
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
        if step % run.report == 0 or progress >= 1:
            rates = [f"{name} {whole_lines(average, path, run.alphabet):.4f}" for name, path in run.checks.items()]
            print(f"{run.name} step {step} ({progress:.0%}) loss {loss_mean:.4f} {' '.join(rates)} "
                  f"lines/s {seen / (time.monotonic() - began):.0f} cpu {(time.process_time() - cpu) / 60:.1f} min", flush=True)
            torch.save(average.state_dict(), run.out.with_suffix(".pt"))
            export(average, run.out)
        if progress >= 1:
            break
    summary = {"steps": step, "lines": seen, "cpu_minutes": round((time.process_time() - cpu) / 60, 1), "seed": run.seed,
               "loss": round(loss_mean, 4), "parameters": sum(p.numel() for p in net.parameters())}
    run.out.with_suffix(".json").write_text(json.dumps(summary) + "\n")
