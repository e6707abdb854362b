"""The fast engine: native loops over the parameter vector, for any topology, without the
interpreter's lock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bpstudio.engines.base import Evaluation, State, batch_rows, weight_positions
from bpstudio.engines.forward import forward
from bpstudio.engines.kernels.code import is_cached, is_ready, kernels
from bpstudio.engines.kernels.plan import LOSS_CODES, OPTIMIZER_CODES, SETTINGS, plan
from bpstudio.engines.optimizers import STEPS
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.functions import LOSSES
from bpstudio.model.methods import SINGLE_SLOTS
from bpstudio.model.topology import Topology

__all__ = ["CompiledEngine", "is_cached", "is_ready", "kernels"]

CHUNK_ROWS, CHUNK_WORK = 128, 1 << 27
"""Rows whose outputs are held at once, and rows times parameters: a few milliseconds.

Sums over a batch are added chunk by chunk, so a chunk must not depend on anything but the network.
"""


class CompiledEngine:
    """The Engine in machine code. KernelError where the kernels cannot be had."""

    call_seconds = 0.01
    """Half of what a native call may last at most."""
    holds_interpreter = False

    def __init__(
        self, topology: Topology, X: FloatArray, Y: FloatArray, config: TrainingConfig, state: State
    ) -> None:
        self.topology = topology
        self.X, self.Y = (np.require(a, config.dtype, ["C", "W"]) for a in (X, Y))
        self.config = config
        self.state = state
        self.interrupt: Callable[[], bool] = lambda: False
        self.interrupted = False
        self._kernels = kernels(config.dtype)
        self._plan = plan(topology, config.dtype)
        self._joint = topology.output.activation in LOSSES[config.loss].joint
        self._size = topology.parameter_count
        self._chunk = max(8, min(CHUNK_ROWS, CHUNK_WORK // self._size)) // 4 * 4
        self._weight = weight_positions(topology).astype(config.dtype)
        free = topology.free
        self._held = np.flatnonzero([] if free is None else ~free).astype(np.uintp)
        self._kept = np.zeros(max(1, self._held.size), config.dtype)
        self._gradient = np.zeros(self._size, config.dtype)
        self._values = np.zeros(self._chunk * self._plan.stride, config.dtype)
        self._deltas = np.zeros_like(self._values)
        self._packed = np.zeros(self._plan.packed, config.dtype)
        self._none = np.zeros(1, config.dtype)
        self._seconds_per_row = 0.0

    def advance(self, order: IntArray) -> int:
        """See ``Engine.advance``."""
        order = np.ascontiguousarray(order, dtype=np.int64)
        batch = batch_rows(self.config, len(self.X))
        done = 0
        self.interrupted = False
        while done < len(order):
            rows = self._rows_per_call(batch, len(order) - done)
            before = self._saved()
            if not self._learn(order[done : done + rows], min(batch, rows)):
                if self.interrupted:
                    return done
                self._restore(before)
                return done + self._careful(order[done : done + rows], batch)
            done += rows
        return len(order)

    def _rows_per_call(self, batch: int, left: int) -> int:
        """Whole updates for about CALL_SECONDS; the short one at the end of an epoch goes alone."""
        updates = left // batch
        if updates == 0:
            return left
        if self._seconds_per_row == 0.0:
            return batch
        aimed = int(self.call_seconds / (self._seconds_per_row * batch))
        return batch * min(updates, max(1, aimed))

    def _learn(self, order: IntArray, update: int) -> bool:
        """Updates of that many rows each; False if a number stopped being finite somewhere."""
        plain = self._is_plain(update)
        began = time.perf_counter()
        if plain and update == 1:
            summed = self._online(order)
        else:
            summed = self._batches(order, update, plain)
        self._seconds_per_row = (time.perf_counter() - began) / len(order)
        # What is not finite stays so: in the sum of the errors, and in a parameter.
        return bool(np.isfinite(summed) and np.isfinite(self.state.parameters).all())

    def _is_plain(self, update: int) -> bool:
        """Whether a gradient may go straight into the parameters."""
        config = self.config
        return (
            config.optimizer == "sgd"
            and not (config.l1 or config.l2 or config.clip or self._held.size)
            and update <= self._chunk
        )

    def _online(self, order: IntArray) -> float:
        p = self._plan
        return self._kernels.online(
            _at(order), len(order), _at(self.X), _at(self.Y), _at(p.layers), _at(p.links), p.count,
            _at(self.state.parameters), _at(self._values), _at(self._deltas), self._joint,
            self.config.learning_rate,
        )  # fmt: skip

    def _batches(self, order: IntArray, update: int, plain: bool) -> float:
        """One call for many updates, or several for an update that is too large for one."""
        step = len(order)
        if len(order) == update and self._seconds_per_row > 0.0:
            chunks = int(self.call_seconds / (self._seconds_per_row * self._chunk))
            step = max(1, chunks) * self._chunk
        summed = 0.0
        for start in range(0, len(order), step):
            if start and self.interrupt():
                # Only the gradient so far is lost: no parameter has changed.
                self.interrupted = True
                return np.nan
            part = order[start : start + step]
            summed += self._one_call(part, update, start, plain)
        return summed

    def _one_call(self, order: IntArray, update: int, position: int, plain: bool) -> float:
        p, state = self._plan, self.state
        first, second, ticks = self._slots()
        return self._kernels.batches(
            _at(order), len(order), update, position, self._chunk, _at(self.X), _at(self.Y),
            _at(p.layers), _at(p.links), p.count, p.stride, _at(state.parameters),
            _at(self._gradient), self._size, _at(self._weight), _at(self._held), self._held.size,
            _at(self._kept), _at(first), _at(second), _at(ticks), _at(self._values),
            _at(self._deltas), _at(self._packed), self._joint, OPTIMIZER_CODES[self.config.optimizer],
            plain, _at(self._settings(update)),
        )  # fmt: skip

    def _settings(self, update: int) -> FloatArray:
        """What ``kernels.plan.SETTINGS`` names."""
        config = self.config
        decoupled = STEPS[config.optimizer].decoupled
        special = {
            "share": 1 / update,
            "l2": 0.0 if decoupled else config.l2,
            "clip": np.inf if config.clip is None else config.clip,
            "shrink": 1 - config.learning_rate * config.l2 if decoupled else 1.0,
        }
        return np.array(
            [special.get(name, getattr(config, name, None)) for name in SETTINGS], float
        )

    def _slots(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The optimizer's vectors, made when they are first needed; the last counts updates."""
        vectors = [self._none] * 3
        for k, name in enumerate(STEPS[self.config.optimizer].slots):
            if name not in self.state.slots:
                start = self.config.learning_rate if name == "step_size" else 0.0
                size = 1 if name in SINGLE_SLOTS else self._size
                self.state.slots[name] = np.full(size, start, self.config.dtype)
            vectors[k] = self.state.slots[name]
        return vectors[0], vectors[1], vectors[2]

    # Numbers that stop being finite

    def _saved(self) -> State:
        return State(
            self.state.parameters.copy(), {k: v.copy() for k, v in self.state.slots.items()}
        )

    def _restore(self, before: State) -> None:
        self.state.parameters[:] = before.parameters
        self.state.slots = before.slots

    def _careful(self, order: IntArray, batch: int) -> int:
        """Update by update, to find the one that fails; the state is the one before it."""
        loss = LOSSES[self.config.loss]
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            before = self._saved()
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                outputs = forward(self.topology, self.state.parameters, self.X[rows])[-1]
                good = bool(np.isfinite(loss.value(outputs, self.Y[rows])).all())
                if good:
                    self._learn(rows, len(rows))
                    good = bool(np.isfinite(self.state.parameters).all())
            if not good:
                self._restore(before)
                return start
        return len(order)

    def measure(self, X: FloatArray, Y: FloatArray, labels: IntArray | None) -> Evaluation:
        """See ``Engine.measure``."""
        X, Y = (np.require(a, self.config.dtype, ["C", "W"]) for a in (X, Y))
        if len(X) == 0:
            return Evaluation(0, float("nan"), float("nan"))
        p = self._plan
        order = np.arange(len(X), dtype=np.int64)
        classes = order if labels is None else np.ascontiguousarray(labels, dtype=np.int64)
        right = np.zeros(1, np.int64)
        tiny = float(np.finfo(self.config.dtype).tiny)
        summed = self._kernels.measure(
            _at(order), len(order), self._chunk, _at(X), _at(Y), _at(classes), labels is not None,
            _at(p.layers), _at(p.links), p.count, p.stride, _at(self.state.parameters),
            _at(self._values), _at(self._packed), LOSS_CODES[self.config.loss], tiny, _at(right),
        )  # fmt: skip
        accuracy = int(right[0]) / len(X) if labels is not None else float("nan")
        return Evaluation(len(X), summed / len(X), accuracy)


def _at(array: np.ndarray[Any, Any]) -> int:
    """The address of a contiguous array's first number."""
    return array.ctypes.data
