"""What part of the network the view shows: fitting, zooming, panning."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView

from bpstudio.gui.canvas.drawing import Drawing

MAX_FIT, FIT_MARGIN = 1.35, 10.0
LEAST_ZOOM, MOST_ZOOM = 0.05, 8.0
EMPTY = QRectF(-300, -200, 600, 400)
"""What a view of an empty canvas shows."""


class Navigation:
    """Moves one view over its drawing. ``fitted``: the whole network stays in view when it changes."""

    def __init__(self, view: QGraphicsView, drawing: Drawing) -> None:
        self._view = view
        self._drawing = drawing
        self.fitted = True

    @property
    def scale(self) -> float:
        """Screen pixels per scene pixel."""
        return self._view.transform().m11()

    def fit(self) -> None:
        """Show the whole network."""
        self.fitted = True
        rect = self._drawing.bounds() if self._drawing.layers else EMPTY
        rect = rect.adjusted(-FIT_MARGIN, -FIT_MARGIN, FIT_MARGIN, FIT_MARGIN)
        area = self._view.viewport().rect()
        scale = min(area.width() / rect.width(), area.height() / rect.height(), MAX_FIT)
        self._place(max(scale, LEAST_ZOOM), rect.center())

    def _place(self, scale: float, middle: QPointF) -> None:
        # The scene is larger than any view of it, so that nothing keeps the middle from its place.
        reach = QPointF(8000, 8000)
        self._drawing.setSceneRect(QRectF(middle - reach, middle + reach))
        self._view.setTransform(QTransform.fromScale(scale, scale))
        self._view.centerOn(middle)

    def zoom(self, factor: float, at: QPoint) -> None:
        """Zoom around a point of the viewport."""
        scale = min(max(self.scale * factor, LEAST_ZOOM), MOST_ZOOM)
        before = self._view.mapToScene(at)
        self._view.setTransform(QTransform.fromScale(scale, scale))
        self.pan_by(self._view.mapToScene(at) - before)

    def pan_by(self, offset: QPointF) -> None:
        """Move what is seen by an offset in scene pixels."""
        self.fitted = False
        view = self._view
        middle = view.mapToScene(view.viewport().rect()).boundingRect().center()
        view.centerOn(middle - offset)
