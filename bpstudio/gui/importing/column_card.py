"""What one column is and what becomes of it: role, type, treatment, missing values, and its values."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QDoubleValidator, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from bpstudio.files.columns import RawColumn
from bpstudio.files.plan import ROLES, ColumnPlan, Plan, missing_treatments, treatments
from bpstudio.files.source import Options, Source
from bpstudio.files.summary import ColumnSummary
from bpstudio.gui.importing.histogram import Histogram, short
from bpstudio.gui.theme import GAP, Theme
from bpstudio.gui.widgets import number_text, secondary_label

WIDTH = 252
TREATMENTS = {
    "none": "as it is",
    "standardise": "mean 0, deviation 1",
    "minmax": "rescaled to a range",
    "one_hot": "one neuron per category",
    "ordinal": "its rank: 0, 1, 2 …",
    "classes": "classes to tell apart",
}
MISSING = {
    "refuse": "not allowed",
    "drop": "leave the row out",
    "mean": "the mean",
    "median": "the median",
    "most_frequent": "the most frequent",
    "category": "a category of its own",
}
ONLY_CATEGORIES = "a category of its own: not for numbers"
"""Among the choices, so that people see why it is none: treated as categories a column has it."""
TYPES = {"number": "number", "text": "text"}


class ColumnCard(QWidget):
    """Edits the plan of the columns it shows: ``changed(changes)`` tells fields of ColumnPlan,
    ``role_chosen(role)`` another role, ``type_chosen(type or None)`` another type for the column and
    ``gaps_chosen(texts)`` what else stands for a missing value in it."""

    changed = Signal(dict)
    role_chosen = Signal(str)
    type_chosen = Signal(object)
    gaps_chosen = Signal(tuple)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("columnCard")
        self.setFixedWidth(WIDTH)
        self.title = ""
        self._categories: tuple[str, ...] = ()
        self.role = _box("roleBox", "Role", "What the column is for (I, T, X or P in the table)")
        self.type = _box("typeBox", "Type", "Numbers or text")
        self.treatment = _box("treatmentBox", "Treatment", "How it enters the network")
        self.missing = _box("missingBox", "Missing", "What stands in for a missing value")
        self.low, self.high = _edit("lowEdit", "From"), _edit("highEdit", "To")
        self.order = QLineEdit()
        self.order.setObjectName("orderEdit")
        self.order.setAccessibleName("Order of the categories")
        self.order.setToolTip(
            "The categories from the lowest rank to the highest, with commas between"
        )
        self.gaps = QLineEdit()
        self.gaps.setObjectName("gapsEdit")
        self.gaps.setAccessibleName("What else means missing")
        self.gaps.setPlaceholderText("as −999, unknown")
        self.gaps.setToolTip(
            "Texts or numbers of this column that mean: no value here, with commas between"
        )
        self._gaps: tuple[str, ...] = ()
        self._range = QWidget()
        row = QHBoxLayout(self._range)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.low)
        row.addWidget(secondary_label("to"))
        row.addWidget(self.high)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(GAP)
        self._form.setVerticalSpacing(6)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for label, widget in (
            ("Role", self.role),
            ("Type", self.type),
            ("Treatment", self.treatment),
            ("Range", self._range),
            ("Order", self.order),
            ("No value", self.gaps),
            ("Missing", self.missing),
        ):
            self._form.addRow(secondary_label(label), widget)
        self.histogram = Histogram(theme)
        self.facts = secondary_label()
        self.facts.setObjectName("columnFacts")
        self.facts.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP - 2)
        column.addLayout(self._form)
        column.addWidget(self.histogram)
        column.addWidget(self.facts)
        self.role.activated.connect(self._on_role)
        self.type.activated.connect(self._on_type)
        self.treatment.activated.connect(self._on_treatment)
        self.missing.activated.connect(self._on_missing)
        self.low.editingFinished.connect(self._on_range)
        self.high.editingFinished.connect(self._on_range)
        self.order.editingFinished.connect(self._on_order)
        self.gaps.editingFinished.connect(self._on_gaps)

    def show_columns(
        self,
        source: Source,
        plan: Plan,
        names: list[str],
        summary: ColumnSummary | None,
        options: Options,
    ) -> None:
        """Show the first of the columns; what is changed is changed in all of them. ``options`` are
        what people want the source to be read with."""
        first = plan.column(names[0])
        self.title = first.name if len(names) == 1 else f"{first.name} and {len(names) - 1} more"
        used = first.role in ("input", "target")
        raw = source.column(first.name)
        _fill(self.role, ROLES, tuple(ROLES), first.role)
        self._show_type(raw.is_numeric, options.types.get(first.name))
        _fill(self.treatment, TREATMENTS, treatments(source, first), first.treatment)
        _fill(self.missing, MISSING, missing_treatments(first), first.missing)
        if used and first.is_number:
            _add_impossible(self.missing, ONLY_CATEGORIES)
        self._form.setRowVisible(self.treatment, used and self.treatment.count() > 0)
        self._form.setRowVisible(self._range, used and first.treatment == "minmax")
        self._categories = _categories(raw, first) if first.treatment == "ordinal" else ()
        self._form.setRowVisible(self.order, used and bool(self._categories))
        if not (self.order.hasFocus() and self.order.isModified()):
            self.order.setText(", ".join(self._categories))
        self._gaps = options.gaps_of(first.name)
        self._form.setRowVisible(self.gaps, used and len(names) == 1)
        if not (self.gaps.hasFocus() and self.gaps.isModified()):
            self.gaps.setText(", ".join(self._gaps))
        gaps = summary is not None and summary.missing > 0
        self._form.setRowVisible(self.missing, used and gaps and self.missing.count() > 0)
        self._show_range(first)
        self.histogram.show_summary(summary)
        self.facts.setText("" if summary is None else facts_of(summary))

    def _show_type(self, numeric: bool, chosen: str | None) -> None:
        detected = TYPES["number" if numeric else "text"]
        with QSignalBlocker(self.type):
            self.type.clear()
            self.type.addItem(detected if chosen else f"{detected} (detected)", None)
            for key, label in TYPES.items():
                self.type.addItem(label, key)
            if chosen is not None:
                self.type.setItemText(0, "detected")
                self.type.setCurrentIndex(self.type.findData(chosen))

    def _show_range(self, column: ColumnPlan) -> None:
        for edit, value in ((self.low, column.low), (self.high, column.high)):
            if not (edit.hasFocus() and edit.isModified()):
                edit.setText(f"{value:g}")

    def _on_role(self, _index: int) -> None:
        self.role_chosen.emit(str(self.role.currentData()))

    def _on_type(self, _index: int) -> None:
        self.type_chosen.emit(self.type.currentData())

    def _on_treatment(self, _index: int) -> None:
        self.changed.emit({"treatment": self.treatment.currentData()})

    def _on_missing(self, _index: int) -> None:
        self.changed.emit({"missing": self.missing.currentData()})

    def _on_order(self) -> None:
        """Take an order that names every category once; show the old one again otherwise."""
        if not self.order.isModified():
            return
        self.order.setModified(False)
        wanted = tuple(part.strip() for part in self.order.text().split(","))
        if wanted != self._categories and sorted(wanted) == sorted(self._categories):
            self.changed.emit({"categories": wanted})
        else:
            self.order.setText(", ".join(self._categories))

    def _on_gaps(self) -> None:
        if not self.gaps.isModified():
            return
        self.gaps.setModified(False)
        # A minus sign may be typed as it is printed.
        parts = self.gaps.text().replace("\u2212", "-").split(",")
        texts = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
        if texts != self._gaps:
            self.gaps_chosen.emit(texts)

    def _on_range(self) -> None:
        edit = self.sender()
        assert isinstance(edit, QLineEdit)
        if not edit.isModified():
            return
        edit.setModified(False)
        try:
            value = float(edit.text().replace(",", "."))
        except ValueError:
            return
        if math.isfinite(value):
            self.changed.emit({"low" if edit is self.low else "high": value})


def _categories(raw: RawColumn, column: ColumnPlan) -> tuple[str, ...]:
    return column.categories or raw.categories()


def facts_of(summary: ColumnSummary) -> str:
    """The figures of a column, a line each."""
    lines = []
    if summary.kind == "number":
        lines.append(f"range {short(summary.low)} to {short(summary.high)}")
        lines.append(f"mean {short(summary.mean)} · deviation {short(summary.deviation)}")
        lines.append(f"median {short(summary.median)}")
    missing = number_text(summary.missing) if summary.missing else "none"
    lines.append(f"missing {missing} · distinct {number_text(summary.distinct)}")
    return "\n".join(lines)


def _box(object_name: str, name: str, help: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(object_name)
    box.setAccessibleName(name)
    box.setToolTip(help)
    box.setMinimumWidth(80)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box


def _edit(object_name: str, name: str) -> QLineEdit:
    edit = QLineEdit()
    edit.setObjectName(object_name)
    edit.setAccessibleName(name)
    edit.setToolTip(f"{name}: an end of the range that the numbers are brought to")
    edit.setValidator(QDoubleValidator(edit))
    edit.setMinimumWidth(48)
    return edit


def _add_impossible(box: QComboBox, label: str) -> None:
    """An entry that is seen but cannot be chosen."""
    box.addItem(label)
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    model.item(box.count() - 1).setEnabled(False)


def _fill(box: QComboBox, labels: dict[str, str], keys: tuple[str, ...], chosen: str) -> None:
    with QSignalBlocker(box):
        box.clear()
        for key in keys:
            box.addItem(labels.get(key, key), key)
        box.setCurrentIndex(box.findData(chosen))
