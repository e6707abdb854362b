"""The fast engine: native loops for any topology, without the interpreter's lock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bpstudio.engines.base import (
    Evaluation,
    Rows,
    State,
    Watch,
    batch_rows,
    copied,
    one_by_one,
    weight_positions,
    zeros,
)
from bpstudio.engines.calls import Call, Measured, address, run_epochs
from bpstudio.engines.checkpoint import Checkpoint
from bpstudio.engines.forward import forward
from bpstudio.engines.kernels.code import is_cached, is_ready, kernels
from bpstudio.engines.kernels.plan import (
    LOSS_CODES,
    OPTIMIZER_CODES,
    SETTING_PLACES,
    SETTINGS,
    Plan,
    plan,
)
from bpstudio.engines.kernels.width import BYTES
from bpstudio.engines.optimizers import STEPS
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.functions import LOSSES
from bpstudio.model.methods import SINGLE_SLOTS
from bpstudio.model.topology import Topology

__all__ = ["CompiledEngine", "is_cached", "is_ready", "kernels"]

CHUNK_ROWS, CHUNK_WORK = 128, 1 << 30
"""Rows whose outputs are held at once, and rows times bytes of parameters: some ten milliseconds.

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
        dtype = config.dtype
        self.topology = topology
        self.X, self.Y = (np.require(a, dtype, ["C", "W"]) for a in (X, Y))
        self.config = config
        self.state = state
        self.interrupt: Callable[[], bool] = lambda: False
        self.interrupted = False
        self._kernels = kernels(dtype)
        self._plan = p = plan(topology, dtype, BYTES["batches"])
        self._joint = topology.output.activation in LOSSES[config.loss].joint
        parameters = topology.parameter_count * np.dtype(dtype).itemsize
        self._chunk = max(8, min(CHUNK_ROWS, CHUNK_WORK // parameters)) // 8 * 8
        self._seconds_per_row = 0.0
        self._values = zeros(self._chunk * p.stride, dtype)
        self._deltas = zeros(self._values.size, dtype)
        self._panel = zeros(p.panel, dtype)
        self._gradient = zeros(p.length, dtype)
        self._none = zeros(1, dtype)
        self._network = address(p.layers), address(p.links), p.count
        self._rows = address(self.X), address(self.Y)
        self._buffers = address(self._values), address(self._deltas), address(self._panel)
        self._moves = address(p.moves), p.moves.size
        self._made_settings: dict[int, tuple[TrainingConfig, FloatArray]] = {}
        self._known: dict[int, tuple[FloatArray, int]] = {}
        self._alone = _Alone(plan(topology, dtype, BYTES["online"]), dtype)
        self._checkpoint = Checkpoint(self.works_on_copies)
        self._measured: dict[int, Measured] = {}
        # Where parameters have places of their own, so have the optimizer's vectors.
        self._work = [zeros(p.length if p.moves.size else 0, dtype) for _ in range(3)]
        self._weight = self._placed(weight_positions(topology))
        held = self._placed(np.zeros(0) if topology.free is None else ~topology.free)
        self._held = np.flatnonzero(held).astype(np.uintp)
        self._kept = zeros(self._held.size, dtype)
        self._masks = (
            address(self._weight),
            address(self._held),
            self._held.size,
            address(self._kept),
        )

    def _placed(self, vector: Any) -> FloatArray:
        """A vector like the parameters', as the kernels see them."""
        p = self._plan
        if not p.moves.size or not vector.size:
            return copied(vector, self.config.dtype)
        placed = zeros(p.length, self.config.dtype)
        placed[p.moves] = vector
        return placed

    @property
    def works_on_copies(self) -> bool:
        """Whether kernels change copies of the parameters, and write them back if they are finite."""
        return self._plan.moves.size > 0

    def advance(self, order: IntArray) -> int:
        """See ``Engine.advance``."""
        order = np.ascontiguousarray(order, dtype=np.int64)
        batch = batch_rows(self.config, len(self.X))
        done = 0
        self.interrupted = False
        while done < len(order):
            rows = self._rows_per_call(batch, len(order) - done)
            part = order[done : done + rows]
            self._checkpoint.before(part, self.config, self.state)
            if not self._learn(part, min(batch, rows)):
                if self.interrupted:
                    self._checkpoint.without_last()
                    return done
                self._go_back()
                learned = self._careful(part, batch)
                if learned < rows:
                    return done + learned
            done += rows
        return len(order)

    def _rows_per_call(self, batch: int, left: int) -> int:
        """Whole updates for about ``call_seconds``; the short one at the end of an epoch goes alone."""
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
            check = self._online(order)
        else:
            check = self._batches(order, update, plain)
        self._seconds_per_row = (time.perf_counter() - began) / len(order)
        return bool(np.isfinite(check))

    def _is_plain(self, update: int) -> bool:
        """Whether a gradient may go straight into the parameters."""
        config = self.config
        return (
            config.optimizer == "sgd"
            and not (config.l1 or config.l2 or config.clip or self._held.size)
            and update <= self._chunk
        )

    def _online(self, order: IntArray) -> float:
        arguments = self._online_arguments(address(order), len(order))
        return self._kernels.online(*arguments, self.config.learning_rate)

    def _online_arguments(self, order: int, rows: int) -> tuple[int, ...]:
        """All but the learning rate."""
        vector, alone = self.state.parameters, self._alone
        work = alone.work if self.works_on_copies else vector
        return (
            order, rows, *self._rows, *alone.network, self._place(vector), *alone.moves,
            self._place(work), alone.length, *alone.buffers, self._joint,
        )  # fmt: skip

    def _work_on(self, place: int, vector: FloatArray) -> int:
        """Where the kernel changes a vector: there itself, or where there is room for a copy of it."""
        return self._place(self._work[place] if self._plan.moves.size else vector)

    def _batches(self, order: IntArray, update: int, plain: bool) -> float:
        """One call for many updates, or several for an update that is too large for one."""
        step = len(order)
        if len(order) == update and self._seconds_per_row > 0.0:
            chunks = int(self.call_seconds / (self._seconds_per_row * self._chunk))
            step = max(1, chunks) * self._chunk
        check = 0.0
        for start in range(0, len(order), step):
            if not np.isfinite(check):
                break
            if start and self.interrupt():
                # Only the gradient so far is lost: no parameter has changed.
                self.interrupted = True
                return np.nan
            check += self._one_call(order[start : start + step], update, start, plain)
        return check

    def _one_call(self, order: IntArray, update: int, position: int, plain: bool) -> float:
        arguments = self._batch_arguments(address(order), len(order), update, position, plain)
        return self._kernels.batches(*arguments, address(self._settings(update)))

    def _batch_arguments(
        self, order: int, rows: int, update: int, position: int, plain: bool
    ) -> tuple[int, ...]:
        """All but the settings."""
        p, vector = self._plan, self.state.parameters
        first, second, ticks = self._slots()
        moved = [0 if slot is self._none else p.moves.size for slot in (first, second)]
        return (
            order, rows, update, position, self._chunk, *self._rows, *self._network,
            p.stride, *(self._place(v) for v in (vector, first, second, ticks)), *self._moves,
            *moved, *map(self._work_on, range(3), (vector, first, second)),
            self._place(self._gradient), p.length, *self._masks,
            *self._buffers, self._joint, OPTIMIZER_CODES[self.config.optimizer], plain,
        )  # fmt: skip

    def _settings(self, update: int) -> FloatArray:
        """What ``kernels.plan.SETTINGS`` names, for updates of that many rows."""
        config, made = self.config, self._made_settings.get(update)
        if made is None or made[0] is not config:
            decoupled = STEPS[config.optimizer].decoupled
            special = {
                "share": 1 / update,
                "l2": 0.0 if decoupled else config.l2,
                "clip": np.inf if config.clip is None else config.clip,
                "shrink": 1 - config.learning_rate * config.l2 if decoupled else 1.0,
                # Where there is no gradient at all, 0 / 0 would be no number.
                "epsilon": max(config.epsilon, float(np.finfo(config.dtype).tiny)),
            }
            values = [special[n] if n in special else getattr(config, n) for n in SETTINGS]
            made = self._made_settings[update] = config, np.array(values, np.float64)
        return made[1]

    def _place(self, vector: FloatArray) -> int:
        """The address of a vector that stays the same from call to call."""
        known = self._known.get(id(vector))
        if known is None or known[0] is not vector:
            known = self._known[id(vector)] = vector, address(vector)
        return known[1]

    def _slots(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Two of the optimizer's vectors, made when they are first needed, and its count of updates."""
        vectors = [self._none] * 3
        for k, name in enumerate(STEPS[self.config.optimizer].slots):
            if name not in self.state.slots:
                size = 1 if name in SINGLE_SLOTS else self.topology.parameter_count
                self.state.slots[name] = zeros(size, self.config.dtype)
                self.state.slots[name][:] = (
                    self.config.learning_rate if name == "step_size" else 0.0
                )
            vectors[k] = self.state.slots[name]
        return vectors[0], vectors[1], vectors[2]

    # Numbers that stop being finite

    def _go_back(self) -> None:
        """To the state before the last call: the one kept, and the calls since then once more."""
        config, (kept, calls) = self.config, self._checkpoint.taken()
        self._restore(kept)
        for self.config, order in calls:
            self._learn(order, min(batch_rows(self.config, len(self.X)), len(order)))
        self.config = config

    def _restore(self, before: State) -> None:
        # Gaps between rows have to be 0 again, and 0 times NaN was none.
        for buffer in (
            *self._work,
            self._gradient,
            self._values,
            self._deltas,
            *self._alone.arrays,
        ):
            buffer[:] = 0
        self.state.parameters[:] = before.parameters
        self.state.slots = before.slots

    def _careful(self, order: IntArray, batch: int) -> int:
        """Update by update, to find the one that fails; the state is the one before it."""
        loss = LOSSES[self.config.loss]
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            before = State.start(self.state.parameters, self.state.slots, self.config.dtype)
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                outputs = forward(self.topology, self.state.parameters, self.X[rows])[-1]
                good = bool(np.isfinite(loss.value(outputs, self.Y[rows])).all())
            if not good or not self._learn(rows, len(rows)):
                self._restore(before)
                return start
        return len(order)

    def measure(self, X: FloatArray, Y: FloatArray, labels: IntArray | None) -> Evaluation:
        """See ``Engine.measure``."""
        if len(X) == 0:
            return Evaluation(0, float("nan"), float("nan"))
        rows = self._prepared(Rows(X, Y, labels))
        rows.right[0] = 0
        summed = self._kernels.measure(
            *self._measure_arguments(rows), rows.tiny, address(rows.right)
        )
        accuracy = int(rows.right[0]) / len(X) if labels is not None else float("nan")
        return Evaluation(len(X), summed / len(X), accuracy)

    def _prepared(self, rows: Rows) -> Measured:
        """The same rows are measured after every epoch."""
        known = self._measured.get(id(rows.X))
        if known is None or not known.are(rows):
            known = self._measured[id(rows.X)] = Measured(rows, self.config.dtype)
        return known

    def _measure_arguments(self, rows: Measured) -> tuple[int, ...]:
        """All but the smallest number and the place for right answers."""
        order, *where = rows.where
        return (
            order, rows.count, self._chunk, *where, rows.labelled, *self._network, self._plan.stride,
            self._place(self.state.parameters), *self._moves, self._work_on(0, self.state.parameters),
            self._buffers[0], self._buffers[2], LOSS_CODES[self.config.loss],
        )  # fmt: skip

    # Several epochs in one call

    def epochs(
        self, orders: IntArray, rates: FloatArray, parts: tuple[Rows, Rows], watch: Watch
    ) -> tuple[FloatArray, int]:
        """See ``Engine.epochs``."""
        self.interrupted = False
        self._checkpoint.forget()
        before = State.start(self.state.parameters, self.state.slots, self.config.dtype)
        calls, rows = self._calls(orders, rates), [self._prepared(p) for p in parts if len(p.X)]
        measures = [(self._measure_arguments(r), r) for r in rows]
        table = run_epochs(
            self._kernels, calls, measures, len(orders), self.state.parameters, watch
        )
        if table is not None:
            return table, 0
        self._restore(before)
        return one_by_one(self, orders, rates, parts, watch, self.state.parameters)

    def _calls(self, orders: IntArray, rates: FloatArray) -> list[Call]:
        """The updates of an epoch: whole ones, and the short one at the end."""
        if orders.dtype != np.int64 or orders.strides[1] != orders.itemsize:
            orders = np.ascontiguousarray(orders, np.int64)
        rows, batch = orders.shape[1], batch_rows(self.config, len(self.X))
        calls, whole = [], rows // batch * batch
        for start, count, update in ((0, whole, batch), (whole, rows - whole, rows - whole)):
            if not count:
                continue
            order, plain = address(orders) + start * orders.itemsize, self._is_plain(update)
            if plain and update == 1:
                arguments, numbers = self._online_arguments(order, count), rates[:, None]
                name = "online"
            else:
                arguments = self._batch_arguments(order, count, update, 0, plain)
                name, numbers = "batches", self._settings_at(rates, update)
            calls.append(Call(name, arguments, orders, np.ascontiguousarray(numbers)))
        return calls

    def _settings_at(self, rates: FloatArray, update: int) -> FloatArray:
        """The settings at each of these learning rates."""
        table = np.tile(self._settings(update), (len(rates), 1))
        table[:, SETTING_PLACES["learning_rate"]] = rates
        if STEPS[self.config.optimizer].decoupled:
            table[:, SETTING_PLACES["shrink"]] = 1 - rates * self.config.l2
        return table


class _Alone:
    """What the kernel for standard BP works on: it has its own width of vectors, and two rows."""

    def __init__(self, plan: Plan, dtype: str) -> None:
        self._plan = plan
        self.length = plan.length
        self.network = address(plan.layers), address(plan.links), plan.count, plan.stride
        self.moves = address(plan.moves), plan.moves.size
        self.work = zeros(plan.length if plan.moves.size else 0, dtype)
        self.arrays = self.work, zeros(2 * plan.stride, dtype), zeros(2 * plan.stride, dtype)
        self.buffers = [address(array) for array in self.arrays[1:]]
