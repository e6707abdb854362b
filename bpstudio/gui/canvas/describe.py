"""What stands on the canvas, in words that can be read out."""

from __future__ import annotations

from bpstudio.explain.neurons import neuron_names
from bpstudio.gui.canvas.selection import Connection, Key, Neuron, Selection
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project
from bpstudio.model.words import counted


def selection_name(project: Project, selection: Selection) -> str:
    """What is selected: layers and links with the part of them that is looked at, or parts alone."""
    topology = project.topology
    parts = [layer_name(project, x.id) for x in topology.layers if x.id in selection.layers]
    parts += [link_name(project, x.key) for x in topology.links if x.key in selection.links]
    if len(selection.neurons) > 1:
        parts.append(counted(len(selection.neurons), "neuron"))
    if selection.neuron is not None:
        parts.append(neuron_name(project, selection.neuron))
    if selection.connection is not None:
        parts.append(connection_name(project, selection.connection))
    return "; ".join(parts) or "nothing selected"


def layer_name(project: Project, layer_id: str) -> str:
    """A layer with its size and options."""
    layer = project.topology.layer(layer_id)
    words = [f"layer {project.topology.label(layer_id)}, {counted(layer.size, 'neuron')}"]
    if layer is not project.topology.layers[0]:
        words.append(ACTIVATIONS[layer.activation].label)
        if layer.frozen:
            words.append("frozen")
        if not layer.bias:
            words.append("without biases")
    return ", ".join(words)


def neuron_name(project: Project, neuron: Neuron) -> str:
    """A neuron with the column or class it stands for, and its bias."""
    layer_id, k = neuron
    words = [f"neuron {k + 1} of {project.topology.label(layer_id)}"]
    names = neuron_names(project, layer_id)
    if len(names) == project.topology.layer(layer_id).size:
        words.append(names[k])
    biases = project.network.biases.get(layer_id)
    if biases is not None:
        words.append(f"bias {biases[k]:.4g}")
    return ", ".join(words)


def link_name(project: Project, key: Key) -> str:
    """A link with how many of its connections are there, and how many are locked."""
    label, link = project.topology.label, project.topology.link(*key)
    size = project.network.weights[key].size
    there = size if link.mask is None else int(link.mask.sum())
    of_all = counted(size, "connection")
    words = [of_all if there == size else f"{there:,} of {of_all}"]
    locked = 0 if link.locked is None else int(link.locked.sum())
    if locked:
        words.append("locked" if locked == there else f"{locked:,} locked")
    return f"link {label(key[0])} to {label(key[1])}, {', '.join(words)}"


def connection_name(project: Project, connection: Connection) -> str:
    """A connection with its weight, or that it is pruned."""
    source, i, target, j = connection
    label, link = project.topology.label, project.topology.link(source, target)
    name = f"connection {label(source)} {i + 1} to {label(target)} {j + 1}"
    if link.is_pruned(i, j):
        return f"{name}, pruned"
    locked = ", locked" if link.is_locked(i, j) else ""
    return f"{name}, weight {project.network.weights[source, target][j, i]:.4g}{locked}"
