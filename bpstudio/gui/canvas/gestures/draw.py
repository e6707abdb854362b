"""Drawing a layer with a stroke."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Gesture, Modifier, counted
from bpstudio.gui.canvas.layout import LayerPlace, neighbours, place_layer, stroke_size
from bpstudio.model.topology import Topology


class DrawLayer(Gesture):
    """A vertical stroke on empty canvas: a new layer, its length the number of neurons; a click is a
    single one.

    It takes its place between its neighbours and splits the link that joined them; with Alt the old link
    stays as a skip link. A click near a connection selects that; one with something selected lets go of
    it first.
    """

    def _ghost(self, pos: QPointF) -> LayerPlace:
        size = stroke_size(abs(pos.y() - self.start.y()))
        middle = (pos.y() + self.start.y()) / 2
        return place_layer("ghost", size, self.start.x(), middle)

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        if self.is_click(pos):
            self.cancel()
            return
        ghost = self._ghost(pos)
        left, right = neighbours(self.view.places, ghost.x, ghost.y)
        topology = self.view.document.project.topology
        text = counted(ghost.size, "neuron") + splitting(
            topology, left, right, bool(modifiers & Modifier.AltModifier)
        )
        lines = []
        for neighbour, before in ((left, True), (right, False)):
            if neighbour is not None:
                lines += _lines(self.view.places[neighbour], ghost, before)
        self.view.drawing.ghost.show_ghost(lines, text, QPointF(ghost.x + 30, ghost.top), ghost)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        if self.is_click(pos) and self.view.picking.canvas(pos, modifiers):
            return
        ghost = self._ghost(pos)
        left, right = neighbours(self.view.places, ghost.x, ghost.y)
        keep = bool(modifiers & Modifier.AltModifier)
        self.view.draw_layer(ghost.size, left, right, (ghost.x, ghost.y), keep)


def splitting(topology: Topology, left: str | None, right: str | None, keep: bool) -> str:
    """What a layer between two others does to the link that joins them, in words."""
    if left is None or right is None:
        return ""
    source, target = sorted((left, right), key=topology.position)
    if not topology.has_link(source, target):
        return ""
    names = f"{topology.label(source)} → {topology.label(target)}"
    return f" · keeps {names}" if keep else f" · splits {names}"


def _lines(neighbour: LayerPlace, ghost: LayerPlace, before: bool) -> list[tuple[QPointF, QPointF]]:
    """Straight lines from a neighbour's neurons to a ghost's, at most a hundred of them."""
    side = 1 if before else -1
    here = [QPointF(neighbour.x + side * neighbour.tile / 2, y) for y in neighbour.slots]
    there = [QPointF(ghost.x - side * ghost.tile / 2, y) for y in ghost.slots]
    return [(a, b) for a in here for b in there][:100]
