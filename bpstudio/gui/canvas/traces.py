"""Marks above the network that gestures and the selection leave: connections, neurons, a trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.anywhere import Anywhere
from bpstudio.gui.canvas.bundle import Bundle
from bpstudio.gui.canvas.links_picture import LinksPicture
from bpstudio.gui.canvas.pens import screen_pen
from bpstudio.gui.canvas.raster import marks_of
from bpstudio.model.arrays import FloatArray

MOST_CURVES = 200
"""More connections than this would take a painter longer than a frame: they become a picture."""
DASHES = {Qt.PenStyle.DashLine: (7.0, 4.0), Qt.PenStyle.DotLine: (2.0, 3.0)}
"""Dashes and gaps of such pictures, in pixels."""


def paths_of(curves: FloatArray) -> QPainterPath:
    """Cubic Bézier curves, (curves, 4, 2), as one path."""
    path = QPainterPath()
    for points in curves:
        start, one, two, end = (QPointF(*point) for point in points)
        path.moveTo(start)
        path.cubicTo(one, two, end)
    return path


def path_of(curves: Bundle, source_neuron: int, target_neuron: int) -> QPainterPath:
    """Along one connection of a link, a pruned one too."""
    return paths_of(curves.curves(np.array([source_neuron]), np.array([target_neuron])))


class TraceItem(Anywhere):
    """Strokes in the tokens of the theme, each a path with a style; and a trail behind the pointer.

    Where there are many connections they are in the ``picture`` of all, as those of this ``kind``.
    """

    def __init__(self, picture: LinksPicture, kind: str) -> None:
        super().__init__()
        self._picture = picture
        self._kind = kind
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
        self._picture.mark(self._kind, ())
        self.update()

    def show_connections(
        self,
        bundles: Sequence[Bundle],
        token: str,
        style: Qt.PenStyle,
        trail: Sequence[QPointF] = (),
    ) -> None:
        """Show all connections of these bundles, however many."""
        path = QPainterPath()
        many = sum(bundle.count for bundle in bundles) > MOST_CURVES
        for bundle in () if many else bundles:
            path.addPath(paths_of(bundle.curves(*bundle.connections())))
        self.show_strokes([(path, token, style)], trail)
        if many:
            marks = [marks_of(bundle, DASHES.get(style)) for bundle in bundles if bundle.count]
            self._picture.mark(self._kind, marks, token)

    def clear(self) -> None:
        """Show nothing."""
        self.show_strokes([])

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.theme is None or not (self._strokes or len(self._trail) > 1):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for path, token, style in self._strokes:
            if style == Qt.PenStyle.DashLine:
                # What is about to go is pale already under its dashes, whatever its colour.
                ground = screen_pen(painter, self.theme.color("surface", 0.8), 7.0)
                ground.setCapStyle(Qt.PenCapStyle.FlatCap)
                painter.setPen(ground)
                painter.drawPath(path)
            # Dots are for what is not there: they stay in the background.
            width = 1.2 if style == Qt.PenStyle.DotLine else 2.0
            painter.setPen(screen_pen(painter, self.theme.color(token), width, style))
            painter.drawPath(path)
        if len(self._trail) > 1:
            painter.setPen(screen_pen(painter, self.theme.color("secondary", 0.5), 6.0))
            painter.drawPolyline(QPolygonF(self._trail))
