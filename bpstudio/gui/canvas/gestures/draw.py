"""Drawing a layer with a stroke."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Gesture, Modifier
from bpstudio.gui.canvas.layout import LayerPlace, neighbours, place_layer, stroke_size
from bpstudio.model.arrays import FloatArray
from bpstudio.model.topology import Topology
from bpstudio.model.words import counted

MOST_LINES = 10
"""So many neurons of each layer show the links that a new one will get."""


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

    def _strays(self, pos: QPointF) -> bool:
        """Whether the hand goes along the network instead of across: that is no layer."""
        way = pos - self.start
        return not self.is_click(pos) and abs(way.x()) > abs(way.y())

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        if self.is_click(pos):
            self.cancel()
            return
        if self._strays(pos):
            ways = "left or right" if self.view.navigation.turned else "up or down"
            text = f"Draw {ways}: the longer, the more neurons"
            self.view.drawing.ghost.show_ghost([], text, pos, forbidden=True)
            return
        ghost = self._ghost(pos)
        left, right = neighbours(self.view.places, ghost.x, ghost.y)
        topology = self.view.document.project.topology
        text = counted(ghost.size, "neuron") + splitting(
            topology, left, right, bool(modifiers & Modifier.AltModifier)
        )
        lines = []
        for neighbour, before in zip(joined(topology, left, right), (True, False), strict=True):
            if neighbour is not None:
                lines += _lines(self.view.places[neighbour], ghost, before)
        at = QPointF(ghost.x + ghost.tile / 2, ghost.top)
        self.view.drawing.ghost.show_ghost(lines, text, at, ghost)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        if self._strays(pos):
            return
        if self.is_click(pos) and self.view.picking.canvas(pos, modifiers):
            return
        ghost = self._ghost(pos)
        left, right = neighbours(self.view.places, ghost.x, ghost.y)
        keep = bool(modifiers & Modifier.AltModifier)
        self.view.draw_layer(ghost.size, left, right, (ghost.x, ghost.y), keep)


def joined(
    topology: Topology, left: str | None, right: str | None
) -> tuple[str | None, str | None]:
    """What will feed a new layer between these and what it will feed: behind all it follows the last
    one and in front of all it feeds the first, wherever these have been moved."""
    if not topology.layers:
        return None, None
    if right is None:
        return topology.layers[-1].id, None
    if left is None:
        return None, topology.layers[0].id
    return left, right


def splitting(topology: Topology, left: str | None, right: str | None, keep: bool) -> str:
    """What a layer between two others does to the network, in words."""
    if right is None:
        return " · the new output" if left is not None else ""
    if left is None:
        return " · the new input"
    source, target = sorted((left, right), key=topology.position)
    if not topology.has_link(source, target):
        return ""
    names = f"{topology.label(source)} → {topology.label(target)}"
    return f" · keeps {names}" if keep else f" · splits {names}"


def _lines(neighbour: LayerPlace, ghost: LayerPlace, before: bool) -> list[tuple[QPointF, QPointF]]:
    """Straight lines from a neighbour's neurons to a ghost's; of many neurons an even choice."""
    side = 1 if before else -1
    here, there = neighbour.x + side * neighbour.tile / 2, ghost.x - side * ghost.tile / 2
    return [
        (QPointF(here, a), QPointF(there, b))
        for a in _evenly(neighbour.slots)
        for b in _evenly(ghost.slots)
    ]


def _evenly(slots: FloatArray) -> FloatArray:
    """At most so many of them, from the first to the last."""
    chosen = np.linspace(0, len(slots) - 1, min(len(slots), MOST_LINES)).round()
    shown: FloatArray = slots[chosen.astype(np.intp)]
    return shown
