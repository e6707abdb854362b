"""The canvas by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from bpstudio.gui.canvas.selection import Selection

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Key = Qt.Key


class Keys:
    """What each key does to a canvas."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._actions: dict[int, Callable[[], None]] = {
            Key.Key_Escape: view.escape,
            Key.Key_Delete: view.delete_selected,
            Key.Key_Backspace: view.delete_selected,
            Key.Key_F: view.navigation.fit,
            Key.Key_Left: self._left,
            Key.Key_Right: self._right,
        }

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key stands for; False if it stands for nothing."""
        key, text = event.key(), event.text()
        layers = sorted(self._view.selection.layers)
        if key in self._actions:
            self._actions[key]()
        elif layers and text and text in "+-":
            self._view.editor.resize_by(layers, 1 if text == "+" else -1)
        elif layers and text.isdecimal() and text.isascii():
            self._view.editor.type_digit(text, layers)
        else:
            return False
        return True

    def _left(self) -> None:
        self._beside(-1)

    def _right(self) -> None:
        self._beside(1)

    def _beside(self, step: int) -> None:
        """Go from layer to layer."""
        ids = list(self._view.places)
        if not ids:
            return
        chosen = [k for k, i in enumerate(ids) if i in self._view.selection.layers]
        k = (chosen[0] + step) % len(ids) if chosen else (0 if step > 0 else len(ids) - 1)
        self._view.select(Selection(frozenset({ids[k]})))
