"""What all gestures share.

A gesture begins with the press that makes it. It shows what it would do, and only its end edits the
document, as one undoable step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

CLICK = 5.0
"""A press that moves less than this, in screen pixels, is a click."""

Modifier = Qt.KeyboardModifier
Cursor = Qt.CursorShape


class Gesture:
    """From press to release. ``start`` and the positions given are scene positions."""

    cursor: Cursor | None = None
    """The pointer's shape while it lasts; None: as it was."""
    outlives_edits = False
    """Whether it can go on when the network is another one than where it began."""

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        self.view = view
        self.start = start
        self._last = start

    def begin(self) -> None:
        """It is in hand now, and any gesture before it is put down."""

    def move(self, pos: QPointF, modifiers: Modifier) -> None:
        """Show what ending here would do."""
        self._last = pos
        self.show(pos, modifiers)

    def again(self, modifiers: Modifier) -> None:
        """A modifier key went down or up while the hand stood still."""
        self.show(self._last, modifiers)

    def show(self, pos: QPointF, modifiers: Modifier) -> None:
        """Show what ending here would do: each gesture its own way."""

    def end(self, pos: QPointF, modifiers: Modifier) -> None:
        """Do it."""

    def cancel(self) -> None:
        """Leave no trace."""
        self.view.drawing.ghost.setVisible(False)
        self.view.drawing.trace.clear()

    def is_click(self, pos: QPointF) -> bool:
        """Whether the hand is still where it pressed."""
        return (pos - self.start).manhattanLength() * self.view.navigation.scale < CLICK
