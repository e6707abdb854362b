"""The gradient of one parameter in the inspector, worked out beside the GUI thread."""

from __future__ import annotations

import time
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent

from bpstudio.explain.slope import Slope, slope_of
from bpstudio.gui.background import Background, Task
from bpstudio.gui.fitting_label import FittingLabel
from bpstudio.gui.widgets import signed_text
from bpstudio.model.project import Project

QUICK_VALUES = 20_000_000
"""Rows times parameters of a quick look: some hundredths of a second."""
REST_MS = 500
"""While the weights move a gradient is worked out again after so long, or after as long as it took."""


class Asked(NamedTuple):
    """A parameter by its symbol and its position in the vector; whether its weights are ``moving``, and
    whether all rows are to be taken, ``whole``, whatever the time."""

    project: Project
    position: int
    symbol: str
    moving: bool
    whole: bool = False

    @property
    def most_rows(self) -> int | None:
        """Training rows to be taken."""
        return None if self.whole else QUICK_VALUES // max(self.project.topology.parameter_count, 1)


class GradientLabel(FittingLabel):
    """``∂E/∂w 0.01234 · mean of 105 rows``: the slope of the loss along a parameter, its mean over the
    training rows.

    Where these are many, a part of them is taken first, which it says, and all of them once the weights
    stand still.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("gradientLabel")
        self._asked: Asked | None = None
        self._next: Asked | None = None
        self._began = 0.0
        self._background = Background(self)
        self._background.done.connect(self._on_done)
        self._background.failed.connect(self._on_failed)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._on_rested)

    def show_parameter(self, project: Project, position: int, symbol: str, moving: bool) -> None:
        """Show the gradient of a parameter, as soon as it is known."""
        asked, before = Asked(project, position, symbol, moving), self._next or self._asked
        if (
            before is None
            or before.position != position
            or before.project.topology is not project.topology
        ):
            self.setText(f"∂E/∂{symbol} …")
            self._start(asked)
        elif before.project is project and before.moving == moving:
            return
        elif self._background.busy or self._rest.isActive():
            self._next = asked
        else:
            self._start(asked)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._background.cancel()
        self._rest.stop()
        self._asked = self._next = None

    def _start(self, asked: Asked) -> None:
        self._rest.stop()
        self._asked, self._next, self._began = asked, None, time.monotonic()
        self._background.start(partial(_work, asked))

    def _on_done(self, slope: Slope) -> None:
        asked = self._asked
        assert asked is not None
        part = slope.rows < slope.all_rows
        rows = f"{slope.rows:,} of {slope.all_rows:,}" if part else f"{slope.rows:,}"
        self.setText(f"∂E/∂{asked.symbol} {signed_text(slope.value)} · mean of {rows} rows")
        if part and not asked.moving and self._next is None:
            self._start(asked._replace(whole=True))
            return
        took = round(1000 * (time.monotonic() - self._began))
        self._rest.start(max(REST_MS, took))

    def _on_failed(self, _error: object) -> None:
        # A project that cannot be trained has no loss; the row below the canvas says why.
        if self._asked is not None:
            self.setText(f"∂E/∂{self._asked.symbol} –")

    def _on_rested(self) -> None:
        if self._next is not None:
            self._start(self._next)


def _work(asked: Asked, task: Task) -> Slope | None:
    return slope_of(asked.project, asked.position, asked.most_rows, task.cancelled)
