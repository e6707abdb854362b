"""What a hand can do on the canvas: each gesture is a small class with move, end and cancel.

A gesture begins with the press that makes it. It shows what it would do, and only its end edits the
document, as one undoable step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from bpstudio.gui.canvas.layout import LayerPlace, neighbour_before, place_layer, stroke_size
from bpstudio.gui.canvas.selection import Selection
from bpstudio.model.editing import add_link as link_layers
from bpstudio.model.editing import (
    insert_layer,
    link_refusal,
    move_layers,
    resize_layer,
)
from bpstudio.model.project import Project

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

CLICK = 5.0
"""A press that moves less than this, in scene pixels, is a click."""

Modifier = Qt.KeyboardModifier


class Gesture:
    """From press to release. ``start`` and the positions given are scene positions."""

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        self.view = view
        self.start = start

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        """Show what ending here would do."""

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        """Do it."""

    def cancel(self) -> None:
        """Leave no trace."""
        self.view.ghost.setVisible(False)


class DrawLayer(Gesture):
    """A vertical stroke beside the layers: a new layer, its length the number of neurons.

    It takes its place between its neighbours and splits the link that joined them; with Alt the old link
    stays as a skip link. A click selects the connection that is there, or nothing.
    """

    def _ghost(self, pos: QPointF) -> LayerPlace:
        size = stroke_size(abs(pos.y() - self.start.y()))
        middle = (pos.y() + self.start.y()) / 2
        return place_layer("ghost", size, self.start.x(), middle)

    def _is_click(self, pos: QPointF) -> bool:
        offset = pos - self.start
        return abs(offset.x()) + abs(offset.y()) < CLICK

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        if self._is_click(pos):
            self.view.ghost.setVisible(False)
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
        self.view.ghost.show_ghost(lines, text, QPointF(ghost.x + 30, ghost.top), ghost)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.view.ghost.setVisible(False)
        if self._is_click(pos):
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


class LinkLayers(Gesture):
    """A drag from a layer to another links them; a click selects the layer and its neuron."""

    def __init__(self, view: CanvasView, start: QPointF, source: str) -> None:
        super().__init__(view, start)
        self.source = source

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        view = self.view
        if _near(pos, self.start):
            self.cancel()
            return
        target = view.layer_at(pos)
        topology = view.document.project.topology
        place = view.places[self.source]
        start = QPointF(place.x + place.tile / 2, self.start.y())
        forbidden, text = False, "Drop on a layer to link"
        if target is not None and target != self.source:
            why = link_refusal(topology, self.source, target)
            forbidden = why is not None
            text = why or f"Link {topology.label(self.source)} to {topology.label(target)}"
        view.mark_target(None if forbidden else target)
        view.ghost.show_ghost([(start, pos)], text, pos + QPointF(16, 0), forbidden=forbidden)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        target = self.view.layer_at(pos)
        if _near(pos, self.start) or target == self.source:
            self.view.click_layer(self.source, pos, modifiers)
        elif target is not None:
            source = self.source
            if self.view.edit("Link layers", lambda project: link_layers(project, source, target)):
                self.view.select(Selection())

    def cancel(self) -> None:
        super().cancel()
        self.view.mark_target(None)


class StretchLayer(Gesture):
    """Pull a layer's handle: its number of neurons follows."""

    def __init__(self, view: CanvasView, start: QPointF, layer: str) -> None:
        super().__init__(view, start)
        self.layer = layer
        self.place = view.places[layer]

    def _size(self, pos: QPointF) -> int:
        # The layer grows around its middle, so the handle moves half a spacing for each neuron.
        step = max(self.place.spacing / 2, 8.0)
        return max(1, self.place.size + round((pos.y() - self.start.y()) / step))

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        size = self._size(pos)
        ghost = place_layer(self.layer, size, self.place.x, self.place.y)
        self.view.ghost.show_ghost([], f"{size}", QPointF(ghost.x + 30, ghost.bottom), ghost)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.view.ghost.setVisible(False)
        size, layer = self._size(pos), self.layer
        if size != self.place.size:
            self.view.edit(f"Resize to {size}", lambda project: resize_layer(project, layer, size))


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
        if _near(pos, self.start):
            return
        place = self.view.places[self.layer]
        x, y = self._places(pos)[self.layer]
        ghost = place_layer(self.layer, place.size, x, y)
        self.view.ghost.show_ghost([], "Move", QPointF(x + 30, ghost.top), ghost)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        if _near(pos, self.start):
            self.view.click_layer(self.layer, pos, modifiers)
            return
        places = self._places(pos)
        self.view.edit("Move", lambda project: move_layers(project, places))


class RubberBand(Gesture):
    """Shift and drag on empty canvas: select the layers inside."""

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        rect = QRectF(self.start, pos).normalized()
        corners = [rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft()]
        sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
        self.view.ghost.show_ghost(sides, "", pos)

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        self.cancel()
        rect = QRectF(self.start, pos).normalized()
        inside = {
            i
            for i, place in self.view.places.items()
            if rect.intersects(QRectF(place.x - 20, place.top, 40, place.bottom - place.top))
        }
        self.view.select(Selection(layers=self.view.selection.layers | inside))


class Pan(Gesture):
    """Middle drag: move the view. Positions are scene positions, so the view follows the hand."""

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        self.view.pan_by(pos - self.start)


def _near(pos: QPointF, start: QPointF) -> bool:
    return (pos - start).manhattanLength() < CLICK


def _lines(neighbour: LayerPlace, ghost: LayerPlace, before: bool) -> list[tuple[QPointF, QPointF]]:
    """Straight lines from a neighbour's neurons to a ghost's, at most a hundred of them."""
    side = 1 if before else -1
    here = [QPointF(neighbour.x + side * neighbour.tile / 2, y) for y in neighbour.slots]
    there = [QPointF(ghost.x - side * ghost.tile / 2, y) for y in ghost.slots]
    return [(a, b) for a in here for b in there][:100]
