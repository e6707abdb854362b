"""The canvas for those who hear it: every layer, neuron, connection and link is an item with a name.

Qt asks for these only where a screen reader or a test wants to know. An item is a place in a list, not a
thing of the network, so that edits make no items invalid. Qt's cache deletes what is registered in it,
so Python must hold every interface until then: each view's are let go when it goes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from bpstudio.gui.canvas.accessible_items import (
    Item,
    Register,
    Role,
    Text,
    Thing,
    connection_into,
    held,
    on_screen,
    place_into,
)
from bpstudio.gui.canvas.describe import connection_name, layer_name, link_name, neuron_name
from bpstudio.gui.canvas.selection import Connection, Neuron

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


def things(view: CanvasView) -> list[Thing]:
    """What stands on a canvas, layers first, in the order of the topology."""
    drawing = getattr(view, "drawing", None)
    # Qt may ask while the view is still being made.
    return [] if drawing is None else [*drawing.layers, *drawing.bundles]


class CanvasInterface(QAccessibleWidget):
    """A canvas as a list of its layers and links."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, Role.List, view.accessibleName())
        self._view = view
        self._register = Register(view)
        self._items: dict[int, ThingInterface] = {}

    def childCount(self) -> int:
        return len(things(self._view))

    def child(self, index: int) -> ThingInterface | None:  # type: ignore[override]
        if not 0 <= index < self.childCount():
            return None
        return held(self._items, index, lambda: ThingInterface(self._view, index, self._register))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((k for k, item in self._items.items() if item is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        view = self._view
        pos = view.mapToScene(view.viewport().mapFromGlobal(QPoint(x, y)))
        layer = view.drawing.layer_at(pos)
        if layer is not None:
            return self.child(things(view).index(layer))
        connection = view.drawing.connection_at(pos, view.reach)
        if connection is None:
            return None
        return self.child(things(view).index((connection[0], connection[2])))

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        """The item that what is selected is looked at in."""
        selection = self._view.selection.within(self._view.drawing.project.topology)
        found = things(self._view)
        connection = selection.lone_connection
        neuron = selection.neuron if selection.neurons else None
        if connection is not None:
            neuron = connection[2], connection[3]
        if neuron is not None:
            layer = self.child(found.index(neuron[0]))
            item = None if layer is None else layer.child(neuron[1])
            if item is None or connection is None:
                return item
            return item.child(place_into(self._view.drawing.project.topology, connection))
        chosen = [
            k for k, thing in enumerate(found)
            if thing in selection.layers or thing in selection.links
        ]  # fmt: skip
        return self.child(chosen[0]) if chosen else None


class ThingInterface(Item):
    """The layer or link at a place in the list; a layer is a list of its neurons."""

    def __init__(self, view: CanvasView, place: int, register: Register) -> None:
        super().__init__(view, register)
        self._place = place
        self._neurons: dict[int, NeuronInterface] = {}

    @property
    def thing(self) -> Thing | None:
        """What it stands for; None where the network has fewer items by now."""
        found = things(self.view)
        return found[self._place] if self._place < len(found) else None

    def isValid(self) -> bool:
        return self.thing is not None

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self.view)

    def childCount(self) -> int:
        thing = self.thing
        return self.view.places[thing].size if isinstance(thing, str) else 0

    def child(self, index: int) -> NeuronInterface | None:  # type: ignore[override]
        if not 0 <= index < self.childCount():
            return None
        return held(self._neurons, index, lambda: NeuronInterface(self, index, self.register))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((k for k, item in self._neurons.items() if item is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        thing = self.thing
        if not isinstance(thing, str):
            return None
        pos = self.view.mapToScene(self.view.viewport().mapFromGlobal(QPoint(x, y)))
        place = self.view.places[thing]
        index = place.neuron_at(pos.y()) if place.folded else place.neuron_under(pos.x(), pos.y())
        return None if index is None else self.child(index)

    def text(self, kind: Text) -> str:
        thing, project = self.thing, self.view.drawing.project
        if kind != Text.Name or thing is None:
            return ""
        return layer_name(project, thing) if isinstance(thing, str) else link_name(project, thing)

    @property
    def selected(self) -> bool:
        selection, thing = self.view.selection, self.thing
        return thing in (selection.layers if isinstance(thing, str) else selection.links)

    def rect(self) -> QRect:
        thing, drawing = self.thing, self.view.drawing
        if thing is None:
            return QRect()
        item = drawing.layers[thing] if isinstance(thing, str) else drawing.bundles[thing]
        return on_screen(self.view, item.sceneBoundingRect())


class NeuronInterface(Item):
    """A neuron of the layer at a place in the list; a list of the connections into it."""

    def __init__(self, layer: ThingInterface, index: int, register: Register) -> None:
        super().__init__(layer.view, register)
        self._layer = layer
        self._index = index
        self._connections: dict[int, ConnectionInterface] = {}

    @property
    def neuron(self) -> Neuron | None:
        """What it stands for; None where the network has fewer neurons by now."""
        layer = self._layer.thing
        if not isinstance(layer, str) or self._index >= self.view.places[layer].size:
            return None
        return layer, self._index

    def isValid(self) -> bool:
        return self.neuron is not None

    def parent(self) -> QAccessibleInterface:
        return self._layer

    def childCount(self) -> int:
        neuron, topology = self.neuron, self.view.drawing.project.topology
        if neuron is None:
            return 0
        links = (link for link in topology.links if link.target == neuron[0])
        return sum(topology.layer(link.source).size for link in links)

    def child(self, index: int) -> ConnectionInterface | None:  # type: ignore[override]
        if not 0 <= index < self.childCount():
            return None
        return held(
            self._connections, index, lambda: ConnectionInterface(self, index, self.register)
        )

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((k for k, item in self._connections.items() if item is child), -1)

    def text(self, kind: Text) -> str:
        neuron = self.neuron
        if kind != Text.Name or neuron is None:
            return ""
        return neuron_name(self.view.drawing.project, neuron)

    @property
    def selected(self) -> bool:
        return self.neuron in self.view.selection.neurons

    def rect(self) -> QRect:
        neuron = self.neuron
        if neuron is None:
            return QRect()
        return on_screen(self.view, self.view.drawing.neuron_rect(neuron))


class ConnectionInterface(Item):
    """One of the connections into a neuron, a pruned one too."""

    def __init__(self, neuron: NeuronInterface, index: int, register: Register) -> None:
        super().__init__(neuron.view, register)
        self._neuron = neuron
        self._index = index

    @property
    def connection(self) -> Connection | None:
        """What it stands for; None where the network has fewer connections by now."""
        neuron = self._neuron.neuron
        if neuron is None:
            return None
        return connection_into(self.view.drawing.project.topology, neuron, self._index)

    def isValid(self) -> bool:
        return self.connection is not None

    def parent(self) -> QAccessibleInterface:
        return self._neuron

    def text(self, kind: Text) -> str:
        connection = self.connection
        if kind != Text.Name or connection is None:
            return ""
        return connection_name(self.view.drawing.project, connection)

    @property
    def selected(self) -> bool:
        connection = self.connection
        return connection is not None and connection == self.view.selection.lone_connection

    def rect(self) -> QRect:
        connection = self.connection
        if connection is None:
            return QRect()
        return on_screen(self.view, self.view.drawing.connection_path(connection).boundingRect())


@lru_cache(maxsize=1)
def install() -> None:
    """Tell Qt, once, who knows what stands on a canvas."""
    QAccessible.installFactory(_interface_of)


def _interface_of(kind: str, thing: QObject) -> QAccessibleInterface | None:
    """Qt asks for the interface of an object by the names of its classes."""
    if kind != "CanvasView":
        return None
    interface = CanvasInterface(cast("CanvasView", thing))
    # Kept with the view: Qt lets go of it when the view goes.
    thing.setProperty("interface", interface)
    return interface


def tell_focus(view: CanvasView) -> None:
    """Say that what is selected is looked at now."""
    if not QAccessible.isActive():
        return
    canvas = QAccessible.queryAccessibleInterface(view)
    item = None if canvas is None else canvas.focusChild()
    if item is not None:
        QAccessible.updateAccessibility(QAccessibleEvent(item, QAccessible.Event.Focus))
