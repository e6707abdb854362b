"""The whole network in small, in a corner of a view that shows only a part of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsView, QWidget

from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.navigation import Navigation
from bpstudio.gui.theme import GAP, RADIUS

WIDTH, HEIGHT, INSET = 168, 112, 8
SLACK = 6.0
"""What may lie outside the view, in screen pixels, before the network counts as larger than it."""


class Minimap(QWidget):
    """Shows where the view is; a press or a drag moves it there."""

    def __init__(self, view: QGraphicsView, drawing: Drawing, navigation: Navigation) -> None:
        super().__init__(view.viewport())
        self.setObjectName("minimap")
        self.setAccessibleName("Overview of the network")
        self.setToolTip("The whole network: drag the frame to see another part (F shows all)")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(WIDTH, HEIGHT)
        self._view = view
        self._drawing = drawing
        self._navigation = navigation
        self._bounds = QRectF()
        self.setVisible(False)
        navigation.moved = self.follow

    def follow(self) -> None:
        """The view moved, or what it shows changed."""
        area = self._view.viewport().rect()
        self.move(area.right() - WIDTH - GAP, area.bottom() - HEIGHT - GAP)
        self._bounds = self._drawing.bounds()
        slack = SLACK / self._navigation.scale
        seen = self._navigation.seen.adjusted(-slack, -slack, slack, slack)
        larger = bool(self._drawing.layers) and not seen.contains(self._bounds)
        room = area.width() > 2.5 * WIDTH and area.height() > 2.5 * HEIGHT
        self.setVisible(larger and room)
        self.update()

    # Between the scene and the map

    @property
    def _whole(self) -> QRectF:
        """What the map shows of the scene: the network, and where the view is."""
        return self._bounds.united(self._navigation.seen)

    @property
    def _scale(self) -> float:
        whole = self._whole
        return min(
            (WIDTH - 2 * INSET) / max(whole.width(), 1.0),
            (HEIGHT - 2 * INSET) / max(whole.height(), 1.0),
        )

    def _to_map(self, rect: QRectF) -> QRectF:
        middle, scale = self._whole.center(), self._scale
        corner = (rect.topLeft() - middle) * scale + QPointF(WIDTH / 2, HEIGHT / 2)
        return QRectF(corner.x(), corner.y(), rect.width() * scale, rect.height() * scale)

    def _to_scene(self, at: QPoint) -> QPointF:
        offset = QPointF(at) - QPointF(WIDTH / 2, HEIGHT / 2)
        return QPointF(offset.x() / self._scale, offset.y() / self._scale) + self._whole.center()

    # Painting and dragging

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._drawing.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("surface", 0.94))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        places = self._drawing.places
        painter.setPen(QPen(theme.color("secondary", 0.35), 1))
        for source, target in self._drawing.bundles:
            ends = (places[i] for i in (source, target))
            a, b = (self._to_map(QRectF(p.x, p.y, 0, 0)).topLeft() for p in ends)
            painter.drawLine(a, b)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("secondary"))
        for place in places.values():
            body = QRectF(place.x - place.tile / 2, place.top, place.tile, place.bottom - place.top)
            bar = self._to_map(body)
            painter.drawRoundedRect(bar, min(2.0, bar.width() / 2), min(2.0, bar.width() / 2))
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(theme.color("accent", 0.10))
        painter.drawRoundedRect(self._to_map(self._navigation.seen), 3, 3)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._navigation.look_at(self._to_scene(event.position().toPoint()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._navigation.look_at(self._to_scene(event.position().toPoint()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
