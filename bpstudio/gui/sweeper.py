"""Python's search for objects that hold each other, in the window's thread alone.

Left to itself the search runs in whatever thread makes the next object, and then lets go of widgets in a
thread that is not theirs, which crashes Qt.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

SWEEP_MS = 500
OLDER = 10
"""After so many sweeps of the young objects one looks at older ones, and as often at the oldest."""


class Sweeper(QObject):
    """Searches from the event loop instead; ``stop`` leaves it to Python again.

    What is there when it begins (modules, classes: nine of ten objects) is never searched, so that a
    full search takes some milliseconds.
    """

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        gc.freeze()
        self._sweeps = 0
        self._timer = QTimer(self)
        self._timer.setInterval(SWEEP_MS)
        self._timer.timeout.connect(self.sweep)
        self._timer.start()

    def sweep(self) -> None:
        """Search the young, or in its turn an older generation with all that are younger."""
        self._sweeps += 1
        older = self._sweeps % OLDER == 0, self._sweeps % OLDER**2 == 0
        gc.collect(sum(older))

    def stop(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
