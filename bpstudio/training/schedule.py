"""In what order the training rows are visited, and with which learning rate: decided by the settings
and the epoch alone, but for "reduce on plateau", which remembers a Plateau.

So a run that was paused, saved or edited goes on in the order and at the rate it would have had,
whichever front end started it.
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace

import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.network import SHUFFLE_STREAM
from bpstudio.model.progress import Plateau
from bpstudio.model.project import Project

BLOCK_VALUES = 1 << 16
"""Epochs are shuffled in blocks of about this many indices: fewer calls for small data."""

BETTER = 1e-4
"""A loss is better than the best if it is smaller by this share of it."""

SAME = 1e-5
"""Losses that differ by less than this share are those of the same weights and data."""
WAIT = 10
"""Epochs without a better loss before "reduce on plateau" cuts, if nobody said another number."""


class Schedule:
    """The permutation of the rows for each epoch, from 0."""

    def __init__(self, rows: int, seed: int, shuffle: bool) -> None:
        self._rows = rows
        self._seed = seed
        self._shuffle = shuffle
        self._per_block = max(1, min(256, BLOCK_VALUES // max(rows, 1)))
        self._block_index = -1
        self._block: IntArray = np.arange(rows)[None, :]

    def order(self, epoch: int) -> IntArray:
        """That of one epoch: (rows,)."""
        order: IntArray = self.orders(epoch, 1)[0]
        return order

    def orders(self, epoch: int, most: int) -> IntArray:
        """Those of some epochs, ``most`` or fewer: (epochs, rows)."""
        if not self._shuffle:
            return np.broadcast_to(self._block[0], (most, self._rows))
        first = self._from_block(epoch, most)
        if len(first) == most:
            return first
        # A call that ended with every block would often be a short one.
        return np.concatenate([first, self._from_block(epoch + len(first), most - len(first))])

    def _from_block(self, epoch: int, most: int) -> IntArray:
        index, within = divmod(epoch, self._per_block)
        if index != self._block_index:
            rng = np.random.default_rng([self._seed, SHUFFLE_STREAM, index])
            rows = np.tile(np.arange(self._rows), (self._per_block, 1))
            self._block, self._block_index = rng.permuted(rows, axis=1), index
        orders: IntArray = self._block[within : within + most]
        return orders


def schedule_length(config: TrainingConfig) -> int:
    """``schedule_epochs`` as a number: auto is a whole run for the cosine, a fifth of it for step and
    exponential, and ten epochs of waiting for a better loss."""
    if config.schedule_epochs != "auto":
        return config.schedule_epochs
    if config.schedule == "plateau":
        return WAIT
    return config.epochs if config.schedule == "cosine" else max(1, config.epochs // 5)


def learning_rate(config: TrainingConfig, epoch: int, plateau: Plateau | None = None) -> float:
    """The rate in force when ``epoch`` whole epochs are done.

    step: cut by the factor every ``schedule_epochs``; exponential: the same, evenly over the epochs;
    cosine: half a wave down to ``lowest_rate`` over ``schedule_epochs``, Loshchilov and Hutter (2017),
    ICLR, equation 5, once; plateau: what ``after_loss`` came to.
    """
    base, length = config.learning_rate, schedule_length(config)
    lowest = min(config.lowest_rate, base)
    if config.idle("schedule"):
        return base
    match config.schedule:
        case "step":
            rate = base * config.schedule_factor ** (epoch // length)
        case "exponential":
            rate = base * config.schedule_factor ** (epoch / length)
        case "cosine":
            wave = (1 + math.cos(math.pi * min(epoch / length, 1.0))) / 2
            rate = lowest + (base - lowest) * wave
        case "plateau" if plateau is not None and plateau.base == base:
            rate = plateau.rate
        case _:
            rate = base
    return max(rate, lowest)


def rates(
    config: TrainingConfig, epoch: int, most: int, plateau: Plateau | None = None
) -> FloatArray:
    """The rates in force after ``epoch`` epochs and the next ones, as far as they are known: (epochs,).

    ``most`` or fewer, at least one: those of "reduce on plateau" only until a loss could change them.
    """
    if config.schedule == "constant" or config.idle("schedule"):
        return np.full(most, config.learning_rate)
    if config.schedule == "plateau" and plateau is not None:
        most = min(most, max(1, schedule_length(config) - plateau.waited))
    return np.array([learning_rate(config, epoch + k, plateau) for k in range(most)])


def config_in_force(project: Project) -> TrainingConfig:
    """The project's settings with the learning rate that its next update has."""
    config, progress = project.config, project.progress
    return config.at_rate(learning_rate(config, progress.epoch, progress.plateau))


def start_plateau(config: TrainingConfig, loss: float, plateau: Plateau | None) -> Plateau:
    """Where a run begins or goes on: from an earlier Plateau if its last loss is still this one.

    If it is not, data or weights were changed: the rate stays, the waiting begins anew.
    """
    base, loss = config.learning_rate, _finite(loss)
    if plateau is None or plateau.base != base:
        return Plateau(base, base, loss, 0, loss)
    # Another engine, or its other precision, adds in another order.
    if math.isclose(plateau.last, loss, rel_tol=SAME):
        return plateau
    return replace(plateau, best=loss, waited=0, last=loss)


def after_loss(config: TrainingConfig, loss: float, plateau: Plateau | None) -> Plateau:
    """One epoch further: the rate is cut after ``schedule_epochs`` without a better loss."""
    base, loss = config.learning_rate, _finite(loss)
    if plateau is None:
        return Plateau(base, base, loss, 0, loss)
    if plateau.base != base:
        # Somebody chose another rate: it holds as it is.
        plateau = replace(plateau, base=base, rate=base, waited=0)
    if loss < plateau.best * (1 - BETTER):
        return replace(plateau, best=loss, waited=0, last=loss)
    waited = plateau.waited + 1
    if waited < schedule_length(config):
        return replace(plateau, waited=waited, last=loss)
    rate = max(plateau.rate * config.schedule_factor, min(config.lowest_rate, base))
    return replace(plateau, rate=rate, waited=0, last=loss)


def _finite(loss: float) -> float:
    """A validation loss that overflowed is worse than any other, and can be saved."""
    return loss if math.isfinite(loss) else sys.float_info.max
