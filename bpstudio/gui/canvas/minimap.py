"""The whole network in small, in a corner of a view that shows only a part of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsView, QWidget

from bpstudio.gui.canvas.drawing import Drawing
from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.navigation import Navigation
from bpstudio.gui.canvas.pens import screen_pen
from bpstudio.gui.canvas.turn import view_transform
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
        self._pixmap = QPixmap()
        self._of: tuple[object, ...] = ()
        self.setVisible(False)
        navigation.moved = self.follow

    def follow(self) -> None:
        """The view moved, or what it shows changed."""
        area = self._view.viewport().rect()
        self.move(area.right() - WIDTH - GAP, area.bottom() - HEIGHT - GAP)
        self._bounds = self._drawing.bounds()
        larger = bool(self._drawing.layers) and not self._navigation.shows_all(SLACK)
        room = area.width() > 2.5 * WIDTH and area.height() > 2.5 * HEIGHT
        # It is painted with the view: an update of its own would paint what lies below it once more.
        self.setVisible(larger and room)

    def _transform(self) -> QTransform:
        """From the scene to the map."""
        across, up = self._bounds.width(), self._bounds.height()
        if self._navigation.turned:
            across, up = up, across
        scale = min((WIDTH - 2 * INSET) / max(across, 1.0), (HEIGHT - 2 * INSET) / max(up, 1.0))
        middle = self._bounds.center()
        transform = QTransform.fromTranslate(WIDTH / 2, HEIGHT / 2)
        transform = view_transform(scale, self._navigation.turned) * transform
        return QTransform.fromTranslate(-middle.x(), -middle.y()) * transform

    def _look(self, event: QMouseEvent) -> None:
        to_scene, _ = self._transform().inverted()
        self._navigation.look_at(to_scene.map(event.position()))
        event.accept()

    # Painting and dragging

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._drawing.theme
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        # Of a frame that reaches beyond the map its edge is seen.
        frame = self._transform().mapRect(self._navigation.seen)
        left, top = min(frame.left(), card.right() - 2), min(frame.top(), card.bottom() - 2)
        right, bottom = max(frame.right(), card.left() + 2), max(frame.bottom(), card.top() + 2)
        seen = QRectF(QPointF(left, top), QPointF(right, bottom)).intersected(card)
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(theme.color("accent", 0.10))
        painter.drawRoundedRect(seen, 3, 3)
        painter.end()

    def _picture(self) -> QPixmap:
        """The map without the frame, painted once for each network and overview."""
        drawing, pixel = self._drawing, self.devicePixelRatioF()
        overview = drawing.picture.overview
        of = drawing.theme, self._transform(), drawing.places, overview, pixel
        if self._of != of:
            self._of = of
            self._pixmap = QPixmap(self.size() * pixel)
            self._pixmap.setDevicePixelRatio(pixel)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(drawing.theme.color("line"), 1))
            painter.setBrush(drawing.theme.color("surface", 0.94))
            card = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(card, RADIUS, RADIUS)
            painter.setTransform(self._transform(), True)
            self._paint_network(painter, list(drawing.places.values()))
            painter.end()
        return self._pixmap

    def _paint_network(self, painter: QPainter, places: list[LayerPlace]) -> None:
        theme, by_id = self._drawing.theme, {place.id: place for place in places}
        overview = self._drawing.picture.overview
        if overview is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(overview.scene_rect, overview.image)
        else:
            painter.setPen(screen_pen(painter, theme.color("secondary", 0.35), 1.0))
            for source, target in self._drawing.bundles:
                a, b = (QPointF(by_id[i].x, by_id[i].y) for i in (source, target))
                painter.drawLine(a, b)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("secondary"))
        for place in places:
            body = QRectF(place.x - place.tile / 2, place.top, place.tile, place.bottom - place.top)
            painter.drawRoundedRect(body, place.tile / 4, place.tile / 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._look(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._look(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
