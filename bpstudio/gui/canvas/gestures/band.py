"""Selecting with a rubber band."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from bpstudio.gui.canvas.gestures.base import Gesture, Modifier
from bpstudio.gui.canvas.selection import Selection


class RubberBand(Gesture):
    """Shift and drag on empty canvas: select the layers inside."""

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        rect = QRectF(self.start, pos).normalized()
        corners = [rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft()]
        sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
        self.view.drawing.ghost.show_ghost(sides, "", pos)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        rect = QRectF(self.start, pos).normalized()
        inside = {
            i
            for i, place in self.view.places.items()
            if rect.intersects(QRectF(place.x - 20, place.top, 40, place.bottom - place.top))
        }
        self.view.select(Selection(layers=self.view.selection.layers | inside))
