"""The canvas while the run takes a core: how long a frame of panning or zooming takes."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from bpstudio.gui.canvas.view import CanvasView
from tests.benchmarks.app.figures import Figure
from tests.benchmarks.app.window import MIDDLE, SMALL, WIDE, Scene, live, open_window, start_run

FRAMES = 150
"""Of panning, and as many of zooming."""
BETWEEN = 0.016
LIMITS = {SMALL: 8.0, MIDDLE: 12.0, WIDE: 16.0}
NO_KEYS = Qt.KeyboardModifier.NoModifier
MIDDLE_BUTTON, NO_BUTTON = Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton


def measure(scene: Scene, seconds: float) -> list[Figure]:
    """``seconds`` is not needed: the frames are counted."""
    with open_window(scene.project()) as window:
        start_run(window)
        frames = 1000 * np.array(zooms(window.canvas) + pans(window.canvas))
    row = f"canvas, {scene.name}"
    return [
        Figure(row, "pan or zoom frame, median", float(np.median(frames)), "ms"),
        Figure(
            row,
            "pan or zoom frame, 99th percentile",
            float(np.percentile(frames, 99)),
            "ms",
            most=LIMITS[scene],
        ),
    ]


def frame(canvas: CanvasView, act: Callable[[], None]) -> float:
    """Seconds from the hand's event to the painted picture; then the window lives a little."""
    began = time.perf_counter()
    act()
    canvas.viewport().repaint()
    elapsed = time.perf_counter() - began
    live(BETWEEN)
    return elapsed


def zooms(canvas: CanvasView) -> list[float]:
    """Some steps of the wheel in, as many out."""
    viewport = canvas.viewport()
    at = QPointF(viewport.rect().center()) + QPointF(60, -40)
    steps = [120 if k % 20 < 10 else -120 for k in range(FRAMES)]

    def turn(step: int) -> Callable[[], None]:
        def act() -> None:
            event = QWheelEvent(
                at, QPointF(viewport.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, step),
                NO_BUTTON, NO_KEYS, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(viewport, event)

        return act

    return [frame(canvas, turn(step)) for step in steps]


def pans(canvas: CanvasView) -> list[float]:
    """A drag with the middle button, round and round."""
    centre = QPointF(canvas.viewport().rect().center())
    ways = 2 * np.pi * np.arange(FRAMES) / 50
    points = [centre + QPointF(120 * np.sin(a), 80 * np.cos(a)) for a in ways]
    mouse(canvas, QEvent.Type.MouseButtonPress, points[0], MIDDLE_BUTTON)

    def move(point: QPointF) -> Callable[[], None]:
        return lambda: mouse(canvas, QEvent.Type.MouseMove, point, NO_BUTTON)

    times = [frame(canvas, move(point)) for point in points]
    mouse(canvas, QEvent.Type.MouseButtonRelease, points[-1], MIDDLE_BUTTON)
    return times


def mouse(canvas: CanvasView, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
    viewport = canvas.viewport()
    held = NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else MIDDLE_BUTTON
    place = QPointF(viewport.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(viewport, QMouseEvent(kind, at, place, button, held, NO_KEYS))
