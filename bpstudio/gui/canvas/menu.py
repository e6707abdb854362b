"""The context menu of what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from bpstudio.gui.canvas.layout import MAX_SHOWN
from bpstudio.gui.canvas.selection import Selection
from bpstudio.model.functions import ACTIVATIONS

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class CanvasMenu(QMenu):
    """What can be done with the canvas' selection; gone once it is closed."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("canvasMenu")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        selection = view.selection
        if selection.layers:
            self._add_layers(selection)
        if selection.neurons or (selection.neuron and len(selection.layers) == 1):
            self._add_neurons(selection)
        if selection.links or selection.connection:
            self._add_connections(selection)
        if selection:
            self.addSeparator()
            if selection.layers:
                self._add("Cut", "Ctrl+X", view.clipboard.cut)
                self._add("Copy", "Ctrl+C", view.clipboard.copy)
        self._add("Paste", "Ctrl+V", view.clipboard.paste)
        if selection.layers:
            self._add("Duplicate", "Ctrl+D", view.clipboard.duplicate)
        if selection:
            self._add("Delete", "Del", view.delete_selected)
        else:
            self.addSeparator()
            self._add("Select all", "Ctrl+A", view.select_all)
            self._add("Tidy up", "Ctrl+Shift+T", view.tidy)
            self._add("Show the whole network", "F", view.fit)

    def _add(self, text: str, keys: str, method: object) -> QAction:
        # The shortcut is only shown: the window or the canvas hears the key.
        action = self.addAction(f"{text}\t{keys}" if keys else text)
        action.triggered.connect(method)
        return action

    def _add_layers(self, selection: Selection) -> None:
        topology = self._view.document.project.topology
        layers = [topology.layer(i) for i in selection.layers]
        if len(layers) == 1:
            self._add("Rename", "F2", self._view.options_requested)
            if layers[0].size > MAX_SHOWN:
                folded = self._view.places[layers[0].id].folded
                self._add("Unfold" if folded else "Fold", "U", self._on_fold)
        if topology.layers[0] in layers:
            return
        submenu = self.addMenu("Activation")
        submenu.setObjectName("activationMenu")
        for name, activation in ACTIVATIONS.items():
            if activation.output_only and layers != [topology.layers[-1]]:
                continue
            action = submenu.addAction(activation.label)
            action.setCheckable(True)
            action.setChecked({layer.activation for layer in layers} == {name})
            action.setData(name)
        submenu.triggered.connect(self._on_activation)
        self._add_option("Frozen", "frozen", all(x.frozen for x in layers))
        self._add_option("Biases", "bias", all(x.bias for x in layers))

    def _add_option(self, text: str, option: str, checked: bool) -> None:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(checked)
        action.setData(option)
        action.triggered.connect(self._on_option)

    def _add_neurons(self, selection: Selection) -> None:
        count = len(selection.neurons)
        self._add("Delete neuron" if count <= 1 else f"Delete {count} neurons", "",
                  self._on_delete_neurons)  # fmt: skip

    def _add_connections(self, selection: Selection) -> None:
        alone = selection.connection is not None
        if alone and selection.lone_connection is None:
            self._add("Select this connection alone", "Ctrl+click", self._on_alone)
        what = "connection" if selection.lone_connection is not None else "all connections"
        self._add(f"Cut {what}", "X", self._on_cut)
        self._add(f"Restore {what}", "Shift+X", self._on_restore)
        self._add(f"Lock {what}", "", self._on_lock)
        self._add(f"Unlock {what}", "", self._on_unlock)

    def _on_fold(self) -> None:
        for layer_id in self._view.selection.layers:
            self._view.editor.fold(layer_id)

    def _on_activation(self, action: QAction) -> None:
        self._view.editor.set_activation(self._view.selection.layers, str(action.data()))

    def _on_option(self, checked: bool) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            option = {str(action.data()): checked}
            self._view.editor.set_options(self._view.selection.layers, **option)

    def _on_delete_neurons(self) -> None:
        selection = self._view.selection
        chosen = selection.neurons or frozenset({selection.neuron} if selection.neuron else ())
        self._view.editor.delete(Selection(neurons=chosen))

    def _on_alone(self) -> None:
        self._view.select(Selection(connection=self._view.selection.connection))

    def _on_cut(self) -> None:
        self._view.editor.cut(self._view.selection)

    def _on_restore(self) -> None:
        self._view.editor.restore(self._view.selection)

    def _on_lock(self) -> None:
        self._view.editor.lock(self._view.selection, True)

    def _on_unlock(self) -> None:
        self._view.editor.lock(self._view.selection, False)
