"""What is selected on the canvas."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from bpstudio.model.topology import Topology

Key: TypeAlias = tuple[str, str]
Neuron: TypeAlias = tuple[str, int]
"""A layer and the neuron's index in it, from 0."""
Connection: TypeAlias = tuple[str, int, str, int]
"""Source layer, its neuron, target layer, its neuron; neurons count from 0."""


@dataclass(frozen=True)
class Selection:
    """Layers, whole links, and at most one neuron or connection that is looked at closely.

    ``neurons`` are selected alone, without their layer; a ``connection`` whose link is not in ``links``
    is selected alone too. What is done to the selection is done to them.
    """

    layers: frozenset[str] = field(default_factory=frozenset)
    links: frozenset[Key] = field(default_factory=frozenset)
    neuron: Neuron | None = None
    connection: Connection | None = None
    neurons: frozenset[Neuron] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.layers or self.links or self.neuron or self.connection or self.neurons)

    @classmethod
    def of_neurons(cls, *neurons: Neuron) -> Selection:
        """Neurons alone; the last one is looked at."""
        return cls(neuron=neurons[-1] if neurons else None, neurons=frozenset(neurons))

    @property
    def lone_connection(self) -> Connection | None:
        """The connection that is selected without its link."""
        chosen = self.connection
        return None if chosen is None or (chosen[0], chosen[2]) in self.links else chosen

    def after(self, before: Topology, now: Topology) -> Selection:
        """What of it still exists; neurons alone only where none was removed beside them."""
        still = self.within(now)
        shrunk = any(
            layer in before and before.layer(layer).size > now.layer(layer).size
            for layer, _ in still.neurons
        )
        return replace(still, neurons=frozenset(), neuron=None) if shrunk else still

    def within(self, topology: Topology) -> Selection:
        """What of it still exists."""
        connection = self.connection
        if connection:
            source, i, target, j = connection
            ends = (source, i), (target, j)
            if not all(_exists(topology, end) for end in ends) or not topology.has_link(
                source, target
            ):
                connection = None
        return Selection(
            frozenset(i for i in self.layers if i in topology),
            frozenset(k for k in self.links if topology.has_link(*k)),
            self.neuron if self.neuron and _exists(topology, self.neuron) else None,
            connection,
            frozenset(x for x in self.neurons if _exists(topology, x)),
        )


def _exists(topology: Topology, neuron: Neuron) -> bool:
    return neuron[0] in topology and neuron[1] < topology.layer(neuron[0]).size
