"""What a training session tells, in the order it happens. Every array in an event is read-only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, overload

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.history import History, SettingChange
from bpstudio.model.network import Network
from bpstudio.model.project import Progress

StopReason: TypeAlias = Literal["epochs", "target_loss", "early_stopping", "user", "diverged"]
Outcome: TypeAlias = tuple[StopReason, str]
"""Why a run is over, and a sentence for people."""


@dataclass(frozen=True, slots=True)
class Result:
    """A run's outcome so far; ``message`` is a sentence for people.

    ``history`` holds this run's epochs, ``config`` the settings it came to. ``rows`` counts the rows
    learned from, in ``seconds`` of work. With early stopping ``network`` is the best one and
    ``best_epoch`` its epoch.
    """

    network: Network
    history: History
    stop_reason: StopReason
    message: str
    progress: Progress
    rows: int
    seconds: float
    config: TrainingConfig
    best_epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Started:
    run_id: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something people may want to know; ``message`` is a sentence. The run goes on."""

    run_id: int
    message: str


@dataclass(frozen=True, slots=True)
class EpochDone:
    """After an epoch (0: before the first). Losses are means; NaN where there is nothing to measure."""

    run_id: int
    epoch: int
    train_loss: float
    validation_loss: float
    train_accuracy: float
    validation_accuracy: float
    learning_rate: float = math.nan
    """The one that the epoch ended with; NaN before the first."""


@dataclass(frozen=True, eq=False, slots=True)
class Epochs(Sequence[EpochDone]):
    """Epochs in a row: ``table`` is (epochs, columns of History.COLUMNS)."""

    run_id: int
    table: FloatArray

    @classmethod
    def of(cls, event: EpochDone) -> Epochs:
        """A single one."""
        return cls(event.run_id, np.array([[getattr(event, name) for name in History.COLUMNS]]))

    def __len__(self) -> int:
        return len(self.table)

    @overload
    def __getitem__(self, index: int) -> EpochDone: ...
    @overload
    def __getitem__(self, index: slice) -> Epochs: ...
    def __getitem__(self, index: int | slice) -> EpochDone | Epochs:
        if isinstance(index, slice):
            return Epochs(self.run_id, self.table[index])
        epoch, *values = self.table[index].tolist()
        return EpochDone(self.run_id, int(epoch), *values)


def history_of(epochs: Epochs, changes: tuple[SettingChange, ...] = ()) -> History:
    """The record that these epochs tell."""
    return History(*epochs.table.T.copy(), changes=changes)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The parameters at a moment, with the rows learned from and the seconds of work so far."""

    run_id: int
    epoch: int
    position: int
    parameters: FloatArray
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Changed:
    """Settings were changed on the way: all such changes of this run so far."""

    run_id: int
    changes: tuple[SettingChange, ...]


@dataclass(frozen=True, slots=True)
class Paused:
    run_id: int
    result: Result


@dataclass(frozen=True, slots=True)
class Finished:
    run_id: int
    result: Result


@dataclass(frozen=True, slots=True)
class Failed:
    """The run could not go on: an error in the program or the machine, not in the numbers."""

    run_id: int
    message: str
    details: str


Lifecycle: TypeAlias = Started | Note | Changed | Paused | Finished | Failed
Event: TypeAlias = Lifecycle | EpochDone | Snapshot
