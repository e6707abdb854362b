"""Is the gradient right? Back-propagation held against central differences, parameter by parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bpstudio.engines.forward import forward
from bpstudio.engines.reference import gradient
from bpstudio.explain.numbers import DIGITS, FULL, latex_number, with_minus
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

    def verdict(self) -> list[str]:
        """What came out, as sentences: what was left out, if anything, and whether it holds."""
        lines = []
        if kinks := int(self.kinks.sum()):
            lines.append(
                f"{kinks:,} {'step goes' if kinks == 1 else 'steps go'} across the kink of a ReLU, "
                "where there is no derivative to compare with: left out."
            )
        error = with_minus(f"{self.worst_error:.1e}")
        largest = f"the largest relative difference is {error}, at {self.worst}"
        if not self.worst:
            lines.append("Nothing is left to compare.")
        elif self.holds:
            lines.append(f"The gradient holds: {largest}.")
        else:
            most = with_minus(f"{self.tolerance:g}")
            lines.append(f"The gradient does NOT hold: {largest}; up to {most} is rounding.")
        return lines

    def link_errors(self, source: str, target: str) -> FloatArray:
        """The relative differences of a link's weights as a picture shows them, (target size, source
        size); NaN where nothing was checked or can be said. TopologyError if there is no link."""
        self.topology.link(source, target)
        for block in self.topology.blocks:
            for b in block.incoming:
                if b.link.key == (source, target):
                    return self._errors_between(b.start, b.stop).reshape(b.shape)
        raise AssertionError("A link has its place in the vector.")

    def bias_errors(self, layer: str) -> FloatArray:
        """The same of a layer's biases, (layer size,); TopologyError if there is no such layer."""
        self.topology.position(layer)
        for block in self.topology.blocks:
            if block.layer.id == layer:
                return self._errors_between(block.start, block.stop)
        return np.zeros(0)

    def _errors_between(self, start: int, stop: int) -> FloatArray:
        found = np.full(stop - start, np.nan)
        inside = (self.positions >= start) & (self.positions < stop) & ~self.kinks
        found[self.positions[inside] - start] = self.errors[inside]
        return found

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
    only: Sequence[int] | None = None,
) -> GradientCheck:
    """Compare dE/dparameters with (E(w + h) - E(w - h)) / 2h, h = epsilon · max(1, |w|), in float64.

    X is (rows, inputs), Y (rows, outputs). Of more than ``max_parameters`` a seeded choice is checked;
    ``only`` names positions of the vector instead.
    Raises ValueError where network, rows and loss do not go together.
    """
    network = network.with_parameters(network.parameters.astype(np.float64))
    x, y = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (X, Y))
    analytic = gradient(network, x, y, loss)
    kept = network.topology.present
    all_positions = np.arange(len(analytic)) if kept is None else np.flatnonzero(kept)
    positions: IntArray = all_positions
    if only is not None:
        positions = np.intersect1d(all_positions, np.asarray(only, dtype=np.intp))
    elif len(positions) > max_parameters:
        chosen = np.random.default_rng(seed).choice(positions, max_parameters, replace=False)
        positions = np.sort(chosen)
    prober = _Prober(network, x, y, loss)
    probes = [prober.probe(int(k), epsilon) for k in positions]
    return GradientCheck(
        network.topology,
        positions,
        analytic[positions],
        np.array([probe.numeric for probe in probes]),
        np.array([probe.kink for probe in probes], dtype=bool),
        len(x),
        len(all_positions),
        epsilon,
    )


@dataclass(frozen=True)
class Probe:
    """One parameter moved by ``step`` either way, the mean loss ``above`` and ``below``, and whether a
    ReLU's kink lies between."""

    value: float
    step: float
    above: float
    below: float
    kink: bool

    @property
    def numeric(self) -> float:
        """The central difference, over what was really added and subtracted, after rounding."""
        width = (self.value + self.step) - (self.value - self.step)
        return (self.above - self.below) / width


@dataclass(frozen=True)
class WeightCheck:
    """The check of one parameter: how the loss moved when it was moved, beside the derivative."""

    probe: Probe
    analytic: float
    error: float
    holds: bool

    def equations(self, symbol: str, digits: int = DIGITS) -> list[tuple[str, str, str]]:
        """The central difference in LaTeX, (left, relation, right): formula, numbers, result.

        ``symbol`` is the parameter's. The losses are written in full: they differ in late digits.
        """
        probe = self.probe
        left = rf"\frac{{\partial E}}{{\partial {symbol}}}"
        above, below = (latex_number(e, FULL) for e in (probe.above, probe.below))
        step = latex_number(probe.step, digits)
        return [
            (left, r"\approx", rf"\frac{{E({symbol} + h) - E({symbol} - h)}}{{2\,h}}"),
            ("", "=", rf"\frac{{{above} - {below}}}{{2 \cdot {step}}}"),
            ("", "=", latex_number(probe.numeric, max(digits, 8))),
        ]

    def verdict(self) -> str:
        """What came out, as a sentence."""
        if self.probe.kink:
            return (
                "The step goes across the kink of a ReLU: there is no derivative to compare with."
            )
        ours, tried = (with_minus(f"{x:.8g}") for x in (self.analytic, self.probe.numeric))
        numbers = f"{ours} by back-propagation, {tried} by trying"
        if self.holds:
            return f"The gradient holds: {numbers}."
        return f"The gradient does NOT hold: {numbers}."


def check_weight(
    network: Network,
    X: FloatArray,
    Y: FloatArray,
    loss: str,
    position: int,
    epsilon: float = EPSILON,
) -> WeightCheck:
    """Check one parameter by its position in the vector, on X (rows, inputs) and Y (rows, outputs).

    IndexError if there is none or it is pruned; ValueError as in ``check_gradient``.
    """
    found = check_gradient(network, X, Y, loss, epsilon, only=[position])
    if not found.positions.size:
        raise IndexError(f"There is no parameter {position}.")
    whole = network.with_parameters(network.parameters.astype(np.float64))
    x, y = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (X, Y))
    probe = _Prober(whole, x, y, loss).probe(position, epsilon)
    return WeightCheck(probe, float(found.analytic[0]), float(found.errors[0]), found.holds)


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

    def probe(self, position: int, epsilon: float) -> Probe:
        """The loss on both sides of one parameter."""
        here = float(self._vector[position])
        step = epsilon * max(1.0, abs(here))
        losses, kink = [], False
        for place in (here + step, here - step):
            self._vector[position] = place
            loss, sides = self._loss()
            losses.append(loss)
            pairs = zip(sides, self._sides, strict=True)
            kink = kink or any(not np.array_equal(a, b) for a, b in pairs)
        self._vector[position] = here
        return Probe(here, step, losses[0], losses[1], kink)

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
            ends = f"{topology.label(b.link.source)} → {topology.label(b.link.target)}"
            result.append((f"weights {ends}", b.start, b.stop))
        result.append((f"biases of {topology.label(block.layer.id)}", block.start, block.stop))
    return result


def parameter_name(topology: Topology, position: int) -> str:
    """A parameter as people find it on the canvas, neurons counted from 1."""
    for block in topology.blocks:
        for b in block.incoming:
            if b.start <= position < b.stop:
                target, source = divmod(position - b.start, b.shape[1])
                start = topology.neuron_label(b.link.source, source)
                return f"the weight from {start} to {topology.neuron_label(b.link.target, target)}"
        if block.start <= position < block.stop:
            return f"the bias of {topology.neuron_label(block.layer.id, position - block.start)}"
    raise IndexError(f"There is no parameter {position}.")
