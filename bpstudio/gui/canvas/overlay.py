"""What hovers above the canvas: the ghost of what a gesture would do, and a card of exact numbers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.theme import SMALL_SIZE, TEXT_SIZE, TITLE_SIZE, Theme, text_font

Align = Qt.AlignmentFlag
BESIDE = 14.0
"""How far from the pointer its card is."""


class GhostItem(QGraphicsItem):
    """What a gesture would do, before it does: a layer or a link in outline, and a word about it."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme | None = None
        self._place: LayerPlace | None = None
        self.lines: list[tuple[QPointF, QPointF]] = []
        """Where links would be."""
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
        self._place, self.lines, self.forbidden = place, lines, forbidden
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
        pen = QPen(theme.color(token, 0.45), 1.2)
        if self._place is None:
            pen = QPen(theme.color(token), 2, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for start, end in self.lines:
            painter.drawLine(start, end)
        if self._place is not None:
            self._paint_layer(painter, theme, self._place)
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

    def _paint_layer(self, painter: QPainter, theme: Theme, place: LayerPlace) -> None:
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(QBrush(theme.color("surface")))
        tile = place.tile
        if place.folded:
            strip = QRectF(place.x - tile / 2, place.top, tile, 2 * place.half_height)
            painter.drawRoundedRect(strip, tile / 4, tile / 4)
            return
        for y in place.slots:
            rect = QRectF(place.x - tile / 2, y - tile / 2, tile, tile)
            painter.drawRoundedRect(rect, min(8.0, tile / 4), min(8.0, tile / 4))


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

    def show_lines(self, lines: list[str], at: QPointF) -> None:
        """The first line in small, the others bold."""
        if lines != self.lines:
            self.prepareGeometryChange()
            self.lines = lines
        self.setPos(at)
        self.setVisible(True)
        self.update()

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
    ``room``: to its upper right, but on the other side where that would not be seen whole, and never
    outside of the room."""
    x, y = BESIDE, -BESIDE
    if room is None:
        return QPointF(x, y)
    if at.x() + x + size.width() > room.right():
        x = -BESIDE - size.width()
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
