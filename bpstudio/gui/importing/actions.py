"""Data from outside: opened, dropped, pasted or named at the start, all by the one import screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from bpstudio.files.samples import SAMPLES, sample_proposal
from bpstudio.gui.dialogs.ask import show_problem
from bpstudio.gui.document import Document
from bpstudio.gui.importing.drops import Given, given
from bpstudio.gui.recent import remember
from bpstudio.model.adoption import adopt
from bpstudio.model.editing import named_after
from bpstudio.model.project import Project

if TYPE_CHECKING:
    from bpstudio.gui.importing.dialog import ImportDialog
    from bpstudio.gui.importing.work import Trial
    from bpstudio.gui.main_window import MainWindow


class Importing(QObject):
    """Opens the import screen, at most one at a time; what it accepts is one undoable step."""

    def __init__(self, window: MainWindow, document: Document) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self.dialog: ImportDialog | None = None

    def open(self, data: Path | str, test_file: Path | None = None) -> ImportDialog:
        """Show the import screen for a file, a folder or pasted text."""
        self.close()
        project = self._document.project
        # Loaded when it is wanted: the window opens sooner without.
        from bpstudio.gui.importing.dialog import ImportDialog  # noqa: PLC0415

        dialog = ImportDialog(
            data, project, self._window.themes.theme, is_edited(project), self._window, test_file
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._on_accepted)
        dialog.unreadable.connect(self._on_unreadable)
        dialog.finished.connect(self._on_finished)
        self.dialog = dialog
        self._data = data
        dialog.open()
        return dialog

    def take(self, what: Given) -> None:
        """Open a project or import data, as they were dropped."""
        if what.project is not None:
            self._window.open_path(what.project)
        elif what.data is not None:
            self.open(what.data, what.test_file)

    def paste(self) -> bool:
        """Import the table or the files on the clipboard; False if there are none."""
        found = given(QGuiApplication.clipboard().mimeData())
        if found is None:
            return False
        self.take(found)
        return True

    def close(self) -> None:
        """Leave the import screen, with nothing changed and its threads ended."""
        if self.dialog is not None:
            self.dialog.reject()

    def _on_accepted(self) -> None:
        dialog = self.dialog
        if dialog is None or dialog.trial is None:
            return
        trial, name = dialog.trial, dialog.name
        if trial.adoption is None or trial.adoption.project.dataset is None:
            return
        dataset = trial.adoption.project.dataset
        done = self._window.edit(
            f"Data {name}", lambda project: adopt(project, dataset, trial.wish).project
        )
        if done:
            if isinstance(self._data, Path) and self._data.is_file():
                remember(self._data)
            self._window.message_panel.add(_told(name, trial), False)

    def _on_unreadable(self, sentence: str) -> None:
        name = self.dialog.name if self.dialog is not None else ""
        show_problem(self._window, f"“{name}” could not be read", sentence)

    def _on_finished(self, _result: int) -> None:
        self.dialog = None


def is_edited(project: Project) -> bool:
    """Whether someone has made this network: it is not the one that came with its sample."""
    dataset = project.dataset
    if dataset is None or dataset.name not in SAMPLES or len(project.topology.layers) < 2:
        return True
    plain = sample_proposal(dataset.name).topology
    return named_after(plain, dataset) != named_after(project.topology, dataset)


def _told(name: str, trial: Trial) -> str:
    adoption = trial.adoption
    assert adoption is not None and adoption.project.dataset is not None
    dataset = adoption.project.dataset
    targets = ", ".join(column.name for column in dataset.preparation.targets)
    return f"{name}: {len(dataset):,} rows; the target is {targets}. {adoption.reason}"
