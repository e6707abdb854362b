"""The weights panel: one heatmap per link, all of them to one scale around zero."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bpstudio.explain.scales import weight_bound
from bpstudio.gui.panels.base import Panel
from bpstudio.gui.panels.heatmap_view import HeatmapView
from bpstudio.gui.theme import GAP, SMALL_SIZE, Theme, ThemeHolder, text_font
from bpstudio.gui.widgets import MINUS, secondary_label
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology

HINT = "Draw and link layers to see their weights."


class HeatmapPanel(Panel):
    """Every weight and bias of the network in colour; the scale stands at the right of the header."""

    def __init__(self, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__("Weights", themes, parent)
        self.setObjectName("heatmapPanel")
        self.view = HeatmapView(themes)
        self._hint = secondary_label(HINT)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._key = _Key(themes)
        self.header_layout.insertWidget(self.header_layout.indexOf(self.aside_label), self._key)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self._hint, 1)
        self._network = Network(Topology(), np.zeros(0))
        self._show_scale()

    @property
    def bound(self) -> float:
        """The size of a weight that has the full colour."""
        return weight_bound(self._network)

    def refresh(self) -> None:
        network = self.project.network
        if network is self._network:
            return
        self._network = network
        self._show_scale()
        self.view.show_network(network, self.bound)

    def _show_scale(self) -> None:
        some = self._network.parameters.size > 0
        self.view.setVisible(some)
        self._hint.setVisible(not some)
        self._key.setVisible(some)
        self.set_aside(f"±{self.bound:g}" if some else "")


class _Key(QWidget):
    """The colours from negative over zero to positive, with their signs."""

    WIDTH, HEIGHT, STRIP = 64, 12, 8

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._themes = themes
        self.setFixedSize(self.WIDTH, self.HEIGHT)
        self.setAccessibleName("Colours from negative to positive")
        self.setToolTip("From negative over zero to positive")
        themes.listen(self._restyle)

    def _restyle(self, _theme: Theme) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setFont(text_font(SMALL_SIZE))
        painter.setPen(theme.color("secondary"))
        whole = QRectF(self.rect())
        painter.drawText(whole, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, MINUS)
        painter.drawText(whole, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "+")
        strip = QRectF(GAP, (self.HEIGHT - self.STRIP) / 2, self.WIDTH - 2 * GAP, self.STRIP)
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        for at, token in ((0.0, "negative"), (0.5, "zero"), (1.0, "positive")):
            gradient.setColorAt(at, theme.color(token))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(strip, 2, 2)
        painter.end()
