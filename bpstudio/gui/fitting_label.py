"""A line of text that gives way."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel

BETWEEN = " · "


class FittingLabel(QLabel):
    """Small secondary text on one line that gives way where there is little room.

    Of parts with " · " between them the last are left out first; what is still too long ends with an
    ellipsis, or is not seen at all. The tooltip tells all of it where some is not seen.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setProperty("kind", "secondary")

    @property
    def shown_text(self) -> str:
        """What of the text there is room for."""
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        parts = self.text().split(BETWEEN)
        while len(parts) > 1 and metrics.horizontalAdvance(BETWEEN.join(parts)) > room:
            parts.pop()
        left = BETWEEN.join(parts)
        if metrics.horizontalAdvance(left) <= room:
            return left
        cut = metrics.elidedText(left, Qt.TextElideMode.ElideRight, room)
        return cut if len(cut) > 1 else ""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def _tell(self) -> None:
        self.setToolTip("" if self.shown_text == self.text() else self.text())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self.shown_text)
        painter.end()
