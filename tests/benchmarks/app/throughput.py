"""Rows a second while the window shows loss, heatmaps and canvas, beside the run without a window."""

from __future__ import annotations

import time

import numpy as np

from bpstudio.gui.main_window import MainWindow
from bpstudio.model.dataset import TRAIN
from bpstudio.model.project import Project
from bpstudio.training.control import Control
from bpstudio.training.events import Finished
from bpstudio.training.mailbox import Mailbox
from bpstudio.training.session import Session
from tests.benchmarks.app.figures import Figure
from tests.benchmarks.app.window import Scene, live, open_window, start_run

ROUNDS = 5


def measure(scene: Scene, seconds: float) -> list[Figure]:
    """Both in turn, medians of ROUNDS."""
    project = scene.project()
    headless(project, seconds)
    shares, frames = [], []
    with open_window(project) as window:
        for _ in range(ROUNDS):
            alone = headless(project, seconds)
            start_run(window)
            rate, frames_a_second = watched(window, seconds)
            window.runner.stop()
            shares.append(100 * rate / alone)
            frames.append(frames_a_second)
    row = f"throughput, {scene.name}"
    return [
        Figure(row, "rows a second of the headless run's", float(np.median(shares)), "%", least=95),
        Figure(row, "frames shown a second", float(np.median(frames)), "frames", least=29),
    ]


def headless(project: Project, seconds: float) -> float:
    """Rows a second of wall time, with this thread asleep."""
    assert project.dataset is not None
    mailbox, control = Mailbox(), Control()
    session = Session(project.network, project.dataset, project.config, mailbox, control)
    began = time.perf_counter()
    session.start()
    time.sleep(seconds)
    control.stop()
    session.join()
    elapsed = time.perf_counter() - began
    (finished,) = (e for e in mailbox.take_lifecycle() if isinstance(e, Finished))
    return finished.result.rows / elapsed


def watched(window: MainWindow, seconds: float) -> tuple[float, float]:
    """Rows and frames a second of wall time, from the first frame that all parts show to the last."""
    frames: list[tuple[float, int]] = []

    def note(shown: Project) -> None:
        assert shown.dataset is not None
        rows = shown.epoch * len(shown.dataset.rows(TRAIN)) + shown.progress.position
        frames.append((time.perf_counter(), rows))

    window.turns.shown.connect(note)
    live(seconds)
    window.turns.shown.disconnect(note)
    (began, first), (ended, last) = frames[0], frames[-1]
    return (last - first) / (ended - began), (len(frames) - 1) / (ended - began)
