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
        met = None if self._at_home(target, neuron) else target
        if met is not None:
            topology = view.document.project.topology
            why = connection_refusal(topology, self.source, self.neuron, met, neuron)
            text = why or linking(topology, self.source, self.neuron, met, neuron)
        if why:
            met = None
        view.drawing.mark_target(met, neuron)
        view.viewport().setCursor(Cursor.ForbiddenCursor if why else Cursor.CrossCursor)
        start = leaves(view, self.source, self.neuron, self.start.y())
        # The line holds on to what it can end at.
        end = pos if met is None else reaches(view, met, neuron)
        view.drawing.ghost.show_ghost([(start, end)], text, pos, forbidden=why is not None)

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


def leaves(view: CanvasView, source: str, neuron: int | None, y: float) -> QPointF:
    """Where connections leave a neuron, or a layer at the height ``y``."""
    place = view.places[source]
    return QPointF(place.x + place.tile / 2, y if neuron is None else place.y_of(neuron))


def reaches(view: CanvasView, target: str, neuron: int | None) -> QPointF:
    """Where connections reach a neuron, or a layer."""
    place = view.places[target]
    if neuron is not None:
        return QPointF(place.x - place.tile / 2, place.y_of(neuron))
    return QPointF(place.x + view.drawing.layers[target].body.left(), place.y)


def linking(topology: Topology, source: str, i: int | None, target: str, j: int | None) -> str:
    """What connecting these ends would do, in words."""
    if i is None and j is None:
        return f"Link {topology.label(source)} to {topology.label(target)}"
    return f"Connect {topology.neuron_label(source, i)} to {topology.neuron_label(target, j)}"


def link_ends(view: CanvasView, source: str, i: int | None, target: str, j: int | None) -> None:
    """Connect neuron i of source (None: all) to neuron j of target (None: all)."""
    topology = view.document.project.topology
    name = linking(topology, source, i, target, j)
    if view.editor.edit(name, lambda project: connect(project, source, i, target, j)):
        if i is not None and j is not None:
            view.select(Selection(connection=(source, i, target, j)))
        else:
            view.select(Selection(links=frozenset({(source, target)})))
