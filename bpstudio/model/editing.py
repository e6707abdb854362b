"""What people do to a drawn network, as functions from project to project.

Layers are always called input, hidden1, …, output in their order, so ids are renumbered after an edit
that adds or removes one; places on the canvas move along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import Dataset
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project, fit_problem
from bpstudio.model.proposal import Proposal
from bpstudio.model.topology import Layer, Topology, TopologyError, layer_ids
from bpstudio.model.vector import permuted, reordered, same_places

NEW = "new"
DEFAULT_HIDDEN = "tanh"
DEFAULT_OUTPUT = "sigmoid"
LONGEST_NAME = 24
MOST_PARAMETERS = 50_000_000
"""0.4 GB of weights: neither a typed number nor a pasted shape must fill the memory."""


def insert_layer(
    project: Project,
    size: int,
    after: str | None,
    place: tuple[float, float] | None = None,
    keep: bool = False,
) -> Project:
    """Add a layer behind ``after`` (None: in front), linked with its neighbours.

    The link that joined those is split, unless ``keep`` keeps it as a skip link. A layer that becomes
    the output, or stops being it, gets the activation of its new role. ``place`` is where it was
    drawn; used if the layers have been placed by hand.
    """
    grown = project.topology.with_inserted(Layer(NEW, size, "linear"), after, keep)
    return settled(_placed(project, place), grown)


def remove_layers(project: Project, layer_ids: Iterable[str]) -> Project:
    """Remove layers; what fed a removed hidden layer is linked with what it fed."""
    topology = project.topology
    for layer_id in layer_ids:
        topology = topology.without_layer(layer_id)
    return settled(project, topology)


def draw_layer(
    project: Project,
    size: int,
    left: str | None,
    right: str | None,
    place: tuple[float, float] | None = None,
    keep: bool = False,
) -> tuple[Project, str]:
    """Add a layer between two others as they stand on the canvas, linked with both; its id too.

    ``left`` None: in front of all; ``right`` None: behind all. Whichever of both comes earlier in the
    network feeds the new layer, so that no cycle can arise. The link that joined the two is split,
    unless ``keep`` keeps it as a skip link.
    """
    topology = project.topology
    if left is None or right is None:
        last = topology.layers[-1].id if topology.layers else None
        after = last if right is None else None
        drawn = insert_layer(project, size, after, place, keep)
        return drawn, drawn.topology.layers[0 if after is None else -1].id
    earlier, later = sorted((left, right), key=topology.position)
    grown = topology.with_layer(Layer(NEW, size, "linear"), earlier)
    if grown.has_link(earlier, later) and not keep:
        grown = grown.without_link(earlier, later)
    grown = grown.with_link(earlier, NEW).with_link(NEW, later)
    return settled(_placed(project, place), grown), layer_ids(len(grown.layers))[
        grown.position(NEW)
    ]


def _placed(project: Project, place: tuple[float, float] | None) -> Project:
    """With the place of the new layer, where layers have been placed by hand."""
    if not project.layout or place is None:
        return project
    return project.with_layout({**project.layout, NEW: place})


def resize_layers(project: Project, sizes: Mapping[str, int]) -> Project:
    """Give layers other numbers of neurons, added or removed at their ends; TopologyError for more
    parameters than ``MOST_PARAMETERS``."""
    topology = _resized(project, project.topology, sizes)
    return project if topology is project.topology else project.with_topology(topology)


def _resized(project: Project, topology: Topology, sizes: Mapping[str, int]) -> Topology:
    _check_parameters(project, topology, sizes)
    for layer_id, size in sizes.items():
        if topology.layer(layer_id).size != size:
            topology = topology.with_size(layer_id, size)
    return topology


def _check_parameters(
    project: Project, topology: Topology, sizes: Mapping[str, int] = MappingProxyType({})
) -> None:
    """TopologyError if the topology, with these sizes, would make a project too large to be held.

    Asked before memory is taken; a project that is larger already may stay as large.
    """
    size = {layer.id: layer.size for layer in topology.layers} | dict(sizes)
    count = sum(size[link.source] * size[link.target] for link in topology.links)
    count += sum(size[layer.id] for layer in topology.layers[1:])
    if count > max(MOST_PARAMETERS, project.topology.parameter_count):
        raise TopologyError(
            f"The network would have {count:,} parameters; on the canvas it can have "
            f"{MOST_PARAMETERS:,}: choose smaller sizes."
        )


def remove_neurons(project: Project, layer_id: str, neurons: Iterable[int]) -> Project:
    """Remove neurons, counted from 0, from anywhere in a layer: they take only their own weights."""
    size = project.topology.layer(layer_id).size
    gone = set(neurons)
    if unknown := gone - set(range(size)):
        raise TopologyError(
            f"Layer '{layer_id}' has no neuron {min(unknown)}: count from 0 to {size - 1}."
        )
    if len(gone) == size:
        return remove_layers(project, [layer_id])
    order = [k for k in range(size) if k not in gone] + sorted(gone)
    topology, index = reordered(project.topology, layer_id, order)
    smaller = topology.with_size(layer_id, size - len(gone))
    if project.is_untouched:
        return project.with_new_weights(smaller)
    return permuted(project, topology, index).with_topology(smaller)


def set_activation(project: Project, layer_ids: Iterable[str], activation: str) -> Project:
    """Give layers another activation; weights are kept."""
    topology = project.topology
    for layer_id in layer_ids:
        layer = topology.layer(layer_id)
        if ACTIVATIONS[activation].output_only and layer is not topology.output:
            raise TopologyError(
                f"Layer '{layer_id}' is not the output: {activation} makes sense only there."
            )
        topology = topology.with_activation(layer_id, activation)
    return same_places(project, topology)


def set_layer_options(project: Project, layer_ids: Iterable[str], **changes: Any) -> Project:
    """Give layers another name, initialiser, frozen or bias; weights are kept.

    A layer that loses its biases has them at 0; an untouched network draws its starting weights anew.
    """
    topology = project.topology
    for layer_id in layer_ids:
        topology = topology.with_layer_options(layer_id, **changes)
    return same_places(project, topology)


def move_layers(project: Project, places: Mapping[str, tuple[float, float]]) -> Project:
    """Put layers' middles at places on the canvas."""
    return project.with_layout({**project.layout, **places})


