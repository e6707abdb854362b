"""Layers on their way through the clipboard: as text, between windows and into a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from bpstudio.gui.canvas.selection import Selection

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class CanvasClipboard:
    """Copies and pastes layers of one canvas."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view

    def copy(self) -> bool:
        """Put the selected layers on the clipboard; False if there are none."""
        text = self._view.editor.copied(self._view.selection)
        if text is not None:
            QGuiApplication.clipboard().setText(text)
        return text is not None

    def cut(self) -> None:
        """Put the selected layers on the clipboard and remove them."""
        if self.copy():
            self._view.editor.delete(Selection(layers=self._view.selection.layers))

    def paste(self) -> None:
        """Put what is on the clipboard, layers or a shape as 4-8-3, behind what is selected."""
        self._paste(QGuiApplication.clipboard().text(), "Paste")

    def duplicate(self) -> None:
        """The selected layers once more, behind themselves."""
        text = self._view.editor.copied(self._view.selection)
        if text is not None:
            self._paste(text, "Duplicate")

    def _paste(self, text: str, name: str) -> None:
        chosen = [i for i in self._view.places if i in self._view.selection.layers]
        new = self._view.editor.paste(text, chosen[-1] if chosen else None, name)
        if new:
            self._view.select(Selection(layers=frozenset(new)))
