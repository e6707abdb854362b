"""The hand on the canvas: the tool in it, the keys held down, and the gesture that is going on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from bpstudio.gui.canvas.gestures import Gesture
from bpstudio.gui.canvas.gestures.keylink import LinkByKeys
from bpstudio.gui.canvas.tools import Tool, begin, cursor

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Key = Qt.Key
Modifier = Qt.KeyboardModifier
WATCHED: dict[int, Qt.KeyboardModifier] = {
    Key.Key_Alt: Modifier.AltModifier,
    Key.Key_Shift: Modifier.ShiftModifier,
}
"""Keys that change what a gesture does while the hand stands still."""


class Hand:
    """Turns presses, moves and releases on one canvas into gestures.

    ``space`` is held to pan and tapped to play, ``x`` held to cut and tapped to cut what is selected;
    ``double`` is true from the second press of a double click to its release.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._tool = Tool.DRAW
        self._gesture: Gesture | None = None
        self._part = ""
        self.space = self._x = self.double = False
        # Whether the key that is held has been used with the mouse: then it was no tap.
        self._used = False

    @property
    def tool(self) -> Tool:
        """The tool in hand: the eraser as long as X is held."""
        return Tool.ERASER if self._x else self._tool

    def set_tool(self, tool: Tool) -> None:
        self._tool = tool
        self._point()

    # Gestures

    @property
    def busy(self) -> bool:
        """Whether a gesture is going on."""
        return self._gesture is not None

    @property
    def _dragging(self) -> bool:
        """Whether the gesture is one of the mouse: a key that is tapped meanwhile is no command."""
        return self.busy and not isinstance(self._gesture, LinkByKeys)

    def take_up(self, gesture: Gesture | None) -> None:
        """Begin a gesture; one that was not ended is left."""
        self.put_down()
        self._gesture = gesture
        if gesture is not None:
            gesture.begin()
        self._point()

    def put_down(self) -> None:
        """Leave the gesture in hand without a trace."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.cancel()
        self._point()

    def network_changed(self) -> None:
        """The layers and connections that the gesture in hand speaks of may be gone: leave it."""
        if self._gesture is not None and not self._gesture.outlives_edits:
            self.put_down()

    def let_go(self) -> None:
        """The keyboard went elsewhere: a key that is released there is not held any more here."""
        self.space = self._x = False
        self.put_down()

    def over(self, part: str) -> None:
        """The pointer is over this part of a layer, "" over empty canvas."""
        self._part = part
        self._point()

    def _point(self) -> None:
        """Give the pointer the shape of what a press would do."""
        if self._gesture is None:
            turned, viewport = self._view.navigation.turned, self._view.viewport()
            pixel = viewport.devicePixelRatioF()
            viewport.setCursor(cursor(self.tool, self._part, self.space, turned, pixel))
        elif self._gesture.cursor is not None:
            self._view.viewport().setCursor(self._gesture.cursor)

    # Mouse

    def press(self, event: QMouseEvent, pos: QPointF, double: bool) -> None:
        self.double = double
        self._used = True
        self.take_up(begin(self._view, pos, event))

    def move(self, event: QMouseEvent, pos: QPointF) -> None:
        if self._gesture is None or not self._dragging:
            return
        if event.buttons():
            self._gesture.move(pos, event.modifiers())
        else:
            # A menu or a dialog that opened meanwhile took the release.
            self.put_down()

    def release(self, event: QMouseEvent, pos: QPointF) -> None:
        if self._gesture is not None and self._dragging:
            gesture, self._gesture = self._gesture, None
            gesture.end(pos, event.modifiers())
        self.double = False
        self._point()

    # Keys

    def key_press(self, event: QKeyEvent) -> bool:
        """Take a key that is held, or that the gesture in hand wants; False if it is another one."""
        key, modifiers = event.key(), event.modifiers()
        if key == Key.Key_Space and not modifiers:
            if not event.isAutoRepeat():
                self.space, self._used = True, self._dragging
        elif key == Key.Key_X and not modifiers & Modifier.ControlModifier:
            if not event.isAutoRepeat():
                self._x, self._used = True, self._dragging
        elif key in WATCHED and self._gesture is not None:
            self._gesture.again(modifiers | WATCHED[key])
        elif not (isinstance(self._gesture, LinkByKeys) and self._gesture.key(event)):
            return False
        self._point()
        return True

    def key_release(self, event: QKeyEvent) -> bool:
        """Take the release of a key that was held; False if it is another one."""
        key = event.key()
        if event.isAutoRepeat():
            return True
        if key == Key.Key_Space and self.space:
            self.space = False
            if not self._used:
                self._view.play_requested.emit()
        elif key == Key.Key_X and self._x:
            self._x = False
            if not self._used:
                self._tap_x(bool(event.modifiers() & Modifier.ShiftModifier))
        elif key in WATCHED and self._gesture is not None:
            self._gesture.again(event.modifiers() & ~WATCHED[key])
        else:
            return False
        self._point()
        return True

    def _tap_x(self, restoring: bool) -> None:
        editor, selection = self._view.editor, self._view.selection
        if restoring:
            editor.restore(selection)
        else:
            editor.cut(selection)
