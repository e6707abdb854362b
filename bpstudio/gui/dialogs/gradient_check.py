"""Is the gradient right? Back-propagation held against trying it out, as a picture and in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from bpstudio.explain.gradient_check import (
    MAX_ROWS,
    GradientCheck,
    WeightCheck,
    check_gradient,
    check_weight,
)
from bpstudio.explain.keys import StepKey
from bpstudio.explain.slope import bias_position, weight_position
from bpstudio.explain.writer import Piece
from bpstudio.gui.background import Background, Task
from bpstudio.gui.explain.error_map import ErrorMap
from bpstudio.gui.explain.formulas import FormulaStore
from bpstudio.gui.explain.page import Block, Line
from bpstudio.gui.explain.page_view import PageView
from bpstudio.gui.panels.scroll import ColumnScroll
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.gui.widgets import secondary_label
from bpstudio.model.dataset import TRAIN
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology

EXPLAINED = (
    "Each weight is moved a little up and a little down; how the loss follows is its slope, with no "
    "formula in it. A cell is the relative difference to what back-propagation says: the stronger the "
    "colour, the larger; crossed out where it is more than rounding."
)


class Found(NamedTuple):
    """What was worked out: of the chosen parameter, if there is one, and of the whole network."""

    one: WeightCheck | None
    whole: GradientCheck
    rows: int


class GradientCheckDialog(QDialog):
    """Checks a project's gradient; ``parameter`` is the key of the selected weight or bias, or None."""

    def __init__(
        self,
        project: Project,
        parameter: StepKey | None,
        store: FormulaStore,
        themes: ThemeHolder,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("gradientCheckDialog")
        self.setWindowTitle("Is the gradient right?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 560)
        self._parameter = parameter
        self.verdict_label = QLabel("Trying out every weight…")
        self.verdict_label.setObjectName("gradientVerdict")
        self.verdict_label.setProperty("kind", "title")
        self.verdict_label.setWordWrap(True)
        self.verdict_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        self.page = PageView("gradientPage", store, themes)
        self.page.setVisible(parameter is not None)
        self.map = ErrorMap(themes)
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GAP)
        inner.addWidget(self.page)
        inner.addWidget(self.map)
        inner.addStretch(1)
        explained = secondary_label(EXPLAINED)
        explained.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addWidget(self.verdict_label)
        column.addWidget(self.progress)
        column.addWidget(ColumnScroll(content), 1)
        column.addWidget(explained)
        column.addWidget(buttons)
        self._background = Background(self)
        self._background.done.connect(self._on_done)
        self._background.failed.connect(self._on_failed)
        self._start(project)

    def _start(self, project: Project) -> None:
        parameter, topology = self._parameter, project.topology
        position = None if parameter is None else _position(topology, parameter)

        def work(_task: Task) -> Found:
            dataset = project.dataset
            assert dataset is not None
            rows = dataset.rows(TRAIN)
            if len(rows) > MAX_ROWS:
                # Evenly over the table, which may be sorted by class.
                rows = rows[np.linspace(0, len(rows) - 1, MAX_ROWS).astype(int)]
            X, Y, loss = dataset.inputs[rows], dataset.targets[rows], project.config.loss
            present = topology.present
            there = position is not None and (present is None or bool(present[position]))
            one = check_weight(project.network, X, Y, loss, position or 0) if there else None
            return Found(one, check_gradient(project.network, X, Y, loss), len(rows))

        self._background.start(work)

    def _on_done(self, found: Found) -> None:
        self.progress.hide()
        whole = found.whole
        of = f"{len(whole.positions):,} of {whole.parameters:,} parameters, {found.rows:,} rows."
        self.verdict_label.setText(" ".join([*whole.verdict(), f"Checked: {of}"]))
        self.map.show_check(whole)
        if found.one is not None and self._parameter is not None:
            symbol = "w" if self._parameter.source else "b"
            lines = tuple(
                Line(left, relation, (Piece(right),))
                for left, relation, right in found.one.equations(symbol)
            )
            title = "The chosen weight" if self._parameter.source else "The chosen bias"
            self.page.show_page([Block(title, "", lines, note=found.one.verdict(), large=True)])

    def _on_failed(self, sentence: str) -> None:
        self.progress.hide()
        self.verdict_label.setText(sentence)

    def done(self, result: int) -> None:
        self._background.close()
        super().done(result)


def _position(topology: Topology, key: StepKey) -> int:
    if key.source:
        return weight_position(topology, key.source, key.source_neuron, key.layer, key.neuron)
    return bias_position(topology, key.layer, key.neuron)
