"""What hovers above the canvas: the ghost of what a gesture would do, and a card of exact numbers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.gui.canvas.turn import level
from bpstudio.gui.theme import SMALL_SIZE, TEXT_SIZE, TITLE_SIZE, Theme, text_font

Align = Qt.AlignmentFlag


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

    def show_lines(self, lines: list[str], at: QPointF) -> None:
        """The first line in small, the others bold."""
        if lines != self.lines:
            self.prepareGeometryChange()
            self.lines = lines
        self.setPos(at)
        self.setVisible(True)
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, -80, 420, 110)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.theme is not None and self.lines:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_bubble(painter, self.theme, QPointF(14, -14), self.lines, "text")


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
