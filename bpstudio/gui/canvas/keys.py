"""The canvas by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from bpstudio.gui.canvas.editor import connections_into
from bpstudio.gui.canvas.gestures.keylink import LinkByKeys
from bpstudio.gui.canvas.layout import MAX_SHOWN, SAME_COLUMN, neighbours, snap
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.turn import in_scene

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Key = Qt.Key
Modifier = Qt.KeyboardModifier

STEP, PAN_STEP = 20.0, 60.0
"""How far an arrow moves a layer, in scene pixels, and the view, in those of the screen."""
ARROWS: dict[int, tuple[int, int]] = {
    Key.Key_Left: (-1, 0),
    Key.Key_Right: (1, 0),
    Key.Key_Up: (0, -1),
    Key.Key_Down: (0, 1),
}


class Keys:
    """What each key does to a canvas."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._actions: dict[int, Callable[[], None]] = {
            Key.Key_Escape: view.escape,
            Key.Key_Delete: view.delete_selected,
            Key.Key_Backspace: view.delete_selected,
            Key.Key_F: view.navigation.fit,
            Key.Key_Return: self._enter,
            Key.Key_Enter: self._enter,
            Key.Key_F2: view.rename_requested.emit,
            Key.Key_L: self._link,
            Key.Key_N: self._new_layer,
            Key.Key_P: view.toggle_pruned,
            Key.Key_U: self._fold,
            Key.Key_D: self._draw_tool,
            Key.Key_V: self._select_tool,
            Key.Key_C: self._eraser_tool,
        }

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key stands for; False if it stands for nothing."""
        key, text, modifiers = event.key(), event.text(), event.modifiers()
        layers = sorted(self._view.selection.layers)
        if key in ARROWS:
            return self._arrow(*ARROWS[key], modifiers)
        if modifiers & Modifier.ControlModifier:
            return False
        if key == Key.Key_F10 and modifiers & Modifier.ShiftModifier:
            # Not every desktop makes a request for the menu of it.
            self._view.open_menu()
        elif key == Key.Key_N and modifiers & Modifier.AltModifier:
            self._new_layer(keep=True)
        elif key in (Key.Key_Return, Key.Key_Enter) and self._view.editor.sizing.settle():
            pass
        elif key in self._actions and not modifiers & Modifier.AltModifier:
            self._actions[key]()
        elif layers and text and text in "+-":
            self._view.editor.resize_by(layers, 1 if text == "+" else -1)
        elif layers and text.isdecimal() and text.isascii():
            self._view.editor.sizing.type_digit(text, layers)
        elif text == "1":
            self._view.navigation.actual_size()
        else:
            return False
        return True

    def _fold(self) -> None:
        """Fold or unfold the selected layers that are large."""
        for layer_id in sorted(self._view.selection.layers):
            if self._view.places[layer_id].size > MAX_SHOWN:
                self._view.editor.fold(layer_id)

    # From item to item

    def walk(self, step: int) -> bool:
        """Select the next layer, as Tab does; False behind the last one."""
        ids = list(self._view.places)
        at = self._layer_index()
        k = (0 if step > 0 else len(ids) - 1) if at is None else at + step
        if not 0 <= k < len(ids):
            return False
        self._view.select(Selection(frozenset({ids[k]})))
        return True

    def _layer_index(self) -> int | None:
        """The place of the selected layer in the topology, or that of what is selected in it."""
        selection = self._view.selection
        chosen = set(selection.layers) | {layer for layer, _ in selection.neurons}
        chosen |= {key[1] for key in selection.links}
        if selection.connection is not None:
            chosen.add(selection.connection[2])
        found = [k for k, i in enumerate(self._view.places) if i in chosen]
        return found[0] if found else None

    def _enter(self) -> None:
        """Into what is selected: from a layer to its neurons, from a neuron to its connections."""
        selection = self._view.selection
        topology = self._view.document.project.topology
        if selection.neurons and selection.neuron is not None:
            into = connections_into(topology, selection.neuron)
            if into:
                self._view.select(Selection(connection=into[0]))
        elif selection.links and selection.lone_connection is None:
            source, target = min(selection.links)
            self._view.select(Selection(connection=(source, 0, target, 0)))
        elif selection.layers:
            layer = next(i for i in self._view.places if i in selection.layers)
            neuron = selection.neuron or (layer, 0)
            self._view.select(Selection.of_neurons(neuron))
        else:
            self.walk(1)

    def out(self) -> bool:
        """From a connection to its neuron, from a neuron to its layer; False if there is no way."""
        selection = self._view.selection
        if selection.lone_connection is not None:
            self._view.select(Selection.of_neurons(selection.lone_connection[2:]))
        elif selection.neurons:
            self._view.select(Selection(frozenset(layer for layer, _ in selection.neurons)))
        else:
            return False
        return True

    def _arrow(self, dx: int, dy: int, modifiers: Modifier) -> bool:
        view, selection = self._view, self._view.selection
        if modifiers & Modifier.ControlModifier:
            view.navigation.pan_pixels(-dx * PAN_STEP, -dy * PAN_STEP)
            return True
        dx, dy = (round(x) for x in in_scene(dx, dy, view.navigation.turned))
        if selection.lone_connection is not None:
            self._walk_connections(dx, dy)
        elif selection.neurons:
            self._walk_neurons(dx, dy, bool(modifiers & Modifier.ShiftModifier))
        elif modifiers & Modifier.ShiftModifier and dx:
            self._extend(dx)
        elif selection.layers:
            self._move(dx, dy)
        elif dx:
            return self.walk(dx)
        return True

    def _walk_connections(self, dx: int, dy: int) -> None:
        """Up and down through the connections into a neuron; left and right to their ends."""
        source, i, target, j = self._view.selection.connection or ("", 0, "", 0)
        if dx:
            self._view.select(Selection.of_neurons((source, i) if dx < 0 else (target, j)))
            return
        into = connections_into(self._view.document.project.topology, (target, j))
        k = (into.index((source, i, target, j)) + dy) % len(into)
        self._view.select(Selection(connection=into[k]))

    def _walk_neurons(self, dx: int, dy: int, adding: bool) -> None:
        view = self._view
        topology = view.document.project.topology
        layer, k = view.selection.neuron or min(view.selection.neurons)
        at = min(max(topology.position(layer) + dx, 0), len(topology.layers) - 1)
        there = topology.layers[at]
        neuron = there.id, min(max(k + dy, 0), there.size - 1)
        before = view.selection.neurons - {neuron} if adding else frozenset[tuple[str, int]]()
        view.select(Selection.of_neurons(*sorted(before), neuron))

    def _extend(self, step: int) -> None:
        """Add the layer beside those selected."""
        ids = list(self._view.places)
        chosen = [k for k, i in enumerate(ids) if i in self._view.selection.layers]
        k = (max(chosen) if step > 0 else min(chosen)) + step if chosen else 0
        if 0 <= k < len(ids):
            self._view.select(Selection(self._view.selection.layers | {ids[k]}))

    def _move(self, dx: int, dy: int) -> None:
        """Move the selected layers, to the columns and middle lines of the others on the way."""
        view = self._view
        layers = view.selection.layers
        places = {i: (p.x, p.y) for i, p in view.places.items()}
        x, y = places[min(layers)]
        still = [at for i, at in places.items() if i not in layers]
        to_x, to_y = x + dx * STEP, y + dy * STEP
        snapped_x = snap(to_x, [at[0] for at in still]) if dx else None
        snapped_y = snap(to_y, [0.0, *(at[1] for at in still)]) if dy else None
        step = (
            (to_x if snapped_x is None else snapped_x) - x,
            (to_y if snapped_y is None else snapped_y) - y,
        )
        view.editor.move(layers, places, step)

    # Gestures

    def _new_layer(self, keep: bool = False) -> None:
        """A neuron behind the selected layer, or before the output; type its size next."""
        places = list(self._view.places.values())
        at = self._layer_index()
        if not places:
            self._view.draw_layer(1, None, None, None, keep)
            return
        here = places[at if at is not None else max(len(places) - 2, 0)]
        _, right = neighbours(self._view.places, here.x + SAME_COLUMN + 1, here.y)
        x = here.x + 200.0 if right is None else (here.x + self._view.places[right].x) / 2
        self._view.draw_layer(1, here.id, right, (x, here.y), keep)

    def _link(self) -> None:
        """Choose with the arrows where a link from what is selected shall end."""
        selection = self._view.selection
        if selection.neurons and selection.neuron is not None:
            self._view.hand.take_up(LinkByKeys(self._view, *selection.neuron))
        elif selection.layers:
            at = self._layer_index()
            self._view.hand.take_up(LinkByKeys(self._view, list(self._view.places)[at or 0], None))

    def _draw_tool(self) -> None:
        self._view.set_tool(Tool.DRAW)

    def _select_tool(self) -> None:
        self._view.set_tool(Tool.SELECT)

    def _eraser_tool(self) -> None:
        self._view.set_tool(Tool.ERASER)
