"""A piece of a network to take elsewhere: layers, the links among them, and what these have learned.

As text it is JSON, so that it travels on the clipboard between windows and into a mail; a plain shape
such as ``4-8-3`` is a fragment too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from bpstudio.model.arrays import BoolArray, FloatArray
from bpstudio.model.editing import DEFAULT_HIDDEN, placed_between, settled
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project
from bpstudio.model.topology import Layer, Link, Topology, TopologyError

KIND = "bpstudio fragment"
MAX_TEXT = 50_000_000
MOST_COPIED = 1_500_000
"""So many weights are a text of at most ``MAX_TEXT``: up to 26 letters each, 3 for each mask of them."""
NO_FRAGMENT = "The clipboard holds no piece of a network: copy layers, or a shape such as 4-8-3."


@dataclass(frozen=True, eq=False)
class Fragment:
    """Layers with the links among them. ``weights`` by link and ``biases`` by layer are what they have
    learned; both are empty where that is nothing but starting weights."""

    topology: Topology
    weights: Mapping[tuple[str, str], FloatArray] = field(default_factory=dict)
    biases: Mapping[str, FloatArray] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, layer_ids: Iterable[str]) -> Fragment:
        """These layers of a project, with the links among them; TopologyError if there are none."""
        ids = set(layer_ids)
        whole, network = project.topology, project.network
        hidden = whole.hidden[0].activation if whole.hidden else DEFAULT_HIDDEN
        layers = tuple(
            replace(x, activation=hidden) if x is whole.input else x
            for x in whole.layers
            if x.id in ids
        )
        if not layers:
            raise TopologyError("Select a layer first: there is nothing to copy.")
        topology = Topology(layers, tuple(x for x in whole.links if set(x.key) <= ids))
        if project.is_untouched:
            return cls(topology)
        return cls(
            topology,
            {link.key: network.weights[link.key] for link in topology.links},
            {i: biases for i, biases in network.biases.items() if i in ids},
        )

    # As text

    def text(self) -> str:
        """JSON that ``parse`` understands; numbers keep their bits. TopologyError for too many."""
        size = {layer.id: layer.size for layer in self.topology.layers}
        count = sum(
            size[link.source] * size[link.target]
            for link in self.topology.links
            if link.key in self.weights or link.mask is not None or link.locked is not None
        )
        if count > MOST_COPIED:
            raise TopologyError(
                f"There are {count:,} weights among these layers; up to {MOST_COPIED:,} can be copied: "
                "copy fewer layers, duplicate them, or save the project."
            )
        links = []
        for link in self.topology.links:
            entry: dict[str, Any] = {"source": link.source, "target": link.target}
            if link.key in self.weights:
                entry["weights"] = self.weights[link.key].tolist()
            for name, flags in (("mask", link.mask), ("locked", link.locked)):
                if flags is not None:
                    entry[name] = flags.astype(int).tolist()
            links.append(entry)
        data = {
            "kind": KIND,
            "shape": str(self.topology),
            "layers": [asdict(layer) for layer in self.topology.layers],
            "links": links,
            "biases": {i: biases.tolist() for i, biases in self.biases.items()},
        }
        return json.dumps(data)

    @classmethod
    def parse(cls, text: str) -> Fragment:
        """A fragment from its text or from a plain shape; TopologyError if it is neither."""
        if len(text) > MAX_TEXT:
            raise TopologyError("The text on the clipboard is too long to be pasted.")
        text = _unwrapped(text)
        if not text.startswith("{"):
            return cls(_chain(text))
        try:
            return _from_json(json.loads(text))
        except TopologyError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise TopologyError(NO_FRAGMENT) from None


def is_fragment(text: str) -> bool:
    """Whether a text is meant to be the JSON of a fragment, also if a mail has broken its lines."""
    start = _unwrapped(text[:200])
    return start.startswith("{") and f'"{KIND}"' in start


def _unwrapped(text: str) -> str:
    """The text in one line: where a mail breaks a line there was a space."""
    return text.strip().replace("\r\n", " ").replace("\n", " ")


def _chain(text: str) -> Topology:
    """Layers in a row, or a single one, all with the activation of hidden layers."""
    sizes = [part for part in re.split(r"[-–—,;x×\s]+", text[:200]) if part]
    if not sizes or not all(re.fullmatch("[0-9]{1,7}", size) for size in sizes):
        raise TopologyError(NO_FRAGMENT)
    ids = [f"layer{k}" for k in range(len(sizes))]
    layers = (Layer(i, int(size), DEFAULT_HIDDEN) for i, size in zip(ids, sizes, strict=True))
    return Topology(tuple(layers), tuple(Link(a, b) for a, b in pairwise(ids)))


def _from_json(data: Mapping[str, Any]) -> Fragment:
    if data["kind"] != KIND:
        raise ValueError("some other data")
    known = Layer.__dataclass_fields__
    layers = [Layer(**{k: v for k, v in x.items() if k in known}) for x in data["layers"]]
    links = [
        Link(x["source"], x["target"], _flags(x.get("mask")), _flags(x.get("locked")))
        for x in data["links"]
    ]
    topology = Topology(tuple(layers), tuple(links))
    if not layers:
        raise TopologyError(NO_FRAGMENT)
    weights = {}
    for x in data["links"]:
        if "weights" in x:
            source, target = x["source"], x["target"]
            shape = topology.layer(target).size, topology.layer(source).size
            matrix = _numbers(x["weights"], shape)
            mask = topology.link(source, target).mask
            weights[source, target] = matrix if mask is None else np.where(mask, matrix, 0.0)
    biases = {}
    for layer_id, numbers in data["biases"].items():
        layer = topology.layer(layer_id)
        biases[layer_id] = _numbers(numbers, (layer.size,)) * (1.0 if layer.bias else 0.0)
    return Fragment(topology, weights, biases)


def _flags(rows: Any) -> BoolArray | None:
    return None if rows is None else np.array(rows, dtype=bool)


def _numbers(values: Any, shape: tuple[int, ...]) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError("numbers that do not fit")
    return array


def paste(
    project: Project, fragment: Fragment, after: str | None = None
) -> tuple[Project, tuple[str, ...]]:
    """Put a fragment behind a layer; the ids of what was pasted too.

    Its first layers are fed by ``after``, its last ones feed the layer behind that; the link that joined
    the two is split. Without ``after`` it goes before the output, or becomes the whole network.
    """
    old = project.topology
    if after is None and old.layers:
        after = old.layers[-2 if len(old.layers) > 1 else -1].id
    at = 0 if after is None else old.position(after) + 1
    behind = old.layers[at].id if at < len(old.layers) else None
    names = {x.id: f"pasted {k}" for k, x in enumerate(fragment.topology.layers)}
    piece = fragment.topology.renamed(names)
    links = [x for x in (*old.links, *piece.links) if x.key != (after, behind)]
    fed, feeding = {x.target for x in piece.links}, {x.source for x in piece.links}
    for layer in piece.layers:
        if after is not None and layer.id not in fed:
            links.append(Link(after, layer.id))
        if behind is not None and layer.id not in feeding:
            links.append(Link(layer.id, behind))
    grown = Topology((*old.layers[:at], *piece.layers, *old.layers[at:]), tuple(links))
    placed = placed_between(project, [x.id for x in piece.layers], after, behind)
    pasted = settled(placed, _fitting(grown, set(names.values())), frozenset(names.values()))
    ids = dict(zip((x.id for x in grown.layers), pasted.topology.layers, strict=True))
    new = {i: ids[name].id for i, name in names.items()}
    return _with_learned(pasted, fragment, new), tuple(new.values())


def _fitting(topology: Topology, pasted: set[str]) -> Topology:
    """Pasted layers keep their activations, but for those that make sense at the output alone."""
    for layer in topology.layers[:-1]:
        if layer.id in pasted and ACTIVATIONS[layer.activation].output_only:
            topology = topology.with_activation(layer.id, DEFAULT_HIDDEN)
    return topology


def _with_learned(project: Project, fragment: Fragment, new: Mapping[str, str]) -> Project:
    """The project with the fragment's weights and biases in the layers of those new ids."""
    if not fragment.weights and not fragment.biases:
        return project
    network, start = project.network.copy(), project.network.with_parameters(project.start.copy())
    for target in (network, start):
        for (a, b), weights in fragment.weights.items():
            target.weights[new[a], new[b]][...] = weights
        for layer_id, biases in fragment.biases.items():
            if new[layer_id] in target.biases:
                target.biases[new[layer_id]][...] = biases
    return replace(project, network=network, start=start.parameters)
