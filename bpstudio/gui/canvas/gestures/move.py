"""Moving layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Gesture, Modifier
from bpstudio.gui.canvas.layout import place_layer
from bpstudio.model.editing import move_layers

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class MoveLayers(Gesture):
    """Drag a layer by its name: it moves, and snaps to the middle line."""

    SNAP = 10.0

    def __init__(self, view: CanvasView, start: QPointF, layer: str) -> None:
        super().__init__(view, start)
        chosen = view.selection.layers
        self.layers = chosen if layer in chosen else frozenset({layer})
        self.layer = layer

    def _places(self, pos: QPointF) -> dict[str, tuple[float, float]]:
        offset = pos - self.start
        moved = {i: (p.x, p.y) for i, p in self.view.places.items()}
        for i in self.layers:
            x, y = moved[i][0] + offset.x(), moved[i][1] + offset.y()
            moved[i] = x, 0.0 if abs(y) < self.SNAP else y
        return moved

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        if self.is_click(pos):
            return
        place = self.view.places[self.layer]
        x, y = self._places(pos)[self.layer]
        ghost = place_layer(self.layer, place.size, x, y)
        self.view.drawing.ghost.show_ghost([], "Move", QPointF(x + 30, ghost.top), ghost)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        if self.is_click(pos):
            self.view.click_layer(self.layer, pos, modifiers)
            return
        places = self._places(pos)
        self.view.edit("Move", lambda project: move_layers(project, places))
