"""The record of a run: one row per epoch, as columns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bpstudio.model.arrays import FloatArray, frozen


def _empty() -> FloatArray:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class History:
    """Losses and accuracies after each recorded epoch, all (records,); epoch 0 is before training.

    A value that does not exist (no validation rows, no classes) is NaN. Losses are the plain loss, mean
    over the rows, without the penalty terms of L1 and L2.
    """

    epoch: FloatArray = field(default_factory=_empty)
    train_loss: FloatArray = field(default_factory=_empty)
    validation_loss: FloatArray = field(default_factory=_empty)
    train_accuracy: FloatArray = field(default_factory=_empty)
    validation_accuracy: FloatArray = field(default_factory=_empty)

    COLUMNS = ("epoch", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy")

    def __post_init__(self) -> None:
        for name in self.COLUMNS:
            object.__setattr__(
                self, name, frozen(np.asarray(getattr(self, name), dtype=np.float64))
            )

    def __len__(self) -> int:
        return len(self.epoch)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True)
            for name in self.COLUMNS
        )

    __hash__ = None  # type: ignore[assignment]

    def extended(self, other: History) -> History:
        """This record followed by another; where they meet, the epoch stands once."""
        keep = self.epoch < other.epoch[0] if len(other) else np.ones(len(self), dtype=bool)
        return History(
            *(np.concatenate([getattr(self, n)[keep], getattr(other, n)]) for n in self.COLUMNS)
        )

    def column(self, name: str) -> FloatArray:
        values: FloatArray = getattr(self, name)
        return values
