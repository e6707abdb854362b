"""From item to item by keyboard: layers, their neurons, their links, single connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from bpstudio.gui.canvas.editor import connections_into
from bpstudio.gui.canvas.selection import Connection, Key, Selection
from bpstudio.model.topology import Topology

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

ALL = 1_000_000_000
"""A jump that ends at the first or last one, wherever it begins."""
JUMPS: dict[int, int] = {
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_Home: -ALL,
    Qt.Key.Key_End: ALL,
}
"""How many neurons or connections these keys go on by."""


class Walking:
    """Moves one canvas' selection."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view

    @property
    def _topology(self) -> Topology:
        return self._view.document.project.topology

    # Layers

    def next_layer(self, step: int) -> bool:
        """Select the next layer, as Tab does; False behind the last one."""
        ids = list(self._view.places)
        at = self.layer_index()
        k = (0 if step > 0 else len(ids) - 1) if at is None else at + step
        if not 0 <= k < len(ids):
            return False
        self._view.select(Selection(frozenset({ids[k]})))
        return True

    def layer_index(self) -> int | None:
        """The place of the selected layer in the topology, or that of what is selected in it."""
        selection = self._view.selection
        chosen = set(selection.layers) | {layer for layer, _ in selection.neurons}
        chosen |= {key[1] for key in selection.links}
        if selection.connection is not None:
            chosen.add(selection.connection[2])
        found = [k for k, i in enumerate(self._view.places) if i in chosen]
        return found[0] if found else None

    def extend(self, step: int) -> None:
        """Add the layer beside those selected."""
        ids = list(self._view.places)
        chosen = [k for k, i in enumerate(ids) if i in self._view.selection.layers]
        k = (max(chosen) if step > 0 else min(chosen)) + step if chosen else 0
        if 0 <= k < len(ids):
            self._view.select(Selection(self._view.selection.layers | {ids[k]}))

    # In and out

    def enter(self) -> None:
        """Into what is selected: from a layer to its neurons, from a neuron or a link to its
        connections."""
        selection = self._view.selection
        if selection.neurons and selection.neuron is not None:
            into = connections_into(self._topology, selection.neuron)
            if into:
                self._view.select(Selection(connection=into[0]))
        elif selection.links and selection.lone_connection is None:
            source, target = min(selection.links)
            self._view.select(Selection(connection=selection.connection or (source, 0, target, 0)))
        elif selection.layers:
            layer = next(i for i in self._view.places if i in selection.layers)
            neuron = selection.neuron or (layer, 0)
            self._view.select(Selection.of_neurons(neuron))
        else:
            self.next_layer(1)

    def out(self) -> bool:
        """From a connection to its neuron, from a neuron or a link to its layer; False if there is no
        way."""
        selection = self._view.selection
        if selection.lone_connection is not None:
            self._view.select(Selection.of_neurons(selection.lone_connection[2:]))
        elif selection.neurons:
            self._view.select(Selection(frozenset(layer for layer, _ in selection.neurons)))
        elif selection.links and selection.connection is None:
            self._view.select(Selection(frozenset(target for _, target in selection.links)))
        else:
            return False
        return True

    def whole(self) -> None:
        """What a click selects: the layer of a neuron, the link of a connection, it being lit."""
        selection = self._view.selection
        connection = selection.lone_connection
        if connection is not None:
            link = connection[0], connection[2]
            self._view.select(Selection(links=frozenset({link}), connection=connection))
        elif selection.neurons:
            layers = frozenset(layer for layer, _ in selection.neurons)
            self._view.select(Selection(layers, neuron=selection.neuron))

    # Links

    def next_link(self, step: int, adding: bool = False) -> None:
        """From a layer to the links into it, from a connection to its link, from link to link."""
        view, selection = self._view, self._view.selection
        links = self._links()
        if not links:
            view.editor.refuse("There is no link yet: select a layer and press L to make one.")
            return
        chosen = [k for k, key in enumerate(links) if key in selection.links]
        if chosen:
            k = ((max(chosen) if step > 0 else min(chosen)) + step) % len(links)
            before = selection.links if adding else frozenset[Key]()
            view.select(Selection(links=before | {links[k]}))
            return
        connection, at = selection.connection, self.layer_index()
        if connection is not None:
            found = [(connection[0], connection[2])]
        else:
            layer = None if at is None else list(view.places)[at]
            found = [key for key in links if layer in (None, key[1])]
            # Into the input leads nothing: those that leave it.
            found = found or [key for key in links if key[0] == layer]
        if found:
            view.select(Selection(links=frozenset({found[0 if step > 0 else -1]})))
        else:
            view.editor.refuse("This layer has no link yet: press L to make one.")

    def _links(self) -> list[Key]:
        """All links in the order of the layers they lead to."""
        position = {i: k for k, i in enumerate(self._view.places)}
        keys = [link.key for link in self._topology.links]
        return sorted(keys, key=lambda key: (position[key[1]], position[key[0]]))

    def jump(self, count: int, adding: bool) -> bool:
        """On by many neurons, connections or links, to the last at most; of layers the first or last."""
        view, selection = self._view, self._view.selection
        if selection.lone_connection is not None:
            target = selection.lone_connection[2:]
            into = connections_into(self._topology, target)
            k = _within(into.index(selection.lone_connection) + count, len(into))
            view.select(Selection(connection=into[k]))
        elif selection.neurons:
            self._to_neuron(0, count, adding)
        elif selection.links:
            links = self._links()
            k = _within(links.index(max(selection.links, key=links.index)) + count, len(links))
            view.select(Selection(links=frozenset({links[k]})))
        elif view.places and abs(count) >= ALL:
            view.select(Selection(frozenset({list(view.places)[0 if count < 0 else -1]})))
        else:
            return False
        return True

    # By arrows, in the directions of the scene

    def step(self, dx: int, dy: int, adding: bool) -> bool:
        """From what is selected to what is beside it; False where that is a layer, which arrows move."""
        selection = self._view.selection
        if selection.lone_connection is not None:
            self._to_connection(selection.lone_connection, dx, dy)
        elif selection.neurons:
            self._to_neuron(dx, dy, adding)
        elif selection.links and dx:
            ends = {key[0 if dx < 0 else 1] for key in selection.links}
            self._view.select(Selection(frozenset(ends)))
        elif selection.links:
            self.next_link(dy, adding)
        elif adding and dx:
            self.extend(dx)
        else:
            return False
        return True

    def _to_connection(self, here: Connection, dx: int, dy: int) -> None:
        """Up and down through the connections into a neuron; left and right to their ends."""
        source, i, target, j = here
        if dx:
            self._view.select(Selection.of_neurons((source, i) if dx < 0 else (target, j)))
            return
        into = connections_into(self._topology, (target, j))
        self._view.select(Selection(connection=into[(into.index(here) + dy) % len(into)]))

    def _to_neuron(self, dx: int, dy: int, adding: bool) -> None:
        view = self._view
        layers = self._topology.layers
        layer, k = view.selection.neuron or min(view.selection.neurons)
        there = layers[_within(self._topology.position(layer) + dx, len(layers))]
        at = _within(k + dy, there.size)
        chosen = {(there.id, at)}
        if adding:
            passed = range(min(k, at), max(k, at) + 1) if there.id == layer else ()
            chosen |= view.selection.neurons | {(layer, i) for i in passed}
        view.select(Selection.of_neurons(*sorted(chosen - {(there.id, at)}), (there.id, at)))


def _within(index: int, count: int) -> int:
    """The place nearest to an index that is there."""
    return min(max(index, 0), count - 1)
