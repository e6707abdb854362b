"""What hovers above the canvas: the ghost of what a gesture would do, and a card of exact numbers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.turn import level
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
        with level(painter, self._text_at):
            paint_bubble(painter, theme, QPointF(0, 0), [self.text], token)

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
        """Bottom left of the card from the pointer, which is ``at`` a place of the ``room``: to its
        upper right, but on the other side where that would not be seen whole."""
        size = bubble_size(self.lines)
        x, y = BESIDE, -BESIDE
        if room is not None and at.x() + x + size.width() > room.right():
            x = -BESIDE - size.width()
        if room is not None and at.y() + y - size.height() < room.top():
            y = BESIDE + size.height()
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
