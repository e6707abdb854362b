"""From the start of a fresh process to its first painted window."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

import bpstudio as bp
from bpstudio.model.dataset import Dataset
from tests.benchmarks.app.figures import Figure
from tests.benchmarks.app.window import Scene

STARTS = 7


def measure(scene: Scene, seconds: float) -> list[Figure]:
    """Caches are warm: what is compiled once has been compiled, the files have been read."""
    project = scene.project(epochs=1)
    dataset: Dataset | None = project.dataset
    assert dataset is not None
    bp.train(project.network, dataset, project.config)
    start()
    times = [start() for _ in range(STARTS)]
    median = float(np.median(times))
    return [Figure("start-up, warm cache", "first painted window", median, "s", most=1.2)]


def start() -> float:
    """Seconds until the window is painted."""
    command = [sys.executable, "-m", "tests.benchmarks.app.first_paint"]
    began = time.time()
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(result.stdout.split()[-1]) - began
