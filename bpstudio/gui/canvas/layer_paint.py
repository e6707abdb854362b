"""Parts of a layer on the canvas that are painted alike for every layer: buttons, counts, words."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from bpstudio.gui.theme import SMALL_SIZE, TEXT_SIZE, Theme, text_font

LEAST_TEXT, MOST_ENLARGED = 11.0, 1.6
"""Words stay this large on the screen however small the rest becomes, in pixels; but they are not
enlarged more than this."""


def words_enlarged(painter: QPainter) -> float:
    """How much words are enlarged so that they can be read on the screen."""
    transform = painter.worldTransform()
    scale = math.hypot(transform.m11(), transform.m12())
    return max(1.0, min(MOST_ENLARGED, LEAST_TEXT / (TEXT_SIZE * scale)))


def paint_button(painter: QPainter, theme: Theme, rect: QRectF, sign: str, state: str) -> None:
    """A round button with a drawn sign: plus, minus, arrows apart (unfold) or together (fold).

    ``state``: hot under the pointer, active where its layer is, or "".
    """
    edge = {"hot": "accent", "active": "secondary"}.get(state, "line")
    painter.setPen(QPen(theme.color(edge), 1.2))
    painter.setBrush(theme.color("hover" if state == "hot" else "surface"))
    painter.drawEllipse(rect)
    painter.setPen(QPen(theme.color("text" if state else "secondary"), 1.4))
    middle = rect.center()
    if sign in ("plus", "minus"):
        painter.drawLine(middle + QPointF(-4, 0), middle + QPointF(4, 0))
        if sign == "plus":
            painter.drawLine(middle + QPointF(0, -4), middle + QPointF(0, 4))
        return
    for side in (-1, 1):
        tip, base = (5.5, 2.5) if sign == "unfold" else (1.5, 4.5)
        for wing in (-3, 3):
            painter.drawLine(middle + QPointF(0, side * tip), middle + QPointF(wing, side * base))


def paint_count(painter: QPainter, theme: Theme, count: int) -> None:
    """How many neurons a strip stands for, in a pill around (0, 0)."""
    painter.setFont(text_font(SMALL_SIZE, bold=True))
    text = f"{count:,}"
    width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 12
    pill = QRectF(-width / 2, -9, width, 18)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("surface"))
    painter.drawRoundedRect(pill, 9, 9)
    painter.setPen(theme.color("text"))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
