"""What every test of the window needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpstudio.gui.panels import base


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panels never rest: on a busy machine they would show what a test asks for some frames later."""
    monkeypatch.setattr(base, "FRAME_BUDGET", 1e9)


@pytest.fixture(autouse=True)
def own_preferences(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What one test sets for the window is not there for the next."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
