"""What stands on the canvas, in words that can be read out."""

from __future__ import annotations

from bpstudio.gui.canvas.selection import Connection, Key, Neuron, Selection
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project


def selection_name(project: Project, selection: Selection) -> str:
    """What is selected."""
    if selection.connection is not None:
        return connection_name(project, selection.connection)
    if len(selection.neurons) > 1:
        return f"{len(selection.neurons)} neurons"
    if selection.neuron is not None:
        return neuron_name(project, selection.neuron)
    parts = [layer_name(project, x.id) for x in project.topology.layers if x.id in selection.layers]
    parts += [link_name(project, link.key) for link in project.topology.links
              if link.key in selection.links]  # fmt: skip
    return "; ".join(parts) or "nothing selected"


def layer_name(project: Project, layer_id: str) -> str:
    """A layer with its size and options."""
    layer = project.topology.layer(layer_id)
    words = [f"layer {project.topology.label(layer_id)}, {layer.size} neurons"]
    if layer is not project.topology.layers[0]:
        words.append(ACTIVATIONS[layer.activation].label)
        if layer.frozen:
            words.append("frozen")
        if not layer.bias:
            words.append("without biases")
    return ", ".join(words)


def neuron_name(project: Project, neuron: Neuron) -> str:
    """A neuron with its bias."""
    layer_id, k = neuron
    name = f"neuron {k + 1} of {project.topology.label(layer_id)}"
    biases = project.network.biases.get(layer_id)
    return name if biases is None else f"{name}, bias {biases[k]:.4g}"


def link_name(project: Project, key: Key) -> str:
    """A link with how many of its connections are there."""
    label, link = project.topology.label, project.topology.link(*key)
    size = project.network.weights[key].size
    there = size if link.mask is None else int(link.mask.sum())
    count = f"{there} connections" if there == size else f"{there} of {size} connections"
    return f"link {label(key[0])} to {label(key[1])}, {count}"


def connection_name(project: Project, connection: Connection) -> str:
    """A connection with its weight, or that it is pruned."""
    source, i, target, j = connection
    label, link = project.topology.label, project.topology.link(source, target)
    name = f"connection {label(source)} {i + 1} to {label(target)} {j + 1}"
    if link.mask is not None and not link.mask[j, i]:
        return f"{name}, pruned"
    locked = ", locked" if link.locked is not None and link.locked[j, i] else ""
    return f"{name}, weight {project.network.weights[source, target][j, i]:.4g}{locked}"
