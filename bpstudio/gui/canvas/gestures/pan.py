"""Moving the view."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Cursor, Gesture, Modifier


class Pan(Gesture):
    """Drag with the middle button, or with Space held: move the view.

    Positions are scene positions, so the view follows the hand.
    """

    cursor = Cursor.ClosedHandCursor

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        self.view.navigation.pan_by(pos - self.start)
