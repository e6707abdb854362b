"""Real mouse events on the canvas, at scene positions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bpstudio.gui.canvas.view import CanvasView

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def at(view: CanvasView, x: float, y: float) -> QPoint:
    """A scene position in the viewport's pixels."""
    return view.mapFromScene(QPointF(x, y))


def drag(
    view: CanvasView,
    start: tuple[float, float],
    end: tuple[float, float],
    keys: Qt.KeyboardModifier = NO_KEYS,
    button: Qt.MouseButton = LEFT,
) -> None:
    """Press, move in steps, release: scene positions."""
    begin_drag(view, [start, end], keys, button)
    QTest.mouseRelease(view.viewport(), button, keys, at(view, *end))


def begin_drag(
    view: CanvasView,
    way: Sequence[tuple[float, float]],
    keys: Qt.KeyboardModifier = NO_KEYS,
    button: Qt.MouseButton = LEFT,
) -> None:
    """Press and move along the way, without release."""
    viewport = view.viewport()
    points = [at(view, *point) for point in way]
    QTest.mousePress(viewport, button, keys, points[0])
    for a, b in pairwise(points):
        for k in range(1, 6):
            QTest.mouseMove(viewport, a + (b - a) * k / 5)


def click(view: CanvasView, x: float, y: float, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    QTest.mouseClick(view.viewport(), LEFT, keys, at(view, x, y))


def double_click(view: CanvasView, x: float, y: float) -> None:
    """As a hand does it: a click, and the second press told as a double click."""
    click(view, x, y)
    QTest.mouseDClick(view.viewport(), LEFT, NO_KEYS, at(view, x, y))
    QTest.mouseRelease(view.viewport(), LEFT, NO_KEYS, at(view, x, y))


def wheel(
    view: CanvasView,
    spot: QPoint,
    delta: int,
    keys: Qt.KeyboardModifier = NO_KEYS,
    sideways: int = 0,
) -> None:
    """Turn the wheel at a spot of the viewport; 120 is a notch."""
    event = QWheelEvent(
        QPointF(spot),
        view.viewport().mapToGlobal(QPointF(spot)),
        QPoint(),
        QPoint(sideways, delta),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)
