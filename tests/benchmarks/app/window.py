"""A real window with a project on it, and time to live in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QEventLoop, QTimer

from bpstudio.gui.app import create_window, delete_now
from bpstudio.gui.main_window import MainWindow
from bpstudio.gui.speed import FULL
from bpstudio.gui.sweeper import Sweeper
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import Dataset
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.benchmarks.works import class_data

FOREVER = 100_000_000
SETTLE_SECONDS = 1.0
LIMIT_SECONDS = 900.0


@dataclass(frozen=True)
class Scene:
    """A network with data made on the spot, and how it is trained while the window is watched."""

    shape: str
    batch: int
    dtype: str
    rows: int

    @property
    def name(self) -> str:
        return f"{self.shape} {'online' if self.batch == 1 else f'in batches of {self.batch}'}"

    def project(self, epochs: int = FOREVER) -> Project:
        topology = Topology.parse(self.shape)
        X, Y = class_data(topology.input.size, topology.output.size, self.rows)
        config = TrainingConfig(
            batch_size=self.batch, learning_rate=0.05, epochs=epochs, dtype=self.dtype
        )
        return Project.create(topology, Dataset.from_arrays(X, Y), config)


SMALL = Scene("4-8-3", 1, "float64", 200)
MIDDLE = Scene("784-30-10", 1, "float32", 1000)
LARGE = Scene("784-300-100-10", 128, "float32", 1280)
WIDE = Scene("784-1000-10", 128, "float32", 1280)


@contextmanager
def open_window(project: Project) -> Iterator[MainWindow]:
    """A window that is shown and painted, and closed after its use."""
    window = create_window(project, theme="light")
    window.runner.keep_pace(FULL)
    window.show()
    sweeper = Sweeper()
    live(SETTLE_SECONDS)
    try:
        yield window
    finally:
        window.runner.stop()
        window.document.stack.setClean()
        window.close()
        sweeper.stop()
        delete_now(window)


def live(seconds: float) -> None:
    """Let the window work for so long, in the event loop as in the app."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def live_until(condition: Callable[[], bool]) -> None:
    """Let the window work until something holds; TimeoutError after LIMIT_SECONDS."""
    loop, timer, steps = QEventLoop(), QTimer(), [0]
    period = 0.02

    def look() -> None:
        steps[0] += 1
        if condition() or steps[0] * period > LIMIT_SECONDS:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(round(period * 1000))
    loop.exec()
    timer.stop()
    if not condition():
        raise TimeoutError(f"Nothing came of it in {LIMIT_SECONDS:.0f} s.")


def start_run(window: MainWindow) -> None:
    """Play, until the run is on its way: compiled, warm, and showing its news."""
    window.runner.play()
    live_until(lambda: window.document.shown.epoch >= 1)
    live(SETTLE_SECONDS)


def use_two_cores() -> None:
    """The window's core and the run's."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-2:])
