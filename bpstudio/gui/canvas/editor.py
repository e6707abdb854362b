"""What the canvas does to the document: named, undoable edits of what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bpstudio.gui.canvas.selection import Connection, Neuron, Selection
from bpstudio.gui.canvas.sizing import Sizing, step_name
from bpstudio.gui.document import Change, Document
from bpstudio.model.editing import (
    draw_layer,
    move_layers,
    remove_layers,
    remove_neurons,
    resize_layers,
    set_activation,
    set_layer_options,
    set_unfolded,
)
from bpstudio.model.fragment import Fragment, paste
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import (
    Connections,
    lock,
    one_connection,
    prune,
    remove_links,
    restore,
    set_bias,
    set_weight,
    unheard_note,
)


class Editor:
    """Edits one document; ``refused`` is told why something could not be done, ``noted`` what else
    people should know of an edit."""

    def __init__(
        self,
        document: Document,
        refused: Callable[[str], None],
        noted: Callable[[str], None],
    ) -> None:
        self.document = document
        self._refused, self._noted = refused, noted
        self.sizing = Sizing(self)

    @property
    def topology(self) -> Topology:
        return self.document.project.topology

    def edit(self, name: str, change: Change, merge: str | None = None) -> bool:
        """Edit the document; False, with a message, if the edit is refused."""
        before = self.document.project
        try:
            self.document.edit(name, change, merge)
        except ValueError as error:
            self._refused(str(error))
            return False
        if note := unheard_note(before, self.document.project):
            self._noted(note)
        return True

    def refuse(self, sentence: str) -> None:
        """Say why something could not be done."""
        self._refused(sentence)

    # Layers

    def fold(self, layer_id: str) -> None:
        """Fold a large layer into a strip, or show every neuron of one that is folded."""
        unfolded = layer_id not in self.document.project.unfolded
        name = self.topology.label(layer_id)
        self.edit(
            f"Unfold {name}" if unfolded else f"Fold {name}",
            lambda project: set_unfolded(project, [layer_id], unfolded),
        )

    def draw_layer(
        self,
        size: int,
        left: str | None,
        right: str | None,
        place: tuple[float, float] | None,
        keep: bool,
    ) -> str | None:
        """A new layer between two others; its id, or None if it was refused."""
        new = ""

        def draw(project: Project) -> Project:
            nonlocal new
            drawn, new = draw_layer(project, size, left, right, place, keep)
            return drawn

        return new if self.edit(f"Draw a layer of {size}", draw) else None

    def resize_by(self, layers: Iterable[str], step: int) -> None:
        """Add or remove a neuron in each of these layers."""
        before = {i: self.topology.layer(i).size for i in layers}
        sizes = {i: max(1, size + step) for i, size in before.items()}
        if sizes == before:
            self.refuse("A layer has one neuron at least: to remove the layer, press Delete.")
            return
        self.edit(step_name(step), lambda project: resize_layers(project, sizes))

    def resize(self, layers: Iterable[str], size: int) -> None:
        """Give each of these layers this number of neurons."""
        sizes = dict.fromkeys(layers, size)
        self.edit(f"Resize to {size}", lambda project: resize_layers(project, sizes))

    def resize_to(self, layers: Iterable[str], text: str) -> None:
        """Give each of these layers the typed number of neurons."""
        if not (text.isdecimal() and text.isascii() and len(text) < 9):
            self.refuse(f"“{text}” is not a size: type a whole number such as 8.")
            return
        self.resize(layers, int(text))

    def move(
        self,
        layers: Iterable[str],
        places: dict[str, tuple[float, float]],
        step: tuple[float, float],
        merge: bool = False,
    ) -> None:
        """Move layers from where all are by a step; steps in a row that ``merge`` are one edit."""
        if step == (0.0, 0.0):
            return
        moved = sorted(layers)
        after = dict(places)
        for i in moved:
            after[i] = places[i][0] + step[0], places[i][1] + step[1]
        merged = f"move {moved}" if merge else None
        self.edit("Move", lambda project: move_layers(project, after), merged)

    def set_activation(self, layers: Iterable[str], name: str) -> None:
        layers = list(layers)
        self.edit(
            f"Activation {ACTIVATIONS[name].label}",
            lambda project: set_activation(project, layers, name),
        )

    def set_options(self, layers: Iterable[str], **changes: Any) -> None:
        """Give layers another name, initialiser, frozen or bias."""
        layers = list(layers)
        name = _named(*next(iter(changes.items())))
        self.edit(name, lambda project: set_layer_options(project, layers, **changes))

    # What is selected

    def delete(self, selection: Selection) -> None:
        """Remove the neurons selected alone, or the connection, or else the layers and links."""
        if selection.neurons:
            self._delete_neurons(selection.neurons)
        elif selection.lone_connection is not None:
            self.cut(selection)
        elif selection.layers or selection.links:
            layers, links = selection.layers, selection.links
            label = self.topology.label
            what = [label(i) for i in layers] + [f"{label(a)} → {label(b)}" for a, b in links]
            name = f"Delete {what[0]}" if len(what) == 1 else "Delete"
            self.edit(name, lambda project: remove_layers(remove_links(project, links), layers))

    def _delete_neurons(self, neurons: frozenset[Neuron]) -> None:
        by_layer: dict[str, set[int]] = {}
        for layer_id, k in neurons:
            by_layer.setdefault(layer_id, set()).add(k)
        size = {i: self.topology.layer(i).size for i in by_layer}
        whole = [i for i, gone in by_layer.items() if len(gone) == size[i]]

        def change(project: Project) -> Project:
            for layer_id, gone in by_layer.items():
                if layer_id not in whole:
                    project = remove_neurons(project, layer_id, gone)
            return remove_layers(project, whole)

        count = len(neurons)
        self.edit("Delete a neuron" if count == 1 else f"Delete {count:,} neurons", change)

    def cut(self, selection: Selection) -> None:
        """Prune the connections selected."""
        if chosen := self._connections(selection):
            self.edit("Cut connections", lambda project: prune(project, chosen))
        else:
            self.refuse("Select a connection or a link to cut it: a layer goes with Delete.")

    def restore(self, selection: Selection) -> None:
        """Bring back the pruned connections selected."""
        if chosen := self._connections(selection):
            self.edit("Restore connections", lambda project: restore(project, chosen))
        else:
            self.refuse("Select a connection or a link to restore what was cut of it.")

    def set_weight(self, connection: Connection, value: float) -> None:
        self.edit(f"Weight {value:g}", lambda project: set_weight(project, *connection, value))

    def set_bias(self, neuron: Neuron, value: float) -> None:
        self.edit(f"Bias {value:g}", lambda project: set_bias(project, *neuron, value))

    def lock(self, selection: Selection, locked: bool) -> None:
        """Keep the values of the weights selected in training, or let them go."""
        if chosen := self._connections(selection):
            name = "Lock weights" if locked else "Unlock weights"
            self.edit(name, lambda project: lock(project, chosen, locked))

    def _connections(self, selection: Selection) -> Connections:
        """The connection selected alone, else all of the links selected."""
        if selection.lone_connection is not None:
            return one_connection(self.topology, *selection.lone_connection)
        return all_of(self.topology, selection)

    # The clipboard

    def copied(self, selection: Selection) -> Fragment | None:
        """The selected layers; None, with a message, if there are none."""
        try:
            return Fragment.of(self.document.project, selection.layers)
        except ValueError as error:
            self._refused(str(error))
            return None

    def paste(self, fragment: Fragment, after: str | None, name: str = "Paste") -> tuple[str, ...]:
        """Put a fragment behind a layer; the ids of the new layers, none if it was refused."""
        new: tuple[str, ...] = ()

        def change(project: Project) -> Project:
            nonlocal new
            pasted, new = paste(project, fragment, after)
            return pasted

        return new if self.edit(name, change) else ()


def _named(option: str, value: Any) -> str:
    """What changing an option of a layer is called."""
    match option, value:
        case "frozen", _:
            return "Freeze" if value else "Unfreeze"
        case "bias", _:
            return "With biases" if value else "Without biases"
        case "name", "":
            return "Remove the name"
        case "name", _:
            return f"Rename to {value}"
        case _, "":
            return f"{option.capitalize()} as all layers"
        case _:
            return f"{option.capitalize()} {value}"


def all_of(topology: Topology, selection: Selection) -> Connections:
    """Every connection of the links selected."""
    chosen = {}
    for source, target in selection.links:
        ones = one_connection(topology, source, 0, target, 0)
        chosen[source, target] = ones[source, target] | True
    return chosen


def connections_into(topology: Topology, neuron: Neuron) -> list[Connection]:
    """The connections into a neuron, pruned ones too, in the order of the vector."""
    target, j = neuron
    return [
        (link.source, i, target, j)
        for link in topology.links
        if link.target == target
        for i in range(topology.layer(link.source).size)
    ]
