"""Paints points and lines over two numeric axes: a curve through data, or predicted over true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from bpstudio.explain.scales import linear_ticks
from bpstudio.gui.panels.symbols import FILLED, HOLLOW, Points, draw_symbol
from bpstudio.gui.theme import SMALL_SIZE, Theme, ThemeHolder, text_font
from bpstudio.gui.widgets import exact_text
from bpstudio.model.arrays import FloatArray

BOTTOM, TOP, RIGHT = 18, 20, 8
MARGIN = 0.06


@dataclass(frozen=True)
class Line:
    """A line (points,) in raw units, in a token's colour."""

    x: FloatArray
    y: FloatArray
    token: str = "accent"
    width: float = 2.0


class XYView(QWidget):
    """Quiet axes with the names of the columns, points, and lines over them."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._themes = themes
        self._points = Points()
        self._lines: tuple[Line, ...] = ()
        self._names = ("", "")
        self._ranges = ((0.0, 1.0), (0.0, 1.0))
        self.setMinimumSize(120, 62)
        themes.listen(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(300, 180)

    def show_values(
        self,
        points: Points,
        lines: Sequence[Line],
        names: tuple[str, str],
        ranges: tuple[tuple[float, float], tuple[float, float]],
    ) -> None:
        """Points, lines behind or over them, the axes' names, and the ranges (low, high) of x and y."""
        self._points, self._lines, self._names = points, tuple(lines), names
        self._ranges = ranges
        self.update()

    def _restyle(self, _theme: Theme) -> None:
        self.update()

    # Places

    def _area(self) -> QRectF:
        metrics = QFontMetrics(text_font(SMALL_SIZE))
        ticks = self._ticks(1)
        left = 8 + max((metrics.horizontalAdvance(exact_text(t)) for t in ticks), default=20)
        return QRectF(left, TOP, self.width() - left - RIGHT, self.height() - TOP - BOTTOM)

    def _ticks(self, axis: int) -> list[float]:
        return linear_ticks(*self._ranges[axis], 5 if axis else 6)

    def place_of(self, x: FloatArray, y: FloatArray) -> list[QPointF]:
        """Where points in raw units are in this widget."""
        area = self._area()
        (x0, x1), (y0, y1) = self._ranges
        across = area.left() + (x - x0) / (x1 - x0) * area.width()
        down = area.bottom() - (y - y0) / (y1 - y0) * area.height()
        limit = 1e5  # what the painter can still clip
        down = np.clip(np.nan_to_num(down), -limit, limit)
        return [QPointF(float(a), float(b)) for a, b in zip(across, down, strict=True)]

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setFont(text_font(SMALL_SIZE))
        area = self._area()
        self._draw_axes(painter, theme, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(area.adjusted(-4, -4, 4, 4))
        points = self._points
        for at, label, held in zip(
            self.place_of(points.x, points.y), points.label, points.held_out, strict=True
        ):
            color = theme.color("positive") if label < 0 else None
            draw_symbol(painter, theme, at, int(label), points.radius, bool(held), color)
        for line in self._lines:
            painter.setPen(QPen(theme.color(line.token), line.width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(self.place_of(line.x, line.y)))
        painter.restore()
        self._draw_legend(painter, theme, area)
        painter.end()

    def _draw_axes(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        align = Qt.AlignmentFlag
        for tick in self._ticks(1):
            y = round(self.place_of(np.array([self._ranges[0][0]]), np.array([tick]))[0].y())
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(area.left(), y + 0.5), QPointF(area.right(), y + 0.5))
            painter.setPen(theme.color("secondary"))
            place = QRectF(0, y - 8, area.left() - 6, 16)
            painter.drawText(place, align.AlignRight | align.AlignVCenter, exact_text(tick))
        painter.setPen(theme.color("secondary"))
        for tick in self._ticks(0):
            x = self.place_of(np.array([tick]), np.array([self._ranges[1][0]]))[0].x()
            place = QRectF(x - 40, area.bottom() + 3, 80, 16)
            painter.drawText(place, align.AlignHCenter, exact_text(tick))

    def _draw_legend(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        """The axes' names, and what filled and hollow points are, above the picture."""
        align = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("secondary"))
        name_x, name_y = self._names
        painter.drawText(QRectF(area.left(), 0, area.width(), 16), align, f"{name_y} over {name_x}")
        metrics = QFontMetrics(text_font(SMALL_SIZE))
        x = area.right()
        words = [(HOLLOW, True)] if self._points.held_out.any() else []
        for word, hollow in [*words, (FILLED, False)]:
            x -= metrics.horizontalAdvance(word)
            painter.setPen(theme.color("secondary"))
            painter.drawText(QRectF(x, 0, 90, 16), align, word)
            x -= 10
            labelled = bool((self._points.label >= 0).any())
            color = theme.color("secondary" if labelled else "positive")
            draw_symbol(painter, theme, QPointF(x, 8.5), -1, 3.4, hollow, color)
            x -= 16


def padded(*values: FloatArray) -> tuple[float, float]:
    """A range around all finite values, with a margin."""
    together = np.concatenate([np.asarray(v, dtype=float).ravel() for v in values])
    together = together[np.isfinite(together)]
    if together.size == 0:
        return 0.0, 1.0
    low, high = float(together.min()), float(together.max())
    margin = (high - low) * MARGIN or 0.5
    return low - margin, high + margin
