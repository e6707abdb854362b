"""Edits of links and of single connections, as functions from project to project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np

from bpstudio.model.arrays import BoolArray
from bpstudio.model.editing import set_parameters, settled
from bpstudio.model.project import Project
from bpstudio.model.topology import Link, Topology, TopologyError
from bpstudio.model.vector import same_places
from bpstudio.model.words import counted

Connections: TypeAlias = Mapping[tuple[str, str], BoolArray]
"""Which connections of which links, by (source, target): True in (target size, source size)."""


def link_refusal(topology: Topology, source: str, target: str) -> str | None:
    """Why a link from source to target cannot be, as a sentence; None if it can."""
    if source == target:
        return "A layer cannot be linked to itself: that is a cycle."
    if topology.has_link(source, target):
        return f"{topology.label(source)} and {topology.label(target)} are linked already."
    if topology.would_cycle(source, target):
        return (
            f"{topology.label(target)} comes before {topology.label(source)}: "
            "a link back would be a cycle."
        )
    if source == topology.layers[-1].id:
        return "The output is the last layer: draw a new layer behind it instead."
    if target == topology.layers[0].id:
        return "The input is the first layer: nothing leads into it."
    return None


def remove_links(project: Project, links: Iterable[tuple[str, str]]) -> Project:
    """Remove whole links."""
    topology = project.topology
    for source, target in links:
        if topology.has_link(source, target):
            topology = topology.without_link(source, target)
    return project.with_topology(topology)


def connection_refusal(
    topology: Topology, source: str, i: int | None, target: str, j: int | None
) -> str | None:
    """Why neuron i of source (None: all) cannot be connected to neuron j of target (None: all)."""
    if not topology.has_link(source, target):
        return link_refusal(topology, source, target)
    mask = topology.link(source, target).mask
    if mask is not None and not mask[_part(i, j)].all():
        return None
    if i is None and j is None:
        return link_refusal(topology, source, target)
    ends = topology.neuron_label(source, i), topology.neuron_label(target, j)
    return f"{ends[0]} and {ends[1]} are connected already."


def connect(project: Project, source: str, i: int | None, target: str, j: int | None) -> Project:
    """Connect neuron i of source (None: all) with neuron j of target (None: all).

    Without a link there, one with only these connections is made; otherwise pruned ones come back.
    TopologyError says why when they cannot be.
    """
    topology = project.topology
    why = connection_refusal(topology, source, i, target, j)
    if why is not None:
        raise TopologyError(why)
    wanted = np.zeros((topology.layer(target).size, topology.layer(source).size), dtype=bool)
    wanted[_part(i, j)] = True
    if topology.has_link(source, target):
        return restore(project, {(source, target): wanted})
    linked = topology.with_link(source, target).with_mask(source, target, wanted)
    return settled(project, linked)


def _part(i: int | None, j: int | None) -> tuple[slice | int, slice | int]:
    return slice(None) if j is None else j, slice(None) if i is None else i


def prune(project: Project, connections: Connections) -> Project:
    """Cut connections: their weights are 0 and stay 0; everything else keeps its bits."""
    topology = project.topology
    for key, gone in connections.items():
        topology = topology.with_mask(*key, _mask(topology.link(*key), gone) & ~gone)
    return same_places(project, topology)


def restore(project: Project, connections: Connections) -> Project:
    """Bring pruned connections back, at 0, so that the network's outputs do not change."""
    topology = project.topology
    for key, back in connections.items():
        topology = topology.with_mask(*key, _mask(topology.link(*key), back) | back)
    return same_places(project, topology)


def lock(project: Project, connections: Connections, locked: bool = True) -> Project:
    """Keep the values of these weights in training, or let them go."""
    topology = project.topology
    for key, chosen in connections.items():
        old = topology.link(*key).locked
        now = np.zeros_like(chosen) if old is None else old
        topology = topology.with_locked(*key, now | chosen if locked else now & ~chosen)
    return same_places(project, topology)


