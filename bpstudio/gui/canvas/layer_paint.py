"""Parts of a layer on the canvas that are painted alike for every layer: buttons, counts, words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QTransform

from bpstudio.gui.canvas.turn import scale_of
from bpstudio.gui.theme import SMALL_SIZE, TEXT_SIZE, Theme, text_font

LEAST_TEXT, MOST_ENLARGED = 11.0, 1.6
"""Words stay this large on the screen however small the rest becomes, in pixels; but they are not
enlarged more than this."""
MOST_GROWN = 1.35
"""Buttons and handles are at most so many times their size on the screen, however near one looks."""


def words_enlarged(transform: QTransform) -> float:
    """How much words are enlarged so that they can be read on the screen."""
    return max(1.0, min(MOST_ENLARGED, LEAST_TEXT / (TEXT_SIZE * scale_of(transform))))


def handles_enlarged(transform: QTransform) -> float:
    """How much what a hand takes hold of is enlarged, or made smaller where one looks from near."""
    return min(words_enlarged(transform), MOST_GROWN / scale_of(transform))


def paint_button(painter: QPainter, theme: Theme, rect: QRectF, sign: str, state: str) -> None:
    """A round button with a drawn sign: plus, minus, arrows apart (unfold) or together (fold).

    ``state``: hot under the pointer, active where its layer is, or "".
    """
    edge = {"hot": "accent", "active": "secondary"}.get(state, "line")
    painter.setPen(QPen(theme.color(edge), 1.6 if state == "hot" else 1.2))
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


def paint_grip(painter: QPainter, theme: Theme, size: float, hot: bool) -> None:
    """The handle that is pulled, around (0, 0): thicker where the pointer is on it."""
    half = (4.0 if hot else 2.5) * size
    grip = QRectF(-14 * size, -half, 28 * size, 2 * half)
    # Its edge parts it from what it stands on.
    painter.setPen(QPen(theme.color("surface"), 2 * size))
    painter.setBrush(theme.color("accent"))
    painter.drawRoundedRect(grip, half, half)


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
