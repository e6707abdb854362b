"""Padlocks at the connections whose weights training keeps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.anywhere import Anywhere
from bpstudio.gui.canvas.bundle import Bundle
from bpstudio.gui.canvas.selection import Connection, Key
from bpstudio.gui.canvas.turn import scale_of
from bpstudio.gui.theme import Theme
from bpstudio.model.arrays import BoolArray
from bpstudio.model.topology import Topology

MOST_ALONE = 24
"""Where a link has more locked connections than this, only the one looked at has its padlock."""
LEAST_SCALE = 0.5
"""In a view smaller than this padlocks would hide what they stand on."""
MIDDLE = 0.5


class PadlockItem(Anywhere):
    """A padlock in the middle of each locked connection, or of a link of which all are locked."""

    def __init__(self) -> None:
        super().__init__()
        self._locked: dict[Key, tuple[Bundle, BoolArray]] = {}
        self._always: list[QPointF] = []
        self._looked_at: dict[str, QPointF] = {}
        self.setZValue(1.8)

    @property
    def places(self) -> list[QPointF]:
        """Where padlocks are."""
        return [*self._looked_at.values(), *self._always]

    def show_locks(self, topology: Topology, bundles: Mapping[Key, Bundle]) -> None:
        """Show which connections of a network are locked."""
        self._looked_at = {}
        self._locked = {
            link.key: (bundles[link.key], link.locked)
            for link in topology.links
            if link.locked is not None
        }
        self._always = [place for one in self._locked.values() for place in _places(*one)]
        self.setVisible(bool(self.places))
        self.update()

    def look_at(self, how: str, connection: Connection | None) -> None:
        """Show the padlock of a connection that is pointed at, or chosen, even among many others."""
        place = None
        if connection is not None and (connection[0], connection[2]) in self._locked:
            _, i, _, j = connection
            bundle, locked = self._locked[connection[0], connection[2]]
            if locked[j, i]:
                place = QPointF(*bundle.point(i, j, MIDDLE))
        if place != self._looked_at.get(how):
            self._looked_at.pop(how, None)
            if place is not None:
                self._looked_at[how] = place
            self.setVisible(bool(self.places))
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.theme is None:
            return
        transform = painter.worldTransform()
        small = scale_of(transform) < LEAST_SCALE
        seen = list(self._looked_at.values()) if small else self.places
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in seen:
            _paint_padlock(painter, self.theme, transform.map(place))
        painter.restore()


def _places(bundle: Bundle, locked: BoolArray) -> list[QPointF]:
    """Where the padlocks of a link are that are always there."""
    there = locked if bundle.kept is None else locked & bundle.kept
    count = int(np.count_nonzero(there))
    if count == bundle.count > 1:
        targets, sources = (size // 2 for size in bundle.shape)
        return [QPointF(*bundle.point(sources, targets, MIDDLE))]
    if count > MOST_ALONE:
        return []
    return [QPointF(*bundle.point(int(i), int(j), MIDDLE)) for j, i in np.argwhere(there)]


def _paint_padlock(painter: QPainter, theme: Theme, at: QPointF) -> None:
    """A padlock around a point of the screen, upright and of one size."""
    painter.setPen(QPen(theme.color("surface"), 4))
    painter.setBrush(theme.color("surface"))
    body = QRectF(at.x() - 4.5, at.y() - 1.5, 9, 7.5)
    painter.drawRoundedRect(body, 1.5, 1.5)
    painter.setPen(QPen(theme.color("text"), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(at.x() - 2.8, at.y() - 6.5, 5.6, 8), 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("text"))
    painter.drawRoundedRect(body, 1.5, 1.5)
