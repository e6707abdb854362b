"""The canvas by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from bpstudio.gui.canvas.gestures.keylink import LinkByKeys
from bpstudio.gui.canvas.layout import COLUMN, MAX_SHOWN, SAME_COLUMN, neighbours, snap
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.turn import ARROWS, in_scene
from bpstudio.gui.canvas.walking import ALL, JUMPS, Walking
from bpstudio.gui.canvas.where import selection_rect

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Key = Qt.Key
Modifier = Qt.KeyboardModifier

STEP, PAN_STEP = 20.0, 60.0
"""How far an arrow moves a layer, in scene pixels, and the view, in those of the screen."""
PAGE_SHARE = 0.8
"""What share of the view Page Up and Page Down move it by."""
HELD = (Key.Key_Shift, Key.Key_Control, Key.Key_Alt, Key.Key_AltGr, Key.Key_Meta)
"""Keys that do nothing alone; some systems repeat them while they are held."""


class Keys:
    """What each key does to a canvas."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.walking = Walking(view)
        self._actions: dict[int, Callable[[], None]] = {
            Key.Key_Escape: view.escape,
            Key.Key_Delete: view.delete_selected,
            Key.Key_Backspace: view.delete_selected,
            Key.Key_F: view.navigation.fit,
            Key.Key_F2: view.options_requested.emit,
            Key.Key_L: self.link,
            Key.Key_P: view.toggle_pruned,
            Key.Key_U: self._fold,
            Key.Key_D: self._draw_tool,
            Key.Key_V: self._select_tool,
            Key.Key_C: self._eraser_tool,
        }

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key stands for; False if it stands for nothing."""
        before = self._view.selection
        taken = self._press(event)
        if self._view.selection != before:
            self._reveal()
        return taken

    def next_layer(self, step: int) -> bool:
        """Select the next layer, as Tab does; False behind the last one."""
        found = self.walking.next_layer(step)
        self._reveal()
        return found

    def _reveal(self) -> None:
        """Bring what was selected by a key into view."""
        rect = selection_rect(self._view.drawing, self._view.selection)
        if not rect.isNull():
            self._view.navigation.reveal(rect)

    def _press(self, event: QKeyEvent) -> bool:
        key, text, modifiers = event.key(), event.text(), event.modifiers()
        shift = bool(modifiers & Modifier.ShiftModifier)
        layers = sorted(self._view.selection.layers)
        if not text.isdecimal() and key not in HELD and key != Key.Key_Escape:
            # A size that was typed comes before what the key does; for Enter that is all.
            settled = self._view.editor.sizing.settle()
            if settled and key in (Key.Key_Return, Key.Key_Enter):
                return True
        if key in ARROWS:
            return self._arrow(*ARROWS[key], modifiers)
        if modifiers & Modifier.ControlModifier:
            return False
        if key in JUMPS:
            if not self.walking.jump(JUMPS[key], shift) and abs(JUMPS[key]) < ALL:
                self._page(1 if JUMPS[key] < 0 else -1)
            return True
        if key == Key.Key_F10 and shift:
            # Not every desktop makes a request for the menu of it.
            self._view.open_menu()
        elif key == Key.Key_N:
            self._new_layer(bool(modifiers & Modifier.AltModifier), shift)
        elif key in (Key.Key_Return, Key.Key_Enter):
            (self.walking.whole if shift else self.walking.enter)()
        elif key == Key.Key_K:
            self.walking.next_link(-1 if shift else 1)
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

    def _page(self, direction: int) -> None:
        height = self._view.viewport().height()
        self._view.navigation.pan_pixels(0, direction * PAGE_SHARE * height)

    def _fold(self) -> None:
        """Fold or unfold the selected layers that are large."""
        for layer_id in sorted(self._view.selection.layers):
            if self._view.places[layer_id].size > MAX_SHOWN:
                self._view.editor.fold(layer_id)

    def _arrow(self, dx: int, dy: int, modifiers: Modifier) -> bool:
        view = self._view
        if modifiers & Modifier.ControlModifier:
            view.navigation.pan_pixels(-dx * PAN_STEP, -dy * PAN_STEP)
            return True
        dx, dy = (round(x) for x in in_scene(dx, dy, view.navigation.turned))
        if self.walking.step(dx, dy, bool(modifiers & Modifier.ShiftModifier)):
            return True
        if view.selection.layers:
            self._move(dx, dy)
        elif dx:
            return self.walking.next_layer(dx)
        return True

    def _move(self, dx: int, dy: int) -> None:
        """Move the selected layers, to the columns and middle lines of the others on the way."""
        view = self._view
        layers = view.selection.layers
        places = {i: (p.x, p.y) for i, p in view.places.items()}
        x, y = places[min(layers)]
        to_x, to_y = x + dx * STEP, y + dy * STEP
        column, line = snap((to_x, to_y), [p for i, p in view.places.items() if i not in layers])
        step = (
            (to_x if column is None or not dx else column) - x,
            (to_y if line is None or not dy else line) - y,
        )
        view.editor.move(layers, places, step, merge=True)

    # Gestures

    def _new_layer(self, keep: bool, in_front: bool) -> None:
        """A neuron behind the selected layer or in front of it; type its size next.

        With nothing selected it comes before the output, or in front of the input.
        """
        view = self._view
        places = list(view.places.values())
        at = self.walking.layer_index()
        if not places:
            view.draw_layer(1, None, None, None, keep)
        elif in_front:
            here = places[at or 0]
            left, _ = neighbours(view.places, here.x - SAME_COLUMN - 1, here.y)
            x = here.x - COLUMN if left is None else (here.x + view.places[left].x) / 2
            view.draw_layer(1, left, here.id, (x, here.y), keep)
        else:
            here = places[at if at is not None else max(len(places) - 2, 0)]
            _, right = neighbours(view.places, here.x + SAME_COLUMN + 1, here.y)
            x = here.x + COLUMN if right is None else (here.x + view.places[right].x) / 2
            view.draw_layer(1, here.id, right, (x, here.y), keep)

    def draw_behind(self) -> None:
        """Draw a neuron behind the selected layer."""
        self._new_layer(keep=False, in_front=False)

    def draw_in_front(self) -> None:
        """Draw a neuron in front of the selected layer."""
        self._new_layer(keep=False, in_front=True)

    def select_link(self) -> None:
        """Select the next link into what is selected."""
        self.walking.next_link(1)

    def link(self) -> None:
        """Choose with the arrows where a link from what is selected shall end."""
        selection = self._view.selection
        if selection.neurons and selection.neuron is not None:
            self._view.hand.take_up(LinkByKeys(self._view, *selection.neuron))
        elif selection.layers:
            at = self.walking.layer_index()
            self._view.hand.take_up(LinkByKeys(self._view, list(self._view.places)[at or 0], None))

    def _draw_tool(self) -> None:
        self._view.set_tool(Tool.DRAW)

    def _select_tool(self) -> None:
        self._view.set_tool(Tool.SELECT)

    def _eraser_tool(self) -> None:
        self._view.set_tool(Tool.ERASER)
