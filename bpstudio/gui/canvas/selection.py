"""What is selected on the canvas."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from bpstudio.model.project import Project
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
        """What of it still exists; neurons alone only where none was removed beside them.

        Nothing if layers were added or removed: then others have their numbers.
        """
        if len(before.layers) != len(now.layers):
            return Selection()
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


class Remembered:
    """What was selected in which project, for as long as the project is kept to be undone or redone."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[Project], Selection]] = {}

    def note(self, project: Project, selection: Selection) -> None:
        """This is selected in a project that is left."""
        self._known = {k: v for k, v in self._known.items() if v[0]() is not None}
        self._known[id(project)] = weakref.ref(project), selection

    def of(self, project: Project) -> Selection | None:
        """What was selected when this project was left; None if it is a new one."""
        found = self._known.get(id(project))
        return found[1] if found is not None and found[0]() is project else None


def _exists(topology: Topology, neuron: Neuron) -> bool:
    return neuron[0] in topology and neuron[1] < topology.layer(neuron[0]).size
