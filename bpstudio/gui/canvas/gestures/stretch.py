"""Stretching a layer by its handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Cursor, Gesture, Modifier
from bpstudio.gui.canvas.layout import place_layer
from bpstudio.model.words import counted

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class StretchLayer(Gesture):
    """Pull a layer's handle: its number of neurons follows."""

    def __init__(self, view: CanvasView, start: QPointF, layer: str) -> None:
        super().__init__(view, start)
        self.cursor = Cursor.SizeHorCursor if view.navigation.turned else Cursor.SizeVerCursor
        self.layer = layer
        self.place = view.places[layer]

    def _size(self, pos: QPointF) -> int:
        # The layer grows around its middle, so the handle moves half a spacing for each neuron.
        step = max(self.place.spacing / 2, 8.0)
        return max(1, self.place.size + round((pos.y() - self.start.y()) / step))

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        size = self._size(pos)
        ghost = place_layer(self.layer, size, self.place.x, self.place.y)
        self.view.drawing.fade({self.layer})
        at = QPointF(ghost.x + ghost.tile / 2, ghost.bottom)
        self.view.drawing.ghost.show_ghost([], counted(size, "neuron"), at, ghost)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        size = self._size(pos)
        if size != self.place.size:
            self.view.editor.resize({self.layer}, size)

    def cancel(self) -> None:
        super().cancel()
        self.view.drawing.fade(())
