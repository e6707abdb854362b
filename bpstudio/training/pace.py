"""How much goes into one call of the engine: as much as an earlier one could do in the time."""

from __future__ import annotations

import math

from bpstudio.engines.base import Engine

EPOCHS_SHARE = 1.8
"""A call with whole epochs may last so many times ``call_seconds``: only then does it save anything."""


class Pace:
    """Sizes of calls, and the seconds of work in all.

    A call begins with one update and is doubled until it lasts as long as the engine says. Whole epochs
    go into one call only when one of them has been timed.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.forget()

    def forget(self) -> None:
        """Another engine or another batch: what was measured is worth nothing."""
        self._rows, self._epochs = 1, 1
        self._epoch_seconds = math.nan

    def begin_epoch(self) -> None:
        """What is timed from now on is an epoch from its start."""
        self._epoch_seconds = 0.0

    def worked(self, seconds: float) -> None:
        """So much longer, in this epoch and in all."""
        self.seconds += seconds
        self._epoch_seconds += seconds

    def rows(self, batch: int) -> int:
        """Whole updates for the next call."""
        return max(1, self._rows // batch) * batch

    def trained(self, engine: Engine, batch: int, rows: int, asked: int, seconds: float) -> None:
        """A call that was asked for so many rows did these in that time."""
        limit = engine.call_seconds
        if asked > batch or seconds < limit:
            aimed = int(rows * limit / max(seconds, 1e-7))
            self._rows = min(max(batch, aimed), 2 * max(self._rows, batch))

    def epochs(self, engine: Engine) -> int:
        """Whole epochs for the next call, from how long the last one took; 0 if one is too much."""
        most = EPOCHS_SHARE * engine.call_seconds
        if not 0 < self._epoch_seconds < most:
            return 0
        self._epochs = min(int(most / self._epoch_seconds), 2 * self._epochs)
        return self._epochs

    def did_epochs(self, count: int, seconds: float) -> None:
        """A call of so many whole epochs took that time."""
        self.seconds += seconds
        if not count:
            self._epoch_seconds = math.nan
            return
        # One call may have waited for another process: what is slower has to be so twice.
        self._epoch_seconds = min(seconds / count, 2 * self._epoch_seconds)