def one_connection(
    topology: Topology, source: str, i: int, target: str, j: int
) -> dict[tuple[str, str], BoolArray]:
    """The connection from neuron i of source to neuron j of target."""
    chosen = np.zeros((topology.layer(target).size, topology.layer(source).size), dtype=bool)
    chosen[j, i] = True
    return {(source, target): chosen}


def at_disposal(topology: Topology, link: Link) -> BoolArray:
    """Which connections of a link may go where none is named: those that are there and that neither a
    lock nor a frozen layer keeps as they are; (target size, source size)."""
    shape = topology.layer(link.target).size, topology.layer(link.source).size
    if topology.layer(link.target).frozen:
        return np.zeros(shape, dtype=bool)
    there = np.ones(shape, dtype=bool) if link.mask is None else link.mask
    return there if link.locked is None else there & ~link.locked


def weak_connections(project: Project, threshold: float) -> dict[tuple[str, str], BoolArray]:
    """The connections ``at_disposal`` with a weight of a magnitude below the threshold."""
    found = {}
    for link in project.topology.links:
        weak = np.abs(project.network.weights[link.key]) < threshold
        weak &= at_disposal(project.topology, link)
        if weak.any():
            found[link.key] = weak
    return found


def set_weight(project: Project, source: str, i: int, target: str, j: int, value: float) -> Project:
    """Another weight for one connection; TopologyError if it is pruned."""
    topology = project.topology
    if topology.link(source, target).is_pruned(i, j):
        raise TopologyError("This connection is pruned, its weight is 0: restore it first.")
    block = topology.blocks[topology.position(target) - 1]
    at = next(b.start + j * b.shape[1] + i for b in block.incoming if b.link.source == source)

    def change(vector: np.ndarray) -> None:
        vector[at] = value

    return set_parameters(project, change)


def _mask(link: Link, like: BoolArray) -> BoolArray:
    return np.ones_like(like) if link.mask is None else link.mask


def set_bias(project: Project, layer_id: str, j: int, value: float) -> Project:
    """Another bias for one neuron; TopologyError if its layer has none."""
    topology = project.topology
    layer = topology.layer(layer_id)
    if topology.position(layer_id) == 0 or not layer.bias:
        raise TopologyError(f"Layer '{layer_id}' has no biases: give it some first.")
    start = topology.blocks[topology.position(layer_id) - 1].start

    def change(vector: np.ndarray) -> None:
        vector[start + j] = value

    return set_parameters(project, change)


def unheard_note(before: Project, after: Project) -> str:
    """What to know of an edit that leaves neurons without effect: those that lead only into frozen
    layers, along weights of 0 that will never learn. Empty if it leaves no more of them than before."""
    if before.topology is after.topology:
        return ""
    old, new = _unheard(before), _unheard(after)
    if sum(new.values()) <= sum(old.values()):
        return ""
    layer_id = max(new, key=lambda i: new[i] - old.get(i, 0))
    count, label = new[layer_id], after.topology.label(layer_id)
    return (
        f"{counted(count, 'neuron')} of {label} cannot have any effect: the layer behind is frozen, so "
        "the weights there stay 0. Unfreeze it, or set a weight by hand."
    )


def _unheard(project: Project) -> dict[str, int]:
    """How many neurons of each layer lead only into frozen layers, along weights of 0."""
    topology, found = project.topology, {}
    if not any(layer.frozen for layer in topology.layers):
        return {}
    for layer in topology.layers:
        onward = [link for link in topology.links if link.source == layer.id]
        if onward and all(topology.layer(link.target).frozen for link in onward):
            heard = np.zeros(layer.size, dtype=bool)
            for link in onward:
                heard |= project.network.weights[link.key].any(axis=0)
            if not heard.all():
                found[layer.id] = int((~heard).sum())
    return found
