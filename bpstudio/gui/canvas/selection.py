"""What is selected on the canvas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from bpstudio.model.topology import Topology

Key: TypeAlias = tuple[str, str]
Connection: TypeAlias = tuple[str, int, str, int]
"""Source layer, its neuron, target layer, its neuron; neurons count from 0."""


@dataclass(frozen=True)
class Selection:
    """Layers, whole links, and at most one neuron or connection that is looked at closely."""

    layers: frozenset[str] = field(default_factory=frozenset)
    links: frozenset[Key] = field(default_factory=frozenset)
    neuron: tuple[str, int] | None = None
    connection: Connection | None = None

    def __bool__(self) -> bool:
        return bool(self.layers or self.links or self.neuron or self.connection)

    def within(self, topology: Topology) -> Selection:
        """What of it still exists."""
        neuron, connection = self.neuron, self.connection
        if neuron and not (neuron[0] in topology and neuron[1] < topology.layer(neuron[0]).size):
            neuron = None
        if connection:
            source, i, target, j = connection
            known = source in topology and target in topology and topology.has_link(source, target)
            if not known or i >= topology.layer(source).size or j >= topology.layer(target).size:
                connection = None
        return Selection(
            frozenset(i for i in self.layers if i in topology),
            frozenset(
                k for k in self.links if set(k) <= set(_ids(topology)) and topology.has_link(*k)
            ),
            neuron,
            connection,
        )


def _ids(topology: Topology) -> list[str]:
    return [layer.id for layer in topology.layers]
