"""A window on the worked example, whose numbers are known digit for digit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.files.lessons import load_lesson
from bpstudio.gui.app import create_window
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.project import Project


def opened(qtbot: QtBot, project: Project) -> MainWindow:
    window = create_window(project, theme="light")
    window.show()
    qtbot.waitExposed(window)
    return window


def closed(window: MainWindow) -> None:
    window.document.stack.setClean()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents()
    QApplication.processEvents()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = opened(qtbot, load_lesson("worked-example"))
    yield window
    closed(window)
