"""All connections drawn for other weights, while a run takes a core, until their picture is seen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.project import Project
from bpstudio.training.control import Control
from bpstudio.training.mailbox import Mailbox
from bpstudio.training.session import Session
from tests.benchmarks.app.figures import Figure
from tests.benchmarks.app.window import MIDDLE, SMALL, WIDE, Scene, live, open_window

TIMES, PAUSE = 10, 0.1
LIMIT_MS = 300_000
LIMITS = {SMALL: 16.0, MIDDLE: 40.0, WIDE: 700.0}


def measure(scene: Scene, seconds: float) -> list[Figure]:
    """``seconds`` is not needed: the pictures are counted."""
    project = scene.project()
    rng = np.random.default_rng(0)
    vector = project.network.parameters
    times = []
    with open_window(project) as window:
        refresh(window.canvas, project)  # waits for what is compiled or loaded once
        with busy_core(project):
            for _ in range(TIMES):
                other = project.with_parameters(vector * rng.uniform(0.5, 1.5, vector.shape))
                times.append(1000 * refresh(window.canvas, other))
                live(PAUSE)
    row = f"canvas, {scene.name}"
    median, longest = float(np.median(times)), max(times)
    return [
        Figure(row, "full refresh of the connections", median, "ms", most=LIMITS[scene]),
        Figure(row, "full refresh, longest", longest, "ms"),
    ]


@contextmanager
def busy_core(project: Project) -> Iterator[None]:
    """A run that nobody watches."""
    assert project.dataset is not None
    control = Control()
    session = Session(project.network, project.dataset, project.config, Mailbox(), control)
    session.start()
    try:
        yield
    finally:
        control.stop()
        session.join()


def refresh(canvas: CanvasView, project: Project) -> float:
    """Seconds from new weights to their exact picture on the canvas."""
    began = time.perf_counter()
    canvas.show_project(project)
    if not canvas.is_exact:
        loop, limit = QEventLoop(), QTimer()
        canvas.exact_shown.connect(loop.quit)
        limit.timeout.connect(loop.quit)
        limit.start(LIMIT_MS)
        loop.exec()
        canvas.exact_shown.disconnect(loop.quit)
        limit.stop()
    if not canvas.is_exact:
        raise TimeoutError("The canvas did not say that its exact picture was there.")
    canvas.viewport().repaint()
    return time.perf_counter() - began
