"""The canvas: shows the document's network, and lets a hand draw in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QMenu, QWidget

from bpstudio.explain.neurons import LayerAnswer, answers
from bpstudio.explain.scales import weight_bound
from bpstudio.gui.canvas.gestures import (
    DrawLayer,
    Gesture,
    LinkLayers,
    MoveLayers,
    Pan,
    RubberBand,
    StretchLayer,
)
from bpstudio.gui.canvas.items import BundleItem, GhostItem, HoverCard, LayerItem
from bpstudio.gui.canvas.layout import LABEL_GAP, LayerPlace, arrange, bundle
from bpstudio.gui.canvas.selection import Connection, Key, Selection
from bpstudio.gui.document import Change, Document
from bpstudio.gui.theme import TITLE_SIZE, Theme, ThemeHolder, text_font
from bpstudio.model.editing import remove_layers, remove_links, resize_layer, set_activation
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project

HIT = 7.0
"""How near to a connection the pointer has to be, in screen pixels."""
MAX_FIT, FIT_MARGIN = 1.35, 10.0
TYPING_MS = 1500

Modifier = Qt.KeyboardModifier


class CanvasView(QGraphicsView):
    """Shows ``document.shown`` and edits the document.

    ``selection_changed`` brings the Selection, ``neuron_hovered`` a layer id and index or None,
    ``message`` why something could not be done.
    """

    selection_changed = Signal(object)
    neuron_hovered = Signal(object)
    message = Signal(str)

    def __init__(
        self, document: Document, themes: ThemeHolder, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Network canvas")
        self.setAccessibleDescription(
            "Draw a vertical stroke for a layer; drag between layers to link"
        )
        self.document = document
        self.selection = Selection()
        self.places: dict[str, LayerPlace] = {}
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(self._scene)
        self.ghost, self._card = GhostItem(), HoverCard()
        self.ghost.setVisible(False)
        self._scene.addItem(self.ghost)
        self._scene.addItem(self._card)
        self._layers: dict[str, LayerItem] = {}
        self._bundles: dict[Key, BundleItem] = {}
        self._answers: dict[str, LayerAnswer] = {}
        self._project: Project | None = None
        self._theme = themes.theme
        self._gesture: Gesture | None = None
        self._fitted = True
        self._typed, self._numbers_typed = "", 0
        self._typed_at = QElapsedTimer()
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 240)
        themes.listen(self._on_theme)
        self.show_project(document.shown)

    # Showing

    def show_project(self, project: Project) -> None:
        """Show this project; only what changed is made anew."""
        old, self._project = self._project, project
        if old is None or old.topology != project.topology or old.layout != project.layout:
            self._rebuild(project)
        self._refresh(project)

    def _rebuild(self, project: Project) -> None:
        for item in (*self._layers.values(), *self._bundles.values()):
            self._scene.removeItem(item)
        topology = project.topology
        self.places = arrange(topology, project.layout)
        label_y = max((p.bottom for p in self.places.values()), default=0.0) + LABEL_GAP
        self._layers, self._bundles = {}, {}
        for place in self.places.values():
            layer = LayerItem(place, topology.label(place.id), label_y)
            layer.theme = self._theme
            self._layers[place.id] = layer
            self._scene.addItem(layer)
        for link in topology.links:
            item = BundleItem(bundle(topology, self.places, link.key))
            item.theme = self._theme
            self._bundles[link.key] = item
            self._scene.addItem(item)
        self._name_neurons(project)
        self.select(self.selection.within(topology))
        if self._fitted:
            self.fit()

    def _name_neurons(self, project: Project) -> None:
        for layer in project.topology.layers:
            item = self._layers[layer.id]
            size = f"{layer.size:,}"
            is_input = layer is project.topology.layers[0]
            activation = ACTIVATIONS[layer.activation].label
            item.subtitle = size if is_input else f"{size} · {activation}"
        if project.dataset is None or len(project.topology.layers) < 2:
            return
        preparation = project.dataset.preparation
        first, last = project.topology.input.id, project.topology.output.id
        self._layers[first].names = preparation.input_names
        self._layers[last].names = preparation.output_names
        self._layers[last].names_left = False

    def _refresh(self, project: Project) -> None:
        network = project.network
        scale = weight_bound(network)
        shown = {i: place.shown for i, place in self.places.items()}
        self._answers = answers(project, shown)
        for layer_id, item in self._layers.items():
            answer = self._answers[layer_id]
            biases = network.biases.get(layer_id)
            if biases is not None:
                biases = biases[list(item.place.shown)]
            item.set_state(answer.images, answer.values, biases, scale)
        for key, link in self._bundles.items():
            link.set_weights(network.weights[key], scale)

    def _on_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setBackgroundBrush(theme.color("surface"))
        items: list[LayerItem | BundleItem | GhostItem | HoverCard] = [
            *self._layers.values(),
            *self._bundles.values(),
            self.ghost,
            self._card,
        ]
        for item in items:
            item.theme = theme
        if self._project is not None:
            self._refresh(self._project)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self.places or (self.ghost.isVisible()):
            return
        painter.resetTransform()
        painter.setFont(text_font(TITLE_SIZE))
        painter.setPen(self._theme.color("secondary"))
        painter.drawText(
            self.viewport().rect(),
            Qt.AlignmentFlag.AlignCenter,
            "Draw a vertical stroke for each layer: input, output, then hidden ones between.\n"
            "The longer the stroke, the more neurons.",
        )

    # The view

    def fit(self) -> None:
        """Show the whole network."""
        self._fitted = True
        rect = QRectF()
        for item in self._layers.values():
            rect = rect.united(item.sceneBoundingRect())
        for link in self._bundles.values():
            rect = rect.united(link.sceneBoundingRect())
        rect.adjust(-FIT_MARGIN, -FIT_MARGIN, FIT_MARGIN, FIT_MARGIN)
        if not self._layers:
            rect = QRectF(-300, -200, 600, 400)
        area = self.viewport().rect()
        scale = min(area.width() / rect.width(), area.height() / rect.height(), MAX_FIT)
        self._place_view(max(scale, 0.05), rect.center())

    def _place_view(self, scale: float, middle: QPointF) -> None:
        # The scene is larger than any view of it, so that nothing keeps the middle from its place.
        reach = QPointF(8000, 8000)
        self._scene.setSceneRect(QRectF(middle - reach, middle + reach))
        self.setTransform(QTransform.fromScale(scale, scale))
        self.centerOn(middle)

    def zoom(self, factor: float, at: QPoint) -> None:
        """Zoom around a point of the viewport."""
        scale = min(max(self.transform().m11() * factor, 0.05), 8.0)
        before = self.mapToScene(at)
        self.setTransform(QTransform.fromScale(scale, scale))
        self.pan_by(self.mapToScene(at) - before)

    def pan_by(self, offset: QPointF) -> None:
        """Move what is seen by an offset in scene pixels."""
        self._fitted = False
        middle = self.mapToScene(self.viewport().rect()).boundingRect().center()
        self.centerOn(middle - offset)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        layer = self.layer_at(self.mapToScene(event.position().toPoint()))
        step = 1 if event.angleDelta().y() > 0 else -1
        if event.modifiers() & Modifier.ControlModifier and layer is not None:
            self.resize_by([layer], step)
        else:
            self.zoom(1.0015 ** event.angleDelta().y(), event.position().toPoint())
        event.accept()

    # What is where

    def layer_at(self, pos: QPointF) -> str | None:
        """The layer whose body or label is at a scene position."""
        for layer_id, item in self._layers.items():
            if item.part_at(pos) in ("body", "label"):
                return layer_id
        return None

    def _part_at(self, pos: QPointF) -> tuple[LayerItem | None, str]:
        for item in self._layers.values():
            if (part := item.part_at(pos)) is not None:
                return item, part
        return None, ""

    def connection_at(self, pos: QPointF) -> Connection | None:
        """The connection nearest to a scene position, if one is near."""
        best, found = HIT / self.transform().m11(), None
        for (source, target), item in self._bundles.items():
            curve, distance = item.nearest(pos)
            if distance < best:
                i, j = item.connection(curve)
                best, found = distance, (source, i, target, j)
        return found

    # Selecting and editing

    def select(self, selection: Selection) -> None:
        """Make this the selection."""
        changed = selection != self.selection
        if selection.layers != self.selection.layers:
            self._typed = ""
        self.selection = selection
        for layer_id, item in self._layers.items():
            item.selected = layer_id in selection.layers
            neuron = selection.neuron
            item.neuron = neuron[1] if neuron is not None and neuron[0] == layer_id else None
            item.update()
        for key, link in self._bundles.items():
            link.selected = key in selection.links
            chosen = selection.connection
            here = chosen is not None and (chosen[0], chosen[2]) == key
            link.chosen = link.curve_of(chosen[1], chosen[3]) if chosen and here else None
            link.update()
        if changed:
            self.selection_changed.emit(selection)

    def select_all(self) -> None:
        self.select(Selection(layers=frozenset(self._layers)))

    def click_layer(self, layer_id: str, pos: QPointF, modifiers: Modifier) -> None:
        """Select a layer and the neuron at a position; Shift adds or removes the layer."""
        if modifiers & Modifier.ShiftModifier:
            self.select(Selection(layers=self.selection.layers ^ {layer_id}))
            return
        place = self.places[layer_id]
        inside = place.top <= pos.y() <= place.bottom
        neuron = place.neuron_at(pos.y()) if inside else None
        self.select(
            Selection(frozenset({layer_id}), neuron=None if neuron is None else (layer_id, neuron))
        )

    def click_canvas(self, pos: QPointF) -> None:
        """Select the connection at a position and its link, or nothing."""
        connection = self.connection_at(pos)
        if connection is None:
            self.select(Selection())
        else:
            key = (connection[0], connection[2])
            self.select(Selection(links=frozenset({key}), connection=connection))

    def mark_target(self, layer_id: str | None) -> None:
        """Show a layer as where a link would end."""
        for i, item in self._layers.items():
            item.target = i == layer_id
            item.update()

    def edit(self, name: str, change: Change, merge: str | None = None) -> bool:
        """Edit the document; False, with a message, if the edit is refused."""
        try:
            self.document.edit(name, change, merge)
        except ValueError as error:
            self.message.emit(str(error))
            return False
        return True

    def resize_by(self, layers: list[str], step: int) -> None:
        """Add or remove a neuron in each of these layers."""

        def change(project: Project) -> Project:
            for layer_id in layers:
                size = max(1, project.topology.layer(layer_id).size + step)
                project = resize_layer(project, layer_id, size)
            return project

        self.edit("Add a neuron" if step > 0 else "Remove a neuron", change)

    def delete_selected(self) -> None:
        """Remove the selected layers and links."""
        layers, links = self.selection.layers, self.selection.links

        def change(project: Project) -> Project:
            return remove_layers(remove_links(project, links), layers)

        if layers or links:
            self.edit("Delete", change)

    def _type_digit(self, digit: str) -> None:
        """A number typed while layers are selected is their size."""
        fresh = not self._typed or self._typed_at.elapsed() > TYPING_MS
        self._numbers_typed += fresh
        self._typed = (digit if fresh else self._typed + digit)[-6:]
        self._typed_at.start()
        size, layers = int(self._typed), self.selection.layers
        if size < 1:
            return

        def change(project: Project) -> Project:
            for layer_id in layers:
                project = resize_layer(project, layer_id, size)
            return project

        self.edit(f"Resize to {size}", change, f"typed size {self._numbers_typed}")

    # Mouse

    def _begin(self, pos: QPointF, event: QMouseEvent) -> Gesture | None:
        item, part = self._part_at(pos)
        if event.button() == Qt.MouseButton.MiddleButton:
            return Pan(self, pos)
        if event.button() != Qt.MouseButton.LeftButton:
            return None
        if item is not None:
            layer_id = item.place.id
            match part:
                case "minus":
                    self.resize_by([layer_id], -1)
                    return None
                case "plus":
                    self.resize_by([layer_id], 1)
                    return None
                case "handle":
                    return StretchLayer(self, pos, layer_id)
                case "label":
                    return MoveLayers(self, pos, layer_id)
                case _:
                    return LinkLayers(self, pos, layer_id)
        if event.modifiers() & Modifier.ShiftModifier:
            return RubberBand(self, pos)
        return DrawLayer(self, pos)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._card.setVisible(False)
        self._gesture = self._begin(self.mapToScene(event.position().toPoint()), event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pos = self.mapToScene(event.position().toPoint())
        if self._gesture is not None:
            self._gesture.move(pos, event.modifiers())
        else:
            self._hover(pos)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.end(self.mapToScene(event.position().toPoint()), event.modifiers())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def _hover(self, pos: QPointF) -> None:
        """Exact numbers of what is under the pointer."""
        item, part = self._part_at(pos)
        for other in self._layers.values():
            if other.hovered != (other is item):
                other.hovered = other is item
                other.update()
        cursors = {
            "handle": Qt.CursorShape.SizeVerCursor,
            "minus": Qt.CursorShape.PointingHandCursor,
            "plus": Qt.CursorShape.PointingHandCursor,
            "label": Qt.CursorShape.SizeAllCursor,
            "body": Qt.CursorShape.PointingHandCursor,
            "": Qt.CursorShape.CrossCursor,
        }
        self.viewport().setCursor(cursors[part])
        neuron = item.place.neuron_at(pos.y()) if item is not None and part == "body" else None
        if item is not None and neuron is not None:
            self._card.show_lines(self._neuron_lines(item.place.id, neuron), pos)
            self.neuron_hovered.emit((item.place.id, neuron))
            return
        self.neuron_hovered.emit(None)
        connection = self.connection_at(pos) if item is None else None
        if connection is not None and self._project is not None:
            source, i, target, j = connection
            weight = self._project.network.weights[source, target][j, i]
            label = self._project.topology.label
            lines = [f"{label(source)} · {i + 1} → {label(target)} · {j + 1}", f"w = {weight:.4f}"]
            self._card.show_lines(lines, pos)
        else:
            self._card.setVisible(False)

    def _neuron_lines(self, layer_id: str, neuron: int) -> list[str]:
        assert self._project is not None
        lines = [f"{self._project.topology.label(layer_id)} · {neuron + 1}"]
        names = self._layers[layer_id].names
        if len(names) == self.places[layer_id].size:
            lines[0] += f" · {names[neuron]}"
        biases = self._project.network.biases.get(layer_id)
        if biases is not None:
            lines.append(f"bias = {biases[neuron]:.4f}")
        outputs = self._answers[layer_id].outputs
        if outputs is not None:
            lines.append(f"output, first row = {outputs[neuron]:.4f}")
        return lines

    def leaveEvent(self, event: QEvent) -> None:
        self._card.setVisible(False)
        self.neuron_hovered.emit(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        layer_id = self.layer_at(self.mapToScene(event.pos()))
        if layer_id is None:
            self.click_canvas(self.mapToScene(event.pos()))
        elif layer_id not in self.selection.layers:
            self.select(Selection(frozenset({layer_id})))
        if not self.selection:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if layer_id is not None:
            self._add_activations(menu, layer_id)
        delete = menu.addAction("Delete")
        delete.triggered.connect(self.delete_selected)
        menu.popup(event.globalPos())

    def _add_activations(self, menu: QMenu, layer_id: str) -> None:
        topology = self.document.project.topology
        if layer_id == topology.layers[0].id:
            return
        submenu = menu.addMenu("Activation")
        for name, activation in ACTIVATIONS.items():
            if activation.output_only and layer_id != topology.layers[-1].id:
                continue
            action = submenu.addAction(activation.label)
            action.setCheckable(True)
            action.setChecked(topology.layer(layer_id).activation == name)
            action.setData(name)
        submenu.triggered.connect(self._on_activation)
        menu.addSeparator()

    def _on_activation(self, action: QAction) -> None:
        name, layers = str(action.data()), self.selection.layers
        self.edit(
            f"Activation {ACTIVATIONS[name].label}",
            lambda project: set_activation(project, layers, name),
        )

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._key(event.key(), event.text()):
            super().keyPressEvent(event)

    def _key(self, key: int, text: str) -> bool:
        layers = sorted(self.selection.layers)
        actions: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Escape: self._escape,
            Qt.Key.Key_Delete: self.delete_selected,
            Qt.Key.Key_Backspace: self.delete_selected,
            Qt.Key.Key_F: self.fit,
            Qt.Key.Key_Left: self._select_left,
            Qt.Key.Key_Right: self._select_right,
        }
        if key in actions:
            actions[key]()
        elif layers and text and text in "+-":
            self.resize_by(layers, 1 if text == "+" else -1)
        elif layers and text.isdecimal() and text.isascii():
            self._type_digit(text)
        else:
            return False
        return True

    def _escape(self) -> None:
        if self._gesture is not None:
            self._gesture.cancel()
            self._gesture = None
        else:
            self.select(Selection())

    def _select_left(self) -> None:
        self._select_beside(-1)

    def _select_right(self) -> None:
        self._select_beside(1)

    def _select_beside(self, step: int) -> None:
        """Go from layer to layer by the arrow keys."""
        ids = list(self._layers)
        if not ids:
            return
        chosen = [k for k, i in enumerate(ids) if i in self.selection.layers]
        k = (chosen[0] + step) % len(ids) if chosen else (0 if step > 0 else len(ids) - 1)
        self.select(Selection(frozenset({ids[k]})))
