"""Marks above the network that gestures and the selection leave: connections, neurons, a trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.theme import Theme
from bpstudio.model.arrays import FloatArray

MOST_CURVES = 3000
"""More curves than this would take longer than a frame; the count beside the hand tells them all."""


def paths_of(curves: FloatArray) -> QPainterPath:
    """Cubic Bézier curves, (curves, 4, 2), as one path."""
    path = QPainterPath()
    for points in curves[:MOST_CURVES]:
        start, one, two, end = (QPointF(*point) for point in points)
        path.moveTo(start)
        path.cubicTo(one, two, end)
    return path


class TraceItem(QGraphicsItem):
    """Strokes in the tokens of the theme, each a path with a style; and a trail behind the pointer."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme | None = None
        self._strokes: list[tuple[QPainterPath, str, Qt.PenStyle]] = []
        self._trail: list[QPointF] = []
        self.setZValue(4)

    def show_strokes(
        self,
        strokes: Iterable[tuple[QPainterPath, str, Qt.PenStyle]],
        trail: Sequence[QPointF] = (),
    ) -> None:
        """Show these paths, each in a token's colour; ``trail`` is where the hand has been."""
        self._strokes = list(strokes)
        self._trail = list(trail)
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.show_strokes([])

    def boundingRect(self) -> QRectF:
        # Marks may be anywhere; the scene's own rectangle may ask every item for its bounds.
        return QRectF(-20_000, -20_000, 40_000, 40_000)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.theme is None or not (self._strokes or len(self._trail) > 1):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for path, token, style in self._strokes:
            # Dots are for what is not there: they stay in the background.
            pen = QPen(self.theme.color(token), 1.2 if style == Qt.PenStyle.DotLine else 2.0, style)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(path)
        if len(self._trail) > 1:
            pen = QPen(self.theme.color("secondary", 0.5), 6.0)
            pen.setCosmetic(True)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(self._trail))
