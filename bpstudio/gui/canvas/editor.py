"""What the canvas does to the document: named, undoable edits of what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QElapsedTimer

from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.document import Change, Document
from bpstudio.model.editing import remove_layers, resize_layer, set_activation
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project
from bpstudio.model.wiring import remove_links

TYPING_MS = 1500


class Editor:
    """Edits one document; ``refused`` is told why something could not be done."""

    def __init__(self, document: Document, refused: Callable[[str], None]) -> None:
        self.document = document
        self._refused = refused
        self._typed, self._numbers_typed = "", 0
        self._typed_at = QElapsedTimer()

    def edit(self, name: str, change: Change, merge: str | None = None) -> bool:
        """Edit the document; False, with a message, if the edit is refused."""
        try:
            self.document.edit(name, change, merge)
        except ValueError as error:
            self._refused(str(error))
            return False
        return True

    def resize_by(self, layers: Iterable[str], step: int) -> None:
        """Add or remove a neuron in each of these layers."""
        layers = list(layers)

        def change(project: Project) -> Project:
            for layer_id in layers:
                size = max(1, project.topology.layer(layer_id).size + step)
                project = resize_layer(project, layer_id, size)
            return project

        self.edit("Add a neuron" if step > 0 else "Remove a neuron", change)

    def delete(self, selection: Selection) -> None:
        """Remove the selected layers and links."""
        layers, links = selection.layers, selection.links

        def change(project: Project) -> Project:
            return remove_layers(remove_links(project, links), layers)

        if layers or links:
            self.edit("Delete", change)

    def set_activation(self, layers: Iterable[str], name: str) -> None:
        layers = list(layers)
        self.edit(
            f"Activation {ACTIVATIONS[name].label}",
            lambda project: set_activation(project, layers, name),
        )

    def forget_typed(self) -> None:
        """The next digit typed begins a new number."""
        self._typed = ""

    def type_digit(self, digit: str, layers: Iterable[str]) -> None:
        """A number typed while layers are selected is their size, in one step."""
        layers = list(layers)
        fresh = not self._typed or self._typed_at.elapsed() > TYPING_MS
        self._numbers_typed += fresh
        self._typed = (digit if fresh else self._typed + digit)[-6:]
        self._typed_at.start()
        size = int(self._typed)
        if size < 1:
            return

        def change(project: Project) -> Project:
            for layer_id in layers:
                project = resize_layer(project, layer_id, size)
            return project

        self.edit(f"Resize to {size}", change, f"typed size {self._numbers_typed}")
