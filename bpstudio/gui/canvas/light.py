"""Lights on the canvas: the neurons, connections and biases that an explanation speaks of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bpstudio.explain.keys import Place
from bpstudio.gui.canvas.bundle import bundle
from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.overlay import paint_bubble
from bpstudio.gui.canvas.traces import MOST_CURVES, paths_of
from bpstudio.gui.canvas.turn import level
from bpstudio.gui.theme import Theme
from bpstudio.model.topology import Topology

HALO, BIAS_RADIUS = 5.0, 8.0


class LightItem(QGraphicsItem):
    """Marks the parts of a Place above the network, and a word beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme | None = None
        self.place = Place()
        self.text = ""
        self._neurons = QPainterPath()
        self._connections = QPainterPath()
        self._text_at = QPointF()
        self.setZValue(4.5)

    def show_place(
        self,
        place: Place,
        text: str,
        topology: Topology,
        places: Mapping[str, LayerPlace],
    ) -> None:
        """Light these parts of the network that is drawn there; what it does not have is left out."""
        self.place, self.text = place, text
        self._neurons, self._connections = QPainterPath(), QPainterPath()
        rects = [
            _rect(places[layer], k)
            for layer, k in place.neurons
            if layer in places and k < places[layer].size
        ]
        for rect in rects:
            self._neurons.addRoundedRect(rect.adjusted(-HALO, -HALO, HALO, HALO), 9, 9)
        for layer, k in place.biases:
            if layer in places and k < places[layer].size:
                corner = _rect(places[layer], k).bottomLeft()
                self._neurons.addEllipse(corner, BIAS_RADIUS, BIAS_RADIUS)
                rects.append(QRectF(corner, corner))
        self._add_connections(place, topology, places)
        box = self._neurons.boundingRect().united(self._connections.boundingRect())
        if rects:
            box = rects[0]
        self._text_at = QPointF(box.center().x(), box.top() - 10)
        self.update()

    def _add_connections(
        self, place: Place, topology: Topology, places: Mapping[str, LayerPlace]
    ) -> None:
        by_link: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for source, i, target, j in place.connections:
            by_link.setdefault((source, target), []).append((i, j))
        for key in dict.fromkeys((*by_link, *place.links)):
            if not (set(key) <= set(places) and topology.has_link(*key)):
                continue
            curves = bundle(topology, places, key)
            if key in place.links:
                sources, targets = curves.connections()
            else:
                pairs = np.array(by_link[key], dtype=np.intp)
                inside = (pairs[:, 0] < places[key[0]].size) & (pairs[:, 1] < places[key[1]].size)
                sources, targets = pairs[inside].T
            path = paths_of(curves.curves(sources[:MOST_CURVES], targets[:MOST_CURVES]))
            self._connections.addPath(path)

    def clear(self) -> None:
        """Light nothing."""
        self.place, self.text = Place(), ""
        self._neurons, self._connections = QPainterPath(), QPainterPath()
        self.update()

    def boundingRect(self) -> QRectF:
        # Lights may be anywhere; the scene's own rectangle may ask every item for its bounds.
        return QRectF(-20_000, -20_000, 40_000, 40_000)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self.theme
        if theme is None or (self._neurons.isEmpty() and self._connections.isEmpty()):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, alpha in ((7.0, 0.22), (2.0, 1.0)):
            pen = QPen(theme.color("accent", alpha), width)
            pen.setCosmetic(True)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPath(self._connections)
            painter.drawPath(self._neurons)
        if self.text:
            with level(painter, self._text_at):
                paint_bubble(painter, theme, QPointF(0, 0), [self.text], "text")


def _rect(place: LayerPlace, k: int) -> QRectF:
    height = max(place.spacing, 3.0) if place.folded else place.tile
    return QRectF(place.x - place.tile / 2, place.y_of(k) - height / 2, place.tile, height)
