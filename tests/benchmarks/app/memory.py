"""Memory of the app after a million updates, beside what it was after ten thousand."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from bpstudio.gui.main_window import MainWindow
from bpstudio.model.project import Project
from tests.benchmarks.app.figures import Figure
from tests.benchmarks.app.window import SETTLE_SECONDS, Scene, live, live_until, open_window

FEW, MANY = 10_000, 1_000_000


def measure(scene: Scene, seconds: float) -> list[Figure]:
    """``seconds`` is not needed: the updates are counted."""
    epoch = scene.rows // scene.batch
    with open_window(scene.project(FEW // epoch)) as window:
        few = memory_after_run(window)
        rest = (MANY - FEW) // epoch

        def longer(project: Project) -> Project:
            return project.with_config(replace(project.config, epochs=rest))

        window.document.edit("Epochs", longer)
        many = memory_after_run(window)
        updates = window.document.project.epoch * epoch
    row = f"memory, {scene.name}"
    return [
        Figure(row, f"after {FEW:,} updates", few / 1e6, "MB"),
        Figure(row, f"after {updates:,} updates", many / 1e6, "MB"),
        Figure(row, "growth", 100 * (many / few - 1), "%", most=5),
    ]


def memory_after_run(window: MainWindow) -> int:
    """Bytes in use when the run has ended by itself and the window has shown it."""
    window.runner.play()
    live_until(lambda: not window.runner.running)
    live(SETTLE_SECONDS)
    return resident_bytes()


def resident_bytes() -> int:
    """What the process holds now; where the system does not say, the most it has held."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
