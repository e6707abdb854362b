"""How a run ends, in sentences for people."""

from __future__ import annotations

import math

import numpy as np

from bpstudio.engines.base import Rows, Watch
from bpstudio.engines.evaluation import predict
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.config import SETTINGS, TrainingConfig
from bpstudio.model.functions import LOSSES
from bpstudio.model.topology import Topology
from bpstudio.training.events import Outcome


def watch_of(config: TrainingConfig, validation_rows: int) -> Watch:
    """What the settings say about the end of a run; without validation rows nobody waits for them."""
    target = -math.inf if config.target_loss is None else config.target_loss
    return Watch(target, (config.patience or 0) if validation_rows else 0)


def outcome_of(
    watch: Watch, train_loss: float, epoch: int, first_epoch: int, config: TrainingConfig
) -> Outcome | None:
    """The outcome if a run from ``first_epoch`` on is over after ``epoch`` with this loss."""
    if watch.reached(train_loss):
        return "target_loss", f"The training loss reached {train_loss:.6g}."
    if watch.given_up:
        return "early_stopping", (
            f"No better validation loss for {watch.patience} epochs: "
            f"the weights are those of epoch {epoch - watch.waited}."
        )
    if epoch - first_epoch >= config.epochs:
        return "epochs", f"{epoch - first_epoch:,} epochs are done."
    return None


class Divergence:
    """Where the numbers of a run stopped being finite.

    ``numbers`` are the places of the training rows in the data, (rows,), from 0.
    """

    def __init__(
        self, topology: Topology, config: TrainingConfig, train: Rows, numbers: IntArray
    ) -> None:
        self._topology, self._config = topology, config
        self._train, self._numbers = train, numbers

    def in_epoch(self, epoch: int, update: IntArray, parameters: FloatArray) -> str:
        """An update of these rows failed, with these parameters before it."""
        row = self._first_bad(update, parameters) or int(self._numbers[update[0]]) + 1
        of = "" if len(update) == 1 else f" of an update with {len(update):,} rows"
        return self._advice(f"in epoch {epoch}, at row {row}{of}, a loss or weight")

    def after_epoch(self, epoch: int, parameters: FloatArray) -> str:
        """The loss of these parameters is not finite."""
        row = self._first_bad(np.arange(len(self._train.X)), parameters)
        where = f"after epoch {epoch}" + (f", at row {row}," if row else "")
        return self._advice(f"{where} the training loss")

    def _first_bad(self, rows: IntArray, parameters: FloatArray) -> int | None:
        """The number of the first of these training rows whose loss is not finite, from 1."""
        X, Y = self._train.X[rows], self._train.Y[rows]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            y_hat = predict(self._topology, parameters, X)
            losses = LOSSES[self._config.loss].value(y_hat, Y)
        bad = rows[~np.isfinite(losses)]
        return int(self._numbers[bad[0]]) + 1 if bad.size else None

    def _advice(self, where: str) -> str:
        rate = SETTINGS["learning_rate"].text(self._config.learning_rate)
        return (
            f"Training stopped: {where} was no longer a finite number. The weights are the last "
            f"finite ones; try a smaller learning rate (it was {rate}) or scale the columns."
        )
