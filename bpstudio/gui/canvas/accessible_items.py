"""What the items that stand on a canvas have in common for those who hear it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from PySide6.QtCore import QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleInterface, QWindow

from bpstudio.gui.canvas.selection import Connection, Key, Neuron
from bpstudio.model.topology import Topology

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Role = QAccessible.Role
Text = QAccessible.Text
Thing: TypeAlias = str | Key
"""A layer's id, or a link's key."""


class Register:
    """The interfaces of what stands on one canvas; with the canvas they leave Qt's cache."""

    def __init__(self, view: CanvasView) -> None:
        self._held: list[QAccessibleInterface] = []
        view.destroyed.connect(self._let_go)

    def add(self, interface: QAccessibleInterface) -> None:
        """Tell Qt of an interface, and hold it."""
        QAccessible.registerAccessibleInterface(interface)
        self._held.append(interface)

    def _let_go(self) -> None:
        for interface in reversed(self._held):
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(interface))
        self._held.clear()


class Item(QAccessibleInterface):
    """Something that can be selected on a canvas: a layer, a link, a neuron, a connection."""

    def __init__(self, view: CanvasView, register: Register) -> None:
        super().__init__()
        self.view = view
        self.register = register
        register.add(self)

    @property
    def selected(self) -> bool:
        """Whether it is what is selected, alone or with others."""
        raise NotImplementedError

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self.view.window().windowHandle()

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def setText(self, kind: Text, text: str) -> None:
        """Names are set in the inspector."""

    def role(self) -> Role:
        return Role.ListItem

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        if not self.isValid():
            state.invalid = 1
            return state
        state.selectable = state.focusable = 1
        state.selected = int(self.selected)
        if self.selected and self.view.hasFocus():
            canvas = QAccessible.queryAccessibleInterface(self.view)
            state.focused = int(canvas.focusChild() is self)
        return state


Held = TypeVar("Held", bound=Item)


def held(items: dict[int, Held], index: int, make: Callable[[], Held]) -> Held:
    """The item at a place, made when it is asked for the first time."""
    if index not in items:
        items[index] = make()
    return items[index]


def connection_into(topology: Topology, neuron: Neuron, index: int) -> Connection | None:
    """The connection at a place among those into a neuron, pruned ones too."""
    target, j = neuron
    for link in topology.links:
        if link.target == target:
            size = topology.layer(link.source).size
            if index < size:
                return link.source, index, target, j
            index -= size
    return None


def place_into(topology: Topology, connection: Connection) -> int:
    """The place of a connection among those into its neuron."""
    source, i, target, _ = connection
    before = 0
    for link in topology.links:
        if link.key == (source, target):
            break
        if link.target == target:
            before += topology.layer(link.source).size
    return before + i


def on_screen(view: CanvasView, rect: QRectF) -> QRect:
    """A rectangle of the scene in the pixels of the screen."""
    seen = view.mapFromScene(rect).boundingRect()
    return QRect(view.viewport().mapToGlobal(QPoint(seen.topLeft())), seen.size())
