"""What an engine is: the part that computes updates, fast or readable, always to the same numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.topology import Topology

CACHE_LINE = 64
"""Bytes that memory moves at once. A vector that begins with one is read faster than across two."""


def zeros(size: int, dtype: str) -> FloatArray:
    """Zeros from the start of a cache line on: (size,)."""
    memory = np.zeros(size * np.dtype(dtype).itemsize + CACHE_LINE, dtype=np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size * np.dtype(dtype).itemsize].view(dtype)


def copied(vector: FloatArray, dtype: str) -> FloatArray:
    """A writable copy from the start of a cache line on."""
    copy = zeros(vector.size, dtype)
    copy[:] = vector
    return copy


@dataclass
class State:
    """What updates change: the parameter vector, and the optimizer's own vectors (``slots``).

    An engine at work may rely on nobody else changing it.
    """

    parameters: FloatArray
    slots: dict[str, FloatArray] = field(default_factory=dict)

    @classmethod
    def start(cls, parameters: FloatArray, slots: Mapping[str, FloatArray], dtype: str) -> State:
        """A writable state of its own, in the run's precision."""
        return cls(copied(parameters, dtype), {name: copied(v, dtype) for name, v in slots.items()})

    def exported(self) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Copies in float64, which holds every float32 exactly."""
        return self.parameters.astype(np.float64), {
            name: v.astype(np.float64) for name, v in self.slots.items()
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``loss``: mean over the rows, without penalties; ``accuracy``: 0 to 1, NaN without classes."""

    rows: int
    loss: float
    accuracy: float


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Rows to measure: X (rows, inputs), Y (rows, outputs) in the run's precision, and their classes
    (rows,) if any."""

    X: FloatArray
    Y: FloatArray
    labels: IntArray | None = None


@dataclass
class Watch:
    """When a run is over by its losses, and the weights with the best validation loss on the way.

    ``target_loss`` is what the training loss has to reach, ``patience`` how many epochs may pass
    without a better validation loss (0: nobody waits). ``waited`` counts them; ``best`` is None before
    there is one.
    """

    target_loss: float = -math.inf
    patience: int = 0
    best_loss: float = math.inf
    waited: int = 0
    best: FloatArray | None = None

    def after(
        self, train_loss: float, validation_loss: float, parameters: FloatArray, epochs: int = 1
    ) -> bool:
        """So many epochs further, with these losses and weights; whether the run is over."""
        if not math.isfinite(train_loss):
            return True
        if self.patience:
            self.waited += epochs
            if validation_loss < self.best_loss:
                self.best_loss, self.best, self.waited = validation_loss, parameters.copy(), 0
        return self.reached(train_loss) or self.given_up

    def reached(self, train_loss: float) -> bool:
        return train_loss <= self.target_loss

    @property
    def given_up(self) -> bool:
        """Whether nothing got better for too long."""
        return self.best is not None and 0 < self.patience <= self.waited


class Engine(Protocol):
    """Updates on one topology and one set of rows.

    Made with (topology, X, Y, config, state): X (rows, inputs) and Y (rows, outputs) in the run's
    precision; ``state`` is changed in place.
    """

    config: TrainingConfig
    """May be replaced between two calls; what can change during a run then holds from there on."""

    call_seconds: float
    """How long a call of ``advance`` may reasonably be."""
    holds_interpreter: bool
    """Whether other threads stand still during a call."""

    interrupt: Callable[[], bool]
    """Asked now and then during an update that takes long: True gives that update up, with the state as
    before it. ``advance`` then returns the rows before it, and ``interrupted`` is True."""
    interrupted: bool

    def advance(self, order: IntArray) -> int:
        """Learn from the rows ``order`` names, one update for each ``batch_size`` of them.

        Returns the number of rows learned from. Fewer than given means that the update starting there
        would leave a loss or weight that is not finite; the state is the one before it.
        """

    def measure(self, X: FloatArray, Y: FloatArray, labels: IntArray | None) -> Evaluation:
        """Mean loss and accuracy of the state on rows in the run's precision, with their classes if
        any."""

    def epochs(
        self, orders: IntArray, rates: FloatArray, parts: tuple[Rows, Rows], watch: Watch
    ) -> tuple[FloatArray, int]:
        """Whole epochs: one for each of ``orders`` (epochs, rows), at that one of ``rates`` (epochs,).

        Returns the losses and accuracies after each of them on both ``parts``, (epochs, 4): of training
        and validation rows in turn. Fewer than given: ``watch`` saw that the run is over, or the next
        one could not be finished, as with ``advance``; the rows it learned from are the second result.
        The numbers are those of ``advance`` and ``measure``.
        """


def one_by_one(
    engine: Engine,
    orders: IntArray,
    rates: FloatArray,
    parts: tuple[Rows, Rows],
    watch: Watch,
    parameters: FloatArray,
) -> tuple[FloatArray, int]:
    """``Engine.epochs`` by the engine's other methods, on its ``parameters``."""
    table: list[tuple[float, ...]] = []
    for order, rate in zip(orders, rates.tolist(), strict=True):
        if rate != engine.config.learning_rate:
            engine.config = engine.config.at_rate(rate)
        done = engine.advance(order)
        if done < len(order):
            return np.array(table).reshape(-1, 4), done
        train, validation = (engine.measure(p.X, p.Y, p.labels) for p in parts)
        table.append((train.loss, validation.loss, train.accuracy, validation.accuracy))
        if watch.after(train.loss, validation.loss, parameters):
            break
    return np.array(table).reshape(-1, 4), 0


def batch_rows(config: TrainingConfig, rows: int) -> int:
    """Rows per update, ``"all"`` resolved; never more than there are."""
    return rows if config.batch_size == "all" else min(config.batch_size, rows)


def weight_positions(topology: Topology) -> BoolArray:
    """True where the vector holds a weight, False where it holds a bias."""
    weights = np.ones(topology.parameter_count, dtype=bool)
    for block in topology.blocks:
        weights[block.start : block.stop] = False
    return weights
