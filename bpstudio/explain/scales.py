"""Scales that people can read: round bounds, and round places for ticks."""

from __future__ import annotations

import math

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.network import Network

ROUND_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
QUARTER = 4
"""Logarithmic ranges end at quarters of a decade, so that they seldom move."""


def round_bound(value: float) -> float:
    """The smallest round number that is not below ``value``; 1 for 0."""
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    for step in ROUND_STEPS:
        if step * power >= value * (1 - 1e-12):
            return step * power
    return 10 * power


def weight_bound(network: Network) -> float:
    """The size of a weight or bias that has the full colour: round, so that it moves in steps."""
    parameters = network.parameters
    return round_bound(float(np.abs(parameters).max())) if parameters.size else 1.0


def linear_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most ``most`` round numbers from low to high, at even distances."""
    span = high - low
    if not math.isfinite(span) or span <= 0 or most < 1:
        return []
    for step in _steps_from(span / most):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [k * step for k in range(first, last + 1)]
    return []


def _steps_from(size: float) -> list[float]:
    power = 10.0 ** math.floor(math.log10(size))
    return [m * power for m in (1, 2, 5, 10, 20, 50) if m * power >= size * (1 - 1e-9)]


def log_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from 10**low to 10**high: powers of ten, or what is between where they are few."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    count = last - first + 1
    if count >= 2:
        stride = -(-count // most)
        return [10.0**k for k in range(first, last + 1) if k % stride == 0]
    if high - low < 1:
        return linear_ticks(10.0**low, 10.0**high, most)
    fine = [
        m * 10.0**k
        for k in range(math.floor(low), math.ceil(high) + 1)
        for m in (1, 2, 5)
        if low - 1e-9 <= math.log10(m) + k <= high + 1e-9
    ]
    return fine if len(fine) <= most else fine[:: -(-len(fine) // most)]


def loss_range(values: FloatArray, log: bool) -> tuple[float, float]:
    """A range that holds finite ``values``; they and the range are log10 of the losses if ``log``."""
    if values.size == 0:
        return (-3.0, 0.0) if log else (0.0, 1.0)
    least, most = float(values.min()), float(values.max())
    if not log:
        return 0.0, round_bound(most * 1.02)
    low = math.floor((least - 0.08) * QUARTER) / QUARTER
    high = math.ceil((most + 0.08) * QUARTER) / QUARTER
    return low, max(high, low + 2 / QUARTER)


def loss_points(epochs: FloatArray, losses: FloatArray, log: bool) -> tuple[FloatArray, FloatArray]:
    """The points of a loss curve, (points,) each, its height as log10 if ``log``.

    Left out is what cannot be drawn: no number, or zero on a logarithmic scale.
    """
    shown = np.isfinite(losses) & (losses > 0) if log else np.isfinite(losses)
    x, y = epochs[shown], losses[shown]
    return x, np.log10(y) if log else y


def thinned(x: FloatArray, y: FloatArray, most: int) -> tuple[FloatArray, FloatArray]:
    """At most ``most`` points of a curve that look the same: the lowest and highest of each stretch.

    The first and the last point stay.
    """
    if x.size <= most or most < 8:
        return x, y
    stretches = (most - 2) // 2
    each = -(-x.size // stretches)
    padded = np.concatenate([y, np.full(each * stretches - y.size, y[-1])])
    groups = padded.reshape(stretches, each)
    starts = np.arange(stretches) * each
    picked = np.concatenate([starts + groups.argmin(axis=1), starts + groups.argmax(axis=1)])
    kept = np.unique(np.concatenate([[0], np.minimum(picked, x.size - 1), [x.size - 1]]))
    return x[kept], y[kept]
