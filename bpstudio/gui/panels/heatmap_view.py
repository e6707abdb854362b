"""Paints a network's weights as heatmaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from bpstudio.gui.panels.heatmap_layout import LABEL_HEIGHT, Block, Place, arrange
from bpstudio.gui.panels.images import rgb_image
from bpstudio.gui.theme import SMALL_SIZE, Theme, ThemeHolder, signed_colors, text_font
from bpstudio.gui.widgets import exact_text
from bpstudio.model.arrays import BoolArray, FloatArray
from bpstudio.model.network import Network
from bpstudio.model.topology import Link, Topology

GAPS_FROM, HATCH_FROM = 6.0, 6.0
"""From this side of a cell on, cells are kept apart by a line, and pruned ones are hatched."""


@dataclass
class _Heatmap:
    """One link's picture."""

    link: Link
    label: str
    place: Place
    has_bias: bool
    weights: QImage | None = None
    biases: QImage | None = None


class HeatmapView(QWidget):
    """One heatmap per link, rows the target's neurons, columns the source's; biases beside them."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._themes = themes
        self._network = Network(Topology(), np.zeros(0))
        self._bound = 1.0
        self._maps: list[_Heatmap] = []
        self.setMouseTracking(True)
        self.setAccessibleName("Weights of every link")
        self.setMinimumSize(120, 46)
        themes.listen(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(300, 110)

    def show_network(self, network: Network, bound: float) -> None:
        """Show these weights; ``bound`` and beyond has the full colour."""
        if network.topology != self._network.topology:
            self._network = network
            self._arrange()
        self._network, self._bound = network, bound
        self._render()
        self.update()

    def cell_rect(self, source: str, i: int, target: str, j: int) -> QRectF:
        """Where the weight from neuron i of ``source`` to neuron j of ``target`` is drawn."""
        place = next(m.place for m in self._maps if m.link.key == (source, target))
        return QRectF(place.x + i * place.cell, place.y + j * place.cell, place.cell, place.cell)

    def bias_rect(self, layer: str, j: int) -> QRectF:
        """Where the bias of a neuron is drawn."""
        place = next(m.place for m in self._maps if m.link.target == layer and m.has_bias)
        return QRectF(place.bias_x, place.y + j * place.cell, place.bias_width, place.cell)

    # Places and pictures

    def _arrange(self) -> None:
        topology = self._network.topology
        metrics = QFontMetrics(text_font(SMALL_SIZE))
        links = [b.link for block in topology.blocks for b in block.incoming]
        first = {link.target: link.key for link in reversed(links)}
        choices = []
        for short in (False, True):
            labels = [_label(topology, link, short) for link in links]
            blocks = [
                Block(
                    topology.layer(link.target).size,
                    topology.layer(link.source).size,
                    first[link.target] == link.key,
                    metrics.horizontalAdvance(label),
                )
                for link, label in zip(links, labels, strict=True)
            ]
            choices.append((labels, blocks, arrange(blocks, self.width(), self.height())))
        # Short names only where they make the cells much larger.
        sizes = [max((p.cell for p in places), default=0.0) for _, _, places in choices]
        labels, blocks, places = choices[1 if sizes[1] > 1.3 * sizes[0] else 0]
        self._maps = [
            _Heatmap(link, label, place, block.has_bias)
            for link, label, place, block in zip(links, labels, places, blocks, strict=True)
        ]

    def _render(self) -> None:
        theme, scale = self._themes.theme, self.devicePixelRatioF()
        for heatmap in self._maps:
            place = heatmap.place
            rows = _picked(place.rows, place.height * scale)
            columns = _picked(place.columns, place.width * scale)
            weights = self._network.weights[heatmap.link.key][np.ix_(rows, columns)]
            mask = heatmap.link.mask
            kept = None if mask is None else mask[np.ix_(rows, columns)]
            heatmap.weights = self._picture(theme, weights, kept)
            if heatmap.has_bias:
                biases = self._network.biases[heatmap.link.target][rows]
                heatmap.biases = self._picture(theme, biases[:, None], None)

    def _picture(self, theme: Theme, values: FloatArray, kept: BoolArray | None) -> QImage:
        colors = signed_colors(theme, values, self._bound)
        if kept is not None:
            surface = theme.color("surface")
            colors[~kept] = (surface.red(), surface.green(), surface.blue())
        return rgb_image(colors)

    def _restyle(self, _theme: Theme) -> None:
        self._render()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._render()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setFont(text_font(SMALL_SIZE))
        for heatmap in self._maps:
            place = heatmap.place
            area = QRectF(place.x, place.y, place.width, place.height)
            _draw_cells(painter, theme, area, heatmap.weights, place)
            if heatmap.biases is not None:
                bias = QRectF(place.bias_x, place.y, place.bias_width, place.height)
                _draw_cells(painter, theme, bias, heatmap.biases, place, across=False)
            _hatch(painter, theme, heatmap)
            painter.setPen(theme.color("secondary"))
            line = QRectF(place.x, area.bottom() + 2, self.width() - place.x, LABEL_HEIGHT - 2)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, heatmap.label)
        painter.end()

    # The mouse

    def text_at(self, point: QPointF) -> str:
        """What is drawn at a point, with its exact value; empty where there is nothing."""
        topology = self._network.topology
        for heatmap in self._maps:
            place, link = heatmap.place, heatmap.link
            j, i = (
                int(np.floor((at - start) / place.cell))
                for at, start in ((point.y(), place.y), (point.x(), place.x))
            )
            if not 0 <= j < place.rows:
                continue
            target = topology.neuron_label(link.target, j)
            if 0 <= i < place.columns:
                where = f"w  {topology.neuron_label(link.source, i)} → {target}"
                if link.is_pruned(i, j):
                    return f"{where}: pruned"
                return f"{where} = {exact_text(self._network.weights[link.key][j, i])}"
            if heatmap.has_bias and 0 <= point.x() - place.bias_x < place.bias_width:
                return f"b  {target} = {exact_text(self._network.biases[link.target][j])}"
        return ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._tell(event.position(), event.globalPosition().toPoint())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            self._tell(QPointF(event.pos()), event.globalPos())
            return True
        return super().event(event)

    def _tell(self, point: QPointF, place: QPoint) -> None:
        if words := self.text_at(point):
            QToolTip.showText(place, words, self)
        else:
            QToolTip.hideText()


def _label(topology: Topology, link: Link, short: bool) -> str:
    source, target = (topology.label(name) for name in link.key)
    if short:
        source, target = (
            name.replace("hidden ", "h").replace("input", "in").replace("output", "out")
            for name in (source, target)
        )
    return f"{source} → {target}"


def _picked(count: int, pixels: float) -> FloatArray:
    """Indices of at most as many entries as there are pixels, evenly spread."""
    shown = max(1, min(count, int(np.ceil(pixels))))
    return np.linspace(0, count - 1, shown).round().astype(np.intp)


def _draw_cells(
    painter: QPainter,
    theme: Theme,
    area: QRectF,
    image: QImage | None,
    place: Place,
    across: bool = True,
) -> None:
    if image is None:
        return
    # Enlarged without smoothing: every cell is one weight.
    painter.drawImage(area, image)
    if place.cell < GAPS_FROM:
        return
    painter.setPen(QPen(theme.color("surface"), 1))
    for row in range(1, place.rows):
        y = area.top() + row * place.cell - 0.5
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    for column in range(1, place.columns if across else 1):
        x = area.left() + column * place.cell - 0.5
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def _hatch(painter: QPainter, theme: Theme, heatmap: _Heatmap) -> None:
    """A thin diagonal through every pruned connection."""
    place, mask = heatmap.place, heatmap.link.mask
    if mask is None or place.cell < HATCH_FROM:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("secondary", 0.6), 1))
    for j, i in np.argwhere(~mask):
        x, y, side = place.x + i * place.cell, place.y + j * place.cell, place.cell
        painter.drawLine(QPointF(x + 2, y + side - 3), QPointF(x + side - 3, y + 2))
    painter.restore()
