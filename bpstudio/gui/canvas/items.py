"""What is drawn on the canvas: layers of neurons, bundles of connections, and what hovers above them.

Items paint what they are given and know nothing of documents or gestures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.layout import LABEL_GAP, Bundle, LayerPlace
from bpstudio.gui.theme import (
    SMALL_SIZE,
    TEXT_SIZE,
    TITLE_SIZE,
    Theme,
    signed_color,
    signed_colors,
    text_font,
)
from bpstudio.model.arrays import FloatArray

BUTTON = 20.0
HANDLE = 14.0
NAME_GAP, NAME_WIDTH = 12.0, 134.0
Align = Qt.AlignmentFlag


def rounded(rect: QRectF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path


class LayerItem(QGraphicsObject):
    """A layer: its neurons, its names, and the handles that change its size."""

    def __init__(self, place: LayerPlace, title: str, label_y: float) -> None:
        super().__init__()
        self.place = place
        self.title = title
        self.subtitle = ""
        self.label_y = label_y
        self.names: Sequence[str] = ()
        self.names_left = True
        self.theme: Theme | None = None
        self.selected = False
        self.hovered = False
        self.target = False
        self.neuron: int | None = None
        self._images: list[QImage] = []
        self._values: FloatArray | None = None
        self._biases: FloatArray | None = None
        self._scale = 1.0
        self.setPos(place.x, 0)
        self.setZValue(2)
        self.setAcceptHoverEvents(True)

    # What it shows

    def set_state(
        self,
        images: FloatArray | None,
        values: FloatArray | None,
        biases: FloatArray | None,
        scale: float,
    ) -> None:
        """Live values of the neurons drawn: ``images`` (neurons, rows, columns) or ``values``
        (neurons,), both from -1 to 1, and ``biases`` (neurons,) against the weights' scale."""
        assert self.theme is not None
        self._images = []
        if images is not None:
            for picture in signed_colors(self.theme, images[:, ::-1], 1.0):
                data = np.ascontiguousarray(picture)
                height, width, _ = data.shape
                image = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
                self._images.append(image.copy())
        self._values, self._biases, self._scale = values, biases, scale
        self.update()

    # Where its parts are, in its own coordinates: the layer's middle is x = 0

    def neuron_rect(self, slot: int) -> QRectF:
        tile = self.place.tile
        return QRectF(-tile / 2, float(self.place.slots[slot]) - tile / 2, tile, tile)

    @property
    def body(self) -> QRectF:
        half = max(self.place.tile / 2, 18.0) + 6
        return QRectF(-half, self.place.top - 6, 2 * half, 2 * self.place.half_height + 12)

    @property
    def minus_rect(self) -> QRectF:
        return QRectF(-BUTTON - 4, self.place.top - BUTTON - 14, BUTTON, BUTTON)

    @property
    def plus_rect(self) -> QRectF:
        return QRectF(4, self.place.top - BUTTON - 14, BUTTON, BUTTON)

    @property
    def handle_rect(self) -> QRectF:
        return QRectF(-16, self.place.bottom + 4, 32, HANDLE)

    @property
    def label_rect(self) -> QRectF:
        return QRectF(-80, self.label_y, 160, 40)

    def part_at(self, pos: QPointF) -> str | None:
        """Which part is at a scene position: minus, plus, handle, label, body, or none."""
        local = self.mapFromScene(pos)
        for part, rect in (
            ("minus", self.minus_rect),
            ("plus", self.plus_rect),
            ("handle", self.handle_rect),
            ("body", self.body),
            ("label", self.label_rect),
        ):
            if rect.contains(local):
                return part
        return None

    def boundingRect(self) -> QRectF:
        left = right = 84.0
        if self._named:
            metrics = QFontMetricsF(text_font(TEXT_SIZE))
            widest = max(metrics.horizontalAdvance(self.names[k]) for k in self._named)
            side = self.place.tile / 2 + NAME_GAP + min(widest, NAME_WIDTH) + 4
            left, right = (side, right) if self.names_left else (left, side)
        top = self.place.top - BUTTON - 18
        bottom = max(self.label_y + 40, self.place.bottom + 24)
        return QRectF(-left, top, left + right, bottom - top)

    @property
    def _named(self) -> Sequence[int]:
        """Indices of the neurons whose names are drawn."""
        return self.place.shown if len(self.names) == self.place.size else ()

    # Painting

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self.theme
        if theme is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self.selected or self.target:
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.setBrush(theme.color("accent", 0.08))
            painter.drawRoundedRect(self.body, 12, 12)
        for slot in range(len(self.place.shown)):
            self._paint_neuron(painter, theme, slot)
        if self.place.folded:
            self._paint_fold(painter, theme)
        self._paint_names(painter, theme)
        self._paint_labels(painter, theme)
        self._paint_handles(painter, theme)

    def _paint_neuron(self, painter: QPainter, theme: Theme, slot: int) -> None:
        rect = self.neuron_rect(slot)
        tile = self.place.tile
        chosen = self.neuron is not None and self.place.shown[slot] == self.neuron
        border = QPen(theme.color("accent"), 2) if chosen else QPen(theme.color("line"), 1)
        if slot < len(self._images):
            shape = rounded(rect, min(8.0, tile / 4))
            painter.save()
            painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
            painter.drawImage(rect, self._images[slot])
            painter.restore()
            painter.setPen(border)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(shape)
        else:
            value = 0.0 if self._values is None else float(self._values[slot])
            painter.setPen(border)
            painter.setBrush(signed_color(theme, value, 1.0))
            painter.drawEllipse(rect)
        if self._biases is not None:
            self._paint_bias(painter, theme, rect, float(self._biases[slot]))

    def _paint_bias(self, painter: QPainter, theme: Theme, rect: QRectF, bias: float) -> None:
        radius = min(5.0, max(2.5, rect.width() / 9))
        painter.setPen(QPen(theme.color("surface"), 1.5))
        painter.setBrush(signed_color(theme, bias, self._scale))
        if self._images:
            corner = rect.bottomLeft() + QPointF(1, -1)
        else:
            corner = rect.center() + QPointF(-1, 1) * (rect.width() / 2 * 0.74)
        painter.drawEllipse(corner, radius, radius)

    def _paint_fold(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(text_font(SMALL_SIZE))
        painter.setPen(theme.color("secondary"))
        rect = QRectF(-60, self.place.gap_y - 10, 120, 20)
        painter.drawText(rect, Align.AlignCenter, f"⋮ {self.place.folded:,} more ⋮")

    def _paint_names(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(text_font(TEXT_SIZE))
        painter.setPen(theme.color("secondary"))
        metrics = QFontMetricsF(painter.font())
        for slot, index in enumerate(self._named):
            text = metrics.elidedText(self.names[index], Qt.TextElideMode.ElideRight, NAME_WIDTH)
            y = float(self.place.slots[slot])
            if self.names_left:
                rect = QRectF(-self.place.tile / 2 - NAME_GAP - NAME_WIDTH, y - 10, NAME_WIDTH, 20)
                painter.drawText(rect, Align.AlignRight | Align.AlignVCenter, text)
            else:
                rect = QRectF(self.place.tile / 2 + NAME_GAP, y - 10, NAME_WIDTH, 20)
                painter.drawText(rect, Align.AlignLeft | Align.AlignVCenter, text)

    def _paint_labels(self, painter: QPainter, theme: Theme) -> None:
        rect = self.label_rect
        painter.setFont(text_font(TITLE_SIZE, bold=True))
        painter.setPen(theme.color("accent" if self.selected else "text"))
        painter.drawText(rect, Align.AlignHCenter | Align.AlignTop, self.title)
        painter.setFont(text_font(TEXT_SIZE))
        painter.setPen(theme.color("secondary"))
        painter.drawText(
            rect.adjusted(0, 20, 0, 0), Align.AlignHCenter | Align.AlignTop, self.subtitle
        )

    def _paint_handles(self, painter: QPainter, theme: Theme) -> None:
        active = self.hovered or self.selected
        pen = QPen(theme.color("secondary" if active else "line"), 1.2)
        ink = QPen(theme.color("text" if active else "secondary"), 1.4)
        for rect, plus in ((self.minus_rect, False), (self.plus_rect, True)):
            painter.setPen(pen)
            painter.setBrush(theme.color("surface"))
            painter.drawEllipse(rect)
            painter.setPen(ink)
            middle = rect.center()
            painter.drawLine(middle + QPointF(-4, 0), middle + QPointF(4, 0))
            if plus:
                painter.drawLine(middle + QPointF(0, -4), middle + QPointF(0, 4))
        if active:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            handle = self.handle_rect
            painter.drawRoundedRect(QRectF(-14, handle.center().y() - 2, 28, 4), 2, 2)


class BundleItem(QGraphicsItem):
    """The connections of one link: colour is the sign, width and opacity the magnitude."""

    MIN_SHARE = 0.02
    """In large bundles, connections below this share of the scale are left out: they would not show."""

    def __init__(self, bundle: Bundle) -> None:
        super().__init__()
        self.bundle = bundle
        self.theme: Theme | None = None
        self.selected = False
        self.chosen: int | None = None
        self._weights: FloatArray = np.zeros(len(bundle.starts))
        self._scale = 1.0
        self._points = bundle.points()
        self._paths = [_curve(points) for points in bundle.control_points()]
        box = QRectF()
        for path in self._paths:
            box = box.united(path.controlPointRect())
        self._box = box.adjusted(-6, -6, 6, 6)
        self.setZValue(1)

    def set_weights(self, weights: FloatArray, scale: float) -> None:
        """Live weights, (target size, source size), and the magnitude that counts as full."""
        self._weights = weights[self.bundle.rows, self.bundle.columns]
        self._scale = scale
        self.update()

    def nearest(self, pos: QPointF) -> tuple[int, float]:
        """The curve nearest to a scene position and its distance; (-1, infinity) if there is none."""
        if not len(self._points):
            return -1, float("inf")
        distance = np.hypot(self._points[..., 0] - pos.x(), self._points[..., 1] - pos.y())
        # Between two points the curve is nearly straight: measure to the segment.
        nearest = distance.min(axis=1)
        candidates = np.argsort(nearest)[:8]
        exact = [_distance_to_polyline(self._points[c], pos) for c in candidates]
        best = int(np.argmin(exact))
        return int(candidates[best]), float(exact[best])

    def connection(self, curve: int) -> tuple[int, int]:
        """(source neuron, target neuron) of a curve."""
        return int(self.bundle.columns[curve]), int(self.bundle.rows[curve])

    def curve_of(self, source_neuron: int, target_neuron: int) -> int | None:
        """The curve of a connection, if it is drawn."""
        match = (self.bundle.columns == source_neuron) & (self.bundle.rows == target_neuron)
        found = np.flatnonzero(match)
        return int(found[0]) if found.size else None

    def boundingRect(self) -> QRectF:
        return self._box

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self.theme
        if theme is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        share = np.minimum(np.abs(np.nan_to_num(self._weights)) / self._scale, 1.0)
        order = np.argsort(share)
        if len(order) > 150:
            order = order[share[order] >= self.MIN_SHARE]
        # Many lines together need less ink each.
        density = min(1.0, (60 / max(len(share), 1)) ** 0.25)
        colors = theme.color("negative"), theme.color("positive")
        pen = QPen()
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        for k in order:
            color = QColor(colors[int(self._weights[k] > 0)])
            color.setAlphaF((0.3 + 0.7 * share[k]) * (0.55 + 0.45 * density))
            pen.setColor(color)
            pen.setWidthF((0.7 + 5.3 * share[k]) * density)
            painter.setPen(pen)
            painter.drawPath(self._paths[k])
        if self.selected:
            painter.setPen(QPen(theme.color("accent", 0.3), 1.0))
            for path in self._paths[:400]:
                painter.drawPath(path)
        if self.chosen is not None and self.chosen < len(self._paths):
            painter.setPen(QPen(theme.color("accent"), 1.6, Qt.PenStyle.DashLine))
            painter.drawPath(self._paths[self.chosen])


def _curve(points: FloatArray) -> QPainterPath:
    start, one, two, end = (QPointF(*point) for point in points)
    path = QPainterPath(start)
    path.cubicTo(one, two, end)
    return path


def _distance_to_polyline(points: FloatArray, pos: QPointF) -> float:
    start, along = points[:-1], np.diff(points, axis=0)
    to = np.array([pos.x(), pos.y()]) - start
    share = np.clip((to * along).sum(1) / np.maximum((along**2).sum(1), 1e-9), 0, 1)
    offset = to - share[:, None] * along
    return float(np.hypot(offset[:, 0], offset[:, 1]).min())


class GhostItem(QGraphicsItem):
    """What a gesture would do, before it does: a layer or a link in outline, and a word about it."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme | None = None
        self._place: LayerPlace | None = None
        self._lines: list[tuple[QPointF, QPointF]] = []
        self.text = ""
        self._text_at = QPointF()
        self.forbidden = False
        self.setZValue(5)

    def show_ghost(
        self,
        lines: list[tuple[QPointF, QPointF]],
        text: str,
        text_at: QPointF,
        place: LayerPlace | None = None,
        forbidden: bool = False,
    ) -> None:
        self.prepareGeometryChange()
        self._place, self._lines, self.forbidden = place, lines, forbidden
        self.text, self._text_at = text, text_at
        self.setVisible(True)
        self.update()

    def boundingRect(self) -> QRectF:
        # Not the scene's own rectangle: that may ask every item for its bounds, this one too.
        return QRectF(-20_000, -20_000, 40_000, 40_000)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self.theme
        if theme is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = "warning" if self.forbidden else "accent"
        painter.setPen(QPen(theme.color(token, 0.45 if self._place else 1.0), 1.2))
        for start, end in self._lines:
            if self._place is None:
                painter.setPen(QPen(theme.color(token), 2, Qt.PenStyle.DashLine))
            painter.drawLine(start, end)
        if self._place is not None:
            self._paint_layer(painter, theme, self._place)
        paint_bubble(painter, theme, self._text_at, [self.text], token)

    def _paint_layer(self, painter: QPainter, theme: Theme, place: LayerPlace) -> None:
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(QBrush(theme.color("surface")))
        tile = place.tile
        for y in place.slots:
            rect = QRectF(place.x - tile / 2, y - tile / 2, tile, tile)
            painter.drawRoundedRect(rect, min(8.0, tile / 4), min(8.0, tile / 4))
        if place.folded:
            painter.setPen(theme.color("accent"))
            painter.setFont(text_font(SMALL_SIZE))
            rect = QRectF(place.x - 60, place.gap_y - 10, 120, 20)
            painter.drawText(rect, Align.AlignCenter, f"⋮ {place.folded:,} more ⋮")


class HoverCard(QGraphicsItem):
    """Exact numbers beside the pointer, at the same size however far the view is zoomed."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme | None = None
        self._lines: list[str] = []
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(10)
        self.setVisible(False)

    def show_lines(self, lines: list[str], at: QPointF) -> None:
        """The first line in small, the others bold."""
        if lines != self._lines:
            self.prepareGeometryChange()
            self._lines = lines
        self.setPos(at)
        self.setVisible(True)
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, -80, 420, 110)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.theme is not None and self._lines:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_bubble(painter, self.theme, QPointF(14, -14), self._lines, "text")


def paint_bubble(
    painter: QPainter, theme: Theme, at: QPointF, lines: list[str], token: str
) -> None:
    """A small card with text; ``at`` is its bottom left. Several lines: the first is secondary."""
    if not any(lines):
        return
    fonts = [text_font(TEXT_SIZE, bold=True)]
    if len(lines) > 1:
        fonts = [text_font(SMALL_SIZE), *[text_font(TITLE_SIZE, bold=True)] * (len(lines) - 1)]
    metrics = [QFontMetricsF(font) for font in fonts]
    widths = [m.horizontalAdvance(t) for m, t in zip(metrics, lines, strict=True)]
    height = sum(m.height() for m in metrics) + 12
    card = QRectF(at.x(), at.y() - height, max(widths) + 20, height)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("surface"))
    painter.drawRoundedRect(card, 6, 6)
    y = card.top() + 6
    for k, (font, metric, line) in enumerate(zip(fonts, metrics, lines, strict=True)):
        painter.setFont(font)
        painter.setPen(theme.color("secondary" if len(lines) > 1 and k == 0 else token))
        painter.drawText(QPointF(card.left() + 10, y + metric.ascent()), line)
        y += metric.height()


__all__ = ["LABEL_GAP", "BundleItem", "GhostItem", "HoverCard", "LayerItem", "paint_bubble"]
