"""Is the gradient right? Back-propagation held against central differences, parameter by parameter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bpstudio.engines.forward import forward
from bpstudio.engines.reference import gradient
from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.functions import LOSSES
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology

EPSILON = 1e-5
TOLERANCE = 1e-5
MAX_ROWS = 50
MAX_PARAMETERS = 2000
KINKED = ("relu", "leaky_relu")
"""Activations whose slope jumps at 0: a difference across the jump is no derivative."""

_SMALL_SHARE = 1e-2
_SMALL = 1e-5


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """Both gradients of the parameters that were checked, all arrays (checked,).

    ``positions`` are their places in the parameter vector, ``kinks`` is True where a step crosses the
    kink of a ReLU, so that nothing can be said. ``rows`` tells how many rows the loss is the mean of,
    ``parameters`` how many of the network's parameters are not pruned.
    """

    topology: Topology
    positions: IntArray
    analytic: FloatArray
    numeric: FloatArray
    kinks: BoolArray
    rows: int
    parameters: int
    epsilon: float
    tolerance: float = TOLERANCE

    @cached_property
    def errors(self) -> FloatArray:
        """Relative differences; gradients far smaller than the largest count as a share of it, since
        what rounding leaves of them says nothing."""
        difference = np.abs(self.analytic - self.numeric)
        size = np.maximum(np.abs(self.analytic), np.abs(self.numeric))
        floor = max(_SMALL_SHARE * float(np.abs(self.analytic).max(initial=0.0)), _SMALL)
        relative: FloatArray = difference / np.maximum(size, floor)
        return relative

    @property
    def worst_error(self) -> float:
        """The largest relative difference away from kinks."""
        return float(self.errors[~self.kinks].max(initial=0.0))

    @property
    def worst(self) -> str:
        """Where that is, in words; "" where nothing could be checked."""
        if self.kinks.all():
            return ""
        k = int(np.where(self.kinks, -1.0, self.errors).argmax())
        return parameter_name(self.topology, int(self.positions[k]))

    @property
    def holds(self) -> bool:
        return self.worst_error <= self.tolerance

    def parts(self) -> list[tuple[str, int, int, float]]:
        """For each link and layer: what it is, parameters checked, kinks, largest difference."""
        result = []
        for name, start, stop in _stretches(self.topology):
            inside = (self.positions >= start) & (self.positions < stop)
            clear = inside & ~self.kinks
            largest = float(self.errors[clear].max(initial=0.0))
            if inside.any():
                result.append((name, int(inside.sum()), int((inside & self.kinks).sum()), largest))
        return result


def check_gradient(
    network: Network,
    X: FloatArray,
    Y: FloatArray,
    loss: str,
    epsilon: float = EPSILON,
    max_parameters: int = MAX_PARAMETERS,
    seed: int = 0,
) -> GradientCheck:
    """Compare dE/dparameters with (E(w + h) - E(w - h)) / 2h, h = epsilon · max(1, |w|), in float64.

    X is (rows, inputs), Y (rows, outputs). Of more than ``max_parameters`` a seeded choice is checked.
    Raises ValueError where network, rows and loss do not go together.
    """
    network = network.with_parameters(network.parameters.astype(np.float64))
    x, y = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (X, Y))
    analytic = gradient(network, x, y, loss)
    kept = network.topology.present
    all_positions = np.arange(len(analytic)) if kept is None else np.flatnonzero(kept)
    positions: IntArray = all_positions
    if len(positions) > max_parameters:
        chosen = np.random.default_rng(seed).choice(positions, max_parameters, replace=False)
        positions = np.sort(chosen)
    prober = _Prober(network, x, y, loss)
    probes = [prober.probe(int(k), epsilon) for k in positions]
    return GradientCheck(
        network.topology,
        positions,
        analytic[positions],
        np.array([numeric for numeric, _ in probes]),
        np.array([kink for _, kink in probes], dtype=bool),
        len(x),
        len(all_positions),
        epsilon,
    )


class _Prober:
    """The loss of a network with one parameter moved."""

    def __init__(self, network: Network, X: FloatArray, Y: FloatArray, loss: str) -> None:
        self._topology = network.topology
        self._vector = network.parameters.copy()
        self._X, self._Y = X, Y
        self._value = LOSSES[loss].value
        layers = network.topology.layers
        self._kinked = [k for k, layer in enumerate(layers) if k and layer.activation in KINKED]
        self._sides = self._loss()[1]

    def probe(self, position: int, epsilon: float) -> tuple[float, bool]:
        """The central difference at one parameter, and whether it spans a kink."""
        here = float(self._vector[position])
        step = epsilon * max(1.0, abs(here))
        losses, kink, places = [], False, (here + step, here - step)
        for place in places:
            self._vector[position] = place
            loss, sides = self._loss()
            losses.append(loss)
            pairs = zip(sides, self._sides, strict=True)
            kink = kink or any(not np.array_equal(a, b) for a, b in pairs)
        self._vector[position] = here
        # What was really added and subtracted, after rounding.
        return (losses[0] - losses[1]) / (places[0] - places[1]), kink

    def _loss(self) -> tuple[float, list[BoolArray]]:
        """Mean loss, and on which side of its kink each ReLU is for each row."""
        outputs = forward(self._topology, self._vector, self._X)
        loss = float(self._value(outputs[-1], self._Y).mean())
        return loss, [outputs[k] > 0 for k in self._kinked]


def _stretches(topology: Topology) -> list[tuple[str, int, int]]:
    """Names of the links' weights and layers' biases with their places in the vector."""
    result = []
    for block in topology.blocks:
        for b in block.incoming:
            result.append((f"weights {b.link.source} → {b.link.target}", b.start, b.stop))
        result.append((f"biases of {block.layer.id}", block.start, block.stop))
    return result


def parameter_name(topology: Topology, position: int) -> str:
    """A parameter as people find it on the canvas, neurons counted from 1."""
    for block in topology.blocks:
        for b in block.incoming:
            if b.start <= position < b.stop:
                target, source = divmod(position - b.start, b.shape[1])
                return (
                    f"the weight from {b.link.source} {source + 1} to {b.link.target} {target + 1}"
                )
        if block.start <= position < block.stop:
            return f"the bias of {block.layer.id} {position - block.start + 1}"
    raise IndexError(f"There is no parameter {position}.")
