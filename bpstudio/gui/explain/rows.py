"""Which rows an update is explained for: one, or the batch that comes next."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from bpstudio.gui.segmented import Segmented
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.model.arrays import IntArray
from bpstudio.model.dataset import TRAIN
from bpstudio.model.project import Project
from bpstudio.training.schedule import Schedule

MOST_VALUES = 4_000_000
"""Rows times parameters that are worked out while somebody waits."""


def next_batch(project: Project) -> IntArray:
    """The rows that training would take for its next update, from 0."""
    dataset, config = project.dataset, project.config
    if dataset is None:
        return np.zeros(0, dtype=np.intp)
    rows = dataset.rows(TRAIN)
    if not len(rows):
        return rows
    size = len(rows) if config.batch_size == "all" else config.batch_size
    order = Schedule(len(rows), config.seed, config.shuffle).order(project.epoch)
    start = project.progress.position if project.progress.position < len(rows) else 0
    batch: IntArray = rows[order[start : start + size]]
    most = max(1, MOST_VALUES // max(1, project.topology.parameter_count))
    return batch[:most]


class RowChooser(QWidget):
    """One row by its number, or the next batch; ``changed`` tells of another choice by hand, and
    ``row_shown`` brings the row of the number, from 0, whoever chose it."""

    changed = Signal()
    row_shown = Signal(int)

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self.kind = Segmented("Rows", {"row": "One row", "batch": "Next batch"}, themes)
        self.kind.setObjectName("explainRowKind")
        self.number = QSpinBox()
        self.number.setObjectName("explainRowNumber")
        self.number.setAccessibleName("Row of the table")
        self.number.setToolTip("Which row of the table the update is worked out for")
        self.number.setPrefix("row ")
        self.number.setRange(1, 1)
        self.number.setMinimumWidth(76)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP // 2)
        row.addWidget(self.kind)
        row.addWidget(self.number)
        self.kind.chosen.connect(self._on_kind)
        self.number.valueChanged.connect(self._on_number)
        self._project = Project()

    @property
    def is_batch(self) -> bool:
        return self.kind.value == "batch"

    def show_project(self, project: Project) -> None:
        """Offer the rows of this project's data."""
        before, self._project = self._project, project
        if before.dataset is project.dataset:
            return
        count = len(project.dataset) if project.dataset is not None else 1
        with QSignalBlocker(self.number):
            self.number.setRange(1, max(1, count))
            first = project.dataset.rows(TRAIN) if project.dataset is not None else np.zeros(0)
            self.number.setValue(int(first[0]) + 1 if len(first) else 1)
        self._tell_row()

    def rows(self) -> IntArray:
        """The chosen rows, from 0."""
        if self.is_batch:
            return next_batch(self._project)
        return np.array([self.number.value() - 1], dtype=np.intp)

    def first_row(self) -> int:
        """The first of the chosen rows, from 0."""
        rows = self.rows()
        return int(rows[0]) if len(rows) else 0

    def choose_row(self, row: int) -> None:
        """One row, from 0, without telling."""
        with QSignalBlocker(self.number):
            self.kind.set_value("row")
            self.number.setValue(row + 1)
        self.number.setEnabled(True)
        self._tell_row()

    def _on_kind(self, _kind: str) -> None:
        self.number.setEnabled(not self.is_batch)
        self.changed.emit()

    def _on_number(self, _value: int) -> None:
        self._tell_row()
        self.changed.emit()

    def _tell_row(self) -> None:
        self.row_shown.emit(self.number.value() - 1)
