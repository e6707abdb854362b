"""The app's rows, each measured in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from tests.benchmarks.report import figure_text

# What is measured (a module of this package), and on which of ``window``'s scenes.
ROWS = (
    ("throughput", "SMALL"), ("throughput", "MIDDLE"), ("throughput", "LARGE"),
    ("gaps", "SMALL"), ("gaps", "MIDDLE"), ("gaps", "LARGE"),
    ("startup", "SMALL"),
    ("memory", "SMALL"),
    ("canvas", "SMALL"), ("canvas", "MIDDLE"), ("canvas", "WIDE"),
    ("refresh", "SMALL"), ("refresh", "MIDDLE"), ("refresh", "WIDE"),
)  # fmt: skip
LIMIT_SECONDS = 1200


def measure_app(words: list[str], seconds: float, report: dict[str, Any]) -> None:
    """Adds the rows to the report, and says each as soon as it is there."""
    with tempfile.TemporaryDirectory(prefix="bpstudio-bench-") as folder:
        for what, scene in ROWS:
            name = f"app {what} {scene.lower()}"
            if words and not any(word.lower() in name for word in words):
                continue
            command = [sys.executable, "-m", "tests.benchmarks.app", what, scene, str(seconds)]
            try:
                out = subprocess.run(
                    command, env=environment(folder), stdout=subprocess.PIPE, text=True,
                    check=True, timeout=LIMIT_SECONDS,
                ).stdout  # fmt: skip
            except subprocess.SubprocessError as error:
                report["failed"][name] = str(error)
                print(f"{name}\n  cannot be measured: {error}\n", flush=True)
                continue
            figures = json.loads(out.splitlines()[-1])
            print(figure_text(figures), end="\n\n", flush=True)
            report["app"] += figures


def environment(folder: str) -> dict[str, str]:
    """No display, and nothing of the user's but the cache of what was compiled."""
    home = {f"XDG_{kind}_HOME": folder for kind in ("CONFIG", "DATA", "STATE")}
    # The app itself says so before NumPy is loaded.
    one = {"OPENBLAS_NUM_THREADS": "1"}
    return {**os.environ, **home, **one, "QT_QPA_PLATFORM": "offscreen"}
