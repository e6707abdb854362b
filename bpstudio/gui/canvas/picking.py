"""What a click selects: a layer, a neuron of it, a connection, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from bpstudio.gui.canvas.selection import Neuron, Selection

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Modifier = Qt.KeyboardModifier


class Picking:
    """Selects on one canvas by scene positions."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.drawn = Selection()
        """What drawing itself has selected: the next click draws on instead of letting go of it."""

    def layer(self, layer_id: str, pos: QPointF, modifiers: Modifier) -> None:
        """Select a layer and the neuron at a position.

        Shift adds or removes the layer; with Ctrl, or by a double click, it is the neuron alone. A
        double click on a strip unfolds it.
        """
        adding = bool(modifiers & Modifier.ShiftModifier)
        place = self._view.places[layer_id]
        inside = place.top <= pos.y() <= place.bottom
        neuron = place.neuron_at(pos.y()) if inside else None
        if self._view.hand.double and place.folded and inside:
            self._view.editor.fold(layer_id)
        elif self._view.hand.double and neuron is None:
            self._view.options_requested.emit()
        elif neuron is not None and (
            self._view.hand.double or modifiers & Modifier.ControlModifier
        ):
            before = self._view.selection.neurons if adding else frozenset[Neuron]()
            chosen = before ^ {(layer_id, neuron)}
            self._view.select(Selection.of_neurons(*sorted(chosen)))
        elif adding:
            self._view.select(Selection(layers=self._view.selection.layers ^ {layer_id}))
        else:
            seen = None if neuron is None else (layer_id, neuron)
            self._view.select(Selection(frozenset({layer_id}), neuron=seen))

    def canvas(self, pos: QPointF, modifiers: Modifier) -> bool:
        """Select the connection at a position with its link, or let go of what was selected.

        With Ctrl, or by a double click, it is the connection alone, and so is a pruned one in view.
        False if there was nothing to do.
        """
        connection = self._view.drawing.connection_at(pos, self._view.reach)
        if connection is None:
            held = bool(self._view.selection) and self._view.selection != self.drawn
            if held and not modifiers & Modifier.ShiftModifier:
                self._view.select(Selection())
            return held or self._view.hand.double
        links = frozenset({(connection[0], connection[2])})
        if modifiers & Modifier.ShiftModifier:
            links ^= self._view.selection.links
        pruned = self._view.drawing.is_pruned(connection)
        if pruned or self._view.hand.double or modifiers & Modifier.ControlModifier:
            links = frozenset()
        self._view.select(Selection(links=links, connection=connection))
        return True

    def under(self, pos: QPointF) -> None:
        """Select what a menu is asked for, unless it is selected already."""
        layer_id = self._view.drawing.layer_at(pos)
        if layer_id is None:
            if self._view.drawing.connection_at(pos, self._view.reach) is not None:
                self.canvas(pos, Modifier.NoModifier)
            else:
                self._view.select(Selection())
            return
        neuron = self._view.places[layer_id].neuron_under(pos.x(), pos.y())
        if (
            layer_id not in self._view.selection.layers
            and (layer_id, neuron) not in self._view.selection.neurons
        ):
            self.layer(layer_id, pos, Modifier.NoModifier)
        elif neuron is not None and len(self._view.selection.layers) == 1:
            self._view.select(Selection(self._view.selection.layers, neuron=(layer_id, neuron)))
