"""What every test of the window needs."""

from __future__ import annotations

import pytest

from bpstudio.gui.panels import base


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panels never rest: on a busy machine they would show what a test asks for some frames later."""
    monkeypatch.setattr(base, "FRAME_BUDGET", 1e9)