def set_unfolded(project: Project, layers: Iterable[str], unfolded: bool) -> Project:
    """Large layers with every neuron on the canvas, or as a strip again."""
    chosen = project.unfolded | set(layers) if unfolded else project.unfolded - set(layers)
    return replace(project, unfolded=chosen)


def set_upward(project: Project, upward: bool) -> Project:
    """The network from bottom to top on the canvas, or from left to right."""
    return replace(project, upward=upward)


def tidy(project: Project) -> Project:
    """Forget places given by hand: every layer stands in its column again."""
    return project.with_layout({})


def set_shape(project: Project, text: str) -> Project:
    """Make the network what the text says, as 4-8-3; layers that stay keep what they learned.

    Layers are matched from both ends; what differs between is resized, then added or removed.
    """
    old = [x.size for x in project.topology.layers]
    wanted = [x.size for x in Topology.parse(text).layers]
    if wanted == old:
        return project
    if len(old) < 2:
        chain = Topology.chain(wanted, DEFAULT_HIDDEN, DEFAULT_OUTPUT)
        _check_parameters(project, chain)
        return project.with_layout({}).with_new_weights(chain)
    front, common = 0, min(len(old), len(wanted))
    while front < common and old[front] == wanted[front]:
        front += 1
    back = 0
    while back < common - front and old[-1 - back] == wanted[-1 - back]:
        back += 1
    # Input and output stay what they are, whatever their sizes.
    return _matched(project, wanted, min(max(back, 1), common - 1))


def _matched(project: Project, wanted: list[int], back: int) -> Project:
    """``wanted`` sizes, where the last ``back`` layers are matched to the last ones there."""
    topology, new = project.topology, list[str]()
    at, missing = len(wanted) - back, len(wanted) - len(project.topology.layers)
    for layer in topology.layers[at : at - missing]:
        topology = topology.without_layer(layer.id)
    for k in range(at - missing, at):
        new.append(f"{NEW} {k}")
        layer = Layer(new[-1], wanted[k], "linear")
        topology = topology.with_inserted(layer, topology.layers[k - 1].id)
    ids = [layer.id for layer in topology.layers]
    if new:
        project = placed_between(project, new, ids[at - missing - 1], ids[at])
    sizes = dict(zip(ids, wanted, strict=True))
    return settled(project, _resized(project, topology, sizes))


def placed_between(
    project: Project, new: Sequence[str], after: str | None, behind: str | None
) -> Project:
    """New layers in a row between their neighbours, where layers have been placed by hand."""
    layout = dict(project.layout)
    if after not in layout:
        return project
    x, y = layout[after]
    end = layout[behind] if behind in layout else (x + 200.0 * (len(new) + 1), y)
    for k, layer_id in enumerate(new, start=1):
        share = k / (len(new) + 1)
        layout[layer_id] = x + share * (end[0] - x), y + share * (end[1] - y)
    return project.with_layout(layout)


