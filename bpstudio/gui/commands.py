"""Undoable commands. A command holds the project before and after, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from bpstudio.model.project import Project

_MERGE_ID = 1


class Edit(QUndoCommand):
    """One step from a project to the next; ``apply`` puts a project into the document.

    Edits in a row with the same ``merge`` key, as of one drag or one spin box, become one step.
    """

    def __init__(
        self,
        name: str,
        before: Project,
        after: Project,
        apply: Callable[[Project], None],
        merge: str | None = None,
    ) -> None:
        super().__init__(name)
        self._before = before
        self._after = after
        self._apply = apply
        self._merge = merge

    def undo(self) -> None:
        self._apply(self._before)

    def redo(self) -> None:
        self._apply(self._after)

    def id(self) -> int:
        return -1 if self._merge is None else _MERGE_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Edit) or other._merge != self._merge:
            return False
        self._after = other._after
        return True
