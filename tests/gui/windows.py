"""Opening a window for a test, and having it go afterwards."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from bpstudio.gui.app import create_window, delete_now
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.project import Project


def opened(qtbot: QtBot, project: Project | None = None) -> MainWindow:
    """A window on the project (None: the starter) that is on the screen."""
    window = create_window(project, theme="light")
    window.show()
    qtbot.waitExposed(window)
    return window


def closed(window: MainWindow) -> None:
    """Close and delete it, without a question about what is not saved."""
    window.runner.stop()
    window.document.stack.setClean()
    window.close()
    delete_now(window)
