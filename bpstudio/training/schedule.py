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

from bpstudio.model.arrays import IntArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.network import SHUFFLE_STREAM
from bpstudio.model.progress import Plateau

BLOCK_VALUES = 1 << 16
"""Epochs are shuffled in blocks of about this many indices: fewer calls for small data."""

BETTER = 1e-4
"""A loss is better than the best if it is smaller by this share of it."""


class Schedule:
    """``order(epoch)`` is the permutation of the rows for that epoch, from 0; (rows,)."""

    def __init__(self, rows: int, seed: int, shuffle: bool) -> None:
        self._rows = rows
        self._seed = seed
        self._shuffle = shuffle
        self._per_block = max(1, min(256, BLOCK_VALUES // max(rows, 1)))
        self._block_index = -1
        self._block: IntArray = np.arange(rows)[None, :]

    def order(self, epoch: int) -> IntArray:
        if not self._shuffle:
            row: IntArray = self._block[0]
            return row
        index, within = divmod(epoch, self._per_block)
        if index != self._block_index:
            rng = np.random.default_rng([self._seed, SHUFFLE_STREAM, index])
            rows = np.tile(np.arange(self._rows), (self._per_block, 1))
            self._block, self._block_index = rng.permuted(rows, axis=1), index
        row = self._block[within]
        return row


def learning_rate(config: TrainingConfig, epoch: int, plateau: Plateau | None = None) -> float:
    """The rate in force when ``epoch`` whole epochs are done.

    step: cut by the factor every ``schedule_epochs``; exponential: the same, evenly over the epochs;
    cosine: half a wave down to ``lowest_rate`` over ``schedule_epochs``, Loshchilov and Hutter (2017),
    ICLR, equation 5, once; plateau: what ``after_loss`` came to.
    """
    base, length = config.learning_rate, config.schedule_epochs
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


def start_plateau(config: TrainingConfig, loss: float, plateau: Plateau | None) -> Plateau:
    """Where a run begins or goes on: from an earlier Plateau if its last loss is still this one.

    If it is not, data or weights were changed: the rate stays, the waiting begins anew.
    """
    base, loss = config.learning_rate, _finite(loss)
    if plateau is None or plateau.base != base:
        return Plateau(base, base, loss, 0, loss)
    return plateau if plateau.last == loss else replace(plateau, best=loss, waited=0, last=loss)


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
    if waited < config.schedule_epochs:
        return replace(plateau, waited=waited, last=loss)
    rate = max(plateau.rate * config.schedule_factor, min(config.lowest_rate, base))
    return replace(plateau, rate=rate, waited=0, last=loss)


def _finite(loss: float) -> float:
    """A validation loss that overflowed is worse than any other, and can be saved."""
    return loss if math.isfinite(loss) else sys.float_info.max
