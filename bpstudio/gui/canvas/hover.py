"""What the pointer is over: a card with exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from bpstudio.explain.neurons import shown_row
from bpstudio.gui.canvas.selection import Connection, Neuron
from bpstudio.gui.canvas.tools import CONNECTION
from bpstudio.gui.widgets import exact_text

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView


class Hover:
    """Follows the pointer over a canvas while no gesture is in hand."""

    def __init__(self, view: CanvasView) -> None:
        self._view, self._drawing = view, view.drawing
        self._pointer: QPoint | None = None
        self._neuron: Neuron | None = None
        self._connection: Connection | None = None

    def move(self, pointer: QPoint) -> None:
        """Show the numbers of what is at a point of the viewport."""
        self._pointer = pointer
        pos = self._view.mapToScene(pointer)
        item, part = self._drawing.part_at(pos)
        neuron = item.place.neuron_at(pos.y()) if item is not None and part == "body" else None
        self._drawing.mark_hovered(item, neuron, part)
        self._neuron = None if item is None or neuron is None else (item.place.id, neuron)
        reach = self._view.reach
        self._connection = self._drawing.connection_at(pos, reach) if item is None else None
        self._drawing.mark_connection(self._connection)
        self._drawing.card.setPos(pos)
        self.renew()
        self._view.hand.over(part if self._connection is None else CONNECTION)
        self._view.neuron_hovered.emit(self._neuron)

    def again(self, elsewhere: bool) -> None:
        """The network has changed under a pointer that rests, and things may be ``elsewhere``."""
        if not elsewhere:
            self.renew()
        elif self._pointer is not None:
            self.move(self._pointer)
        else:
            self.hide()
            self._view.neuron_hovered.emit(None)

    def renew(self) -> None:
        """The numbers may be others, but everything is where it was."""
        if self._neuron is not None:
            self._drawing.card.show_lines(self._neuron_lines(*self._neuron))
        elif self._connection is not None:
            self._drawing.card.show_lines(self._connection_lines(self._connection))
        else:
            self._drawing.card.setVisible(False)

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self.hide()
        self._drawing.mark_hovered(None)
        self._view.neuron_hovered.emit(None)

    def hide(self) -> None:
        """Show no numbers before the pointer moves again."""
        self._pointer = self._neuron = self._connection = None
        self._drawing.mark_connection(None)
        self.renew()

    def _connection_lines(self, connection: Connection) -> list[str]:
        source, i, target, j = connection
        topology, weights = self._drawing.project.topology, self._drawing.project.network.weights
        link = topology.link(source, target)
        lines = [topology.connection_label(*connection)]
        if link.is_pruned(i, j):
            return [*lines, "pruned"]
        lines.append(f"w = {exact_text(weights[source, target][j, i])}")
        if link.is_locked(i, j):
            lines.append("locked: training keeps it")
        elif topology.layer(target).frozen:
            lines.append("into a frozen layer: training keeps it")
        return lines

    def _neuron_lines(self, layer_id: str, neuron: int) -> list[str]:
        project = self._drawing.project
        topology, layer = project.topology, project.topology.layer(layer_id)
        lines = [topology.neuron_label(layer_id, neuron)]
        names = self._drawing.layers[layer_id].names
        if len(names) == layer.size:
            lines[0] += f" · {names[neuron]}"
        biases = project.network.biases.get(layer_id)
        if biases is not None:
            lines.append(f"bias = {exact_text(biases[neuron])}" if layer.bias else "no bias")
        outputs = self._drawing.answers[layer_id].outputs
        if outputs is not None and project.dataset is not None:
            row = shown_row(project.dataset, self._drawing.row)
            lines.append(f"output, row {row + 1} = {exact_text(outputs[neuron])}")
        if layer.frozen and biases is not None:
            lines.append("frozen: training keeps what leads into it")
        return lines
