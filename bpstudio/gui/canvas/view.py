"""The canvas: shows the document's network, and lets a hand draw in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.editor import Editor
from bpstudio.gui.canvas.gestures import (
    DrawLayer,
    Gesture,
    LinkLayers,
    MoveLayers,
    Pan,
    RubberBand,
    StretchLayer,
)
from bpstudio.gui.canvas.hover import Hover
from bpstudio.gui.canvas.keys import Keys
from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.menu import CanvasMenu
from bpstudio.gui.canvas.navigation import Navigation
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.document import Change, Document
from bpstudio.gui.theme import TITLE_SIZE, Theme, ThemeHolder, text_font
from bpstudio.model.project import Project

HIT = 7.0
"""How near to a connection the pointer has to be, in screen pixels."""

Modifier = Qt.KeyboardModifier


class CanvasView(QGraphicsView):
    """Shows ``document.shown`` and edits the document.

    ``selection_changed`` brings the Selection, ``neuron_hovered`` a layer id and index or None,
    ``message`` why something could not be done, ``exact_shown`` that the connections are drawn exactly
    again after the view or the network moved.
    """

    selection_changed = Signal(object)
    neuron_hovered = Signal(object)
    message = Signal(str)
    exact_shown = Signal()

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
        self.drawing = Drawing(themes.theme, self)
        self.setScene(self.drawing)
        self.drawing.picture.exact_shown.connect(self.exact_shown)
        self.navigation = Navigation(self, self.drawing)
        self.editor = Editor(document, self.message.emit)
        self._hover = Hover(self.drawing)
        self._keys = Keys(self)
        self._gesture: Gesture | None = None
        self._set_up()
        themes.listen(self._on_theme)
        self.show_project(document.shown)

    def _set_up(self) -> None:
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 240)

    # Showing

    @property
    def places(self) -> dict[str, LayerPlace]:
        """Where each layer is, by id, in the order of the topology."""
        return self.drawing.places

    def show_project(self, project: Project) -> None:
        """Show this project; only what changed is made anew."""
        if self.drawing.show_project(project):
            self.select(self.selection.within(project.topology))
            if self.navigation.fitted:
                self.navigation.fit()

    def _on_theme(self, theme: Theme) -> None:
        self.setBackgroundBrush(theme.color("surface"))
        self.drawing.set_theme(theme)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self.places or self.drawing.ghost.isVisible():
            return
        painter.resetTransform()
        painter.setFont(text_font(TITLE_SIZE))
        painter.setPen(self.drawing.theme.color("secondary"))
        painter.drawText(
            self.viewport().rect(),
            Qt.AlignmentFlag.AlignCenter,
            "Draw a vertical stroke for each layer: input, output, then hidden ones between.\n"
            "The longer the stroke, the more neurons.",
        )

    @property
    def is_exact(self) -> bool:
        """Whether the connections are drawn as they are, not moved or scaled from before."""
        return self.drawing.picture.is_exact

    def fit(self) -> None:
        """Show the whole network."""
        self.navigation.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.navigation.fitted:
            self.navigation.fit()

    # Selecting and editing

    def select(self, selection: Selection) -> None:
        """Make this the selection."""
        changed = selection != self.selection
        if selection.layers != self.selection.layers:
            self.editor.forget_typed()
        self.selection = selection
        self.drawing.mark_selection(selection)
        if changed:
            self.selection_changed.emit(selection)

    def select_all(self) -> None:
        self.select(Selection(layers=frozenset(self.places)))

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
        connection = self.drawing.connection_at(pos, self._reach)
        if connection is None:
            self.select(Selection())
        else:
            key = (connection[0], connection[2])
            self.select(Selection(links=frozenset({key}), connection=connection))

    @property
    def _reach(self) -> float:
        return HIT / self.navigation.scale

    def edit(self, name: str, change: Change, merge: str | None = None) -> bool:
        """Edit the document; False, with a message, if the edit is refused."""
        return self.editor.edit(name, change, merge)

    def delete_selected(self) -> None:
        """Remove the selected layers and links."""
        self.editor.delete(self.selection)

    def escape(self) -> None:
        """Leave the gesture in hand without a trace; without one, select nothing."""
        if self._gesture is not None:
            self._gesture.cancel()
            self._gesture = None
        else:
            self.select(Selection())

    # Mouse and keys

    def _begin(self, pos: QPointF, event: QMouseEvent) -> Gesture | None:
        item, part = self.drawing.part_at(pos)
        if event.button() == Qt.MouseButton.MiddleButton:
            return Pan(self, pos)
        if event.button() != Qt.MouseButton.LeftButton:
            return None
        if item is not None:
            layer_id = item.place.id
            match part:
                case "minus":
                    self.editor.resize_by([layer_id], -1)
                    return None
                case "plus":
                    self.editor.resize_by([layer_id], 1)
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
        self._hover.leave()
        self._gesture = self._begin(self.mapToScene(event.position().toPoint()), event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pos = self.mapToScene(event.position().toPoint())
        if self._gesture is not None:
            self._gesture.move(pos, event.modifiers())
        else:
            cursor, neuron = self._hover.at(pos, self._reach)
            self.viewport().setCursor(cursor)
            self.neuron_hovered.emit(neuron)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.end(self.mapToScene(event.position().toPoint()), event.modifiers())
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover.leave()
        self.neuron_hovered.emit(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = event.position().toPoint()
        layer = self.drawing.layer_at(self.mapToScene(at))
        if event.modifiers() & Modifier.ControlModifier and layer is not None:
            self.editor.resize_by([layer], 1 if event.angleDelta().y() > 0 else -1)
        else:
            self.navigation.zoom(1.0015 ** event.angleDelta().y(), at)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        pos = self.mapToScene(event.pos())
        layer_id = self.drawing.layer_at(pos)
        if layer_id is None:
            self.click_canvas(pos)
        elif layer_id not in self.selection.layers:
            self.select(Selection(frozenset({layer_id})))
        if self.selection:
            CanvasMenu(self).popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            super().keyPressEvent(event)
