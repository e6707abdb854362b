"""Who shows a frame of a run, and when: one part of the window after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from bpstudio.model.project import Project

TURN_MS = 3
"""Between two parts: what the first one has to paint is painted by then."""

Part: TypeAlias = Callable[[Project], None]


class Turns(QObject):
    """Shows projects to the parts of a window.

    A frame of a run goes to them in turn, each with an event of its own, so that a hand on the window
    waits for one of them and not for all. A part that was not reached yet is shown the newer project.
    ``shown`` tells that the last part has been reached: all show this project or one just before it.
    """

    shown = Signal(object)

    def __init__(self, parts: Sequence[Part], parent: QObject) -> None:
        super().__init__(parent)
        self._parts = tuple(parts)
        self._waiting: list[Part] = []
        self._project = Project()
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._next)

    def show(self, project: Project) -> None:
        """Show it to all parts now."""
        self._timer.stop()
        self._waiting.clear()
        for part in self._parts:
            part(project)
        self.shown.emit(project)

    def show_in_turn(self, project: Project) -> None:
        """Show it to the first part now, to the others soon."""
        self._project = project
        self._waiting += [part for part in self._parts if part not in self._waiting]
        if not self._timer.isActive():
            self._timer.start()
            self._next()

    def _next(self) -> None:
        part = self._waiting.pop(0)
        part(self._project)
        if not self._waiting:
            self._timer.stop()
        if part == self._parts[-1]:
            self.shown.emit(self._project)
