"""A canvas that runs from bottom to top is one that runs from left to right, turned.

Everything keeps its scene position; the view turns the scene by a quarter, and what has to stay upright,
text and pictures, turns back around a point of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QTransform

ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Where each arrow points on the screen."""
QUARTER = -90.0
"""Degrees from left-to-right to bottom-to-top: what grew to the right grows upward."""


def view_transform(scale: float, turned: bool) -> QTransform:
    """From the scene to a view, but for where it looks."""
    transform = QTransform.fromScale(scale, scale)
    return transform.rotate(QUARTER) if turned else transform


def is_turned(transform: QTransform) -> bool:
    """Whether a transform shows the scene turned."""
    return abs(transform.m12()) > abs(transform.m11())


def scale_of(transform: QTransform) -> float:
    """Screen pixels per scene pixel, however the view is turned."""
    return math.hypot(transform.m11(), transform.m12())


@contextmanager
def level(painter: QPainter, at: QPointF) -> Iterator[None]:
    """Paint around a point, which becomes (0, 0), upright however the view is turned."""
    painter.save()
    painter.translate(at)
    if is_turned(painter.worldTransform()):
        painter.rotate(-QUARTER)
    try:
        yield
    finally:
        painter.restore()


def in_scene(dx: float, dy: float, turned: bool) -> tuple[float, float]:
    """A direction on the screen as one in the scene."""
    return (-dy, dx) if turned else (dx, dy)
