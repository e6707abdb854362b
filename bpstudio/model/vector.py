"""Edits that leave every parameter a place of its own: the vector is permuted or stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.methods import SINGLE_SLOTS
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.topology import Link, Topology


def same_places(project: Project, topology: Topology) -> Project:
    """The project with a topology whose layers and links have the same sizes.

    What was learned stays bit for bit, the optimizer's memory too, but for parameters that are not
    there any more: those are 0. An untouched network draws its starting weights anew, by its options.
    """
    if project.is_untouched:
        return project.with_new_weights(topology)
    present = topology.present

    def kept(vector: FloatArray) -> FloatArray:
        if present is None or vector.shape != present.shape:
            return vector
        return np.where(present, vector, vector.dtype.type(0))

    network = Network(topology, kept(project.network.parameters))
    slots = {name: kept(slot) for name, slot in project.progress.slots.items()}
    progress = replace(project.progress, slots=slots)
    return replace(project, network=network, start=kept(project.start), progress=progress)


def permuted(project: Project, topology: Topology, index: IntArray) -> Project:
    """The project with its parameters in another order, ``index`` being where each was (``reordered``),
    and what the optimizer remembers of each with it."""
    slots = {
        name: slot if name in SINGLE_SLOTS else slot[index]
        for name, slot in project.progress.slots.items()
    }
    return replace(
        project,
        network=Network(topology, project.network.parameters[index]),
        start=project.start[index],
        progress=replace(project.progress, slots=slots),
    )


def reordered(topology: Topology, layer_id: str, order: Sequence[int]) -> tuple[Topology, IntArray]:
    """The neurons of a layer in another order, and where each parameter was: (parameters,)."""
    index = np.arange(topology.parameter_count)
    for block in topology.blocks:
        if block.layer.id == layer_id:
            index[block.start : block.stop] = index[block.start : block.stop][order]
        for b in block.incoming:
            if layer_id in b.link.key:
                places = index[b.start : b.stop].reshape(b.shape)
                places[...] = _ordered(places, b.link, layer_id, order)

    def moved(array: BoolArray | None, link: Link) -> BoolArray | None:
        return None if array is None else _ordered(array, link, layer_id, order)

    links = (
        replace(x, mask=moved(x.mask, x), locked=moved(x.locked, x)) if layer_id in x.key else x
        for x in topology.links
    )
    return replace(topology, links=tuple(links)), index


def _ordered(array: np.ndarray, link: Link, layer_id: str, order: Sequence[int]) -> np.ndarray:
    return array[order, :] if link.target == layer_id else array[:, order]
