"""A window on the worked example, whose numbers are known digit for digit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from bpstudio.files.lessons import load_lesson
from bpstudio.gui.main_window import MainWindow
from tests.gui.windows import closed, opened


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = opened(qtbot, load_lesson("worked-example"))
    yield window
    closed(window)
