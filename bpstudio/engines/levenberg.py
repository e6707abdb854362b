"""Levenberg-Marquardt for the squared error: Hagan and Menhaj (1994), IEEE Trans. Neural Networks 5.

An engine of its own, whichever engine was asked for: it lives from matrix products and one solution of
linear equations for each update, which NumPy hands to BLAS and LAPACK.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpstudio.engines.base import State
from bpstudio.engines.forward import forward
from bpstudio.engines.reference import ReferenceEngine, backward
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.functions import ACTIVATIONS, LOSSES
from bpstudio.model.topology import Topology

MOST_TRIES = 5
"""Solutions in one update at most; the next update goes on with the damping reached."""
LEAST_DAMPING, MOST_DAMPING = 1e-20, 1e10
CHUNK_VALUES = 1 << 20
"""Entries of the Jacobian held at once; between two such pieces an update may be given up."""


class _GivenUpError(Exception):
    """Somebody asked for the interrupt of an update."""


def jacobian(topology: Topology, vector: FloatArray, outputs: list[FloatArray]) -> FloatArray:
    """d y_hat / d parameters: (samples, outputs, parameters), from the outputs of every layer.

    One backward pass (26) for each output, with delta = d y_hat_k / dz at the last layer.
    """
    y_hat = outputs[-1]
    samples, width = y_hat.shape
    result = np.zeros((samples, width, topology.parameter_count), dtype=y_hat.dtype)
    activation = ACTIVATIONS[topology.output.activation]
    for k in range(width):
        one = np.zeros_like(y_hat)
        one[:, k] = 1
        deltas = backward(topology, vector, outputs, activation.backward(y_hat, one))
        for block, delta in zip(topology.blocks, deltas, strict=True):
            for b in block.incoming:
                products = delta[:, :, None] * outputs[b.source][:, None, :]
                result[:, k, b.start : b.stop] = products.reshape(samples, -1)
            result[:, k, block.start : block.stop] = delta
    return result


class LevenbergEngine(ReferenceEngine):
    """The Engine whose updates solve (J^T J + mu I) step = J^T e, e being y_hat - y.

    A step is taken only if the batch's loss, penalties included, falls with it; then mu is divided by
    ``damping_factor``, otherwise multiplied by it and another step is tried.
    """

    def __init__(
        self, topology: Topology, X: FloatArray, Y: FloatArray, config: TrainingConfig, state: State
    ) -> None:
        super().__init__(topology, X, Y, config, state)
        count = topology.parameter_count
        free = topology.free
        self._free_indices = np.arange(count) if free is None else np.flatnonzero(free)

    def advance(self, order: IntArray) -> int:
        """See ``Engine.advance``."""
        self.interrupted = False
        return super().advance(order)

    def _update(self, rows: IntArray) -> bool:
        try:
            return self._tried(rows)
        except _GivenUpError:
            self.interrupted = True
            return False

    def _tried(self, rows: IntArray) -> bool:
        """One update, with nothing written before the end."""
        state, config, free = self.state, self.config, self._free_indices
        before = self._cost(state.parameters, rows)
        if not np.isfinite(before):
            return False
        matrix, gradient = self._equations(rows)
        start = np.full(1, config.damping, dtype=state.parameters.dtype)
        damping, accepted = float(state.slots.get("damping", start)[0]), None
        for _ in range(MOST_TRIES):
            trial = state.parameters.copy()
            trial[free] -= _solution(matrix, gradient, damping)
            if np.isfinite(trial).all() and self._cost(trial, rows) < before:
                damping, accepted = max(damping / config.damping_factor, LEAST_DAMPING), trial
                break
            damping = min(damping * config.damping_factor, MOST_DAMPING)
        state.slots.setdefault("damping", start)[0] = damping
        if accepted is not None:
            state.parameters[:] = accepted
        return True

    def _cost(self, parameters: FloatArray, rows: IntArray) -> float:
        """Half the sum of the squared errors, with as much of the penalties as the rows have."""
        config = self.config
        total = 0.0
        for part in self._chunks(rows):
            y_hat = forward(self.topology, parameters, self.X[part])[-1]
            losses = LOSSES[config.loss].value(y_hat, self.Y[part])
            total += float(losses.sum(dtype=np.float64))
        w = parameters[self._is_weight].astype(np.float64)
        penalty = config.l1 * float(np.abs(w).sum()) + config.l2 / 2 * float(w @ w)
        return total + len(rows) * penalty

    def _equations(self, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        """J^T J (free, free) and J^T e (free,) in float64, with the penalties' second and first
        derivatives, over the parameters that may change."""
        config, free = self.config, self._free_indices
        matrix = np.zeros((free.size, free.size))
        gradient = np.zeros(free.size)
        vector = self.state.parameters
        for part in self._chunks(rows):
            outputs = forward(self.topology, vector, self.X[part])
            J = jacobian(self.topology, vector, outputs)[:, :, free]
            J = J.reshape(len(part) * self.Y.shape[1], free.size).astype(np.float64, copy=False)
            matrix += J.T @ J
            gradient += (outputs[-1] - self.Y[part]).ravel() @ J
        weights = len(rows) * self._is_weight[free]
        w = vector[free].astype(np.float64)
        gradient += weights * (config.l1 * np.sign(w) + config.l2 * w)
        matrix[np.diag_indices_from(matrix)] += weights * config.l2
        return matrix, gradient

    def _chunks(self, rows: IntArray) -> Iterator[IntArray]:
        size = max(1, CHUNK_VALUES // (self.topology.parameter_count * self.Y.shape[1]))
        for start in range(0, len(rows), size):
            if self.interrupt():
                raise _GivenUpError
            yield rows[start : start + size]


def _solution(matrix: FloatArray, gradient: FloatArray, damping: float) -> FloatArray:
    """The damped step; NaN where the equations have no solution in floating point."""
    damped = matrix.copy()
    damped[np.diag_indices_from(damped)] += damping
    try:
        step: FloatArray = np.linalg.solve(damped, gradient)
    except np.linalg.LinAlgError:
        return np.full_like(gradient, np.nan)
    return step
