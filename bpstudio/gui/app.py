"""Starting the app, making a window, and drawing one to a picture without a display."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from bpstudio.engines.choice import prepare
from bpstudio.files.resources import resource
from bpstudio.files.samples import starter
from bpstudio.gui.main_window import MainWindow
from bpstudio.gui.sweeper import Sweeper
from bpstudio.gui.theme import THEMES, ThemeHolder, system_theme
from bpstudio.model.project import Project

MINIMUM_SIZE = 960, 620
FIRST_SIZE = 1440, 900
SWITCH_SECONDS = 0.0001
"""How long one thread keeps the interpreter while another waits: with Python's 5 ms a run that only
looks in between native calls would stand still while the window paints."""
PATIENCE_MS = 20_000
"""How long a picture of the window waits for the connections of a large network."""


def application() -> QApplication:
    """The one QApplication, made if there is none."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    sys.setswitchinterval(SWITCH_SECONDS)
    # Qt would hand parts of a scaled picture to threads of its own, and a frame would wait for these
    # behind the run, which has the other cores.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("bpstudio")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resource("icons", "app.svg"))))
    return app


def create_window(
    project: Project | None = None, path: Path | None = None, theme: str | None = None
) -> MainWindow:
    """The main window on a project (None: the starter), without entering the event loop.

    ``theme`` is light or dark; None follows the desktop.
    """
    app = application()
    themes = ThemeHolder()
    themes.set(app, THEMES[theme] if theme is not None else system_theme())
    window = MainWindow(starter() if project is None else project, themes, path)
    window.setMinimumSize(*MINIMUM_SIZE)
    window.resize(*FIRST_SIZE)
    return window


def run_app(project: Project | None = None, path: Path | None = None) -> int:
    """Open the window and stay until it is closed; the exit code.

    ``path`` is where the project lives, or a data file to open in the starter.
    """
    app = application()
    window = create_window(project, path if project is not None else None)
    window.show()
    prepare(window.document.project.config.dtype)
    if project is None and path is not None:
        window.open_path(path)
    sweeper = Sweeper()
    code = app.exec()
    sweeper.stop()
    delete_now(window)
    return code


def draw_window(
    project: Project | None,
    out: Path,
    size: tuple[int, int] = FIRST_SIZE,
    theme: str = "light",
) -> None:
    """Draw the main window with a project to a PNG file; no display is needed."""
    if "QT_QPA_PLATFORM" not in os.environ and QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = application()
    window = create_window(project, theme=theme)
    window.resize(*size)
    window.show()
    window.data_panel.gallery.load_now()
    for _ in range(3):
        app.processEvents()
    _wait_until_exact(window)
    picture = window.grab()
    window.close()
    delete_now(window)
    if not picture.save(str(out), "PNG"):
        raise OSError(f"The picture could not be written to {out}: choose another place.")


def delete_now(window: MainWindow) -> None:
    """Have a window go now: widgets that are alive when the interpreter exits crash it."""
    window.deleteLater()
    # Without an event loop nothing else makes deleteLater come true.
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def _wait_until_exact(window: MainWindow) -> None:
    if window.canvas.is_exact:
        return
    loop, patience = QEventLoop(), QTimer()
    patience.setSingleShot(True)
    patience.timeout.connect(loop.quit)
    window.canvas.exact_shown.connect(loop.quit)
    patience.start(PATIENCE_MS)
    loop.exec()
