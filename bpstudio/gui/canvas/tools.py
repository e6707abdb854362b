"""Which gesture a press begins: by the tool in hand, the keys held, and what is under the pointer."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QMouseEvent, QPainter, QPen, QPixmap

from bpstudio.gui.canvas.gestures import (
    Cut,
    DrawLayer,
    Gesture,
    LinkEnds,
    MoveLayers,
    Pan,
    RubberBand,
    StretchLayer,
)

if TYPE_CHECKING:
    from bpstudio.gui.canvas.view import CanvasView

Modifier = Qt.KeyboardModifier
Shape = Qt.CursorShape


class Tool(StrEnum):
    """What a drag with the left button does: draw and link, select and move, or cut."""

    DRAW = "draw"
    SELECT = "select"
    ERASER = "eraser"


CONNECTION = "connection"
"""What the pointer is over where a click would select a connection."""
CURSORS = {
    "handle": Shape.SizeVerCursor,
    "minus": Shape.PointingHandCursor,
    "plus": Shape.PointingHandCursor,
    "fold": Shape.PointingHandCursor,
    "label": Shape.SizeAllCursor,
    "body": Shape.PointingHandCursor,
    CONNECTION: Shape.PointingHandCursor,
    "": Shape.CrossCursor,
}
"""Of the draw tool, by the part of a layer; "" is empty canvas."""
ERASER_SIZE = 15


def cursor(
    tool: Tool, part: str, panning: bool, turned: bool = False, pixel: float = 1.0
) -> QCursor:
    """The pointer over a part of a layer, or "" over empty canvas; ``pixel`` is how many pixels of the
    screen are one of the view."""
    if part == "handle" and turned and not panning and tool is not Tool.ERASER:
        return QCursor(Shape.SizeHorCursor)
    if panning:
        return QCursor(Shape.OpenHandCursor)
    if tool is Tool.ERASER:
        return eraser_cursor(pixel)
    if tool is Tool.SELECT and part in ("", "body"):
        return QCursor(Shape.SizeAllCursor if part else Shape.ArrowCursor)
    return QCursor(CURSORS[part])


def eraser_cursor(pixel: float) -> QCursor:
    """A ring the size of what it takes, sharp where ``pixel`` pixels of the screen are one."""
    size = math.ceil((ERASER_SIZE + 4) * pixel)
    pixmap = QPixmap(size, size)
    pixmap.setDevicePixelRatio(pixel)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # Light and dark rings side by side show on every ground.
    for color, width in (("white", 3.5), ("black", 1.5)):
        painter.setPen(QPen(QColor(color), width))
        painter.drawEllipse(2, 2, ERASER_SIZE, ERASER_SIZE)
    painter.end()
    return QCursor(pixmap)


def begin(view: CanvasView, pos: QPointF, event: QMouseEvent) -> Gesture | None:
    """The gesture that a press at a scene position begins; None if it does its work at once."""
    left = event.button() == Qt.MouseButton.LeftButton
    if event.button() == Qt.MouseButton.MiddleButton or (left and view.hand.space):
        return Pan(view, pos)
    if not left:
        return None
    if view.tool is Tool.ERASER:
        return Cut(view, pos, bool(event.modifiers() & Modifier.ShiftModifier))
    item, part = view.drawing.part_at(pos)
    if item is not None:
        return _on_layer(view, pos, item.place.id, part)
    if view.tool is Tool.SELECT or event.modifiers() & Modifier.ShiftModifier:
        return RubberBand(view, pos)
    return DrawLayer(view, pos)


def _on_layer(view: CanvasView, pos: QPointF, layer_id: str, part: str) -> Gesture | None:
    match part:
        case "minus" | "plus":
            chosen = view.selection.layers
            layers = chosen if layer_id in chosen else frozenset({layer_id})
            view.editor.resize_by(layers, 1 if part == "plus" else -1)
            return None
        case "fold":
            view.editor.fold(layer_id)
            return None
        case "handle":
            return StretchLayer(view, pos, layer_id)
        case "label":
            return MoveLayers(view, pos, layer_id)
    if view.tool is Tool.SELECT:
        return MoveLayers(view, pos, layer_id)
    neuron = view.places[layer_id].neuron_under(pos.x(), pos.y())
    return LinkEnds(view, pos, layer_id, neuron)
