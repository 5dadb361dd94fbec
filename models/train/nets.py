"""The two digit recognisers.  Both read ``[N, 1, 32, W]`` luma 0…1 and give ``[T, N, 12]`` log-softmax.

They differ on purpose, so that they do not share their mistakes:

* A whitens the strip as a whole and is a plain convolutional net whose kernels look at
  rows and columns together until the height is gone.
* B normalises every place by its own surroundings (which is nearly a binarisation), cuts
  the strip into columns early, and then works along the line with long one-dimensional
  kernels and residual connections.

Neither sees further than a few digits, so neither can learn what a plausible number is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CLASSES = 12
"""0 blank, 1…10 the digits 0…9, 11 another glyph."""

STRIDE = 4
"""Strip columns per output frame."""


def _conv(cin: int, cout: int, kernel: int | tuple[int, int], stride: int | tuple[int, int] = 1,
          padding: int | tuple[int, int] = 0, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, padding, groups=groups, bias=False),
                         nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


def _emit(x: Tensor) -> Tensor:
    """N×C×1×T scores → T×N×C log-softmax."""
    return F.log_softmax(x.squeeze(2).permute(2, 0, 1).float(), dim=2)


class NetA(nn.Module):
    """Plain convolutional CTC net on the whitened strip."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(1, 12, 3, 2, 1),                 # 16 × W/2
            _conv(12, 28, 3, 2, 1),                # 8 × W/4
            _conv(28, 40, 3, (2, 1), 1),           # 4 × W/4
            _conv(40, 48, 3, 1, 1),
            nn.Dropout2d(0.03),
            _conv(48, 96, (4, 3), 1, (0, 1)),      # 1 × W/4
            nn.Dropout2d(0.03),
            _conv(96, 80, (1, 5), 1, (0, 2)),
            nn.Dropout2d(0.03),
            nn.Conv2d(80, CLASSES, (1, 3), padding=(0, 1)),
        )

    def forward(self, image: Tensor) -> Tensor:
        mean = image.mean(dim=(1, 2, 3), keepdim=True)
        centred = image - mean
        deviation = (centred * centred).mean(dim=(1, 2, 3), keepdim=True).sqrt()
        return _emit(self.body(centred / (deviation + 0.02)))


def box_mean(x: Tensor, rows: int, columns: int) -> Tensor:
    """Mean over a `rows × columns` window that shrinks at the border.

    The exported graph pools, and so does an accelerator; a processor trains with differences
    of running sums, which is the same mean at a tenth of the time.
    """
    if torch.onnx.is_in_onnx_export() or x.is_cuda:
        x = F.avg_pool2d(x, (rows, 1), 1, (rows // 2, 0), count_include_pad=False)
        return F.avg_pool2d(x, (1, columns), 1, (0, columns // 2), count_include_pad=False)
    return _running_mean(_running_mean(x, rows, 2), columns, 3)


def _running_mean(x: Tensor, window: int, dim: int) -> Tensor:
    size, half = x.shape[dim], window // 2
    ends = torch.arange(size, device=x.device)
    last, first = (ends + half + 1).clamp(max=size), (ends - half).clamp(min=0)
    zero = torch.zeros_like(x.narrow(dim, 0, 1))
    total = torch.cat([zero, x.cumsum(dim)], dim)
    shape = [1, 1, 1, 1]
    shape[dim] = size
    return (total.index_select(dim, last) - total.index_select(dim, first)) / (last - first).view(shape)


class _PerChannel(nn.Conv2d):
    """A kernel along the line for every channel.

    On an accelerator it is a sum of shifted products: the gradient of a convolution of such
    a shape takes it a second.
    """

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__(channels, channels, (1, kernel), padding=(0, kernel // 2), groups=channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if not x.is_cuda:
            return super().forward(x)
        half, columns = self.padding[1], x.shape[3]
        x = F.pad(x, (half, half))
        return sum(x[..., k:k + columns] * self.weight[None, :, 0, :, k:k + 1] for k in range(2 * half + 1))


class _Along(nn.Module):
    """A residual block along the line: a long kernel per channel, then a mix of channels."""

    def __init__(self, channels: int, inner: int, kernel: int) -> None:
        super().__init__()
        self.long = nn.Sequential(
            _PerChannel(channels, kernel),
            nn.BatchNorm2d(channels))
        self.mix = _conv(channels, inner, 1)
        self.back = nn.Conv2d(inner, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.back(self.mix(self.long(x)))


class NetB(nn.Module):
    """Column features of the locally normalised strip, then long kernels along the line."""

    def __init__(self, classes: int = CLASSES, widths: tuple[int, int, int, int] = (12, 28, 40, 128)) -> None:
        super().__init__()
        first, second, third, inner = widths
        self.stem = nn.Sequential(
            _conv(1, first, 5, 2, 2),                      # 16 × W/2
            _conv(first, second, 4, 2, 1),                 # 8 × W/4
            _conv(second, third, (4, 3), (2, 1), (1, 1)),  # 4 × W/4
            _conv(third, 80, (4, 3), 1, (0, 1)),           # 1 × W/4
        )
        self.along = nn.Sequential(_Along(80, inner, 7), _Along(80, inner, 7), nn.Dropout2d(0.03),
                                   _Along(80, inner, 9), nn.Dropout2d(0.03))
        self.head = nn.Conv2d(80, classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        centred = image - box_mean(image, 25, 41)
        spread = box_mean(centred * centred, 25, 41)
        local = (centred / (spread + 0.0004).sqrt()).clamp(-2.5, 1.5)
        return _emit(self.head(self.along(self.stem(local))))


def heading_reader(classes: int) -> NetB:
    """B with more channels, as the heading reader has them: kanji have more strokes."""
    return NetB(classes, (16, 32, 48, 160))


NETS: dict[str, type[nn.Module]] = {"a": NetA, "b": NetB}


def macs(net: nn.Module, width: int = 448) -> int:
    """Multiplications of the convolutions for one 32 × `width` strip."""
    total = 0

    def count(module: nn.Conv2d, _inputs: object, out: Tensor) -> None:
        nonlocal total
        weights = module.weight
        total += out.shape[2] * out.shape[3] * weights.numel()

    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, nn.Conv2d)]
    net.eval()(torch.zeros(1, 1, 32, width))
    for hook in hooks:
        hook.remove()
    return total
