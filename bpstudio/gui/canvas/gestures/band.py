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
            self.view.drawing.mark_targets(self._inside(pos))
            band = QRectF(self.start, pos).normalized()
            self.view.drawing.ghost.show_ghost([], "", pos, band=band)

    def _inside(self, pos: QPointF) -> frozenset[str]:
        """The layers that the band meets."""
        rect = QRectF(self.start, pos).normalized()
        return frozenset(
            i
            for i, place in self.view.places.items()
            if rect.intersects(QRectF(place.x - 20, place.top, 40, place.bottom - place.top))
        )

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        adding = bool(modifiers & Modifier.ShiftModifier)
        if self.is_click(pos):
            if not self.view.picking.canvas(pos, modifiers) and not adding:
                self.view.select(Selection())
            return
        before = self.view.selection.layers if adding else frozenset[str]()
        self.view.select(Selection(layers=before | self._inside(pos)))

    def cancel(self) -> None:
        super().cancel()
        self.view.drawing.mark_targets(())
