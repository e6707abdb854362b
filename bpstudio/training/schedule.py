"""In what order the training rows are visited: decided by seed and epoch alone.

So a run that was paused, saved or edited goes on in the order it would have had, whichever front end
started it.
"""

from __future__ import annotations

import numpy as np

from bpstudio.model.arrays import IntArray
from bpstudio.model.network import SHUFFLE_STREAM

BLOCK_VALUES = 1 << 16
"""Epochs are shuffled in blocks of about this many indices: fewer calls for small data."""


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
