"""The finder: a small fully convolutional network that says where on a frame to read.

`image` [1, 1, H, W] luma 0..1, H and W multiples of 16 -> `maps` [1, 5, H/2, W/2] probabilities:
digit runs' core, NW-7, QR, other text's core, label.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class _Context(nn.Module):
    """Wide look-around at 1/16: depthwise 7 x 7, then mixing, added to its input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(width, width, 7, 1, 3, groups=width, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.mix = nn.Sequential(nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(self.norm(self.look(x)))


class Finder(nn.Module):
    """About 149 M multiply-adds at 512 x 288."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _conv(1, 8, 2)
        self.quarter = nn.Sequential(_conv(8, 20, 2), _conv(20, 20))
        self.eighth = nn.Sequential(_conv(20, 32, 2), _conv(32, 32))
        self.sixteenth = nn.Sequential(_conv(32, 64, 2), _Context(64), _Context(64), _Context(64))
        self.narrow = nn.Conv2d(64, 32, 1)
        self.from_eighth = _conv(32, 20)
        self.from_quarter = _conv(20, 15)
        self.head = nn.ConvTranspose2d(15, 5, 2, 2)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        nn.init.constant_(self.head.bias, -3.0)  # nearly everything is background

    def forward(self, image: Tensor) -> Tensor:
        """Logits; whitening is part of the graph."""
        mean = image.mean((2, 3), keepdim=True)
        centred = image - mean
        x = centred / (centred.square().mean((2, 3), keepdim=True).sqrt() + 0.03)
        quarter = self.quarter(self.stem(x))
        eighth = self.eighth(quarter)
        wide = self.narrow(self.sixteenth(eighth))
        eighth = self.from_eighth(eighth + self.up(wide))
        return self.head(self.from_quarter(quarter + self.up(eighth)))


class Probabilities(nn.Module):
    """The finder as exported."""

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        self.finder = finder

    def forward(self, image: Tensor) -> Tensor:
        return torch.sigmoid(self.finder(image))
