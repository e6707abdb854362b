"""Drawing a layer with a stroke."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Gesture, Modifier
from bpstudio.gui.canvas.layout import LayerPlace, neighbour_before, place_layer, stroke_size
from bpstudio.gui.canvas.selection import Selection
from bpstudio.model.editing import insert_layer
from bpstudio.model.project import Project


class DrawLayer(Gesture):
    """A vertical stroke beside the layers: a new layer, its length the number of neurons.

    It takes its place between its neighbours and splits the link that joined them; with Alt the old link
    stays as a skip link. A click selects the connection that is there, or nothing.
    """

    def _ghost(self, pos: QPointF) -> LayerPlace:
        size = stroke_size(abs(pos.y() - self.start.y()))
        middle = (pos.y() + self.start.y()) / 2
        return place_layer("ghost", size, self.start.x(), middle)

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        if self.is_click(pos):
            self.cancel()
            return
        ghost = self._ghost(pos)
        places = list(self.view.places.values())
        before = neighbour_before(self.view.places, ghost.x)
        index = list(self.view.places).index(before) if before else -1
        lines = []
        for k, neighbour in ((index, "before"), (index + 1, "behind")):
            if 0 <= k < len(places):
                lines += _lines(places[k], ghost, neighbour == "before")
        neurons = "neuron" if ghost.size == 1 else "neurons"
        text = f"{ghost.size} {neurons}"
        self.view.drawing.ghost.show_ghost(lines, text, QPointF(ghost.x + 30, ghost.top), ghost)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        if self.is_click(pos):
            self.view.click_canvas(pos)
            return
        ghost = self._ghost(pos)
        before = neighbour_before(self.view.places, ghost.x)
        at = 0 if before is None else list(self.view.places).index(before) + 1
        keep = bool(modifiers & Modifier.AltModifier)

        def draw(project: Project) -> Project:
            return insert_layer(project, ghost.size, before, (ghost.x, ghost.y), keep)

        if self.view.edit(f"Draw a layer of {ghost.size}", draw):
            layers = self.view.document.project.topology.layers
            self.view.select(Selection(layers=frozenset({layers[at].id})))


def _lines(neighbour: LayerPlace, ghost: LayerPlace, before: bool) -> list[tuple[QPointF, QPointF]]:
    """Straight lines from a neighbour's neurons to a ghost's, at most a hundred of them."""
    side = 1 if before else -1
    here = [QPointF(neighbour.x + side * neighbour.tile / 2, y) for y in neighbour.slots]
    there = [QPointF(ghost.x - side * ghost.tile / 2, y) for y in ghost.slots]
    return [(a, b) for a in here for b in there][:100]
