"""What the ink of a connection stands for, in a corner of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap, QPolygonF

from bpstudio.gui.theme import RADIUS, SMALL_SIZE, Theme, text_font

WIDTH, HEIGHT, MARGIN, GAP = 96.0, 8.0, 3.0, 6.0
SIDE, TALL = 320.0, 40.0
"""Room for the legend with its words."""


def scale_text(scale: float) -> str:
    """A scale's end as people read it."""
    return f"{scale:.3g}"


class Legend:
    """The legend of a view, painted once for each scale: a picture costs less than words."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._of: tuple[Theme, str, float] | None = None

    def draw(self, painter: QPainter, theme: Theme, area: QRectF, scale: float) -> None:
        """Draw it in the upper right corner of an area."""
        pixel = painter.device().devicePixelRatioF()
        of = theme, scale_text(scale), pixel
        if self._of != of:
            self._of = of
            self._pixmap = QPixmap(round(SIDE * pixel), round(TALL * pixel))
            self._pixmap.setDevicePixelRatio(pixel)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._pixmap)
            paint_legend(inner, theme, QRectF(0, 0, SIDE, TALL), scale)
            inner.end()
        painter.drawPixmap(area.topRight() - QPointF(SIDE, 0), self._pixmap)


def paint_legend(painter: QPainter, theme: Theme, area: QRectF, scale: float) -> None:
    """A wedge for each sign in the upper right corner of an area: from nothing to full ink, which a
    weight of magnitude ``scale`` has."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(text_font(SMALL_SIZE))
    low, high = f"−{scale_text(scale)}", f"+{scale_text(scale)}"
    metrics = QFontMetricsF(painter.font())
    right = area.right() - metrics.horizontalAdvance(high) - GAP
    left, middle = right - WIDTH, area.top() + MARGIN + metrics.height() / 2
    centre = QPointF((left + right) / 2, middle)
    painter.setPen(Qt.PenStyle.NoPen)
    edge = left - GAP - metrics.horizontalAdvance(low)
    ground = QRectF(edge, area.top() + MARGIN, area.right() - edge, metrics.height())
    painter.setBrush(theme.color("surface", 0.85))
    painter.drawRoundedRect(ground.adjusted(-GAP, -2, GAP, 2), RADIUS, RADIUS)
    for end, token in ((left, "negative"), (right, "positive")):
        painter.setBrush(theme.color(token))
        points = [centre, QPointF(end, middle - HEIGHT / 2), QPointF(end, middle + HEIGHT / 2)]
        painter.drawPolygon(QPolygonF(points))
    painter.setPen(theme.color("secondary"))
    baseline = middle + metrics.ascent() / 2 - 1
    painter.drawText(QPointF(right + GAP, baseline), high)
    painter.drawText(QPointF(left - GAP - metrics.horizontalAdvance(low), baseline), low)
