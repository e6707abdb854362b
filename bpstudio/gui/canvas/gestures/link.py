"""Linking layers with a drag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Gesture, Modifier
from bpstudio.gui.canvas.selection import Selection
from bpstudio.model.wiring import add_link, link_refusal

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class LinkLayers(Gesture):
    """A drag from a layer to another links them; a click selects the layer and its neuron."""

    def __init__(self, view: CanvasView, start: QPointF, source: str) -> None:
        super().__init__(view, start)
        self.source = source

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        view = self.view
        if self.is_click(pos):
            self.cancel()
            return
        target = view.drawing.layer_at(pos)
        topology = view.document.project.topology
        place = view.places[self.source]
        start = QPointF(place.x + place.tile / 2, self.start.y())
        forbidden, text = False, "Drop on a layer to link"
        if target is not None and target != self.source:
            why = link_refusal(topology, self.source, target)
            forbidden = why is not None
            text = why or f"Link {topology.label(self.source)} to {topology.label(target)}"
        view.drawing.mark_target(None if forbidden else target)
        view.drawing.ghost.show_ghost(
            [(start, pos)], text, pos + QPointF(16, 0), forbidden=forbidden
        )

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        target = self.view.drawing.layer_at(pos)
        if self.is_click(pos) or target == self.source:
            self.view.click_layer(self.source, pos, modifiers)
        elif target is not None:
            source = self.source
            if self.view.edit("Link layers", lambda project: add_link(project, source, target)):
                self.view.select(Selection())

    def cancel(self) -> None:
        super().cancel()
        self.view.drawing.mark_target(None)
