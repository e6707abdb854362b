"""What the pointer is over: a card with exact numbers."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from bpstudio.explain.neurons import shown_row
from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.selection import Connection, Neuron


class Hover:
    """Follows the pointer over a drawing."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    def at(self, pos: QPointF, reach: float) -> tuple[str, Neuron | None]:
        """Show the numbers of what is at a scene position; the part and the neuron there."""
        item, part = self._drawing.part_at(pos)
        neuron = item.place.neuron_at(pos.y()) if item is not None and part == "body" else None
        self._drawing.mark_hovered(item, neuron, part)
        if item is not None and neuron is not None:
            self._drawing.mark_connection(None)
            self._drawing.card.show_lines(self._neuron_lines(item.place.id, neuron), pos)
            return part, (item.place.id, neuron)
        connection = self._drawing.connection_at(pos, reach) if item is None else None
        self._drawing.mark_connection(connection)
        if connection is not None:
            self._drawing.card.show_lines(self._connection_lines(connection), pos)
        else:
            self._drawing.card.setVisible(False)
        return part, None

    def leave(self) -> None:
        """Show no numbers."""
        self._drawing.mark_connection(None)
        self._drawing.card.setVisible(False)

    def _connection_lines(self, connection: Connection) -> list[str]:
        source, i, target, j = connection
        project = self._drawing.project
        weight = project.network.weights[source, target][j, i]
        label = project.topology.label
        return [f"{label(source)} · {i + 1} → {label(target)} · {j + 1}", f"w = {weight:.4f}"]

    def _neuron_lines(self, layer_id: str, neuron: int) -> list[str]:
        project = self._drawing.project
        lines = [f"{project.topology.label(layer_id)} · {neuron + 1}"]
        names = self._drawing.layers[layer_id].names
        if len(names) == self._drawing.places[layer_id].size:
            lines[0] += f" · {names[neuron]}"
        biases = project.network.biases.get(layer_id)
        if biases is not None:
            lines.append(f"bias = {biases[neuron]:.4f}")
        outputs = self._drawing.answers[layer_id].outputs
        if outputs is not None and project.dataset is not None:
            row = shown_row(project.dataset, self._drawing.row)
            lines.append(f"output, row {row + 1} = {outputs[neuron]:.4f}")
        return lines
