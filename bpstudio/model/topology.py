"""The shape of a network: layers in a directed acyclic order and links between them.

A topology is a value: an edit returns a new one. It may be unfinished (someone is drawing it);
``problems`` says what is missing and ``validate`` raises the first of them. What can never make sense,
such as a cycle or a layer of size 0, is refused at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from bpstudio.model.arrays import BoolArray, frozen
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.parts import (
    MAX_LAYER_SIZE,
    Layer,
    LayerBlock,
    Link,
    LinkBlock,
    TopologyError,
)

__all__ = [
    "MAX_LAYER_SIZE",
    "MAX_PARAMETERS",
    "Layer",
    "LayerBlock",
    "Link",
    "LinkBlock",
    "Topology",
    "TopologyError",
    "layer_ids",
]

MAX_PARAMETERS = 500_000_000
"""4 GB of float64: more is refused with a sentence, before memory is taken."""


@dataclass(frozen=True)
class Topology:
    """Layers, first the input and last the output, and the links between them.

    Both are kept in a canonical order: layers so that every link points forward, links by the position
    of their target, then of their source. This order is that of the parameter vector.
    """

    layers: tuple[Layer, ...] = ()
    links: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        layers, links = tuple(self.layers), tuple(self.links)
        ids = [layer.id for layer in layers]
        if len(set(ids)) != len(ids):
            twice = next(i for i in ids if ids.count(i) > 1)
            raise TopologyError(f"Two layers are called '{twice}': give one another name.")
        sizes = {layer.id: layer.size for layer in layers}
        _check_links(links, sizes)
        layers = _ordered(layers, links)
        position = {layer.id: k for k, layer in enumerate(layers)}
        links = tuple(
            sorted(links, key=lambda link: (position[link.target], position[link.source]))
        )
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "links", links)
        if self.parameter_count > MAX_PARAMETERS:
            raise TopologyError(
                f"The network would have {self.parameter_count:,} parameters; "
                f"use at most {MAX_PARAMETERS:,}: make layer '{max(layers, key=_size).id}' smaller."
            )

    # Making one

    @classmethod
    def parse(cls, text: str, hidden: str = "sigmoid", output: str = "sigmoid") -> Topology:
        """Layer sizes as text, input first: ``"4-8-3"``; ids are input, hidden1, …, output."""
        parts = [part for part in re.split(r"[-–—,;x×\s]+", text.strip()) if part]
        if len(parts) < 2 or not all(part.isdecimal() for part in parts):
            raise TopologyError(
                f"'{text}' is not a network: write the layers' sizes from input to output, as in 4-8-3."
            )
        return cls.chain([int(part) for part in parts], hidden, output)

    @classmethod
    def chain(
        cls, sizes: Iterable[int], hidden: str = "sigmoid", output: str = "sigmoid"
    ) -> Topology:
        """Fully connected layers in a row."""
        sizes = list(sizes)
        ids = layer_ids(len(sizes))
        names = ["linear", *[hidden] * (len(sizes) - 2), output]
        layers = [Layer(i, size, name) for i, size, name in zip(ids, sizes, names, strict=False)]
        return cls(tuple(layers), tuple(Link(a, b) for a, b in pairwise(ids)))

    # Reading it

    def __str__(self) -> str:
        return "-".join(str(layer.size) for layer in self.layers)

    @property
    def input(self) -> Layer:
        return self._layer_at(0, "input")

    @property
    def output(self) -> Layer:
        return self._layer_at(-1, "output")

    @property
    def hidden(self) -> tuple[Layer, ...]:
        return self.layers[1:-1]

    def _layer_at(self, index: int, what: str) -> Layer:
        if not self.layers:
            raise TopologyError(f"The network has no {what} layer yet: draw one.")
        return self.layers[index]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {layer.id: k for k, layer in enumerate(self.layers)}

    def __contains__(self, layer_id: object) -> bool:
        return layer_id in self._positions

    def position(self, layer_id: str) -> int:
        """The layer's place in topological order, 0 for the input; TopologyError if there is none."""
        try:
            return self._positions[layer_id]
        except KeyError:
            known = ", ".join(self._positions) or "none"
            raise TopologyError(
                f"There is no layer '{layer_id}'; the layers are: {known}."
            ) from None

    def layer(self, layer_id: str) -> Layer:
        return self.layers[self.position(layer_id)]

    def label(self, layer_id: str) -> str:
        """What people call the layer: its name, else its id in words (``hidden1`` is "hidden 1")."""
        name = self.layer(layer_id).name if layer_id in self else ""
        return name or re.sub(r"(?<=[a-z])(?=\d)", " ", layer_id)

    def neuron_label(self, layer_id: str, neuron: int | None) -> str:
        """What people call a neuron, given from 0: ``hidden 1 · 3``; None: all of the layer."""
        label = self.label(layer_id)
        return label if neuron is None else f"{label} · {neuron + 1}"

    def connection_label(self, source: str, i: int, target: str, j: int) -> str:
        """What people call a connection: ``input · 2 → hidden 1 · 3``."""
        return f"{self.neuron_label(source, i)} → {self.neuron_label(target, j)}"

    def link(self, source: str, target: str) -> Link:
        for link in self.links:
            if link.key == (source, target):
                return link
        self.position(source), self.position(target)
        raise TopologyError(f"There is no link from '{source}' to '{target}': draw it first.")

    def has_link(self, source: str, target: str) -> bool:
        return any(link.key == (source, target) for link in self.links)

    @cached_property
    def blocks(self) -> tuple[LayerBlock, ...]:
        """Where each layer's weights and biases lie in the parameter vector, in its order."""
        incoming: dict[str, list[Link]] = {layer.id: [] for layer in self.layers}
        for link in self.links:
            incoming[link.target].append(link)
        blocks, start = [], 0
        for index, layer in enumerate(self.layers[1:], start=1):
            links = []
            for link in incoming[layer.id]:
                source = self.position(link.source)
                shape = (layer.size, self.layers[source].size)
                stop = start + shape[0] * shape[1]
                links.append(LinkBlock(link, source, start, stop, shape))
                start = stop
            blocks.append(LayerBlock(index, layer, tuple(links), start, start + layer.size))
            start += layer.size
        return tuple(blocks)

    @property
    def parameter_count(self) -> int:
        """Length of the parameter vector, pruned connections included."""
        return self.blocks[-1].stop if self.blocks else 0

    @cached_property
    def present(self) -> BoolArray | None:
        """(parameters,): False where a connection is pruned or a layer has no biases, so that the
        parameter is 0 and stays 0; None where every one is there."""
        if all(link.mask is None for link in self.links) and all(x.bias for x in self.layers[1:]):
            return None
        result = np.ones(self.parameter_count, dtype=bool)
        for block in self.blocks:
            result[block.start : block.stop] = block.layer.bias
            for b in block.incoming:
                if b.link.mask is not None:
                    result[b.start : b.stop] = b.link.mask.ravel()
        return frozen(result)

    @cached_property
    def free(self) -> BoolArray | None:
        """(parameters,): True where training may change the parameter, that is where it is present
        and neither locked nor of a frozen layer; None where all are free."""
        held = any(x.frozen for x in self.layers[1:]) or any(
            x.locked is not None for x in self.links
        )
        if not held:
            return self.present
        result = np.ones(self.parameter_count, dtype=bool)
        if self.present is not None:
            result &= self.present
        for block in self.blocks:
            for b in block.incoming:
                if b.link.locked is not None:
                    result[b.start : b.stop] &= ~b.link.locked.ravel()
                if block.layer.frozen:
                    result[b.start : b.stop] = False
            if block.layer.frozen:
                result[block.start : block.stop] = False
        return frozen(result)

    @property
    def connection_count(self) -> int:
        """Connections that are not pruned."""
        return sum(
            int(np.prod(b.shape)) if b.link.mask is None else int(b.link.mask.sum())
            for block in self.blocks
            for b in block.incoming
        )

    def would_cycle(self, source: str, target: str) -> bool:
        """Whether a link from source to target would close a circle."""
        onward = _successors(self.links)
        reached, todo = set(), [target]
        while todo:
            here = todo.pop()
            if here not in reached:
                reached.add(here)
                todo.extend(onward.get(here, ()))
        return source in reached

    # Is it whole?

    def problems(self) -> Iterator[str]:
        """What keeps this topology from being trained: one sentence each, naming the layer."""
        if len(self.layers) < 2:
            yield "The network needs an input and an output layer: draw at least two layers."
            return
        sources = {link.source for link in self.links}
        targets = {link.target for link in self.links}
        for layer in self.layers:
            if layer is not self.output and ACTIVATIONS[layer.activation].output_only:
                yield (
                    f"Layer '{layer.id}' is not the output but has the activation "
                    f"{layer.activation}: choose another one."
                )
            if layer is not self.input and layer.id not in targets:
                yield f"Nothing reaches layer '{layer.id}': link an earlier layer to it or delete it."
            if layer is not self.output and layer.id not in sources:
                yield f"Layer '{layer.id}' leads nowhere: link it to a later layer or delete it."

    def validate(self) -> None:
        """Raise TopologyError with the first of ``problems``."""
        for problem in self.problems():
            raise TopologyError(problem)

    # Edits: each returns a new value

    def with_layer(self, layer: Layer, after: str | None = None) -> Topology:
        """Add an unlinked layer behind ``after`` in the order (None: in front of all)."""
        at = 0 if after is None else self.position(after) + 1
        return replace(self, layers=(*self.layers[:at], layer, *self.layers[at:]))

    def with_inserted(self, layer: Layer, after: str | None = None, keep: bool = False) -> Topology:
        """Add a layer behind ``after`` and link it with its neighbours in the order.

        The link that joined the neighbours is split, unless ``keep`` keeps it as a skip link.
        """
        grown = self.with_layer(layer, after)
        at = grown.position(layer.id)
        before = grown.layers[at - 1].id if at > 0 else None
        behind = grown.layers[at + 1].id if at + 1 < len(grown.layers) else None
        if before and behind and grown.has_link(before, behind) and not keep:
            grown = grown.without_link(before, behind)
        if before:
            grown = grown.with_link(before, layer.id)
        if behind:
            grown = grown.with_link(layer.id, behind)
        return grown

    def without_layer(self, layer_id: str, rejoin: bool = True) -> Topology:
        """Remove a layer and its links; ``rejoin`` links what fed it with what it fed."""
        self.position(layer_id)
        links = [link for link in self.links if layer_id not in link.key]
        if rejoin:
            keys = {link.key for link in links}
            into = [link.source for link in self.links if link.target == layer_id]
            onto = [link.target for link in self.links if link.source == layer_id]
            links += [Link(a, b) for a in into for b in onto if (a, b) not in keys]
        return Topology(tuple(x for x in self.layers if x.id != layer_id), tuple(links))

    def with_size(self, layer_id: str, size: int) -> Topology:
        """Resize a layer at its end; masks and locks keep what they had, new connections are there."""

        def fitted(link: Link) -> Link:
            if layer_id not in link.key:
                return link
            shape = tuple(size if i == layer_id else self.layer(i).size for i in reversed(link.key))
            mask, locked = (
                None if old is None else _resized(old, shape, new)
                for old, new in ((link.mask, True), (link.locked, False))
            )
            return replace(link, mask=mask, locked=locked)

        layers = (replace(x, size=size) if x.id == layer_id else x for x in self.layers)
        self.position(layer_id)
        return Topology(tuple(layers), tuple(map(fitted, self.links)))

    def with_activation(self, layer_id: str, activation: str) -> Topology:
        return self.with_layer_options(layer_id, activation=activation)

    def with_layer_options(self, layer_id: str, **changes: Any) -> Topology:
        """Change a layer's activation, name, initialiser, frozen or bias."""
        self.position(layer_id)
        layers = (replace(x, **changes) if x.id == layer_id else x for x in self.layers)
        return replace(self, layers=tuple(layers))

    def with_link(self, source: str, target: str) -> Topology:
        """Add a dense link; TopologyError if it is there already or would close a cycle."""
        if self.has_link(source, target):
            raise TopologyError(f"'{source}' and '{target}' are linked already.")
        return replace(self, links=(*self.links, Link(source, target)))

    def without_link(self, source: str, target: str) -> Topology:
        gone = self.link(source, target)
        return replace(self, links=tuple(link for link in self.links if link is not gone))

    def with_mask(self, source: str, target: str, mask: BoolArray | None) -> Topology:
        """Set a link's mask, shape (target size, source size); None restores every connection."""
        old = self.link(source, target)
        links = (replace(link, mask=mask) if link is old else link for link in self.links)
        return replace(self, links=tuple(links))

    def with_locked(self, source: str, target: str, locked: BoolArray | None) -> Topology:
        """Set which of a link's weights are locked, shape (target size, source size); None: none."""
        old = self.link(source, target)
        links = (replace(link, locked=locked) if link is old else link for link in self.links)
        return replace(self, links=tuple(links))

    def without_connection(self, source: str, i: int, target: str, j: int) -> Topology:
        """Prune the connection from neuron i of ``source`` to neuron j of ``target`` (from 0)."""
        return self._with_connection(source, i, target, j, False)

    def with_connection(self, source: str, i: int, target: str, j: int) -> Topology:
        """Restore a pruned connection."""
        return self._with_connection(source, i, target, j, True)

    def _with_connection(self, source: str, i: int, target: str, j: int, kept: bool) -> Topology:
        link = self.link(source, target)
        for layer_id, index in ((source, i), (target, j)):
            size = self.layer(layer_id).size
            if not 0 <= index < size:
                raise TopologyError(
                    f"Layer '{layer_id}' has no neuron {index}: count from 0 to {size - 1}."
                )
        shape = (self.layer(target).size, self.layer(source).size)
        mask = np.ones(shape, dtype=bool) if link.mask is None else link.mask.copy()
        mask[j, i] = kept
        return self.with_mask(source, target, mask)

    def renamed(self, names: Mapping[str, str]) -> Topology:
        """Rename layers, old id to new id; those not named keep theirs."""
        layers = (replace(x, id=names.get(x.id, x.id)) for x in self.layers)
        links = (
            replace(x, source=names.get(x.source, x.source), target=names.get(x.target, x.target))
            for x in self.links
        )
        return Topology(tuple(layers), tuple(links))

    def numbered(self) -> tuple[Topology, dict[str, str]]:
        """The same network with ids input, hidden1, …, output in order, and old id to new id."""
        names = dict(zip(self._positions, layer_ids(len(self.layers)), strict=True))
        return self.renamed(names), names


