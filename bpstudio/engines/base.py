"""What an engine is: the part that computes updates, fast or readable, always to the same numbers."""

from __future__ import annotations

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


def batch_rows(config: TrainingConfig, rows: int) -> int:
    """Rows per update, ``"all"`` resolved; never more than there are."""
    return rows if config.batch_size == "all" else min(config.batch_size, rows)


def weight_positions(topology: Topology) -> BoolArray:
    """True where the vector holds a weight, False where it holds a bias."""
    weights = np.ones(topology.parameter_count, dtype=bool)
    for block in topology.blocks:
        weights[block.start : block.stop] = False
    return weights
