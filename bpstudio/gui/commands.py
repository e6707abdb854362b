"""The undo stack: named steps from project to project, with no limit.

Not Qt's own: a QUndoCommand written in Python is freed by the stack and by Python's collector, in an
order nobody decides, and then the program crashes. The names of the methods are Qt's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from bpstudio.model.project import Project


@dataclass(frozen=True)
class Edit:
    """One step: its name, the project before and after. Edits in a row with the same ``merge`` key, as
    of one drag or one run, become one step."""

    name: str
    before: Project
    after: Project
    merge: str | None = None


class UndoStack(QObject):
    """Edits done, and behind ``index()`` those undone; ``apply`` puts a project into the document.

    ``changed`` tells that there are other steps, or that another one is the current one.
    """

    changed = Signal()
    cleanChanged = Signal(bool)

    def __init__(self, apply: Callable[[Project], None], parent: QObject) -> None:
        super().__init__(parent)
        self._apply = apply
        self._edits: list[Edit] = []
        self._index = 0
        self._clean: int | None = 0

    def push(self, edit: Edit) -> None:
        """Do an edit; what had been undone is forgotten."""
        last = self._edits[self._index - 1] if self._index else None
        self._drop_undone()
        merges = edit.merge is not None and last is not None and last.merge == edit.merge
        if merges and last is not None and not self.isClean():
            self._edits[-1] = replace(edit, before=last.before)
            if edit.after is last.before:
                # Back where it began: no step.
                del self._edits[-1]
                self._index -= 1
        else:
            self._edits.append(edit)
            self._index += 1
        self._apply(edit.after)
        self._tell()

    def forget_undone(self) -> None:
        """Nothing to redo any more."""
        if self.canRedo():
            self._drop_undone()
            self._tell()

    def _drop_undone(self) -> None:
        del self._edits[self._index :]
        if self._clean is not None and self._clean > self._index:
            self._clean = None

    def setIndex(self, index: int) -> None:
        """Undo or redo up to a place; 0 is where it all began."""
        index = min(max(index, 0), len(self._edits))
        if index == self._index:
            return
        undone = index < self._index
        self._index = index
        self._apply(self._edits[index].before if undone else self._edits[index - 1].after)
        self._tell()

    def clear(self) -> None:
        """Nothing to undo, nothing unsaved."""
        self._edits.clear()
        self._index, self._clean = 0, 0
        self._tell()

    def setClean(self) -> None:
        """What is there now is what is saved."""
        self._clean = self._index
        self._tell()

    def isClean(self) -> bool:
        return self._clean == self._index

    def index(self) -> int:
        return self._index

    def count(self) -> int:
        return len(self._edits)

    def canUndo(self) -> bool:
        return self._index > 0

    def canRedo(self) -> bool:
        return self._index < len(self._edits)

    def text(self, index: int) -> str:
        """The name of a step."""
        return self._edits[index].name

    def undoText(self) -> str:
        return self._edits[self._index - 1].name if self._index else ""

    def redoText(self) -> str:
        return self._edits[self._index].name if self.canRedo() else ""

    def _tell(self) -> None:
        self.cleanChanged.emit(self.isClean())
        self.changed.emit()
