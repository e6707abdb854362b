"""Moving the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Cursor, Gesture, Modifier

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class Pan(Gesture):
    """Drag with the middle button, or with Space held: move the view.

    Positions are scene positions, so the view follows the hand.
    """

    cursor = Cursor.ClosedHandCursor
    outlives_edits = True

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        super().__init__(view, start)
        self._before = view.navigation.seen.center()
        self._fitted = view.navigation.fitted

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        self.view.navigation.pan_by(pos - self.start)

    def cancel(self) -> None:
        self.view.navigation.look_at(self._before)
        self.view.navigation.fitted = self._fitted
