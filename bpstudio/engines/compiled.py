"""The fast engine: native loops for any topology, without the interpreter's lock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bpstudio.engines.base import Evaluation, State, batch_rows, copied, weight_positions, zeros
from bpstudio.engines.forward import forward
from bpstudio.engines.kernels.code import is_cached, is_ready, kernels
from bpstudio.engines.kernels.plan import LOSS_CODES, OPTIMIZER_CODES, SETTINGS, Plan, plan
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


CHECKPOINT_SECONDS = 0.1
"""How often the state of a large network is copied."""


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
        self._network = _at(p.layers), _at(p.links), p.count
        self._rows = _at(self.X), _at(self.Y)
        self._buffers = _at(self._values), _at(self._deltas), _at(self._panel)
        self._moves = _at(p.moves), p.moves.size
        self._made_settings: dict[int, tuple[TrainingConfig, FloatArray, int]] = {}
        self._known: dict[int, tuple[FloatArray, int]] = {}
        self._alone = _Alone(plan(topology, dtype, BYTES["online"]), dtype)
        self._checkpoint = _Checkpoint(self)
        self._measured: dict[int, _Measured] = {}
        # Where parameters have places of their own, so have the optimizer's vectors.
        self._work = [zeros(p.length if p.moves.size else 0, dtype) for _ in range(3)]
        self._weight = self._placed(weight_positions(topology))
        held = self._placed(np.zeros(0) if topology.free is None else ~topology.free)
        self._held = np.flatnonzero(held).astype(np.uintp)
        self._kept = zeros(self._held.size, dtype)
        self._masks = _at(self._weight), _at(self._held), self._held.size, _at(self._kept)

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
            self._checkpoint.before(part)
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
        vector, alone = self.state.parameters, self._alone
        work = alone.work if self.works_on_copies else vector
        return self._kernels.online(
            _at(order), len(order), *self._rows, *alone.network, self._place(vector), *alone.moves,
            self._place(work), alone.length, *alone.buffers, self._joint, self.config.learning_rate,
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
        p, vector = self._plan, self.state.parameters
        first, second, ticks = self._slots()
        moved = [0 if slot is self._none else p.moves.size for slot in (first, second)]
        return self._kernels.batches(
            _at(order), len(order), update, position, self._chunk, *self._rows, *self._network,
            p.stride, *(self._place(v) for v in (vector, first, second, ticks)), *self._moves,
            *moved, *map(self._work_on, range(3), (vector, first, second)),
            self._place(self._gradient), p.length, *self._masks,
            *self._buffers, self._joint, OPTIMIZER_CODES[self.config.optimizer], plain,
            self._settings(update),
        )  # fmt: skip

    def _settings(self, update: int) -> int:
        """Where what ``kernels.plan.SETTINGS`` names is, for updates of that many rows."""
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
            settings = np.array(values, np.float64)
            made = self._made_settings[update] = config, settings, _at(settings)
        return made[2]

    def _place(self, vector: FloatArray) -> int:
        """The address of a vector that stays the same from call to call."""
        known = self._known.get(id(vector))
        if known is None or known[0] is not vector:
            known = self._known[id(vector)] = vector, _at(vector)
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
        rows = self._measured.get(id(X))
        if rows is None or not rows.are(X, Y, labels):
            rows = self._measured[id(X)] = _Measured(X, Y, labels, self.config.dtype)
        p, vector = self._plan, self.state.parameters
        rows.right[0] = 0
        summed = self._kernels.measure(
            *rows.where[:1], len(X), self._chunk, *rows.where[1:4], labels is not None,
            *self._network, p.stride, self._place(vector), *self._moves, self._work_on(0, vector),
            self._buffers[0], self._buffers[2], LOSS_CODES[self.config.loss], rows.tiny,
            rows.where[4],
        )  # fmt: skip
        accuracy = int(rows.right[0]) / len(X) if labels is not None else float("nan")
        return Evaluation(len(X), summed / len(X), accuracy)


class _Alone:
    """What the kernel for standard BP works on: it has its own width of vectors, and two rows."""

    def __init__(self, plan: Plan, dtype: str) -> None:
        self._plan = plan
        self.length = plan.length
        self.network = _at(plan.layers), _at(plan.links), plan.count, plan.stride
        self.moves = _at(plan.moves), plan.moves.size
        self.work = zeros(plan.length if plan.moves.size else 0, dtype)
        self.arrays = self.work, zeros(2 * plan.stride, dtype), zeros(2 * plan.stride, dtype)
        self.buffers = [_at(array) for array in self.arrays[1:]]


class _Checkpoint:
    """A copy of the state some calls ago, and these calls: they give the same bits again.

    A copy for every call would cost a large network as much time as a tenth of the updates themselves.
    """

    def __init__(self, engine: CompiledEngine) -> None:
        self._engine = engine
        self._kept: State | None = None
        self._calls: list[tuple[TrainingConfig, IntArray]] = []
        self._since = 0.0

    def before(self, order: IntArray) -> None:
        """A call with this order is about to be made."""
        engine, now = self._engine, time.perf_counter()
        state = engine.state
        if engine.works_on_copies:
            # What is not finite is not written back then: the state itself will do.
            self._kept, self._calls = State(state.parameters, dict(state.slots)), []
        elif self._kept is None or now - self._since > CHECKPOINT_SECONDS:
            self._kept = State.start(state.parameters, state.slots, engine.config.dtype)
            self._calls, self._since = [], now
        self._calls.append((engine.config, order))

    def without_last(self) -> None:
        """The last call was given up and has changed nothing."""
        self._calls.pop()

    def taken(self) -> tuple[State, list[tuple[TrainingConfig, IntArray]]]:
        """The copy, and the calls from there to the last one, which is not among them; both are
        used up."""
        kept, calls = self._kept, self._calls[:-1]
        assert kept is not None
        self._kept, self._calls = None, []
        return kept, calls


class _Measured:
    """Rows to measure on, as the kernels take them; the same ones are measured after every epoch."""

    def __init__(self, X: FloatArray, Y: FloatArray, labels: IntArray | None, dtype: str) -> None:
        self._given = X, Y, labels
        self.order = np.arange(len(X), dtype=np.int64)
        classes = self.order if labels is None else np.ascontiguousarray(labels, dtype=np.int64)
        self._used = [*(np.require(a, dtype, ["C", "W"]) for a in (X, Y)), classes]
        self.right = np.zeros(1, np.int64)
        self.where = [_at(a) for a in (self.order, *self._used, self.right)]
        self.tiny = float(np.finfo(dtype).tiny)

    def are(self, X: FloatArray, Y: FloatArray, labels: IntArray | None) -> bool:
        return self._given[0] is X and self._given[1] is Y and self._given[2] is labels


def _at(array: np.ndarray[Any, Any]) -> int:
    """The address of a contiguous array's first number."""
    address: int = array.__array_interface__["data"][0]
    return address
