"""What every panel is: a card that shows a project, works only when seen, and keeps within its time."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from bpstudio.gui.theme import ThemeHolder
from bpstudio.gui.widgets import Card
from bpstudio.model.project import Project

FRAME_SECONDS = 0.033
FRAME_BUDGET = 0.004
"""Seconds of work per frame that a panel may take, on average."""


class Panel(Card):
    """A card that shows a project. ``refresh`` is where a subclass does its work.

    A hidden panel does nothing and catches up when it is shown. After work that took longer than
    FRAME_BUDGET it rests for as many frames as make up for it; the newest project is always shown
    in the end.
    """

    def __init__(
        self,
        title: str,
        themes: ThemeHolder,
        parent: QWidget | None = None,
        flat: bool = False,
    ) -> None:
        super().__init__(title, themes, parent, flat)
        self._project = Project()
        self._waiting = False
        self._free_at = 0.0
        self.refresh_seconds = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._catch_up)

    @property
    def project(self) -> Project:
        """What is to be shown."""
        return self._project

    def show_project(self, project: Project) -> None:
        """Show a project; at most once a frame."""
        self._project = project
        self._waiting = True
        if not self.isVisible():
            return
        rest = self._free_at - time.perf_counter()
        if rest <= 0:
            self._catch_up()
        elif not self._timer.isActive():
            self._timer.start(round(1000 * rest) + 1)

    def refresh(self) -> None:
        """Bring what is seen up to ``project``."""

    def refresh_now(self) -> None:
        """Refresh and note the time it took."""
        self._waiting = False
        began = time.perf_counter()
        self.refresh()
        ended = time.perf_counter()
        self.refresh_seconds = ended - began
        frames = self.refresh_seconds / FRAME_BUDGET
        self._free_at = ended + (FRAME_SECONDS * (frames - 1) if frames > 1 else 0.0)

    def _catch_up(self) -> None:
        if self._waiting and self.isVisible():
            self.refresh_now()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
