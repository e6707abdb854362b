"""What hovers above the canvas: the ghost of what a gesture would do, and a card of exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.anywhere import Anywhere
from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.pens import screen_pen
from bpstudio.gui.canvas.turn import scale_of
from bpstudio.gui.theme import SMALL_SIZE, TEXT_SIZE, TITLE_SIZE, Theme, text_font

Align = Qt.AlignmentFlag
Line: TypeAlias = tuple[QPointF, QPointF]
SHADOW, SPREAD = 14, 3
"""How dark the shadow of a card is where it is thinnest, of 255, and how far it reaches beyond it."""
BESIDE = 14.0
"""How far from the pointer its card is."""
EDGE = 4.0
"""How far from the edge of the view a card stays."""
END = 4.0
"""Half the size of what a link ends in while it is drawn, in screen pixels."""


class GhostItem(Anywhere):
    """What a gesture would do, before it does: layers, a link, or what a rubber band takes, in outline,
    and a word about it."""

    def __init__(self) -> None:
        super().__init__()
        self.places: Sequence[LayerPlace] = ()
        """Where layers would be."""
        self.lines: Sequence[Line] = ()
        """Where links would be."""
        self.guides: Sequence[Line] = ()
        """What the layers would stand in line with."""
        self.band = QRectF()
        self.text = ""
        self._text_at = QPointF()
        self.forbidden = False
        self.setZValue(5)

    def show_ghost(
        self,
        lines: Sequence[Line],
        text: str,
        text_at: QPointF,
        *places: LayerPlace,
        forbidden: bool = False,
        guides: Sequence[Line] = (),
        band: QRectF | None = None,
    ) -> None:
        """Show links along these lines, layers at these places, guides, and a rubber band."""
        self.prepareGeometryChange()
        self.places, self.lines, self.guides = places, lines, guides
        self.band = QRectF() if band is None else band
        self.forbidden = forbidden
        self.text, self._text_at = text, text_at
        self.setVisible(True)
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self.theme
        if theme is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = "warning" if self.forbidden else "accent"
        if not self.band.isEmpty():
            painter.setPen(screen_pen(painter, theme.color("accent"), 1.0))
            painter.setBrush(theme.color("accent", 0.08))
            painter.drawRect(self.band)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(screen_pen(painter, theme.color("accent"), 1.0))
        for start, end in self.guides:
            painter.drawLine(start, end)
        if self.places:
            painter.setPen(screen_pen(painter, theme.color(token, 0.45), 1.2))
            for start, end in self.lines:
                painter.drawPath(_course(start, end))
            for place in self.places:
                self._paint_layer(painter, theme, place)
        else:
            for start, end in self.lines:
                self._paint_link(painter, theme.color(token), start, end)
        if self.text:
            self._paint_text(
                painter, theme, token, None if widget is None else QRectF(widget.rect())
            )

    def _paint_text(self, painter: QPainter, theme: Theme, token: str, room: QRectF | None) -> None:
        """The word, as large as any text however far the view is zoomed, and inside it."""
        at = painter.worldTransform().map(self._text_at)
        painter.save()
        painter.resetTransform()
        corner = at + beside(bubble_size([self.text]), at, room)
        paint_bubble(painter, theme, corner, [self.text], token)
        painter.restore()

    def _paint_link(self, painter: QPainter, color: QColor, start: QPointF, end: QPointF) -> None:
        """A link to be: it ends in a dot, a forbidden one is dashed and ends in a cross."""
        forbidden = self.forbidden
        style = Qt.PenStyle.DashLine if forbidden else Qt.PenStyle.SolidLine
        painter.setPen(screen_pen(painter, color, 2.0, style))
        painter.drawPath(_course(start, end))
        painter.setPen(screen_pen(painter, color, 2.0))
        size = END / scale_of(painter.worldTransform())
        if forbidden:
            painter.drawLine(end + QPointF(-size, -size), end + QPointF(size, size))
            painter.drawLine(end + QPointF(-size, size), end + QPointF(size, -size))
            return
        painter.setBrush(color)
        painter.drawEllipse(end, size, size)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_layer(self, painter: QPainter, theme: Theme, place: LayerPlace) -> None:
        painter.setPen(screen_pen(painter, theme.color("accent"), 1.5))
        painter.setBrush(theme.color("surface", 0.85))
        tile = place.tile
        if place.folded:
            strip = QRectF(place.x - tile / 2, place.top, tile, 2 * place.half_height)
            painter.drawRoundedRect(strip, 6, 6)
            return
        for y in place.slots:
            rect = QRectF(place.x - tile / 2, y - tile / 2, tile, tile)
            painter.drawRoundedRect(rect, min(8.0, tile / 4), min(8.0, tile / 4))


def _course(start: QPointF, end: QPointF) -> QPainterPath:
    """As connections run: level where they leave and where they arrive."""
    bend = QPointF((end.x() - start.x()) / 2, 0)
    path = QPainterPath(start)
    path.cubicTo(start + bend, end - bend, end)
    return path


class HoverCard(QGraphicsItem):
    """Exact numbers beside the pointer, at the same size however far the view is zoomed."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme | None = None
        self.lines: list[str] = []
        """What it says."""
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(10)
        self.setVisible(False)

    def show_lines(self, lines: list[str]) -> None:
        """The first line in small, the others bold."""
        if lines != self.lines:
            self.lines = lines
            self.update()
        self.setVisible(True)

    def boundingRect(self) -> QRectF:
        return QRectF(-420, -120, 840, 240)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.theme is not None and self.lines:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            at = painter.worldTransform().map(QPointF(0, 0))
            room = None if widget is None else QRectF(widget.rect())
            paint_bubble(painter, self.theme, self.corner(at, room), self.lines, "text")

    def corner(self, at: QPointF, room: QRectF | None) -> QPointF:
        """Bottom left of the card from the pointer, which is ``at`` a place of the ``room``."""
        return beside(bubble_size(self.lines), at, room)


