"""Layers on their way through the clipboard: as text, between windows and into a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from bpstudio.gui.canvas.selection import Selection
from bpstudio.model.fragment import Fragment
from bpstudio.model.topology import TopologyError

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class CanvasClipboard:
    """Copies and pastes layers of one canvas."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view

    def copy(self) -> bool:
        """Put the selected layers on the clipboard; False, with a message, if that cannot be."""
        editor = self._view.editor
        fragment = editor.copied(self._view.selection)
        if fragment is None:
            return False
        try:
            QGuiApplication.clipboard().setText(fragment.text())
        except TopologyError as error:
            editor.refuse(str(error))
            return False
        return True

    def cut(self) -> None:
        """Put the selected layers on the clipboard and remove them."""
        if self.copy():
            self._view.editor.delete(Selection(layers=self._view.selection.layers))

    def paste(self) -> None:
        """Put what is on the clipboard, layers or a shape as 4-8-3, behind what is selected."""
        try:
            self._paste(Fragment.parse(QGuiApplication.clipboard().text()), "Paste")
        except TopologyError as error:
            self._view.editor.refuse(str(error))

    def duplicate(self) -> None:
        """The selected layers once more, behind themselves."""
        fragment = self._view.editor.copied(self._view.selection)
        if fragment is not None:
            self._paste(fragment, "Duplicate")

    def _paste(self, fragment: Fragment, name: str) -> None:
        chosen = [i for i in self._view.places if i in self._view.selection.layers]
        new = self._view.editor.paste(fragment, chosen[-1] if chosen else None, name)
        if new:
            self._view.select(Selection(layers=frozenset(new)))
