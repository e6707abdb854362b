"""One link on the canvas: what can be hit and chosen of it, and in small networks its connections."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.bundle import Bundle
from bpstudio.gui.canvas.ink import DIMMED, shares
from bpstudio.gui.canvas.pens import screen_pen
from bpstudio.gui.canvas.raster import Strokes, pen_of
from bpstudio.gui.canvas.traces import path_of
from bpstudio.gui.theme import Theme
from bpstudio.model.arrays import FloatArray


class BundleItem(QGraphicsItem):
    """The connections of one link: colour is the sign, width and opacity the magnitude.

    Where they are ``few`` the item paints them itself, the strong ones on top; else they are in the
    picture of all links, and the item shows only what is chosen.
    """

    def __init__(self, bundle: Bundle, few: bool) -> None:
        super().__init__()
        self.bundle = bundle
        self.few = few
        self.theme: Theme | None = None
        self.selected = False
        self.chosen: tuple[int, int] | None = None
        """The chosen connection: source neuron, target neuron."""
        self.lit: tuple[str, int] | None = None
        """The neuron whose connections are lit, the others dimmed."""
        self.pen = pen_of(bundle)
        self._weights: FloatArray = np.zeros(bundle.shape)
        self._scale = 1.0
        self._paths: dict[tuple[int, int], QPainterPath] = {}
        left, top, right, bottom = bundle.bounds()
        self._box = QRectF(left, top, right - left, bottom - top).adjusted(-8, -8, 8, 8)
        self.setZValue(1.5)

    def set_weights(self, weights: FloatArray, scale: float) -> None:
        """Live weights, (target size, source size), and the magnitude that counts as full."""
        self._weights, self._scale = weights, scale
        if self.few:
            self.update()

    @property
    def strokes(self) -> Strokes:
        """All its connections, to be drawn elsewhere."""
        return Strokes(self.bundle, self._weights, self._scale, self.pen)

    def lit_strokes(self) -> list[Strokes]:
        """Those of its connections that are lit."""
        if self.lit is None:
            return []
        layer, neuron = self.lit
        if layer == self.bundle.source:
            return [self.strokes.of_source(neuron)]
        return [self.strokes.of_target(neuron)] if layer == self.bundle.target else []

    def boundingRect(self) -> QRectF:
        return self._box

    # Painting

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.theme is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.few:
            self._paint_connections(painter, self.theme)
        if self.selected:
            self._paint_outline(painter, self.theme)
        if self.chosen is not None:
            # A band through which its ink is seen: that tells sign and magnitude.
            painter.setPen(screen_pen(painter, self.theme.color("accent", 0.3), 9.0))
            painter.drawPath(self._path(*self.chosen))
            painter.setPen(
                screen_pen(painter, self.theme.color("accent"), 2.0, Qt.PenStyle.DashLine)
            )
            painter.drawPath(self._path(*self.chosen))

    def _paint_connections(self, painter: QPainter, theme: Theme) -> None:
        part = shares(self._weights, self._scale)
        widths, opacities = self.pen.widths(part), self.pen.opacities(part)
        colors = theme.color("negative"), theme.color("positive")
        pen = QPen()
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        kept = self.bundle.kept
        for j, i in zip(*np.unravel_index(part.argsort(axis=None), part.shape), strict=True):
            if kept is not None and not kept[j, i]:
                continue
            color = QColor(colors[int(self._weights[j, i] > 0)])
            color.setAlphaF(float(opacities[j, i]) * (1.0 if self._is_lit(i, j) else DIMMED))
            pen.setColor(color)
            pen.setWidthF(float(widths[j, i]))
            painter.setPen(pen)
            painter.drawPath(self._path(int(i), int(j)))

    def _is_lit(self, source_neuron: int, target_neuron: int) -> bool:
        return self.lit is None or self.lit in (
            (self.bundle.source, source_neuron),
            (self.bundle.target, target_neuron),
        )

    def _paint_outline(self, painter: QPainter, theme: Theme) -> None:
        """What the whole link covers: between its highest and its lowest curve."""
        last = len(self.bundle.source_ys) - 1, len(self.bundle.target_ys) - 1
        top, bottom = self._path(0, 0), self._path(*last)
        shape = QPainterPath(top)
        shape.connectPath(bottom.toReversed())
        shape.closeSubpath()
        painter.fillPath(shape, theme.color("accent", 0.07))
        painter.setPen(QPen(theme.color("accent", 0.6), 1.2))
        painter.drawPath(top)
        painter.drawPath(bottom)

    def _path(self, source_neuron: int, target_neuron: int) -> QPainterPath:
        key = source_neuron, target_neuron
        if key not in self._paths:
            self._paths[key] = path_of(self.bundle, *key)
        return self._paths[key]
