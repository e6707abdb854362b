"""Moving layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from bpstudio.gui.canvas.gestures.band import sides
from bpstudio.gui.canvas.gestures.base import Cursor, Gesture, Modifier
from bpstudio.gui.canvas.layout import LayerPlace, snap
from bpstudio.model.editing import move_layers

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class MoveLayers(Gesture):
    """Drag layers: they move, and snap to the columns and the middle lines of the others."""

    cursor = Cursor.SizeAllCursor

    def __init__(self, view: CanvasView, start: QPointF, layer: str) -> None:
        super().__init__(view, start)
        chosen = view.selection.layers
        self.layers = chosen if layer in chosen else frozenset({layer})
        self.layer = layer

    def _offset(self, pos: QPointF) -> tuple[QPointF, float | None, float | None]:
        """How far the layers go, and the x and y that they snapped to."""
        place = self.view.places[self.layer]
        still = [p for i, p in self.view.places.items() if i not in self.layers]
        wanted = QPointF(place.x, place.y) + pos - self.start
        x = snap(wanted.x(), [p.x for p in still])
        y = snap(wanted.y(), [0.0, *(p.y for p in still)])
        to = QPointF(wanted.x() if x is None else x, wanted.y() if y is None else y)
        return to - QPointF(place.x, place.y), x, y

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        if self.is_click(pos):
            self.cancel()
            return
        offset, x, y = self._offset(pos)
        lines = []
        for layer_id in self.layers:
            lines += sides(outline(self.view.places[layer_id]).translated(offset))
        if x is not None:
            lines.append((QPointF(x, -4000), QPointF(x, 4000)))
        if y is not None:
            lines.append((QPointF(-4000, y), QPointF(4000, y)))
        text = "Move" if x is None else "Move · in a column"
        self.view.drawing.ghost.show_ghost(lines, text, pos)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        if self.is_click(pos):
            self.view.picking.layer(self.layer, pos, modifiers)
            return
        offset, _, _ = self._offset(pos)
        places = {i: (p.x, p.y) for i, p in self.view.places.items()}
        for i in self.layers:
            places[i] = places[i][0] + offset.x(), places[i][1] + offset.y()
        self.view.edit("Move", lambda project: move_layers(project, places))


def outline(place: LayerPlace) -> QRectF:
    """Where a layer's neurons are."""
    half = place.tile / 2 + 6
    return QRectF(place.x - half, place.top - 6, 2 * half, place.bottom - place.top + 12)
