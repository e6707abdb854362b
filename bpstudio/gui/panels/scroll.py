"""A column of widgets that scrolls: its bar has a place of its own, so nothing is ever under it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

GUTTER = 12
"""The place of the bar, with a gap beside it."""


class ColumnScroll(QScrollArea):
    """Scrolls up and down only; the content is as wide with the bar as without it."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._on_range)
        self._on_range(bar.minimum(), bar.maximum())

    def _on_range(self, low: int, high: int) -> None:
        """Without a bar its place stays empty."""
        taken = self.verticalScrollBar().sizeHint().width() if high > low else 0
        self.setViewportMargins(0, 0, max(0, GUTTER - taken), 0)
