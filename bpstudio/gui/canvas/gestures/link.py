"""Linking layers and neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Cursor, Gesture, Modifier
from bpstudio.gui.canvas.selection import Selection
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import connect, connection_refusal

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class LinkEnds(Gesture):
    """A drag from a layer's edge to another layer links all of both; one that begins on a neuron
    connects that neuron alone, with the neuron or with the layer where it ends.

    A click selects the layer and its neuron.
    """

    def __init__(self, view: CanvasView, start: QPointF, source: str, neuron: int | None) -> None:
        super().__init__(view, start)
        self.source = source
        self.neuron = neuron
        self._left = False

    def _target(self, pos: QPointF) -> tuple[str | None, int | None]:
        target = self.view.drawing.layer_at(pos)
        if target is None or self.neuron is None:
            return target, None
        return target, self.view.places[target].neuron_under(pos.x(), pos.y())

    def _at_home(self, target: str | None, neuron: int | None) -> bool:
        """Whether the hand is still where it began: to come back there is to try a link."""
        here = target == self.source and neuron in (None, self.neuron)
        self._left = self._left or not here
        return not self._left

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        if self.is_click(pos):
            self.cancel()
            return
        view = self.view
        target, neuron = self._target(pos)
        text, why = "Drop on a layer to link", None
        if self.neuron is not None:
            text = "Drop on a neuron, or on a layer's edge for all of it"
        if not self._at_home(target, neuron) and target is not None:
            topology = view.document.project.topology
            why = connection_refusal(topology, self.source, self.neuron, target, neuron)
            text = why or linking(topology, self.source, self.neuron, target, neuron)
        view.drawing.mark_target(None if why else target, neuron)
        view.viewport().setCursor(Cursor.ForbiddenCursor if why else Cursor.CrossCursor)
        met = target if target != self.source and not why else None
        line = self._begins(), pos if met is None else self._arrives(met, neuron)
        view.drawing.ghost.show_ghost([line], text, pos, forbidden=why is not None)

    def _begins(self) -> QPointF:
        """Where connections leave the source."""
        place = self.view.places[self.source]
        y = self.start.y() if self.neuron is None else place.y_of(self.neuron)
        return QPointF(place.x + place.tile / 2, y)

    def _arrives(self, target: str, neuron: int | None) -> QPointF:
        """Where connections reach a target: the line holds on to it."""
        place = self.view.places[target]
        if neuron is not None:
            return QPointF(place.x - place.tile / 2, place.y_of(neuron))
        return QPointF(self.view.drawing.layers[target].body.left() + place.x, place.y)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        target, neuron = self._target(pos)
        if self.is_click(pos) or self._at_home(target, neuron):
            self.view.picking.layer(self.source, pos, modifiers)
        elif target is not None:
            link_ends(self.view, self.source, self.neuron, target, neuron)

    def cancel(self) -> None:
        super().cancel()
        self.view.drawing.mark_target(None)


def linking(topology: Topology, source: str, i: int | None, target: str, j: int | None) -> str:
    """What connecting these ends would do, in words."""
    if i is None and j is None:
        return f"Link {topology.label(source)} to {topology.label(target)}"
    ends = ((source, i), (target, j))
    names = [topology.label(x) + (f" · {k + 1}" if k is not None else "") for x, k in ends]
    return f"Connect {names[0]} to {names[1]}"


def link_ends(view: CanvasView, source: str, i: int | None, target: str, j: int | None) -> None:
    """Connect neuron i of source (None: all) to neuron j of target (None: all)."""
    topology = view.document.project.topology
    name = linking(topology, source, i, target, j)
    if view.edit(name, lambda project: connect(project, source, i, target, j)):
        if i is not None and j is not None:
            view.select(Selection(connection=(source, i, target, j)))
        else:
            view.select(Selection(links=frozenset({(source, target)})))
