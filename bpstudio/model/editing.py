"""What people do to a drawn network, as functions from project to project.

Layers are always called input, hidden1, …, output in their order, so ids are renumbered after an edit
that adds or removes one; places on the canvas move along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import Dataset
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project, fit_problem
from bpstudio.model.proposal import Proposal
from bpstudio.model.topology import Layer, Topology, TopologyError

NEW = "new"
DEFAULT_HIDDEN = "tanh"
DEFAULT_OUTPUT = "sigmoid"


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
    if project.layout and place is not None:
        project = project.with_layout({**project.layout, NEW: place})
    return _settled(project, grown)


def remove_layers(project: Project, layer_ids: Iterable[str]) -> Project:
    """Remove layers; what fed a removed hidden layer is linked with what it fed."""
    topology = project.topology
    for layer_id in layer_ids:
        topology = topology.without_layer(layer_id)
    return _settled(project, topology)


def resize_layer(project: Project, layer_id: str, size: int) -> Project:
    """Give a layer another number of neurons, added or removed at its end."""
    if project.topology.layer(layer_id).size == size:
        return project
    return project.with_topology(project.topology.with_size(layer_id, size))


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
    return _keeping_weights(project, topology)


def add_link(project: Project, source: str, target: str) -> Project:
    """Link two layers densely; TopologyError says why when they cannot be."""
    why = link_refusal(project.topology, source, target)
    if why is not None:
        raise TopologyError(why)
    return _settled(project, project.topology.with_link(source, target))


def link_refusal(topology: Topology, source: str, target: str) -> str | None:
    """Why a link from source to target cannot be, as a sentence; None if it can."""
    if source == target:
        return "A layer cannot be linked to itself."
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


def move_layers(project: Project, places: Mapping[str, tuple[float, float]]) -> Project:
    """Put layers' middles at places on the canvas."""
    return project.with_layout({**project.layout, **places})


def set_shape(project: Project, text: str) -> Project:
    """Make the network what the text says, as 4-8-3; layers at the same place keep what they learned."""
    old = project.topology
    parsed = Topology.parse(text)
    if [x.size for x in parsed.layers] == [x.size for x in old.layers]:
        return project
    hidden = old.hidden[0].activation if old.hidden else DEFAULT_HIDDEN
    output = old.output.activation if len(old.layers) > 1 else DEFAULT_OUTPUT
    new = Topology.chain([x.size for x in parsed.layers], hidden, output)
    if len(new.layers) == len(old.layers):
        # The same layers with other sizes: links, activations and places stay.
        new = old
        for layer, wanted in zip(old.layers, parsed.layers, strict=True):
            new = new.with_size(layer.id, wanted.size)
        return project.with_topology(new)
    return project.with_layout({}).with_topology(new)


def fit_to_data(project: Project) -> Project:
    """Give the input and output layers the sizes that the data need."""
    if project.dataset is None or len(project.topology.layers) < 2:
        return project
    preparation = project.dataset.preparation
    topology = project.topology.with_size(project.topology.input.id, preparation.input_size)
    topology = topology.with_size(topology.output.id, preparation.output_size)
    return project.with_topology(topology)


def set_parameters(project: Project, change: Callable[[FloatArray], None]) -> Project:
    """Other weights: ``change`` writes into a copy of the parameter vector."""
    vector = project.network.parameters.copy()
    change(vector)
    if not np.isfinite(vector).all():
        raise ValueError("A weight has to be a finite number.")
    return project.with_parameters(vector)


def _keeping_weights(project: Project, topology: Topology) -> Project:
    """The same layers and links, so the same vector."""
    network = type(project.network)(topology, project.network.parameters)
    return replace(project, network=network)


def _settled(project: Project, topology: Topology) -> Project:
    """The edited topology with ids in order, and fitting activations where a layer's role changed."""
    old_roles = _roles(project.topology)
    old = project.topology
    activations = {
        "input": "linear",
        "hidden": old.hidden[0].activation if old.hidden else DEFAULT_HIDDEN,
        "output": old.output.activation if len(old.layers) > 1 else DEFAULT_OUTPUT,
    }
    for layer_id, role in _roles(topology).items():
        if old_roles.get(layer_id) != role:
            topology = topology.with_activation(layer_id, activations[role])
    numbered, names = topology.numbered()
    layout = {names[i]: place for i, place in project.layout.items() if i in names}
    known = {i: name for i, name in names.items() if i in old}
    return project.with_topology(numbered, known).with_layout(layout)


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
    project = replace(project, dataset=dataset)
    if not keep or len(project.topology.layers) < 2:
        config = replace(proposed.config, seed=project.config.seed)
        return replace(project, config=config, layout={}).with_new_weights(proposed.topology)
    output = proposed.topology.output
    topology = project.topology.with_size(project.topology.input.id, proposed.topology.input.size)
    topology = topology.with_size(topology.output.id, output.size)
    if topology.output.activation != output.activation or fit_problem(
        topology, dataset, project.config
    ):
        topology = topology.with_activation(topology.output.id, output.activation)
        project = replace(project, config=replace(project.config, loss=proposed.config.loss))
    return project.with_new_weights(topology)
