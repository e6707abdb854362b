"""The record of a run: one row per epoch, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from bpstudio.model.arrays import FloatArray, frozen


def _empty() -> FloatArray:
    return np.zeros(0)


Value: TypeAlias = float | int | str


@dataclass(frozen=True, slots=True)
class SettingChange:
    """Somebody changed a setting during a run, when ``epoch`` whole epochs were done."""

    epoch: int
    setting: str
    before: Value
    after: Value

    def __str__(self) -> str:
        before, after = (f"{v:g}" if isinstance(v, float) else v for v in (self.before, self.after))
        return f"{self.setting} {before} → {after}"


def joined(changes: Sequence[SettingChange], new: SettingChange) -> tuple[SettingChange, ...]:
    """The list with one more; of several changes of a setting in one epoch one remains, or none."""
    for k, old in enumerate(changes):
        if (old.epoch, old.setting) == (new.epoch, new.setting):
            merged = replace(old, after=new.after)
            rest = (*changes[:k], *changes[k + 1 :])
            return rest if merged.after == merged.before else (*rest, merged)
    return (*changes, new)


@dataclass(frozen=True, eq=False)
class History:
    """Losses and accuracies after each recorded epoch, all (records,); epoch 0 is before training.

    A value that does not exist (no validation rows, no classes) is NaN. Losses are the plain loss, mean
    over the rows, without the penalty terms of L1 and L2. ``learning_rate`` is the one that the epoch
    ended with. ``changes`` lists what was changed on the way, in order.
    """

    epoch: FloatArray = field(default_factory=_empty)
    train_loss: FloatArray = field(default_factory=_empty)
    validation_loss: FloatArray = field(default_factory=_empty)
    train_accuracy: FloatArray = field(default_factory=_empty)
    validation_accuracy: FloatArray = field(default_factory=_empty)
    learning_rate: FloatArray = field(default_factory=_empty)
    changes: tuple[SettingChange, ...] = field(default=(), kw_only=True)

    COLUMNS = (
        "epoch", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy",
        "learning_rate",
    )  # fmt: skip

    def __post_init__(self) -> None:
        if not len(self.learning_rate):
            object.__setattr__(self, "learning_rate", np.full(len(self.epoch), np.nan))
        for name in self.COLUMNS:
            object.__setattr__(
                self, name, frozen(np.asarray(getattr(self, name), dtype=np.float64))
            )

    def __len__(self) -> int:
        return len(self.epoch)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        return (
            all(
                np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True)
                for name in self.COLUMNS
            )
            and self.changes == other.changes
        )

    __hash__ = None  # type: ignore[assignment]

    def extended(self, other: History) -> History:
        """This record followed by another; where they meet, the epoch stands once."""
        if not len(other):
            return replace(self, changes=(*self.changes, *other.changes))
        first = other.epoch[0]
        keep = self.epoch < first
        columns = [
            np.concatenate([getattr(self, n)[keep], getattr(other, n)]) for n in self.COLUMNS
        ]
        at = int(keep.sum())
        if at < len(self) and self.epoch[at] == first and np.isnan(other.learning_rate[0]):
            # The second run has not trained yet where they meet; the first one has.
            columns[-1][at] = self.learning_rate[at]
        before = (change for change in self.changes if change.epoch <= first)
        return History(*columns, changes=(*before, *other.changes))

    def column(self, name: str) -> FloatArray:
        values: FloatArray = getattr(self, name)
        return values
