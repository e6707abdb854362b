"""The canvas for those who hear it: every layer, neuron and link is an item with a name.

Qt asks for these only where a screen reader or a test wants to know. An item is a place in a list, not a
thing of the network, so that edits make no items invalid. Qt's cache deletes what is registered in it,
so Python must hold every interface until then: each view's are let go when it goes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from PySide6.QtCore import QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from bpstudio.gui.canvas.describe import layer_name, link_name, neuron_name
from bpstudio.gui.canvas.selection import Key, Selection

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Role = QAccessible.Role
Text = QAccessible.Text
Registered = TypeVar("Registered", bound=QAccessibleInterface)
Thing: TypeAlias = str | Key
"""A layer's id, or a link's key."""


def things(view: CanvasView) -> list[Thing]:
    """What stands on a canvas, layers first, in the order of the topology."""
    drawing = getattr(view, "drawing", None)
    # Qt may ask while the view is still being made.
    return [] if drawing is None else [*drawing.layers, *drawing.bundles]


class Register:
    """The interfaces of what stands on one canvas; with the canvas they leave Qt's cache."""

    def __init__(self, view: CanvasView) -> None:
        self._held: list[QAccessibleInterface] = []
        view.destroyed.connect(self._let_go)

    def added(self, interface: Registered) -> Registered:
        """Tell Qt of an interface, and hold it."""
        QAccessible.registerAccessibleInterface(interface)
        self._held.append(interface)
        return interface

    def _let_go(self) -> None:
        for interface in reversed(self._held):
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(interface))
        self._held.clear()


class CanvasInterface(QAccessibleWidget):
    """A canvas as a list of its layers and links."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, Role.List, view.accessibleName())
        self._view = view
        self._register = Register(view)
        self._items: list[ThingInterface] = []

    def childCount(self) -> int:
        return len(things(self._view))

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        if not 0 <= index < self.childCount():
            return None
        while len(self._items) <= index:
            item = ThingInterface(self._view, len(self._items), self._register)
            self._items.append(self._register.added(item))
        return self._items[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((k for k, item in enumerate(self._items) if item is child), -1)


class ThingInterface(QAccessibleInterface):
    """The layer or link at a place in the list; a layer is a list of its neurons."""

    def __init__(self, view: CanvasView, place: int, register: Register) -> None:
        super().__init__()
        self._view = view
        self._register = register
        self._place = place
        self._neurons: list[NeuronInterface] = []

    @property
    def thing(self) -> Thing | None:
        """What it stands for; None where the network has fewer items by now."""
        found = things(self._view)
        return found[self._place] if self._place < len(found) else None

    def isValid(self) -> bool:
        return self.thing is not None

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self._view.window().windowHandle()

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._view)

    def childCount(self) -> int:
        thing = self.thing
        return self._view.places[thing].size if isinstance(thing, str) else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        if not 0 <= index < self.childCount():
            return None
        while len(self._neurons) <= index:
            neuron = NeuronInterface(self, len(self._neurons))
            self._neurons.append(self._register.added(neuron))
        return self._neurons[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((k for k, item in enumerate(self._neurons) if item is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def text(self, kind: Text) -> str:
        thing, project = self.thing, self._view.drawing.project
        if kind != Text.Name or thing is None:
            return ""
        return layer_name(project, thing) if isinstance(thing, str) else link_name(project, thing)

    def setText(self, kind: Text, text: str) -> None:
        """Names are set in the inspector."""

    def role(self) -> Role:
        return Role.ListItem

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        thing, selection = self.thing, self._view.selection
        chosen = thing in (selection.layers if isinstance(thing, str) else selection.links)
        state.selectable, state.selected = 1, int(chosen)
        return state

    def rect(self) -> QRect:
        thing, drawing = self.thing, self._view.drawing
        if thing is None:
            return QRect()
        item = drawing.layers[thing] if isinstance(thing, str) else drawing.bundles[thing]
        return on_screen(self._view, item.sceneBoundingRect())

    @property
    def view(self) -> CanvasView:
        return self._view


class NeuronInterface(QAccessibleInterface):
    """A neuron of the layer at a place in the list."""

    def __init__(self, layer: ThingInterface, index: int) -> None:
        super().__init__()
        self._layer = layer
        self._index = index

    def isValid(self) -> bool:
        return self._index < self._layer.childCount()

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self._layer.window()

    def parent(self) -> QAccessibleInterface:
        return self._layer

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def text(self, kind: Text) -> str:
        layer = self._layer.thing
        if kind != Text.Name or not isinstance(layer, str) or not self.isValid():
            return ""
        return neuron_name(self._layer.view.drawing.project, (layer, self._index))

    def setText(self, kind: Text, text: str) -> None:
        """Neurons have no names of their own."""

    def role(self) -> Role:
        return Role.ListItem

    def state(self) -> QAccessible.State:
        return QAccessible.State()

    def rect(self) -> QRect:
        layer = self._layer.thing
        if not isinstance(layer, str) or not self.isValid():
            return QRect()
        item = self._layer.view.drawing.layers[layer]
        return on_screen(
            self._layer.view, item.neuron_rect(self._index).translated(item.scenePos())
        )


def on_screen(view: CanvasView, rect: QRectF) -> QRect:
    """A rectangle of the scene in the pixels of the screen."""
    seen = view.mapFromScene(rect).boundingRect()
    return QRect(view.viewport().mapToGlobal(QPoint(seen.topLeft())), seen.size())


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


def tell_focus(view: CanvasView, selection: Selection) -> None:
    """Say that what is selected is looked at now."""
    if not QAccessible.isActive():
        return
    for k, thing in enumerate(things(view)):
        if thing in selection.layers or thing in selection.links:
            event = QAccessibleEvent(view, QAccessible.Event.Focus)
            event.setChild(k)
            QAccessible.updateAccessibility(event)
