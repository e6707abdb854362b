"""What a training session tells, in the order it happens. Every array in an event is read-only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.history import History, SettingChange
from bpstudio.model.network import Network
from bpstudio.model.project import Progress

StopReason: TypeAlias = Literal["epochs", "target_loss", "early_stopping", "user", "diverged"]


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
