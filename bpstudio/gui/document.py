"""The current project, its undo stack, and where it lives on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from bpstudio.gui.commands import Edit, UndoStack
from bpstudio.model.project import Project
from bpstudio.training.changes import can_continue

Change: TypeAlias = Callable[[Project], Project]
"""An edit as a function from project to project."""


class Document(QObject):
    """Holds the one current Project value; everything else observes it.

    ``project`` is what is edited, undone and saved. ``shown`` is what the window shows: the same, or
    during a run the project with the weights of this moment.

    Signals: ``settling`` before what a run cannot go on with, so that all it has learned is in
    ``project`` first, and ``settled`` after such an edit; ``edited`` with the project before and after;
    ``opened`` when another project has taken the place of the one before; ``shown_changed`` with what to
    show; ``title_changed`` when name or clean state do.
    """

    settling = Signal()
    settled = Signal()
    edited = Signal(object, object)
    opened = Signal()
    shown_changed = Signal(object)
    title_changed = Signal()

    def __init__(self, project: Project, path: Path | None = None) -> None:
        super().__init__()
        self._project = project
        self._shown = project
        self._path = path
        self.stack = UndoStack(self._apply, self)
        self.stack.cleanChanged.connect(self.title_changed)

    @property
    def project(self) -> Project:
        return self._project

    @property
    def shown(self) -> Project:
        return self._shown

    @property
    def path(self) -> Path | None:
        return self._path

    @property
    def is_clean(self) -> bool:
        return self.stack.isClean()

    @property
    def name(self) -> str:
        """What the title says: the file's name, else that of the data."""
        if self._path is not None:
            return self._path.stem
        return self._project.dataset.name if self._project.dataset else "Untitled"

    def edit(self, name: str, change: Change, merge: str | None = None) -> None:
        """Make ``change(project)`` the current one, as an undoable step called ``name``.

        ``change`` may be asked twice. What it raises is passed on, with nothing changed.
        """
        before = self._project
        after = change(before)
        if can_continue(before, after):
            self.keep(name, after, merge)
            return
        self.settling.emit()
        try:
            # Asked again only of what a run has learned meanwhile.
            settled = self._project
            self.keep(name, after if settled is before else change(settled), merge)
        finally:
            self.settled.emit()

    def keep(self, name: str, project: Project, merge: str | None = None) -> None:
        """Make ``project`` the current one as an undoable step, with no question asked of a run."""
        if project != self._project:
            self.stack.push(Edit(name, self._project, project, merge))

    def undo(self) -> None:
        self.go_to(self.stack.index() - 1)

    def redo(self) -> None:
        self.go_to(self.stack.index() + 1)

    def go_to(self, index: int) -> None:
        """Undo or redo up to a place in the history; 0 is where it began."""
        behind = self.stack.index() - min(index, self.stack.count())
        if behind == 0:
            return
        self.settling.emit()
        self.stack.setIndex(self.stack.index() - behind)

    def open(self, project: Project, path: Path | None) -> None:
        """Start over with another project: nothing to undo, nothing unsaved."""
        self.settling.emit()
        self.stack.clear()
        self._path = path
        self._apply(project)
        self.opened.emit()
        self.title_changed.emit()

    def saved(self, path: Path) -> None:
        """Note that the current project is what stands in this file."""
        self._path = path
        self.stack.setClean()
        self.title_changed.emit()

    def show(self, project: Project) -> None:
        """Show a project without editing: the weights of this moment."""
        self._shown = project
        self.shown_changed.emit(project)

    def _apply(self, project: Project) -> None:
        before, self._project = self._project, project
        self.edited.emit(before, project)
        self.show(project)
