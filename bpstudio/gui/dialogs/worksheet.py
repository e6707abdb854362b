"""A worksheet on the screen: one row worked out by hand, marked, with hints, to print and to export."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import StepKey
from bpstudio.explain.typed_numbers import parse_weights, weights_text
from bpstudio.explain.worksheet import COMFORTABLE, Worksheet, count_blanks
from bpstudio.explain.worksheet_html import exercise_html, inline, solution_html
from bpstudio.files.atomic import write_atomically
from bpstudio.gui.document import Document
from bpstudio.gui.explain.formulas import FormulaStore
from bpstudio.gui.explain.paper import paper, write_pdf
from bpstudio.gui.explain.sheet import SheetView
from bpstudio.gui.panels.scroll import ColumnScroll
from bpstudio.gui.segmented import Segmented
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.gui.widgets import secondary_label
from bpstudio.model.project import Project

EXPORTS = {
    "exerciseHtml": ("Exercise as HTML…", "exercise", "html"),
    "solutionHtml": ("Solution as HTML…", "solution", "html"),
    "exercisePdf": ("Exercise as PDF…", "exercise", "pdf"),
    "solutionPdf": ("Solution as PDF…", "solution", "pdf"),
}


class WorksheetDialog(QDialog):
    """The worksheet of one row of a document's data; ``row`` counts from 0. ``parameter`` is the key of
    the selected weight or bias: where the whole row would be too much, its chain alone is asked."""

    def __init__(
        self,
        document: Document,
        row: int,
        store: FormulaStore,
        themes: ThemeHolder,
        parent: QWidget,
        parameter: StepKey | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("worksheetDialog")
        self.setWindowTitle("Worksheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 720)
        self._document = document
        self._parameter = parameter
        one = "This bias" if parameter is not None and not parameter.source else "This weight"
        self.kind = Segmented("What is asked", {"row": "Whole row", "one": one}, themes)
        self.kind.setObjectName("worksheetKind")
        self.kind.setVisible(parameter is not None)
        self.sheet: Worksheet | None = None
        self.view = SheetView(store, themes)
        self.view.answered.connect(self._show_score)
        self.row_box = QSpinBox()
        self.row_box.setObjectName("worksheetRow")
        self.row_box.setAccessibleName("Row of the table")
        self.row_box.setToolTip("Which row is worked out; what was typed for another is forgotten")
        self.row_box.setPrefix("row ")
        self.row_box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        dataset = document.project.dataset
        self.row_box.setRange(1, max(1, len(dataset) if dataset is not None else 1))
        self.row_box.setValue(row + 1)
        self.score_label = QLabel()
        self.score_label.setObjectName("worksheetScore")
        self.score_label.setProperty("kind", "title")
        self.message_label = secondary_label()
        self.message_label.setObjectName("worksheetMessage")
        self.message_label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addLayout(self._top())
        column.addWidget(self._weights_part())
        column.addWidget(ColumnScroll(self.view), 1)
        column.addWidget(self.message_label)
        self.row_box.valueChanged.connect(self._renew)
        self.kind.chosen.connect(self._on_kind)
        self._choose_kind()
        self._renew()
        if self.view.rows:
            self.view.rows[0].field.setFocus()

    def _top(self) -> QHBoxLayout:
        self.weights_button = QPushButton("Weights")
        self.weights_button.setObjectName("worksheetWeightsButton")
        self.weights_button.setCheckable(True)
        self.weights_button.setToolTip("Type or paste the weights to start from")
        self.export_button = QPushButton("Print or export")
        self.export_button.setObjectName("worksheetExportButton")
        self.export_button.setToolTip("The exercise or the solution on paper, as HTML or as PDF")
        menu = QMenu(self)
        for name, (text, _, _) in EXPORTS.items():
            action = menu.addAction(text)
            action.setObjectName(f"{name}Action")
            action.triggered.connect(partial(self._ask_export, name))
        menu.addSeparator()
        menu.addAction("Print the exercise…").triggered.connect(partial(self._print, "exercise"))
        menu.addAction("Print the solution…").triggered.connect(partial(self._print, "solution"))
        self.export_button.setMenu(menu)
        for button in (self.weights_button, self.export_button):
            # Enter in an answer marks it: it must not press a button.
            button.setAutoDefault(False)
        top = QHBoxLayout()
        top.setSpacing(GAP)
        top.addWidget(self.kind)
        top.addWidget(self.row_box)
        top.addWidget(self.weights_button)
        top.addWidget(self.export_button)
        top.addStretch(1)
        top.addWidget(self.score_label)
        return top

    def _weights_part(self) -> QWidget:
        part = QWidget()
        self.weights_edit = QPlainTextEdit()
        self.weights_edit.setObjectName("worksheetWeights")
        self.weights_edit.setAccessibleName("Weights to start from")
        self.weights_edit.setToolTip(
            "Matrices under headings as input -> hidden1, names as v_11 = 0.15, or all numbers in order"
        )
        self.weights_edit.setFixedHeight(150)
        use = QPushButton("Use these weights")
        use.setObjectName("worksheetUseWeights")
        use.setAutoDefault(False)
        use.setToolTip("They become the network's weights; this can be undone")
        use.clicked.connect(self.use_weights)
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.weights_edit, 1)
        row.addWidget(use, 0, Qt.AlignmentFlag.AlignBottom)
        part.hide()
        self.weights_button.toggled.connect(part.setVisible)
        return part

    # The sheet

    def _choose_kind(self) -> None:
        """One weight's chain where the whole row has more blanks than anybody likes."""
        if self._parameter is not None and count_blanks(self._derivation()) > COMFORTABLE:
            self.kind.set_value("one")

    def _derivation(self) -> Derivation:
        return Derivation.of_project(self._document.project, [self.row_box.value() - 1])

    def _on_kind(self, _kind: str) -> None:
        self._renew()

    def _renew(self, _row: int = 0) -> None:
        """The worksheet of the chosen row, empty."""
        project = self._document.project
        self.weights_edit.setPlainText(weights_text(project.network))
        try:
            derivation, parameter = self._derivation(), self._parameter
            if parameter is not None and self.kind.value == "one":
                self.sheet = Worksheet.of_parameter(derivation, derivation.step(parameter))
            else:
                self.sheet = Worksheet.of(derivation)
        except ValueError as error:
            self.sheet = None
            self.message_label.setText(str(error))
            self.export_button.setEnabled(False)
            return
        self.export_button.setEnabled(True)
        self.message_label.setText(
            "Type a number and press Enter: it is marked at once. Commas, powers and fractions are read "
            "too. Four digits on the way are enough."
        )
        if parameter is None and count_blanks(derivation) > COMFORTABLE:
            self.message_label.setText(
                "That is much to fill in: select a connection first, and its chain alone can be asked."
            )
        self.view.show_sheet(self.sheet)
        self._show_score()

    def _show_score(self) -> None:
        right, of = self.view.score()
        self.score_label.setText(f"{right:,} of {of:,} right")

    def use_weights(self) -> None:
        """Make what was typed the network's weights, as one edit."""
        text = self.weights_edit.toPlainText()

        def change(project: Project) -> Project:
            network = parse_weights(project.network, text)
            return replace(project, network=network, start=network.parameters)

        try:
            self._document.edit("Type weights", change)
        except ValueError as error:
            self.message_label.setText(str(error))
            return
        self._renew()

    # On paper

    def _title(self, kind: str) -> str:
        name = self._document.name
        return f"{name}: {'worksheet' if kind == 'exercise' else 'solution'}, row {self.row_box.value()}"

    def export_to(self, kind: str, path: Path) -> bool:
        """Write the exercise or the solution, as PDF or HTML by the name; False if it cannot be."""
        sheet = self.sheet
        if sheet is None:
            return False
        make = exercise_html if kind == "exercise" else solution_html
        title = self._title(kind)
        try:
            if path.suffix.lower() == ".pdf":
                document = paper(lambda picture: make(sheet, title, picture=picture))
                write_pdf(document, path, title)
            else:
                write_atomically(path, make(sheet, title, picture=inline).encode())
        except (ValueError, OSError) as error:
            self.message_label.setText(str(error))
            return False
        self.message_label.setText(f"Written: {path.name}")
        return True

    def _ask_export(self, name: str, _checked: bool = False) -> None:
        _, kind, suffix = EXPORTS[name]
        folder = self._document.path.parent if self._document.path is not None else Path.cwd()
        start = folder / f"{self._document.name}-{kind}.{suffix}"
        chosen, _ = QFileDialog.getSaveFileName(self, "Export", str(start), f"*.{suffix}")
        if chosen:
            path = Path(chosen)
            self.export_to(kind, path if path.suffix else path.with_suffix(f".{suffix}"))

    def _print(self, kind: str, _checked: bool = False) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec():
            make = exercise_html if kind == "exercise" else solution_html
            title = self._title(kind)
            paper(lambda picture: make(sheet, title, picture=picture)).print_(printer)
