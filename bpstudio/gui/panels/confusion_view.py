"""Paints a confusion matrix: rows the true classes, columns the predicted ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from bpstudio.explain.outputs import Confusion
from bpstudio.gui.panels.images import rgb_image
from bpstudio.gui.theme import (
    SMALL_SIZE,
    TEXT_SIZE,
    Theme,
    ThemeHolder,
    sequential_table,
    text_font,
)
from bpstudio.gui.widgets import number_text, percent_text

HEADER, GAP, SIDE_WORD = 34, 2, 16
WIDEST_CELL, HIGHEST_CELL = 96.0, 44.0
LEAST_FOR_COUNT, LEAST_CELL = 18.0, 5.0


class ConfusionView(QWidget):
    """Counts in cells, coloured by their share of the true class."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._themes = themes
        self._names: tuple[str, ...] = ()
        self._widest_name = 0
        self._confusion: Confusion | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(120, 48)
        self.setAccessibleName("Confusion matrix")
        themes.listen(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(300, 180)

    @property
    def confusion(self) -> Confusion | None:
        """What is shown."""
        return self._confusion

    def show_confusion(self, confusion: Confusion, names: Sequence[str]) -> None:
        self._confusion = confusion
        if self._names != tuple(names):
            self._names = tuple(names)
            metrics = QFontMetrics(text_font(SMALL_SIZE))
            self._widest_name = max((metrics.horizontalAdvance(n) for n in names), default=0)
        self.update()

    # Places

    def _name_width(self) -> float:
        return min(self._widest_name + 12.0, self.width() * 0.3)

    def cell_rect(self, true: int, predicted: int) -> QRectF:
        """Where the count of rows of class ``true`` taken for ``predicted`` is drawn."""
        x, width, height = self._grid()
        return QRectF(x + predicted * width, HEADER + true * height, width - GAP, height - GAP)

    def _grid(self) -> tuple[float, float, float]:
        """Where the cells begin from the left, and how far they are apart."""
        count = max(len(self._names), 1)
        left = SIDE_WORD + self._name_width()
        width = min((self.width() - left) / count, WIDEST_CELL)
        height = min((self.height() - HEADER) / count, HIGHEST_CELL)
        return left + max(0.0, (self.width() - left - width * count) / 2), width, height

    # Painting

    def _restyle(self, _theme: Theme) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._confusion is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_cells(painter, self._confusion)
        self._draw_names(painter)
        painter.end()

    def _draw_cells(self, painter: QPainter, confusion: Confusion) -> None:
        theme = self._themes.theme
        table, shares = sequential_table(theme), confusion.shares
        count = len(self._names)
        first = self.cell_rect(0, 0)
        if min(first.width(), first.height()) < LEAST_CELL:
            image = rgb_image(table[np.round(255 * shares).astype(np.intp)])
            painter.drawImage(first.united(self.cell_rect(count - 1, count - 1)), image)
            return
        numbers = first.width() >= LEAST_FOR_COUNT and first.height() >= 12
        colors = table[np.round(255 * shares).astype(np.intp)].tolist()
        plain, bold, pale = (
            text_font(TEXT_SIZE),
            text_font(TEXT_SIZE, True),
            theme.color("secondary"),
        )
        for true, counts in enumerate(confusion.counts.tolist()):
            for predicted, value in enumerate(counts):
                cell = self.cell_rect(true, predicted)
                color = colors[true][predicted]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(*color))
                painter.drawRoundedRect(cell, 3, 3)
                if numbers:
                    painter.setFont(bold if true == predicted else plain)
                    painter.setPen(_ink(theme, color) if value else pale)
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, number_text(value))

    def _draw_names(self, painter: QPainter) -> None:
        theme = self._themes.theme
        font = text_font(SMALL_SIZE)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        align, right = Qt.AlignmentFlag, Qt.TextElideMode.ElideRight
        first, last = self.cell_rect(0, 0), self.cell_rect(len(self._names) - 1, 0)
        spread = self.cell_rect(0, len(self._names) - 1).right() - first.left()
        painter.setPen(theme.color("secondary"))
        painter.drawText(QRectF(first.left(), 0, spread, 16), align.AlignCenter, "predicted")
        painter.setPen(theme.color("text"))
        width = self._name_width() - 8
        for k, name in enumerate(self._names):
            across, down = self.cell_rect(0, k), self.cell_rect(k, 0)
            if across.width() >= LEAST_FOR_COUNT:
                words = metrics.elidedText(name, right, int(across.width()))
                painter.drawText(
                    QRectF(across.left(), 17, across.width(), 16), align.AlignCenter, words
                )
            if down.height() >= 10:
                words = metrics.elidedText(name, right, int(width))
                place = QRectF(down.left() - 6 - width, down.top(), width, down.height())
                painter.drawText(place, align.AlignRight | align.AlignVCenter, words)
        painter.setPen(theme.color("secondary"))
        painter.save()
        painter.translate(first.left() - width - 14, (first.top() + last.bottom()) / 2)
        painter.rotate(-90)
        painter.drawText(QRectF(-50, -8, 100, 16), align.AlignCenter, "true")
        painter.restore()

    # The mouse

    def text_at(self, point: QPointF) -> str:
        """What a cell says in words; empty where there is none."""
        if self._confusion is None:
            return ""
        for true, predicted in np.ndindex(self._confusion.counts.shape):
            if self.cell_rect(true, predicted).contains(point):
                share = percent_text(float(self._confusion.shares[true, predicted]))
                count = number_text(int(self._confusion.counts[true, predicted]))
                names = self._names[true], self._names[predicted]
                return f"{count} rows of {names[0]} taken for {names[1]} ({share})"
        return ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if words := self.text_at(event.position()):
            QToolTip.showText(event.globalPosition().toPoint(), words, self)
        else:
            QToolTip.hideText()


def _ink(theme: Theme, color: Sequence[int]) -> QColor:
    """The text colour that is read best on a colour."""
    brightness = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
    dark, light = ("text", "surface") if theme.name == "light" else ("surface", "text")
    return theme.color(dark if brightness > 140 else light)
