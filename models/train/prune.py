"""Starting weights for the present nets out of an exported recogniser with more channels.

    python prune.py a ../digits-a.onnx --out a-start.pt

Of every layer those channels stay whose variation the next layer makes most of; the mean
of the others goes into its bias.  Exported convolutions have their batch normalisation
folded in: `unfold` gives the normalisations back what a batch of strips shows.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import nn

import pool
from nets import NETS


def convolutions(model: onnx.ModelProto) -> list[tuple[onnx.NodeProto, np.ndarray, np.ndarray]]:
    """The graph's convolutions with their weights and biases."""
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return [(node, held[node.input[1]].copy(), held[node.input[2]].copy()) for node in model.graph.node if node.op_type == "Conv"]


def activations(model: onnx.ModelProto, images: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Mean and deviation of every channel behind each convolution that a ReLU follows, by the convolution's output."""
    relus = {node.input[0]: node.output[0] for node in model.graph.node if node.op_type == "Relu"}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in relus.values())
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    seen = session.run(list(relus.values()), {"image": images})
    return {name: (x.mean(axis=(0, 2, 3)), x.std(axis=(0, 2, 3))) for name, x in zip(relus, seen)}


def unfold(net: nn.Module, biases: dict[nn.BatchNorm2d, np.ndarray], images: torch.Tensor) -> None:
    """Sets every normalisation so that on `images` it adds its bias and changes nothing else."""
    def settle(norm: nn.BatchNorm2d, inputs: tuple[torch.Tensor]) -> None:
        variance, mean = torch.var_mean(inputs[0], dim=(0, 2, 3), unbiased=False)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.data.copy_((variance + norm.eps).sqrt())
        norm.bias.data.copy_(mean + torch.from_numpy(biases[norm]))

    hooks = [norm.register_forward_pre_hook(settle) for norm in biases]
    with torch.no_grad():
        net.eval()(images)
    for hook in hooks:
        hook.remove()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=NETS)
    parser.add_argument("wide", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    data = np.load(pool.write_shard(0, "trained", "hard", 900))
    images = data["image_416"][:200, None].astype(np.float32) / 255
    wide = onnx.load(arguments.wide)
    layers = convolutions(wide)
    seen = activations(wide, images)
    net = NETS[arguments.model]()
    modules = list(net.modules())
    places = [(m, next((n for n in modules[at + 1:at + 2] if isinstance(n, nn.BatchNorm2d)), None))
              for at, m in enumerate(modules) if isinstance(m, nn.Conv2d)]
    biases: dict[nn.BatchNorm2d, np.ndarray] = {}
    for at, (place, norm) in enumerate(places):
        node, weight, bias = layers[at]
        spare = len(weight) - place.out_channels
        if spare:
            _, after, after_bias = layers[at + 1]
            mean, deviation = seen[node.output[0]]
            worth = deviation * np.sqrt((after ** 2).sum(axis=(0, 2, 3)))
            keep, drop = np.sort(np.argsort(worth)[spare:]), np.argsort(worth)[:spare]
            weight, bias = weight[keep], bias[keep]
            layers[at + 1] = (layers[at + 1][0], after[:, keep], after_bias + (after[:, drop].sum(axis=(2, 3)) * mean[drop]).sum(axis=1))
        place.weight.data.copy_(torch.from_numpy(weight))
        if norm is None:
            place.bias.data.copy_(torch.from_numpy(bias))
        else:
            biases[norm] = bias
    unfold(net, biases, torch.from_numpy(images))
    torch.save(net.state_dict(), arguments.out)


if __name__ == "__main__":
    main()