def fit_to_data(project: Project) -> Project:
    """Give the input and output layers the sizes that the data need."""
    if project.dataset is None or len(project.topology.layers) < 2:
        return project
    preparation = project.dataset.preparation
    outer = project.topology.input.id, project.topology.output.id
    sizes = preparation.input_size, preparation.output_size
    return resize_layers(project, dict(zip(outer, sizes, strict=True)))


def set_parameters(project: Project, change: Callable[[FloatArray], None]) -> Project:
    """Other weights: ``change`` writes into a copy of the parameter vector."""
    vector = project.network.parameters.copy()
    change(vector)
    if not np.isfinite(vector).all():
        raise ValueError("A weight has to be a finite number.")
    return project.with_parameters(vector)


def settled(project: Project, topology: Topology, chosen: frozenset[str] = frozenset()) -> Project:
    """The edited topology with ids in order, and fitting activations where a layer's role changed;
    the layers ``chosen`` keep theirs. TopologyError for more parameters than ``MOST_PARAMETERS``."""
    _check_parameters(project, topology)
    old_roles = _roles(project.topology)
    old = project.topology
    activations = {
        "input": "linear",
        "hidden": old.hidden[0].activation if old.hidden else DEFAULT_HIDDEN,
        "output": old.output.activation if len(old.layers) > 1 else DEFAULT_OUTPUT,
    }
    for layer_id, role in _roles(topology).items():
        if old_roles.get(layer_id) != role and layer_id not in chosen:
            topology = topology.with_activation(layer_id, activations[role])
    numbered, names = _with_name_moved(project, topology).numbered()
    layout = {names[i]: place for i, place in project.layout.items() if i in names}
    known = {i: name for i, name in names.items() if i in old}
    unfolded = frozenset(names[i] for i in project.unfolded if i in names)
    project = project.with_topology(numbered, known).with_layout(layout)
    return replace(project, unfolded=unfolded)


def _with_name_moved(project: Project, topology: Topology) -> Topology:
    """What is predicted is the name of the output layer, also when that is another than before."""
    old, name = project.topology, predicted(project.dataset)
    if len(old.layers) < 2 or not name or old.output.name != name or old.output.id not in topology:
        return topology
    if topology.output.id == old.output.id:
        return topology
    topology = topology.with_layer_options(old.output.id, name="")
    return topology.with_layer_options(topology.output.id, name=topology.output.name or name)


def _roles(topology: Topology) -> dict[str, str]:
    last = len(topology.layers) - 1
    return {
        layer.id: "input" if k == 0 else "output" if k == last else "hidden"
        for k, layer in enumerate(topology.layers)
    }


def adopt_dataset(project: Project, dataset: Dataset, proposed: Proposal, keep: bool) -> Project:
    """Other data, and a network that suits them, with new starting weights.

    ``keep`` keeps the hidden layers and settings that are there; the outer layers, the output's
    activation and the loss follow the data in any case.
    """
    before, project = project.dataset, replace(project, dataset=dataset)
    if not keep or len(project.topology.layers) < 2:
        config = replace(proposed.config, seed=project.config.seed)
        project = replace(project, config=config, layout={})
        return project.with_new_weights(named_after(proposed.topology, dataset))
    output = proposed.topology.output
    topology = project.topology.with_size(project.topology.input.id, proposed.topology.input.size)
    topology = topology.with_size(topology.output.id, output.size)
    if topology.output.activation != output.activation or fit_problem(
        topology, dataset, project.config
    ):
        topology = topology.with_activation(topology.output.id, output.activation)
        project = replace(project, config=replace(project.config, loss=proposed.config.loss))
    return project.with_new_weights(named_after(topology, dataset, before))


def named_after(topology: Topology, dataset: Dataset, before: Dataset | None = None) -> Topology:
    """With the output layer called what it predicts, unless people gave it a name of their own.

    A name that it has from the data ``before`` is none of their own. Inputs and outputs themselves are
    called by their columns in any case.
    """
    output = topology.output
    if output.name not in ("", predicted(before)):
        return topology
    return topology.with_layer_options(output.id, name=predicted(dataset))


def predicted(dataset: Dataset | None) -> str:
    """What a network on these data predicts: the names of the targets, or how many they are."""
    if dataset is None:
        return ""
    names = ", ".join(column.name for column in dataset.preparation.targets)
    return names if len(names) <= LONGEST_NAME else f"{len(dataset.preparation.targets)} targets"
