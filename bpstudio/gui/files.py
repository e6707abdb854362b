"""Opening, saving and exporting from the window: asks, calls bpstudio.files, and says what happened."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from bpstudio import __version__
from bpstudio.files.exporters import export
from bpstudio.files.formats.choice import SUFFIXES
from bpstudio.gui.dialogs.ask import ask_unsaved, show_problem
from bpstudio.gui.dialogs.help import HelpDialog
from bpstudio.gui.document import Document
from bpstudio.gui.recent import recent_files, remember
from bpstudio.gui.runner import Runner
from bpstudio.model.project import Project

if TYPE_CHECKING:
    from bpstudio.gui.main_window import MainWindow

Done = TypeVar("Done")

_DATA = " ".join(f"*{suffix}" for suffix in SUFFIXES)
OPEN_FILTER = f"Projects and data (*.bps {_DATA});;Projects (*.bps);;Data ({_DATA});;All files (*)"
EXPORT_FILTER = "NumPy (*.npz);;JSON (*.json);;CSV files in a zip (*.zip)"


class FileActions(QObject):
    """What the File menu does."""

    def __init__(self, window: MainWindow, document: Document, runner: Runner) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._runner = runner

    # Opening

    def new_project(self) -> None:
        """An empty canvas with the same data."""
        if self.may_go():
            dataset = self._document.project.dataset
            self._document.open(Project(dataset=dataset), None)

    def open_dialog(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window, "Open", self._folder(), OPEN_FILTER)
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> bool:
        """Open a project, or show the import screen for data; False if the project cannot be.

        On a problem a sentence says which and nothing changes.
        """
        if path.suffix.lower() == ".bps":
            return self._open_project(path)
        self._window.importing.open(path)
        return True

    def _open_project(self, path: Path) -> bool:
        # Loaded with the first project file: the window opens sooner without.
        from bpstudio.files.project_file import load  # noqa: PLC0415

        project = self._try(lambda: load(path), f"“{path.name}” could not be opened")
        if project is None or not self.may_go():
            return False
        self._document.open(project, path)
        remember(path)
        return True

    def add_recent_menu(self, file_menu: QMenu) -> None:
        """The files opened lately, looked up each time the menu opens."""
        self._recent = file_menu.addMenu("Open recent")
        self._recent.setObjectName("recentMenu")
        self._recent.aboutToShow.connect(self._fill_recent)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in recent_files():
            action = self._recent.addAction(str(path))
            action.setData(str(path))
            action.triggered.connect(self._on_recent)
        if self._recent.isEmpty():
            self._recent.addAction("No files yet").setEnabled(False)

    def _on_recent(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.open_path(Path(str(action.data())))

    # Saving

    def save(self) -> bool:
        """Save where the project lives; False if that did not happen."""
        path = self._document.path
        return self.save_as() if path is None else self.save_to(path)

    def save_as(self) -> bool:
        start = self._document.path or Path(self._folder()) / f"{self._document.name}.bps"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save as", str(start), "bpstudio project (*.bps)"
        )
        if not name:
            return False
        path = Path(name)
        return self.save_to(path if path.suffix else path.with_suffix(".bps"))

    def save_to(self, path: Path) -> bool:
        """Save the current project to a file."""
        self._runner.stop()
        project = self._document.project
        from bpstudio.files.project_file import save  # noqa: PLC0415

        def write() -> bool:
            save(project, path)
            return True

        if self._try(write, f"“{path.name}” could not be saved") is None:
            return False
        self._document.saved(path)
        remember(path)
        self._window.message_panel.add(f"Saved {path.name}.", False)
        return True

    def may_go(self) -> bool:
        """Whether this project may make way: nothing unsaved, or the user has decided."""
        if self._document.is_clean:
            return True
        answer = ask_unsaved(self._window, self._document.name)
        return answer == "discard" or (answer == "save" and self.save())

    # Exporting

    def export_dialog(self) -> None:
        start = Path(self._folder()) / f"{self._document.name}.npz"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export weights", str(start), EXPORT_FILTER
        )
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> bool:
        """Export what is on the screen."""
        self._runner.stop()
        project = self._document.project

        def write() -> bool:
            export(project, path)
            return True

        if self._try(write, f"“{path.name}” could not be exported") is None:
            return False
        self._window.message_panel.add(f"Exported {path.name}.", False)
        return True

    # Help

    def show_help(self) -> None:
        HelpDialog(self._window).open()

    def show_about(self) -> None:
        QMessageBox.about(
            self._window,
            "About bpstudio",
            f"bpstudio {html.escape(__version__)}\n\nDraw a neural network, train it by "
            "back-propagation, and see why every weight changes.",
        )

    def _folder(self) -> str:
        path = self._document.path
        return str(path.parent if path is not None else Path.cwd())

    def _try(self, work: Callable[[], Done], title: str) -> Done | None:
        try:
            return work()
        except (ValueError, OSError) as error:
            show_problem(self._window, title, str(error))
            return None
