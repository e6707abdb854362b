"""Each row's share of a batch's gradient, as bars that can be chosen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import StepKey
from bpstudio.explain.numbers import plain_number, with_minus
from bpstudio.gui.theme import SMALL_SIZE, Theme, ThemeHolder, text_font
from bpstudio.model.arrays import FloatArray

HEIGHT, CAPTION = 58, 16


def shares(derivation: Derivation, parameter: StepKey) -> FloatArray:
    """Each row's gradient of a parameter: (rows,)."""
    value = derivation.quantities.value
    key = parameter.at("row_gradient")
    return np.array([value(key._replace(sample=s)) for s in range(derivation.rows)])


class SharesView(QWidget):
    """A bar for every row, up or down as its gradient is; ``chosen`` brings the row's place."""

    chosen = Signal(int)

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self.setObjectName("explainShares")
        self.setAccessibleName("Each row's share of the gradient")
        self.setToolTip("Each row's share of the gradient: choose one (Left, Right)")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._themes = themes
        self._values: FloatArray = np.zeros(0)
        self._names: tuple[int, ...] = ()
        self._sample = 0
        self._mean = 0.0
        themes.listen(self._on_theme)

    def _on_theme(self, _theme: Theme) -> None:
        self.update()

    @property
    def values(self) -> FloatArray:
        return self._values

    def show_shares(self, values: FloatArray, names: tuple[int, ...], sample: int) -> None:
        """``values`` (rows,) of the rows with these numbers; ``sample`` is the one told in full."""
        self._values, self._names, self._sample = values, names, sample
        self._mean = float(values.mean()) if values.size else 0.0
        self.setAccessibleDescription(self._caption())
        self.update()

    def _caption(self) -> str:
        if not self._values.size:
            return ""
        value = with_minus(plain_number(float(self._values[self._sample])))
        mean = with_minus(plain_number(self._mean))
        return (
            f"Gradient of each of {len(self._values):,} rows; row {self._names[self._sample]}: {value}, "
            f"mean: {mean}"
        )

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, HEIGHT)

    # Choosing

    def _sample_at(self, x: float) -> int | None:
        count = len(self._values)
        at = int(x / max(1.0, self.width()) * count)
        return at if 0 <= at < count else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._sample_at(event.position().x())
        if at is not None:
            self.chosen.emit(at)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._sample_at(event.position().x())
        if at is not None:
            value = with_minus(plain_number(float(self._values[at])))
            words = f"row {self._names[at]}: {value}"
            QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self._values.size:
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None or event.modifiers():
            super().keyPressEvent(event)
        elif 0 <= self._sample + way < len(self._values):
            self.chosen.emit(self._sample + way)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = self._themes.theme, QPainter(self)
        painter.setFont(text_font(SMALL_SIZE))
        painter.setPen(theme.color("secondary"))
        top = QRectF(0, 0, self.width(), CAPTION)
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, self._caption())
        largest = float(np.abs(self._values).max(initial=0.0))
        room = QRectF(0, CAPTION + 2, self.width(), self.height() - CAPTION - 4)
        middle = room.center().y()
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        step = room.width() / max(1, len(self._values))
        for k, value in enumerate(self._values if largest > 0 else ()):
            height = float(value) / largest * room.height() / 2
            bar = QRectF(k * step, middle - max(height, 0), max(step - 1, 0.6), abs(height))
            painter.fillRect(bar, theme.color("positive" if value > 0 else "negative"))
            if k == self._sample:
                painter.setPen(QPen(theme.color("accent"), 1.5))
                frame = QRectF(k * step, room.top(), max(step - 1, 3.0), room.height())
                painter.drawRect(frame)
        if largest > 0:
            y = middle - self._mean / largest * room.height() / 2
            painter.setPen(QPen(theme.color("text"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()
