"""What every test of the window needs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from bpstudio.gui.panels import base


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panels never rest: on a busy machine they would show what a test asks for some frames later."""
    monkeypatch.setattr(base, "FRAME_BUDGET", 1e9)


@pytest.fixture(autouse=True)
def unswept() -> Iterator[None]:
    """As in the app, no other thread than the window's lets go of widgets that hold each other."""
    gc.disable()
    yield
    # Now, and not while someone asks Qt for a list of all widgets.
    gc.collect(1)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def emptied_clipboard(qapp: QApplication) -> Iterator[None]:
    """Without a display the clipboard outlives Python, and what Python made would crash it."""
    yield
    qapp.clipboard().clear()


@pytest.fixture(autouse=True)
def own_preferences(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What one test sets for the window is not there for the next."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
