"""Which rows train, which validate and which test: how they are chosen, and how many they are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bpstudio.files.plan import SplitPlan
from bpstudio.files.summary import Outcome
from bpstudio.gui.theme import CONTROL_HEIGHT, GAP
from bpstudio.gui.widgets import number_text, secondary_label

KINDS = {
    "stratified": "random, each class alike",
    "random": "random",
    "ordered": "in order",
    "column": "by a column",
    "file": "separate test file",
}
MOST_HELD, LARGEST_SEED = 90, 9999


class SplitBar(QWidget):
    """``changed(changes)`` tells fields of SplitPlan."""

    changed = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("splitBar")
        self._plan = SplitPlan()
        self.kind = QComboBox()
        self.kind.setObjectName("splitKindBox")
        self.kind.setAccessibleName("Split")
        self.kind.setToolTip("How the held-out rows are chosen")
        self.kind.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for key, label in KINDS.items():
            self.kind.addItem(label, key)
        self.kind.setFixedHeight(CONTROL_HEIGHT)
        self.kind.activated.connect(self._on_kind)
        self.validation = _spin("validationEdit", "Validation", MOST_HELD, " %")
        self.test = _spin("testEdit", "Test", MOST_HELD, " %")
        self.seed = _spin("splitSeedEdit", "Seed", LARGEST_SEED, "")
        self.validation.valueChanged.connect(self._on_validation)
        self.test.valueChanged.connect(self._on_test)
        self.seed.valueChanged.connect(self._on_seed)
        self.file_button = QPushButton("Test file…")
        self.file_button.setObjectName("testFileButton")
        self.file_button.setAccessibleName("Choose a separate test file")
        self.file_button.setToolTip("Take the test rows from another file, or drop it here")
        self.file_button.setAutoDefault(False)
        self.file_button.setFixedHeight(CONTROL_HEIGHT)
        self.file_button.clicked.connect(self._on_file)
        self.counts = secondary_label()
        self.counts.setObjectName("splitCounts")
        row = QHBoxLayout()
        row.setSpacing(GAP)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(row)
        whole.addWidget(self.counts)
        self._fields = {
            name: _captioned(name, widget)
            for name, widget in (
                ("Split", self.kind),
                ("Validation", self.validation),
                ("Test", self.test),
                ("Seed", self.seed),
            )
        }
        for field in self._fields.values():
            row.addWidget(field, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.file_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        whole.addStretch(1)

    def show_plan(self, plan: SplitPlan) -> None:
        self._plan = plan
        with (
            QSignalBlocker(self.kind),
            QSignalBlocker(self.validation),
            QSignalBlocker(self.test),
            QSignalBlocker(self.seed),
        ):
            self.kind.setCurrentIndex(self.kind.findData(plan.kind))
            self.validation.setValue(round(100 * plan.validation))
            self.test.setValue(round(100 * plan.test))
            self.seed.setValue(plan.seed)
        shares = plan.kind != "column"
        self._fields["Validation"].setVisible(shares)
        self._fields["Test"].setVisible(shares and plan.kind != "file")
        self._fields["Seed"].setVisible(plan.kind in ("stratified", "random", "file"))
        name = plan.test_file.name if plan.test_file is not None else "Test file…"
        self.file_button.setText(name)
        self.file_button.setVisible(plan.kind == "file")

    def show_outcome(self, outcome: Outcome | None) -> None:
        self.counts.setText("" if outcome is None else counts_words(outcome))

    def choose_file(self, path: Path) -> None:
        self.changed.emit({"kind": "file", "test_file": path, "test": 0.0})

    def _on_kind(self, _index: int) -> None:
        kind = str(self.kind.currentData())
        if kind != "file":
            self.changed.emit({"kind": kind, "test_file": None})
        elif self._plan.test_file is None:
            self._on_file()
            self.show_plan(self._plan)

    def _on_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Test file")
        if name:
            self.choose_file(Path(name))

    def _on_validation(self, percent: int) -> None:
        self.changed.emit({"validation": percent / 100})

    def _on_test(self, percent: int) -> None:
        self.changed.emit({"test": percent / 100})

    def _on_seed(self, seed: int) -> None:
        self.changed.emit({"seed": seed})


def counts_words(outcome: Outcome) -> str:
    """The rows of each part, as people say it."""
    parts = [
        f"{number_text(count)} {word}"
        for count, word in (
            (outcome.train, "train"),
            (outcome.validation, "validate"),
            (outcome.test, "test"),
            (outcome.dropped, "left out"),
        )
        if count
    ]
    return " · ".join(parts)


def _spin(object_name: str, name: str, most: int, suffix: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(object_name)
    box.setAccessibleName(name)
    box.setToolTip(f"{name} (arrow keys or wheel)")
    box.setRange(0, most)
    box.setSuffix(suffix)
    box.setKeyboardTracking(False)
    box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setFixedSize(64, CONTROL_HEIGHT)
    return box


def _captioned(name: str, widget: QWidget) -> QWidget:
    field = QWidget()
    column = QVBoxLayout(field)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    caption = secondary_label(name)
    caption.setBuddy(widget)
    column.addWidget(caption)
    column.addWidget(widget)
    return field
