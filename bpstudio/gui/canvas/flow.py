"""The flow of a run or a step: values travel forward along the links, then deltas come back."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

FRAME_MS = 33
COLUMN_MS, PAUSE_MS = 260, 240
"""How long the wave takes from a column to the next, and rests before it begins again."""
REACH = 26.0
"""How far before and behind the wave things are lit, in scene pixels."""


class Direction(Enum):
    """Which way the wave goes: outputs forward, deltas back."""

    FORWARD = "forward"
    BACKWARD = "backward"


class FlowClock(QObject):
    """Moves a wave from ``left`` to ``right`` and back: again and again during a run, once for a step.

    ``moved`` tells each frame, ``begun`` before every wave, so that it travels with the values of then.
    """

    moved = Signal()
    begun = Signal()

    def __init__(self, parent: QObject | None = None, now: Callable[[], int] | None = None) -> None:
        super().__init__(parent)
        self.left, self.right, self.columns = 0.0, 0.0, 1
        self._running = False
        self._elapsed = QElapsedTimer()
        self._elapsed.start()
        self._now = now or self._elapsed.elapsed
        self._start: int | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._on_timer)
        self._ticked = 0

    def run(self, running: bool) -> None:
        """A run has begun, or ended: then the wave that is on its way still arrives."""
        self._running = running
        if running and self._start is None:
            self._begin()

    def begin_anew(self) -> None:
        """The network is another one: what is on its way cannot arrive, but a run sends the next."""
        if self._running and self._start is not None:
            self._begin()
            self.moved.emit()
        else:
            self._end()

    def stop(self) -> None:
        """No wave any more."""
        self._running = False
        self._end()

    def span(self, left: float, right: float, columns: int) -> None:
        """The middles of the first and the last column, and how many steps there are between them."""
        self.left, self.right, self.columns = left, right, max(columns, 1)

    @property
    def active(self) -> bool:
        """Whether there is a wave, or will be one after the rest."""
        return self._start is not None

    @property
    def way_ms(self) -> int:
        """How long the wave takes one way."""
        return self.columns * COLUMN_MS

    @property
    def wave(self) -> tuple[Direction, float] | None:
        """Which way the wave goes and its x; None while there is none."""
        if self._start is None:
            return None
        time = self._now() - self._start
        if time < self.way_ms:
            return Direction.FORWARD, self.left + (self.right - self.left) * time / self.way_ms
        back = time - self.way_ms
        if back < self.way_ms:
            return Direction.BACKWARD, self.right - (self.right - self.left) * back / self.way_ms
        return None

    def light_at(self, x: float) -> tuple[Direction, float] | None:
        """How strongly, 0 to 1, the wave lights what is at x; None where it does not."""
        wave = self.wave
        if wave is None or abs(wave[1] - x) > 3 * REACH:
            return None
        return wave[0], math.exp(-0.5 * ((wave[1] - x) / REACH) ** 2)

    def _on_timer(self) -> None:
        # Who shows a frame has it drawn with the wave of that moment: not a second time right after.
        if self._now() - self._ticked > FRAME_MS // 2:
            self.tick()

    def tick(self) -> None:
        """One frame."""
        if self._start is None:
            return
        self._ticked = self._now()
        if self._now() - self._start > 2 * self.way_ms + (PAUSE_MS if self._running else 0):
            if self._running:
                self._begin()
            else:
                self._end()
        self.moved.emit()

    def _begin(self) -> None:
        self._start = self._now()
        self._timer.start()
        self.begun.emit()

    def _end(self) -> None:
        self._start = None
        self._timer.stop()
        self.moved.emit()
