"""How long the window's thread is away: gaps of a 5 ms timer during a run at full speed."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import Qt, QTimer

from tests.benchmarks.app.figures import Figure
from tests.benchmarks.app.window import Scene, live, open_window, start_run

TICKS = 2000
"""At least: the 99th percentile of fewer gaps is a matter of luck."""


def measure(scene: Scene, seconds: float) -> list[Figure]:
    with open_window(scene.project()) as window:
        start_run(window)
        gaps = timer_gaps(max(seconds, TICKS * 0.005))
    row = f"gaps of a 5 ms timer, {scene.name}"
    milliseconds = 1000 * np.array(gaps)
    return [
        Figure(row, "median", float(np.median(milliseconds)), "ms"),
        Figure(row, "99th percentile", float(np.percentile(milliseconds, 99)), "ms", most=16),
        Figure(row, "longest", float(milliseconds.max()), "ms", most=100),
    ]


def timer_gaps(seconds: float) -> list[float]:
    """Seconds between the ticks, for so long."""
    ticks: list[float] = []

    def tick() -> None:
        ticks.append(time.perf_counter())

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(5)
    live(seconds)
    timer.stop()
    return list(np.diff(ticks))
