"""The context menu of what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from bpstudio.model.functions import ACTIVATIONS

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class CanvasMenu(QMenu):
    """What can be done with the canvas' selection; gone once it is closed."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if view.selection.layers:
            self._add_activations()
        delete = self.addAction("Delete")
        delete.triggered.connect(view.delete_selected)

    def _add_activations(self) -> None:
        topology = self._view.document.project.topology
        layers = [topology.layer(i) for i in self._view.selection.layers]
        if topology.layers[0] in layers:
            return
        submenu = self.addMenu("Activation")
        for name, activation in ACTIVATIONS.items():
            if activation.output_only and layers != [topology.layers[-1]]:
                continue
            action = submenu.addAction(activation.label)
            action.setCheckable(True)
            action.setChecked({layer.activation for layer in layers} == {name})
            action.setData(name)
        submenu.triggered.connect(self._on_activation)
        self.addSeparator()

    def _on_activation(self, action: QAction) -> None:
        self._view.editor.set_activation(self._view.selection.layers, str(action.data()))