def layer_ids(count: int) -> list[str]:
    """``input``, ``hidden1``, …, ``output`` for that many layers."""
    return ["input", *(f"hidden{k}" for k in range(1, count - 1)), "output"][: max(count, 0)]


def _size(layer: Layer) -> int:
    return layer.size


def _successors(links: Iterable[Link]) -> dict[str, list[str]]:
    onward: dict[str, list[str]] = {}
    for link in links:
        onward.setdefault(link.source, []).append(link.target)
    return onward


def _resized(array: BoolArray, shape: tuple[int, ...], new: bool) -> BoolArray:
    """The array cut or filled up with ``new`` at its ends."""
    result = np.full(shape, new, dtype=bool)
    rows, columns = (min(a, b) for a, b in zip(shape, array.shape, strict=True))
    result[:rows, :columns] = array[:rows, :columns]
    return result


def _check_links(links: tuple[Link, ...], sizes: Mapping[str, int]) -> None:
    seen = set()
    for link in links:
        for layer_id in link.key:
            if layer_id not in sizes:
                raise TopologyError(
                    f"The link from '{link.source}' to '{link.target}' names layer '{layer_id}', "
                    "which does not exist: add the layer first."
                )
        if link.source == link.target:
            raise TopologyError(
                f"Layer '{link.source}' cannot be linked to itself: that is a cycle."
            )
        if link.key in seen:
            raise TopologyError(f"'{link.source}' and '{link.target}' are linked twice: keep one.")
        seen.add(link.key)
        shape = (sizes[link.target], sizes[link.source])
        for what, array in (("mask", link.mask), ("lock", link.locked)):
            if array is not None and array.shape != shape:
                raise TopologyError(
                    f"The {what} from '{link.source}' to layer '{link.target}' has shape "
                    f"{array.shape}, but the layers' sizes need {shape}."
                )


def _ordered(layers: tuple[Layer, ...], links: tuple[Link, ...]) -> tuple[Layer, ...]:
    """The layers so that links point forward, otherwise in the order given; refuses cycles."""
    waiting = {layer.id: 0 for layer in layers}
    for link in links:
        waiting[link.target] += 1
    onward = _successors(links)
    left, order = list(layers), []
    while left:
        ready = next((layer for layer in left if waiting[layer.id] == 0), None)
        if ready is None:
            raise TopologyError(
                f"Layer '{left[0].id}' would feed itself through a cycle of links: remove one of them."
            )
        left.remove(ready)
        order.append(ready)
        for target in onward.get(ready.id, ()):
            waiting[target] -= 1
    return tuple(order)
