"""Moving layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Cursor, Gesture, Modifier
from bpstudio.gui.canvas.layout import LayerPlace, snap
from bpstudio.gui.canvas.overlay import Line

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

BEYOND = 40.0
"""How far a guide reaches beyond the layers in its line, in scene pixels."""


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
        x, y = snap((wanted.x(), wanted.y()), still)
        to = QPointF(wanted.x() if x is None else x, wanted.y() if y is None else y)
        return to - QPointF(place.x, place.y), x, y

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        if self.is_click(pos):
            self.cancel()
            return
        offset, x, y = self._offset(pos)
        moved = [
            replace(place, x=place.x + offset.x(), y=place.y + offset.y())
            for place in (self.view.places[i] for i in self.layers)
        ]
        text = "Move" if x is None else "Move · in a column"
        self.view.drawing.fade(self.layers)
        self.view.drawing.ghost.show_ghost([], text, pos, *moved, guides=self._guides(moved, x, y))

    def _guides(self, moved: list[LayerPlace], x: float | None, y: float | None) -> list[Line]:
        """Along what the layers snapped to: through all that stand in that line, a little beyond."""
        places = [p for i, p in self.view.places.items() if i not in self.layers] + moved
        lines = []
        if x is not None:
            column = [p for p in places if abs(p.x - x) < 1]
            top, bottom = min(p.top for p in column), max(p.bottom for p in column)
            lines.append((QPointF(x, top - BEYOND), QPointF(x, bottom + BEYOND)))
        if y is not None:
            # The middle line of the network is one even if nothing else stands on it.
            row = [p for p in places if abs(p.y - y) < 1]
            row = row if len(row) > len(moved) else places
            left, right = min(p.x for p in row), max(p.x for p in row)
            lines.append((QPointF(left - BEYOND, y), QPointF(right + BEYOND, y)))
        return lines

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        if self.is_click(pos):
            self.view.picking.layer(self.layer, pos, modifiers)
            return
        offset, _, _ = self._offset(pos)
        places = {i: (p.x, p.y) for i, p in self.view.places.items()}
        self.view.editor.move(self.layers, places, (offset.x(), offset.y()))

    def cancel(self) -> None:
        super().cancel()
        self.view.drawing.fade(())
