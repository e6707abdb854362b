"""Paints what a neuron answers over the plane of two inputs, with the data on it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from bpstudio.explain.numbers import with_minus
from bpstudio.explain.plane import Plane
from bpstudio.gui.panels.symbols import Points, draw_symbol
from bpstudio.gui.theme import SMALL_SIZE, Theme, ThemeHolder, signed_color, text_font

AXIS_HEIGHT, LEGEND_GAP, LEGEND_LINE, SIGN = 18, 14, 18, 14
LEAST_SIDE = 40
LEAST_LINE = 14


@dataclass(frozen=True)
class Entry:
    """A line of the legend: a class's symbol, or a square of a colour if ``token`` names one."""

    text: str
    label: int = -1
    hollow: bool = False
    token: str = ""


class SurfaceView(QWidget):
    """A square picture with quiet axes and a legend; the points are drawn once and kept."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._themes = themes
        self._plane: Plane | None = None
        self._names = ("", "")
        self._points = Points()
        self._legend: tuple[Entry, ...] = ()
        self._image = QImage()
        self._drawn_points: QPixmap | None = None
        self.setMinimumSize(120, 62)
        self.setAccessibleName("Output over the plane of the inputs")
        themes.listen(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(300, 180)

    def set_data(
        self, plane: Plane, names: tuple[str, str], points: Points, legend: tuple[Entry, ...]
    ) -> None:
        """The plane with its columns' names, the points on it, and what they mean."""
        self._plane, self._names, self._points, self._legend = plane, names, points, legend
        self._drawn_points = None
        self.update()

    def set_image(self, image: QImage) -> None:
        """The answers: row 0 is the highest y."""
        self._image = image
        self.update()

    # Places

    @property
    def square(self) -> QRectF:
        """Where the picture is."""
        left, legend = self._axis_width(), self._legend_width()
        height = self.height() - AXIS_HEIGHT - 4
        beside = self.width() - left - LEGEND_GAP - legend
        side = max(LEAST_SIDE, min(height, beside if legend else self.width() - left - 8))
        whole = left + side + (LEGEND_GAP + legend if legend else 8)
        x = left + max(0.0, (self.width() - whole) / 2)
        return QRectF(round(x), 4 + max(0, (height - side) // 2), side, side)

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(text_font(SMALL_SIZE))

    def _axis_width(self) -> float:
        if self._plane is None:
            return 8.0
        metrics = self._metrics()
        texts = (*(_short(value) for value in self._plane.y), self._names[1][:12])
        return 6.0 + max(metrics.horizontalAdvance(text) for text in texts)

    def _legend_width(self) -> float:
        metrics = self._metrics()
        widths = [metrics.horizontalAdvance(entry.text) + SIGN for entry in self._legend]
        return min(max(widths, default=0), self.width() * 0.36)

    def place_of(self, x: float, y: float) -> QPointF:
        """Where a raw point of the plane is in this widget."""
        plane, square = self._plane, self.square
        if plane is None:
            return square.center()
        along = (x - plane.x[0]) / (plane.x[1] - plane.x[0])
        up = (y - plane.y[0]) / (plane.y[1] - plane.y[0])
        return QPointF(
            square.left() + along * square.width(), square.bottom() - up * square.height()
        )

    # Painting

    def _restyle(self, _theme: Theme) -> None:
        self._drawn_points = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(text_font(SMALL_SIZE))
        square = self.square
        if not self._image.isNull():
            painter.drawImage(square, self._image)
        pixmap = self._drawn_points
        if pixmap is None or pixmap.deviceIndependentSize().toSize() != self.size():
            pixmap = self._drawn_points = self._draw_points()
        painter.drawPixmap(0, 0, pixmap)
        self._draw_axes(painter, square)
        self._draw_legend(painter, square)
        painter.end()

    def _draw_points(self) -> QPixmap:
        scale = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, points = self._themes.theme, self._points
        radius = points.radius if self.square.width() > 120 else min(points.radius, 2.6)
        # Held-out points last: there are fewer of them.
        for k in points.held_out.argsort(kind="stable"):
            at = self.place_of(float(points.x[k]), float(points.y[k]))
            hollow, color, rim = bool(points.held_out[k]), None, None
            if points.value is not None:
                # A value near 0 has the colour of its surroundings: its rim shows where it is.
                rim = theme.color("secondary")
                color = rim if hollow else signed_color(theme, float(points.value[k]), 1.0)
            draw_symbol(painter, theme, at, int(points.label[k]), radius, hollow, color, rim)
        painter.end()
        return pixmap

    def _draw_axes(self, painter: QPainter, square: QRectF) -> None:
        theme = self._themes.theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawRect(square.adjusted(-0.5, -0.5, 0.5, 0.5))
        if self._plane is None:
            return
        painter.setPen(theme.color("secondary"))
        align = Qt.AlignmentFlag
        below = QRectF(square.left(), square.bottom() + 3, square.width(), AXIS_HEIGHT - 3)
        low, high = (_short(value) for value in self._plane.x)
        painter.drawText(below, align.AlignLeft, low)
        painter.drawText(below, align.AlignRight, high)
        room = square.width() - 2 * self._metrics().horizontalAdvance(max(low, high, key=len)) - 8
        painter.drawText(below, align.AlignHCenter, self._elided(self._names[0], room))
        beside = QRectF(0, square.top() - 1, square.left() - 5, square.height() + 2)
        low, high = (_short(value) for value in self._plane.y)
        painter.drawText(beside, align.AlignRight | align.AlignBottom, low)
        painter.drawText(beside, align.AlignRight | align.AlignTop, high)
        name = self._elided(self._names[1], beside.width())
        painter.drawText(beside, align.AlignRight | align.AlignVCenter, name)

    def _draw_legend(self, painter: QPainter, square: QRectF) -> None:
        theme = self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = square.right() + LEGEND_GAP
        room = self._legend_width() - SIGN + 1
        fits = (square.height() + AXIS_HEIGHT - 8) / max(len(self._legend), 1)
        step = min(LEGEND_LINE, max(LEAST_LINE, fits))
        for k, entry in enumerate(self._legend):
            middle = square.top() + 8 + k * step
            if middle > square.bottom() + AXIS_HEIGHT:
                break
            at = QPointF(x + 4, middle)
            if entry.token:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.color(entry.token)))
                painter.drawRoundedRect(QRectF(x, middle - 4, 8, 8), 2, 2)
            else:
                draw_symbol(painter, theme, at, entry.label, 3.6, entry.hollow)
            painter.setPen(theme.color("secondary"))
            line = QRectF(x + SIGN, middle - 9, room, 18)
            text = self._elided(entry.text, room)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)

    def _elided(self, text: str, room: float) -> str:
        return self._metrics().elidedText(text, Qt.TextElideMode.ElideRight, int(max(room, 0)))


def _short(value: float) -> str:
    return with_minus(f"{value:.2g}")
