"""Lights on the canvas: the neurons, connections and biases that an explanation speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyleOptionGraphicsItem, QWidget

from bpstudio.explain.keys import Place
from bpstudio.gui.canvas.anywhere import Anywhere
from bpstudio.gui.canvas.bundle import Bundle, bundle
from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.links_picture import LinksPicture
from bpstudio.gui.canvas.overlay import paint_bubble
from bpstudio.gui.canvas.pens import screen_pen
from bpstudio.gui.canvas.raster import marks_of
from bpstudio.gui.canvas.traces import MOST_CURVES, paths_of
from bpstudio.gui.theme import TEXT_SIZE, Theme, text_font
from bpstudio.model.arrays import FloatArray
from bpstudio.model.topology import Topology

PULSE_MS = 700
HALO, BIAS_RADIUS, PULSE_RADIUS = 5.0, 8.0, 4.5
BUTTONS = 34.0
"""Height of the buttons above a layer, with the gap below them."""
MOST_PULSES = 200
"""So many connections of a link show that something runs along them."""
KIND = "explained"


class LightItem(Anywhere):
    """Marks the parts of a Place above the network, and a word beside them.

    ``phase`` is how far something has run along the lit connections, from 0 at their source to 1 at
    their target; None: nothing runs. Many connections are lit in the ``picture`` of all.
    """

    def __init__(self, picture: LinksPicture) -> None:
        super().__init__()
        self._picture = picture
        self.place = Place()
        self.text = ""
        self.phase: float | None = None
        self._neurons = QPainterPath()
        self._connections = QPainterPath()
        self._curves: list[FloatArray] = []
        self._lit = False
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
        self._curves, self.phase = [], None
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
        box = self._light_connections(_lit_bundles(place, topology, places))
        self._lit = bool(rects) or not box.isNull()
        if rects:
            box = rects[0]
        top = box.top()
        for layer, k in (*place.neurons, *place.biases):
            # Above the first neuron are the buttons of its layer.
            if k == 0 and layer in places and rects:
                top = min(top, places[layer].top - BUTTONS)
        self._text_at = QPointF(box.center().x(), top - 10)
        self.update()

    def _light_connections(self, bundles: list[Bundle]) -> QRectF:
        """Light all connections of these bundles; what they cover."""
        box, many = QRectF(), sum(curves.count for curves in bundles) > MOST_CURVES
        self._picture.mark(KIND, [marks_of(curves) for curves in bundles] if many else ())
        for curves in bundles:
            sources, targets = curves.connections()
            if not many:
                self._connections.addPath(paths_of(curves.curves(sources, targets)))
            few = np.linspace(0, len(sources) - 1, min(len(sources), MOST_PULSES)).astype(np.intp)
            self._curves.append(curves.curves(sources[few], targets[few]))
            left, top, right, bottom = curves.bounds()
            box = box.united(QRectF(left, top, right - left, max(bottom - top, 1.0)))
        return box

    def set_phase(self, phase: float | None) -> None:
        """How far something has run along the lit connections."""
        self.phase = phase
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self.theme
        if theme is None or not self._lit:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, alpha in ((7.0, 0.22), (2.0, 1.0)):
            painter.setPen(screen_pen(painter, theme.color("accent", alpha), width))
            painter.drawPath(self._connections)
            painter.drawPath(self._neurons)
        if self.phase is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            for point in self.pulses():
                painter.drawEllipse(point, PULSE_RADIUS, PULSE_RADIUS)
        if self.text:
            self._paint_text(painter, theme, widget)

    def pulses(self) -> list[QPointF]:
        """Where on the lit connections what runs along them is now."""
        if self.phase is None or not self._curves:
            return []
        t = self.phase
        weights = np.array([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3])
        points = np.einsum("k,ckx->cx", weights, np.concatenate(self._curves))
        return [QPointF(x, y) for x, y in points]

    def _paint_text(self, painter: QPainter, theme: Theme, widget: QWidget | None) -> None:
        """The word, as large as any text however far the view is zoomed, and inside it."""
        at = painter.worldTransform().map(self._text_at)
        width = QFontMetricsF(text_font(TEXT_SIZE, bold=True)).horizontalAdvance(self.text) + 20
        x, y = at.x() - width / 2, at.y()
        if widget is not None:
            x, y = max(4.0, min(x, widget.width() - width - 4)), max(34.0, y)
        painter.save()
        painter.resetTransform()
        paint_bubble(painter, theme, QPointF(x, y), [self.text], "text")
        painter.restore()


def _lit_bundles(
    place: Place, topology: Topology, places: Mapping[str, LayerPlace]
) -> list[Bundle]:
    """The connections of a Place that the network has, link by link."""
    by_link: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for source, i, target, j in place.connections:
        by_link.setdefault((source, target), []).append((j, i))
    bundles = []
    for key in dict.fromkeys((*by_link, *place.links)):
        if not (set(key) <= set(places) and topology.has_link(*key)):
            continue
        curves = bundle(topology, places, key)
        if key not in place.links:
            pairs = np.array(by_link[key], dtype=np.intp)
            kept = np.zeros(curves.shape, dtype=bool)
            kept[tuple(pairs[(pairs < curves.shape).all(axis=1)].T)] = True
            curves = replace(curves, kept=kept)
        if curves.count:
            bundles.append(curves)
    return bundles


def _rect(place: LayerPlace, k: int) -> QRectF:
    height = max(place.spacing, 3.0) if place.folded else place.tile
    return QRectF(place.x - place.tile / 2, place.y_of(k) - height / 2, place.tile, height)


class Pulse(QVariantAnimation):
    """Runs something along the lit connections of a canvas, once."""

    def __init__(self, light: LightItem, parent: QWidget) -> None:
        super().__init__(parent)
        self._light, self._widget = light, parent
        self.setDuration(PULSE_MS)
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.valueChanged.connect(light.set_phase)
        self.finished.connect(self._on_finished)

    def run(self, way: int) -> None:
        """1: from source to target, -1: back, 0: nothing. Desktops may have animations switched off."""
        self.stop()
        self._light.set_phase(None)
        style = self._widget.style()
        if way and style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration):
            ways = self.Direction.Forward, self.Direction.Backward
            self.setDirection(ways[way < 0])
            self.start()

    def _on_finished(self) -> None:
        self._light.set_phase(None)
