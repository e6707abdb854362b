"""The scene of the canvas: an item for every layer and link, kept true to the project shown."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import (
    QGraphicsPathItem,
    QGraphicsScene,
    QStyleOptionGraphicsItem,
    QWidget,
)

from bpstudio.explain.neurons import LayerAnswer, answers, neuron_names
from bpstudio.explain.scales import weight_bound
from bpstudio.gui.canvas.bundle import Bundle, bundle
from bpstudio.gui.canvas.bundle_item import BundleItem
from bpstudio.gui.canvas.flow_show import FlowShow
from bpstudio.gui.canvas.layer_item import LayerItem
from bpstudio.gui.canvas.layer_paint import handles_enlarged
from bpstudio.gui.canvas.layer_shape import OFTEN_ENLARGED
from bpstudio.gui.canvas.layout import LABEL_GAP, LayerPlace, arrange
from bpstudio.gui.canvas.light import LightItem
from bpstudio.gui.canvas.links_picture import LinksPicture
from bpstudio.gui.canvas.overlay import GhostItem, HoverCard
from bpstudio.gui.canvas.padlock import PadlockItem
from bpstudio.gui.canvas.pens import screen_pen
from bpstudio.gui.canvas.raster import kernel_ready
from bpstudio.gui.canvas.selection import Connection, Key, Neuron, Selection
from bpstudio.gui.canvas.sprite import Motion
from bpstudio.gui.canvas.traces import TraceItem, path_of
from bpstudio.gui.theme import Theme
from bpstudio.model.arrays import BoolArray
from bpstudio.model.dataset import Dataset
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project

FEW = 120
"""Networks with no more connections than this are painted curve by curve while there is no compiled
kernel. With it, and in larger ones, all curves are one picture."""

FADED = 0.35
"""Opacity of layers while the ghost of what becomes of them is shown."""
HALO_WIDTH = 9.0
"""Of the halo of a connection under the pointer, in screen pixels."""


class HaloItem(QGraphicsPathItem):
    """Around the connection under the pointer, as wide on the screen as its pen says."""

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setPen(screen_pen(painter, self.pen().color(), self.pen().widthF()))
        painter.drawPath(self.path())


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
        self.motion = Motion(self)
        self.motion.rested.connect(self._on_rested)
        self._covered: dict[float, QRectF] = {}
        """What all cover, by how much words are enlarged: the view asks at every step of the wheel."""
        self._grown = 1.0
        self.picture = LinksPicture(theme, self.motion)
        self.picture.warm.connect(self._on_warm)
        self.addItem(self.picture)
        self.ghost, self.card = GhostItem(), HoverCard()
        self.ghost.setVisible(False)
        self.trace, self.marks, self.pruned = (
            TraceItem(self.picture, kind) for kind in ("traced", "selected", "pruned")
        )
        self.shows_pruned = False
        self._gone: dict[Key, Bundle] = {}
        """The pruned connections, while they are in view."""
        self.turned = False
        """Whether the view shows the scene from bottom to top."""
        self._row: tuple[Dataset | None, int] = (None, 0)
        self.scale = 1.0
        """The magnitude of a weight or bias that has full ink."""
        self.light, self.padlocks = LightItem(self.picture), PadlockItem()
        for item in (self.ghost, self.card, self.trace, self.marks, self.pruned, self.light):
            self.addItem(item)
        self.addItem(self.padlocks)
        self.halo = HaloItem()
        self.halo.setZValue(0.9)
        self.addItem(self.halo)
        self.flow = FlowShow(self)
        self.set_theme(theme)

    def show_project(self, project: Project) -> bool:
        """Show this project; only what changed is made anew. True if the places of things are new."""
        old, self.project = self.project, project
        rebuilt = _places_of(old) != _places_of(project) or (
            old.dataset is not project.dataset and _names_of(old) != _names_of(project)
        )
        self.turned = project.upward
        if rebuilt:
            self._rebuild(project)
        self._refresh(project)
        if rebuilt:
            # The picture has forgotten what was marked in the one before.
            self.show_pruned(self.shows_pruned)
            lit = self.light.place, self.light.text
            self.light.show_place(*lit, project.topology, self.places)
            self.flow.clock.begin_anew()
        else:
            self.flow.clock.tick()
        return rebuilt

    def _rebuild(self, project: Project) -> None:
        for item in (*self.layers.values(), *self.bundles.values()):
            self.removeItem(item)
        topology = project.topology
        self._covered = {}
        self.halo.setPath(QPainterPath())
        self.places = arrange(topology, project.layout, project.unfolded, self.turned)
        self.layers, self.bundles = {}, {}
        bundles = [bundle(topology, self.places, link.key) for link in topology.links]
        # Names stand below everything, skip links too.
        lows = [p.bottom for p in self.places.values()] + [b.bounds()[3] for b in bundles]
        label_y = max(lows, default=0.0) + LABEL_GAP
        for place in self.places.values():
            layer = LayerItem(place, topology.label(place.id), label_y, self.motion)
            layer.theme = self.theme
            layer.turned, layer.grown = self.turned, self._grown
            self.layers[place.id] = layer
            self.addItem(layer)
        self._few = sum(b.count for b in bundles) <= FEW and not kernel_ready()
        self._others = True
        for link, curves in zip(topology.links, bundles, strict=True):
            item = BundleItem(curves, self._few)
            item.theme = self.theme
            self.bundles[link.key] = item
            self.addItem(item)
        self.padlocks.show_locks(topology, {curves.key: curves for curves in bundles})
        self._name_neurons(project)

    def _on_rested(self) -> None:
        for item in self.layers.values():
            item.update()

    def _on_warm(self) -> None:
        """The kernel draws small networks too, faster than a painter."""
        self._few, self._others = False, True
        for link in self.bundles.values():
            link.few = False
        self._show_links()

    def _name_neurons(self, project: Project) -> None:
        for layer in project.topology.layers:
            item = self.layers[layer.id]
            size = f"{layer.size:,}"
            is_input = layer is project.topology.layers[0]
            activation = ACTIVATIONS[layer.activation].label
            item.subtitle = size if is_input else f"{size} · {activation}"
            item.frozen = layer.frozen and not is_input
            if item.frozen:
                item.subtitle += " · frozen"
            item.names = neuron_names(project, layer.id)
            item.names_left = is_input

    def _refresh(self, project: Project) -> None:
        network = project.network
        scale = self.scale = weight_bound(network)
        self.answers = answers(project, self.row)
        for layer_id, item in self.layers.items():
            answer = self.answers[layer_id]
            biases = network.biases.get(layer_id)
            item.set_state(answer.images, answer.values, biases, scale, answer.smooth)
        for key, link in self.bundles.items():
            link.set_weights(network.weights[key], scale)
        self._show_links()

    def _show_links(self) -> None:
        links = [] if self._few else list(self.bundles.values())
        self.picture.show_strokes([link.strokes for link in links], self._others)
        self._others = False
        if self._few:
            self.picture.warm_up()
        self._light()

    def _light(self) -> None:
        """Light the connections of the selected neuron in the picture of all."""
        links = [] if self._few else list(self.bundles.values())
        self.picture.light([part for link in links for part in link.lit_strokes()])

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for layer in self.layers.values():
            layer.theme = theme
            layer.renew()
        for link in self.bundles.values():
            link.theme = theme
        self.ghost.theme = self.card.theme = theme
        for mark in (self.trace, self.marks, self.pruned, self.light, self.padlocks):
            mark.theme = theme
        self.halo.setPen(QPen(theme.color("accent", 0.35), HALO_WIDTH))
        self.picture.set_theme(theme)
        self._refresh(self.project)

    @property
    def row(self) -> int | None:
        """The row of the data that is shown; None: the first one of the training part."""
        dataset, row = self._row
        return row if dataset is not None and dataset is self.project.dataset else None

    def show_row(self, row: int) -> None:
        """Show what the network answers for a row of its data, from 0, as long as it has these."""
        self._row = self.project.dataset, row
        self._refresh(self.project)

    def look_through(self, transform: QTransform) -> None:
        """The view shows the scene so: what a hand has to hit keeps its size on the screen."""
        self._grown = handles_enlarged(transform)
        for layer in self.layers.values():
            layer.grown = self._grown

    # Marks

    def mark_selection(self, selection: Selection) -> None:
        """Show what is selected."""
        for layer_id, item in self.layers.items():
            selected = layer_id in selection.layers
            seen = selection.neuron
            neuron = seen[1] if seen is not None and seen[0] == layer_id else None
            if (item.selected, item.neuron) != (selected, neuron):
                item.selected, item.neuron = selected, neuron
                item.renew()
        for key, link in self.bundles.items():
            link.selected = key in selection.links
            chosen = selection.connection
            here = chosen is not None and (chosen[0], chosen[2]) == key
            link.chosen = (chosen[1], chosen[3]) if chosen and here else None
            link.lit = selection.neuron
            link.update()
        self._light()
        self.padlocks.look_at("chosen", selection.connection)
        around = self._around(selection.neurons)
        self.marks.show_strokes([(around, "accent", Qt.PenStyle.SolidLine)])

    def _around(self, neurons: Iterable[Neuron]) -> QPainterPath:
        path = QPainterPath()
        for layer_id, k in neurons:
            place = self.places.get(layer_id)
            if place is not None and k < place.size:
                rect = self.neuron_rect((layer_id, k))
                path.addRoundedRect(rect.adjusted(-3, -3, 3, 3), 8, 8)
        return path

    def show_pruned(self, shown: bool) -> None:
        """Show pruned connections, dotted, or do not."""
        self.shows_pruned = shown
        self.reveal_pruned(shown)

    def reveal_pruned(self, shown: bool) -> None:
        """Have pruned connections in view for the time of a gesture, or again as they were."""
        topology = self.project.topology
        links = topology.links if shown or self.shows_pruned else ()
        self._gone = {
            link.key: bundle(topology, self.places, link.key, pruned=True)
            for link in links
            if link.mask is not None
        }
        dots = list(self._gone.values())
        self.pruned.show_connections(dots, "secondary", Qt.PenStyle.DotLine)

    def mark_connections(self, chosen: Mapping[Key, BoolArray], token: str) -> None:
        """Show some connections of each link, (target size, source size), in a colour, dashed."""
        bundles = [replace(self.bundles[key].bundle, kept=kept) for key, kept in chosen.items()]
        self.trace.show_connections(bundles, token, Qt.PenStyle.DashLine)

    def mark_target(self, layer_id: str | None, neuron: int | None = None) -> None:
        """Show a layer, or one neuron of it, as where a link would end."""
        self.mark_targets({layer_id} if layer_id is not None and neuron is None else ())
        ends = [] if layer_id is None or neuron is None else [(layer_id, neuron)]
        self.trace.show_strokes([(self._around(ends), "accent", Qt.PenStyle.SolidLine)])

    def mark_targets(self, layers: Container[str]) -> None:
        """Show layers as what the gesture in hand is about to take."""
        for i, item in self.layers.items():
            if item.target != (i in layers):
                item.target = i in layers
                item.renew()

    def fade(self, layers: Container[str]) -> None:
        """Show layers as about to be elsewhere or otherwise, all others as they are."""
        for i, item in self.layers.items():
            item.setOpacity(FADED if i in layers else 1.0)

    def mark_hovered(
        self, hovered: LayerItem | None, neuron: int | None = None, part: str = ""
    ) -> None:
        """Show the layer under the pointer, the neuron of it, and which of its buttons."""
        for item in self.layers.values():
            here = item is hovered
            seen = (here, neuron, part) if here else (False, None, "")
            if (item.hovered, item.lit, item.part) != seen:
                item.hovered, item.lit, item.part = seen
                item.renew()

    def mark_connection(self, hovered: Connection | None) -> None:
        """Show the connection under the pointer; None: none."""
        self.halo.setPath(QPainterPath() if hovered is None else self.connection_path(hovered))
        self.padlocks.look_at("hovered", hovered)

    # What is where

    def bounds(self) -> QRectF:
        """What all layers and links cover; empty with nothing drawn."""
        return self.bounds_with(OFTEN_ENLARGED)

    def bounds_with(self, words: float) -> QRectF:
        """What all layers and links cover if words are so much enlarged."""
        if words not in self._covered:
            covered = QRectF()
            for layer in self.layers.values():
                covered = covered.united(layer.covers(words))
            for link in self.bundles.values():
                covered = covered.united(link.sceneBoundingRect())
            self._covered[words] = covered
        return QRectF(self._covered[words])

    def neuron_rect(self, neuron: Neuron) -> QRectF:
        """Around a neuron; on a strip its row of it."""
        item = self.layers[neuron[0]]
        return item.neuron_rect(neuron[1]).translated(item.pos())

    def connection_path(self, connection: Connection) -> QPainterPath:
        """Along a connection, a pruned one too."""
        source, i, target, j = connection
        return path_of(self.bundles[source, target].bundle, i, j)

    def layer_at(self, pos: QPointF) -> str | None:
        """The layer whose body or label is at a position."""
        for layer_id, item in reversed(self.layers.items()):
            if item.part_at(pos) in ("body", "label"):
                return layer_id
        return None

    def part_at(self, pos: QPointF) -> tuple[LayerItem | None, str]:
        """The layer and the name of its part at a position; None and "" where there is none."""
        # The last one is painted above the others.
        for item in reversed(self.layers.values()):
            if (part := item.part_at(pos)) is not None:
                return item, part
        return None, ""

    def connection_at(self, pos: QPointF, reach: float) -> Connection | None:
        """The connection nearest to a position, if one is within reach: also a pruned one in view."""
        best, found = reach, None
        there = [item.bundle for item in self.bundles.values()]
        for one in (*there, *self._gone.values()):
            i, j, distance = one.nearest(pos.x(), pos.y())
            if distance < best:
                best, found = distance, (one.source, i, one.target, j)
        return found

    def is_pruned(self, connection: Connection) -> bool:
        """Whether a connection of the topology is not there."""
        source, i, target, j = connection
        return self.project.topology.link(source, target).is_pruned(i, j)


def _places_of(project: Project) -> tuple[object, ...]:
    """What decides where things are."""
    return project.topology, project.layout, project.unfolded, project.upward


def _names_of(project: Project) -> list[tuple[str, ...]]:
    """The names that stand beside neurons, which take room too."""
    return [neuron_names(project, layer.id) for layer in project.topology.layers]
