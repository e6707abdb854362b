"""The way back: a link for every step that led here."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from bpstudio.gui.widgets import secondary_label

MOST = 6


class Crumbs(QWidget):
    """``chosen`` brings the place of the step to go back to."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("explainCrumbs")
        self.setAccessibleName("The way here")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._texts: tuple[str, ...] = ()
        self.buttons: list[QToolButton] = []

    def show_way(self, texts: Sequence[str]) -> None:
        """A link for each of these; the last is where we are."""
        if tuple(texts) == self._texts:
            return
        self._texts = tuple(texts)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = []
        first = max(1, len(texts) - MOST + 1)
        for k, text in enumerate(texts):
            if 0 < k < first:
                continue
            if k:
                self._row.addWidget(secondary_label("›" if k == 1 or k > first else "… ›"))
            if k < len(texts) - 1:
                self._row.addWidget(self._button(k, text))
            else:
                self._row.addWidget(_Here(text))
        self._row.addStretch(1)

    def _button(self, k: int, text: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("step", k)
        button.setAccessibleName(f"Back to {text}")
        button.setToolTip(f"Back to {text} (Alt+Left goes one step back)")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._on_clicked)
        self.buttons.append(button)
        return button

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            self.chosen.emit(int(button.property("step")))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())


class _Here(QLabel):
    """Where we are: in a narrow panel it ends with an ellipsis, and the tooltip tells all of it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setAccessibleName(f"Here: {text}")
        self.setContentsMargins(4, 0, 0, 0)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), text)
        painter.end()
