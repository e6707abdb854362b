"""Gestures on a screen with two pixels for one of the view. Qt takes that for a whole process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bpstudio.gui.canvas.view import CanvasView

HERE = Path(__file__).parent
FACTOR = "QT_SCALE_FACTOR"


def test_that_the_screen_is_as_fine_as_it_was_asked_to_be(drawn: CanvasView) -> None:
    assert drawn.devicePixelRatioF() == float(os.environ.get(FACTOR, "1"))


def test_that_every_gesture_works_on_a_fine_screen() -> None:
    tests = [
        str(HERE / "test_gestures.py"),
        str(HERE / "test_ghost.py"),
        f"{__file__}::{test_that_the_screen_is_as_fine_as_it_was_asked_to_be.__name__}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *tests],
        cwd=HERE.parents[2],
        env={**os.environ, FACTOR: "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
