"""Pens for what is as wide on the screen however far the view is zoomed: outlines, guides, marks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

Style = Qt.PenStyle


def screen_pen(
    painter: QPainter, color: QColor, width: float, style: Style = Style.SolidLine
) -> QPen:
    """A pen ``width`` pixels wide, whatever the scale of the view and of the screen, with round ends
    where it is not dashed."""
    # Qt takes the width of a cosmetic pen for pixels of the device.
    pen = QPen(color, width * painter.device().devicePixelRatioF(), style)
    pen.setCosmetic(True)
    if style == Style.SolidLine:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
