"""Slopes by central differences, of the fourth order: the error is near 1e-12, not 1e-8."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.functions import LOSSES
from bpstudio.model.network import Network

from ..strategies import Problem

STEP = 1e-4


def slope(function: Callable[[float], float], at: float = 0.0, step: float = STEP) -> float:
    """df/dt at a point."""
    near = function(at + step) - function(at - step)
    far = function(at + 2 * step) - function(at - 2 * step)
    return (8.0 * near - far) / (12.0 * step)


class KinkError(ValueError):
    """The loss has a corner there: ReLU's slope jumps, and no difference can measure it."""


class Slopes:
    """Directional derivatives of a problem's mean loss, at its parameters."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._vector = problem.network.parameters
        self._signs = self._bent_signs(problem.network)

    def along(self, direction: FloatArray) -> float:
        """dE/dt of parameters + t direction; KinkError where a ReLU would change its side.

        Pruned connections stay as they are, whatever the direction says of them.
        """
        direction = direction * unpruned(self._problem.network)

        def loss(t: float) -> float:
            network = self._problem.network.with_parameters(self._vector + t * direction)
            if self._bent_signs(network) != self._signs:
                raise KinkError
            y_hat = network.predict(self._problem.X)
            return float(LOSSES[self._problem.loss].value(y_hat, self._problem.Y).mean())

        return slope(loss)

    def _bent_signs(self, network: Network) -> bytes:
        outputs = network.forward(self._problem.X)
        bent = [
            outputs[layer.id] > 0
            for layer in network.topology.layers[1:]
            if layer.activation in ("relu", "leaky_relu")
        ]
        return b"".join(np.packbits(signs).tobytes() for signs in bent)


def unpruned(network: Network) -> FloatArray:
    """1 for every parameter that is there, 0 for a pruned weight and a bias that a layer has not."""
    kept = network.with_parameters(np.ones_like(network.parameters))
    for link in network.topology.links:
        if link.mask is not None:
            kept.weights[link.key][~link.mask] = 0.0
    for layer in network.topology.layers[1:]:
        kept.biases[layer.id][:] = layer.bias
    return kept.parameters


def directions(count: int, limit: int, seed: int) -> list[FloatArray]:
    """Single parameters, at most ``limit`` of them, and three random directions through all."""
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(count)[:limit])
    single = [np.eye(1, count, k)[0] for k in chosen]
    return [*single, *rng.normal(size=(3, count))]
