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
from bpstudio.files.project_file import load, save
from bpstudio.gui.dialogs.ask import ask_unsaved, show_problem
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
        QMessageBox.information(self._window, "How bpstudio works", HELP)

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


HELP = (
    "Space plays and pauses; S steps one update, E one epoch; R goes back to the starting weights.\n\n"
    "Draw a vertical stroke on the canvas for a layer: its length is the number of neurons, a click is "
    "one. It splits the link it is drawn into; with Alt that stays. Drag from a layer's edge to another "
    "layer to link all of both, from a neuron for that one alone. Hold X and drag across connections to "
    "cut them, with Shift to bring pruned ones back; P shows those. Pull the handle under a layer, "
    "press + or −, or type a number while it is selected to change its size. Double-click a neuron or a "
    "connection to select it alone. Ctrl+C and Ctrl+V copy layers, also to another window; a text such "
    "as 4-8-3 can be pasted too. Everything can be undone. A layer of more than 20 neurons is a strip: "
    "a double click or U unfolds it. W shows or hides what flows during a run for the row that is "
    "explained: values forward, then deltas back.\n\n"
    "By keyboard: Tab goes from layer to layer, Enter to its neurons and on to their connections, "
    "Escape back; N draws a layer, L links, X cuts, arrows move. The wheel zooms, Space or the middle "
    "button drags the view, F shows all of it, Ctrl+B turns it from bottom to top. Ctrl+H shows every "
    "step made so far, to go back to any; below the canvas are the options of what is selected.\n\n"
    "Select a connection or a neuron to see why its weight or bias changes: point at a number and the "
    "canvas lights where it comes from, click it or press Enter to go there, Alt+Left comes back. "
    "Ctrl+Shift+E walks one row through the network: Right and Left go on and back, Page Down to the "
    "next stage, Space plays; only the last step changes the weights. The Explain menu has lessons, "
    "worksheets, the gradient check and the derivation; a right click on a formula copies it.\n\n"
    "Drop a file or a folder with data on the window, or paste a table with Ctrl+V: a screen shows what "
    "was read and what becomes of each column; Enter accepts it. Ctrl+P opens a plane to paint on. "
    "Ctrl+E exports the weights together with the scaling, so that the outputs can be computed from the "
    "raw columns."
)
