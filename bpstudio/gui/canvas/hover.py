"""What the pointer is over: a card with exact numbers."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from bpstudio.explain.neurons import shown_row
from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.selection import Connection, Neuron
from bpstudio.gui.canvas.tools import CONNECTION
from bpstudio.gui.widgets import exact_text


class Hover:
    """Follows the pointer over a drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._neuron: Neuron | None = None
        self._connection: Connection | None = None

    def at(self, pos: QPointF, reach: float) -> tuple[str, Neuron | None]:
        """Show the numbers of what is at a scene position; the part, of a layer or ``CONNECTION``, and
        the neuron there."""
        item, part = self._drawing.part_at(pos)
        neuron = item.place.neuron_at(pos.y()) if item is not None and part == "body" else None
        self._drawing.mark_hovered(item, neuron, part)
        self._neuron = None if item is None or neuron is None else (item.place.id, neuron)
        self._connection = self._drawing.connection_at(pos, reach) if item is None else None
        self._drawing.mark_connection(self._connection)
        self._drawing.card.setPos(pos)
        self.renew()
        return part if self._connection is None else CONNECTION, self._neuron

    def renew(self) -> None:
        """The numbers may be others, but everything is where it was."""
        if self._neuron is not None:
            self._drawing.card.show_lines(self._neuron_lines(*self._neuron))
        elif self._connection is not None:
            self._drawing.card.show_lines(self._connection_lines(self._connection))
        else:
            self._drawing.card.setVisible(False)

    def leave(self) -> None:
        """Show no numbers."""
        self._neuron = self._connection = None
        self._drawing.mark_connection(None)
        self.renew()

    def _connection_lines(self, connection: Connection) -> list[str]:
        source, i, target, j = connection
        topology, weights = self._drawing.project.topology, self._drawing.project.network.weights
        link = topology.link(source, target)
        lines = [topology.connection_label(*connection)]
        if self._drawing.is_pruned(connection):
            return [*lines, "pruned"]
        lines.append(f"w = {exact_text(weights[source, target][j, i])}")
        if link.locked is not None and link.locked[j, i]:
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
