"""Selecting with a rubber band."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from bpstudio.gui.canvas.gestures.base import Gesture, Modifier
from bpstudio.gui.canvas.selection import Selection


class RubberBand(Gesture):
    """Drag on empty canvas with the select tool, or with Shift: select the layers inside.

    With Shift they are added to those selected. A click selects what is there, or nothing.
    """

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        if self.is_click(pos):
            self.cancel()
        else:
            rect = QRectF(self.start, pos).normalized()
            self.view.drawing.ghost.show_ghost(sides(rect), "", pos)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        adding = bool(modifiers & Modifier.ShiftModifier)
        if self.is_click(pos):
            if not self.view.picking.canvas(pos, modifiers) and not adding:
                self.view.select(Selection())
            return
        rect = QRectF(self.start, pos).normalized()
        inside = {
            i
            for i, place in self.view.places.items()
            if rect.intersects(QRectF(place.x - 20, place.top, 40, place.bottom - place.top))
        }
        before = self.view.selection.layers if adding else frozenset[str]()
        self.view.select(Selection(layers=before | inside))


def sides(rect: QRectF) -> list[tuple[QPointF, QPointF]]:
    """The four sides of a rectangle."""
    corners = [rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft()]
    return list(zip(corners, [*corners[1:], corners[0]], strict=True))