def beside(size: QSizeF, at: QPointF, room: QRectF | None) -> QPointF:
    """Bottom left of a card of this size, from the place it speaks of, which is ``at`` a place of the
    ``room``: to its upper right, further left or below where that would not be seen whole."""
    x, y = BESIDE, -BESIDE
    if room is None:
        return QPointF(x, y)
    room = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
    if at.y() + y - size.height() < room.top():
        y = BESIDE + size.height()
    x = max(min(at.x() + x, room.right() - size.width()), room.left()) - at.x()
    y = min(max(at.y() + y, room.top() + size.height()), room.bottom()) - at.y()
    return QPointF(x, y)


def paint_bubble(
    painter: QPainter, theme: Theme, at: QPointF, lines: list[str], token: str
) -> None:
    """A small card with text; ``at`` is its bottom left. Several lines: the first is secondary."""
    if not any(lines):
        return
    fonts = _fonts(lines)
    metrics = [QFontMetricsF(font) for font in fonts]
    size = bubble_size(lines)
    card = QRectF(QPointF(at.x(), at.y() - size.height()), size)
    # A soft shadow: what hovers is above what it stands on, in lines and discs of every colour.
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, SHADOW))
    for spread in range(1, SPREAD + 1):
        painter.drawRoundedRect(card.adjusted(-spread, 1 - spread, spread, 1 + spread), 8, 8)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("surface"))
    painter.drawRoundedRect(card, 6, 6)
    y = card.top() + 6
    for k, (font, metric, line) in enumerate(zip(fonts, metrics, lines, strict=True)):
        painter.setFont(font)
        painter.setPen(theme.color("secondary" if len(lines) > 1 and k == 0 else token))
        painter.drawText(QPointF(card.left() + 10, y + metric.ascent()), line)
        y += metric.height()


def bubble_size(lines: list[str]) -> QSizeF:
    """How large a card with these lines is."""
    metrics = [QFontMetricsF(font) for font in _fonts(lines)]
    widths = [m.horizontalAdvance(t) for m, t in zip(metrics, lines, strict=True)]
    return QSizeF(max(widths) + 20, sum(m.height() for m in metrics) + 12)


def _fonts(lines: list[str]) -> list[QFont]:
    """A font for each line: a single one is bold, of several the first is small."""
    if len(lines) == 1:
        return [text_font(TEXT_SIZE, bold=True)]
    return [text_font(SMALL_SIZE), *[text_font(TITLE_SIZE, bold=True)] * (len(lines) - 1)]
