"""The blanks of a worksheet: a field for each number, its mark, and hints."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from bpstudio.explain.keys import StepKey
from bpstudio.explain.plain_text import plain
from bpstudio.explain.worksheet import Blank, Worksheet
from bpstudio.gui.explain.formula_label import FormulaLabel
from bpstudio.gui.explain.formulas import FormulaStore
from bpstudio.gui.theme import GAP, ThemeHolder
from bpstudio.gui.widgets import secondary_label


class BlankRow(QWidget):
    """One number to be worked out. ``answered`` when it was marked."""

    answered = Signal()

    def __init__(
        self, sheet: Worksheet, blank: Blank, store: FormulaStore, themes: ThemeHolder
    ) -> None:
        super().__init__()
        self.blank = blank
        self._sheet, self._store, self._themes = sheet, store, themes
        self._hints = 0
        step = sheet.derivation.step(blank.key)
        number = secondary_label(f"({blank.number})" if blank.number else "")
        number.setFixedWidth(34)
        formula = FormulaLabel(f"{blank.symbol} {step.relation}", store, themes)
        formula.setFixedWidth(96)
        self.field = QLineEdit()
        self.field.setObjectName("worksheetAnswer")
        self.field.setAccessibleName(f"{blank.title}: {plain(blank.symbol)}")
        places = "1 decimal" if blank.decimals == 1 else f"{blank.decimals} decimals"
        self.field.setPlaceholderText(places)
        self.field.setToolTip(f"{blank.title}; {places} are enough")
        self.field.setFixedWidth(130)
        self.mark_label = QLabel()
        self.mark_label.setFixedWidth(18)
        self.words = secondary_label(blank.title)
        self.words.setWordWrap(True)
        self.hint_button = QPushButton("Hint")
        self.hint_button.setObjectName("worksheetHint")
        self.hint_button.setAccessibleName(f"Hint for {plain(blank.symbol)}")
        self.hint_button.setToolTip("The formula; then the formula with its numbers")
        self.hint_button.setAutoDefault(False)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(GAP // 2)
        for k, part in enumerate((number, formula, self.field, self.mark_label, self.words)):
            self._grid.addWidget(part, 0, k)
        self._grid.addWidget(self.hint_button, 0, 5)
        self._grid.setColumnStretch(4, 1)
        self.hint_labels: list[FormulaLabel] = []
        self.field.editingFinished.connect(self.mark)
        self.hint_button.clicked.connect(self.hint)

    def mark(self) -> None:
        """Mark what was typed; an empty field has no mark."""
        text = self.field.text()
        if not text.strip():
            self.mark_label.setText("")
            self.words.setText(self.blank.title)
        else:
            mark = self._sheet.mark(self.blank.key, text)
            self.mark_label.setText("✓" if mark.right else "✗")
            self.mark_label.setAccessibleName("right" if mark.right else "not right")
            self.words.setText(mark.sentence)
        self.answered.emit()

    def hint(self) -> None:
        """The formula; asked again, the formula with its numbers."""
        if self._hints >= 2:
            return
        latex = self._sheet.hints(self.blank.key)[self._hints]
        self._hints += 1
        label = FormulaLabel(latex, self._store, self._themes)
        self.hint_labels.append(label)
        self._grid.addWidget(label, self._hints, 1, 1, 5)
        self.hint_button.setText("Numbers")
        self.hint_button.setEnabled(self._hints < 2)


class SheetView(QWidget):
    """All blanks of a worksheet under the headings of its tasks; ``answered`` when one was marked."""

    answered = Signal()

    def __init__(self, store: FormulaStore, themes: ThemeHolder) -> None:
        super().__init__()
        self._store, self._themes = store, themes
        self._sheet: Worksheet | None = None
        self.rows: list[BlankRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_sheet(self, sheet: Worksheet) -> None:
        """Show this worksheet, with nothing filled in."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._sheet, self.rows = sheet, []
        self._add_given(sheet)
        for number, task in enumerate(sheet.tasks, 1):
            self._heading(f"{number}. {task.title}")
            for blank in task.blanks:
                row = BlankRow(sheet, blank, self._store, self._themes)
                row.answered.connect(self.answered)
                self.rows.append(row)
                self._column.addWidget(row)
        self._column.addStretch(1)

    def _heading(self, text: str) -> None:
        label = QLabel(text)
        label.setProperty("kind", "title")
        label.setContentsMargins(0, GAP, 0, 0)
        self._column.addWidget(label)

    def _add_given(self, sheet: Worksheet) -> None:
        self._heading("Given")
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        for k, step in enumerate(sheet.given()):
            label = FormulaLabel(f"{step.symbol} = {step.result(9)}", self._store, self._themes)
            label.setToolTip(step.title)
            grid.addWidget(label, k // 4, k % 4)
        self._column.addWidget(box)

    def answers(self) -> dict[StepKey, str]:
        """What was typed."""
        return {row.blank.key: row.field.text() for row in self.rows}

    def score(self) -> tuple[int, int]:
        """How many answers are right, of how many blanks."""
        return self._sheet.score(self.answers()) if self._sheet is not None else (0, 0)
