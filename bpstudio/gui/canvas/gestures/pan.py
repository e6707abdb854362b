"""Moving the view."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from bpstudio.gui.canvas.gestures.base import Gesture, Modifier


class Pan(Gesture):
    """Middle drag: move the view. Positions are scene positions, so the view follows the hand."""

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        self.view.navigation.pan_by(pos - self.start)
