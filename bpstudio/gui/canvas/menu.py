"""The context menu of what is selected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from bpstudio.gui.canvas.inspector_pages import INITIALISER_CHOICES
from bpstudio.gui.canvas.layout import MAX_SHOWN
from bpstudio.gui.canvas.selection import Selection
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.topology import Layer

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class CanvasMenu(QMenu):
    """What can be done with the canvas' selection; gone once it is closed."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("canvasMenu")
        self.setAccessibleName("What can be done with the selection")
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
            self._add("New layer", "N", view.keys.draw_behind)
            self._add("Select all", "Ctrl+A", view.select_all)
            self._add("Tidy up", "Ctrl+Shift+T", view.tidy)
            self._add("Show the whole network", "F", view.navigation.fit)

    def _add(self, text: str, keys: str, method: object) -> QAction:
        # The shortcut is only shown: the window or the canvas hears the key.
        action = self.addAction(f"{text}\t{keys}" if keys else text)
        action.triggered.connect(method)
        return action

    def _add_layers(self, selection: Selection) -> None:
        view, topology = self._view, self._view.document.project.topology
        layers = [topology.layer(i) for i in selection.layers]
        if len(layers) == 1:
            self._add("Rename", "F2", view.options_requested)
        self._add("Size…", "+ −", view.size_requested)
        if len(layers) == 1 and layers[0].size > MAX_SHOWN:
            folded = view.places[layers[0].id].folded
            self._add("Unfold" if folded else "Fold", "U", self._on_fold)
        if topology.layers[0] not in layers:
            self._add_options(layers)
        if len(layers) == 1:
            self.addSeparator()
            self._add("New layer behind", "N", view.keys.draw_behind)
            self._add("New layer in front", "Shift+N", view.keys.draw_in_front)
            self._add("Link to…", "L", view.keys.link)
            self._add("Select its links", "K", view.keys.select_link)

    def _add_options(self, layers: list[Layer]) -> None:
        """What the layers behind the input have."""
        topology = self._view.document.project.topology
        activations = {
            name: activation.label
            for name, activation in ACTIVATIONS.items()
            if not activation.output_only or layers == [topology.layers[-1]]
        }
        self._add_choice("Activation", "activationMenu", activations,
                         {x.activation for x in layers}, self._on_activation)  # fmt: skip
        self._add_choice("Initialiser", "initialiserMenu", INITIALISER_CHOICES,
                         {x.initialiser for x in layers}, self._on_initialiser)  # fmt: skip
        self._add_option("Frozen", "frozen", all(x.frozen for x in layers))
        self._add_option("Biases", "bias", all(x.bias for x in layers))

    def _add_choice(
        self,
        text: str,
        name: str,
        choices: Mapping[str, str],
        chosen: set[str],
        method: Callable[[QAction], None],
    ) -> None:
        """A submenu with the one that all have checked."""
        submenu = self.addMenu(text)
        submenu.setObjectName(name)
        for value, label in choices.items():
            action = submenu.addAction(label)
            action.setCheckable(True)
            action.setChecked(chosen == {value})
            action.setData(value)
        submenu.triggered.connect(method)

    def _add_option(self, text: str, option: str, checked: bool) -> None:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(checked)
        action.setData(option)
        action.triggered.connect(self._on_option)

    def _add_neurons(self, selection: Selection) -> None:
        view, topology = self._view, self._view.document.project.topology
        chosen = selection.neurons or frozenset({selection.neuron} if selection.neuron else ())
        layers = {layer for layer, _ in chosen}
        self.addSeparator()
        if len(chosen) == 1:
            (layer,) = layers
            if topology.position(layer) > 0 and topology.layer(layer).bias:
                self._add("Set the bias…", "F2" if selection.neurons else "", self._on_set_bias)
            self._add("Connect to…", "L" if selection.neurons else "", self._on_connect)
        if selection.neurons:
            whole = "Select the whole layer" if len(layers) == 1 else "Select their layers"
            self._add(whole, "Shift+Enter", view.keys.walking.whole)
        what = "Delete neuron" if len(chosen) == 1 else f"Delete {len(chosen)} neurons"
        self._add(what, "", self._on_delete_neurons)

    def _add_connections(self, selection: Selection) -> None:
        view, alone = self._view, selection.connection is not None
        if selection.connection is not None and not view.drawing.is_pruned(selection.connection):
            keys = "F2" if len(selection.links) <= 1 else ""
            self._add("Set the weight…", keys, self._on_set_weight)
        if alone and selection.lone_connection is None:
            self._add("Select this connection alone", "Ctrl+click", self._on_alone)
        elif alone:
            self._add("Select the whole link", "K", view.keys.select_link)
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

    def _on_initialiser(self, action: QAction) -> None:
        chosen = str(action.data())
        self._view.editor.set_options(self._view.selection.layers, initialiser=chosen)

    def _on_option(self, checked: bool) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            option = {str(action.data()): checked}
            self._view.editor.set_options(self._view.selection.layers, **option)

    def _neuron_alone(self) -> None:
        neuron = self._view.selection.neuron
        if neuron is not None:
            self._view.select(Selection.of_neurons(neuron))

    def _on_set_bias(self) -> None:
        self._neuron_alone()
        self._view.options_requested.emit()

    def _on_connect(self) -> None:
        self._neuron_alone()
        self._view.keys.link()

    def _on_set_weight(self) -> None:
        self._on_alone()
        self._view.options_requested.emit()

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
