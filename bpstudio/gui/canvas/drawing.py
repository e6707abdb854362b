"""The scene of the canvas: an item for every layer and link, kept true to the project shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from bpstudio.explain.neurons import LayerAnswer, answers
from bpstudio.explain.scales import weight_bound
from bpstudio.gui.canvas.bundle import bundle
from bpstudio.gui.canvas.bundle_item import BundleItem
from bpstudio.gui.canvas.layer_item import LayerItem
from bpstudio.gui.canvas.layout import LABEL_GAP, LayerPlace, arrange
from bpstudio.gui.canvas.links_picture import LinksPicture
from bpstudio.gui.canvas.overlay import GhostItem, HoverCard
from bpstudio.gui.canvas.selection import Connection, Key, Selection
from bpstudio.gui.theme import Theme
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project

FEW = 120
"""Networks with no more connections than this are painted curve by curve; in larger ones all curves
are one picture, drawn by the kernel."""


class Drawing(QGraphicsScene):
    """Shows one project at a time, and knows what is where. Positions are scene positions."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.project = Project()
        self.places: dict[str, LayerPlace] = {}
        self.layers: dict[str, LayerItem] = {}
        self.bundles: dict[Key, BundleItem] = {}
        self.answers: dict[str, LayerAnswer] = {}
        self._few = True
        self._others = False
        self.theme = theme
        self.picture = LinksPicture(theme)
        self.addItem(self.picture)
        self.ghost, self.card = GhostItem(), HoverCard()
        self.ghost.setVisible(False)
        self.addItem(self.ghost)
        self.addItem(self.card)
        self.set_theme(theme)

    def show_project(self, project: Project) -> bool:
        """Show this project; only what changed is made anew. True if the places of things are new."""
        old, self.project = self.project, project
        rebuilt = old.topology != project.topology or old.layout != project.layout
        if rebuilt:
            self._rebuild(project)
        self._refresh(project)
        return rebuilt

    def _rebuild(self, project: Project) -> None:
        for item in (*self.layers.values(), *self.bundles.values()):
            self.removeItem(item)
        topology = project.topology
        self.places = arrange(topology, project.layout)
        self.layers, self.bundles = {}, {}
        bundles = [bundle(topology, self.places, link.key) for link in topology.links]
        # Names stand below everything, skip links too.
        lows = [p.bottom for p in self.places.values()] + [b.bounds()[3] for b in bundles]
        label_y = max(lows, default=0.0) + LABEL_GAP
        for place in self.places.values():
            layer = LayerItem(place, topology.label(place.id), label_y)
            layer.theme = self.theme
            self.layers[place.id] = layer
            self.addItem(layer)
        self._few = sum(b.count for b in bundles) <= FEW
        self._others = True
        for link, curves in zip(topology.links, bundles, strict=True):
            item = BundleItem(curves, self._few)
            item.theme = self.theme
            self.bundles[link.key] = item
            self.addItem(item)
        self._name_neurons(project)

    def _name_neurons(self, project: Project) -> None:
        for layer in project.topology.layers:
            item = self.layers[layer.id]
            size = f"{layer.size:,}"
            is_input = layer is project.topology.layers[0]
            activation = ACTIVATIONS[layer.activation].label
            item.subtitle = size if is_input else f"{size} · {activation}"
        if project.dataset is None or len(project.topology.layers) < 2:
            return
        preparation = project.dataset.preparation
        first, last = project.topology.input.id, project.topology.output.id
        self.layers[first].names = preparation.input_names
        self.layers[last].names = preparation.output_names
        self.layers[last].names_left = False

    def _refresh(self, project: Project) -> None:
        network = project.network
        scale = weight_bound(network)
        self.answers = answers(project)
        for layer_id, item in self.layers.items():
            answer = self.answers[layer_id]
            biases = network.biases.get(layer_id)
            item.set_state(answer.images, answer.values, biases, scale, answer.smooth)
        for key, link in self.bundles.items():
            link.set_weights(network.weights[key], scale)
        links = [] if self._few else list(self.bundles.values())
        self.picture.show_strokes([link.strokes for link in links], self._others)
        self._others = False
        self._light()

    def _light(self) -> None:
        """Light the connections of the selected neuron in the picture of all."""
        links = [] if self._few else list(self.bundles.values())
        self.picture.light([part for link in links for part in link.lit_strokes()])

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        items: list[LayerItem | BundleItem | GhostItem | HoverCard] = [
            *self.layers.values(),
            *self.bundles.values(),
            self.ghost,
            self.card,
        ]
        for item in items:
            item.theme = theme
        self.picture.set_theme(theme)
        self._refresh(self.project)

    # Marks

    def mark_selection(self, selection: Selection) -> None:
        """Show what is selected."""
        for layer_id, item in self.layers.items():
            item.selected = layer_id in selection.layers
            neuron = selection.neuron
            item.neuron = neuron[1] if neuron is not None and neuron[0] == layer_id else None
            item.update()
        for key, link in self.bundles.items():
            link.selected = key in selection.links
            chosen = selection.connection
            here = chosen is not None and (chosen[0], chosen[2]) == key
            link.chosen = (chosen[1], chosen[3]) if chosen and here else None
            link.lit = selection.neuron
            link.update()
        self._light()

    def mark_target(self, layer_id: str | None) -> None:
        """Show a layer as where a link would end."""
        for i, item in self.layers.items():
            item.target = i == layer_id
            item.update()

    def mark_hovered(self, hovered: LayerItem | None) -> None:
        """Show the layer under the pointer."""
        for item in self.layers.values():
            if item.hovered != (item is hovered):
                item.hovered = item is hovered
                item.update()

    # What is where

    def bounds(self) -> QRectF:
        """What all layers and links cover; empty with nothing drawn."""
        rect = QRectF()
        for item in (*self.layers.values(), *self.bundles.values()):
            rect = rect.united(item.sceneBoundingRect())
        return rect

    def layer_at(self, pos: QPointF) -> str | None:
        """The layer whose body or label is at a position."""
        for layer_id, item in self.layers.items():
            if item.part_at(pos) in ("body", "label"):
                return layer_id
        return None

    def part_at(self, pos: QPointF) -> tuple[LayerItem | None, str]:
        """The layer and the name of its part at a position; None and "" where there is none."""
        for item in self.layers.values():
            if (part := item.part_at(pos)) is not None:
                return item, part
        return None, ""

    def connection_at(self, pos: QPointF, reach: float) -> Connection | None:
        """The connection nearest to a position, if one is within reach."""
        best, found = reach, None
        for (source, target), item in self.bundles.items():
            i, j, distance = item.nearest(pos)
            if distance < best:
                best, found = distance, (source, i, target, j)
        return found
