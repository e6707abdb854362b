"""What every neuron of a network with two inputs answers over the plane of its raw columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import Dataset
from bpstudio.model.functions import Activation
from bpstudio.model.network import Network

MARGIN = 0.08
"""How far the plane reaches beyond the data, as a share of their range."""


@dataclass(frozen=True)
class Plane:
    """A rectangle of raw input values: (low, high) of the first column and of the second."""

    x: tuple[float, float]
    y: tuple[float, float]

    def points(self, resolution: int) -> FloatArray:
        """Raw points at the middles of resolution x resolution cells, row by row from low y."""
        xs, ys = (
            low + (np.arange(resolution) + 0.5) * (high - low) / resolution
            for low, high in (self.x, self.y)
        )
        grid = np.meshgrid(xs, ys)
        return np.stack([axis.ravel() for axis in grid], axis=1)


def plane_of(dataset: Dataset | None) -> Plane | None:
    """The plane that holds the data, if they have exactly two numeric inputs."""
    if dataset is None or len(dataset.preparation.inputs) != 2:
        return None
    if any(column.is_category for column in dataset.preparation.inputs):
        return None
    spans = []
    for k in range(2):
        low, high = float(dataset.filled[:, k].min()), float(dataset.filled[:, k].max())
        margin = (high - low) * MARGIN or 0.5
        spans.append((low - margin, high + margin))
    return Plane(spans[0], spans[1])


def responses(
    network: Network, dataset: Dataset, plane: Plane, resolution: int
) -> dict[str, FloatArray]:
    """Outputs of every neuron over the plane, by layer id: (layer size, resolution, resolution).

    Row 0 is the lowest y. The input layer's are the scaled inputs themselves.
    """
    X = dataset.preparation.encode_inputs(plane.points(resolution))
    return {
        layer: outputs.T.reshape(-1, resolution, resolution)
        for layer, outputs in network.forward(X).items()
    }


def centred(values: FloatArray, activation: Activation) -> FloatArray:
    """Outputs as signed values from -1 to 1, 0 in the middle of what the activation can give.

    Without bounds the largest magnitude among ``values`` counts as 1.
    """
    if np.isfinite(activation.low) and np.isfinite(activation.high):
        middle, reach = (
            (activation.low + activation.high) / 2,
            (activation.high - activation.low) / 2,
        )
    else:
        middle, reach = 0.0, float(np.abs(values).max(initial=0.0)) or 1.0
    signed: FloatArray = (values - middle) / reach
    return signed
