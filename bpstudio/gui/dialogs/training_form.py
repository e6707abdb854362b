"""All settings of a run in one form, made from their declarations."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from bpstudio.gui.dialogs.proposal_line import ProposalLine, suited_values
from bpstudio.gui.settings import ChoiceControl, choice_helps
from bpstudio.gui.theme import GAP
from bpstudio.model.config import GROUPS, SETTINGS, Setting, TrainingConfig, with_optimizer
from bpstudio.model.methods import idle_reason, rate_label
from bpstudio.model.proposal import Proposal

Field = QComboBox | QCheckBox | QLineEdit

FIELD_WIDTH = 190
FIRST_COLUMN = ("Learning", "Learning rate over the epochs")
"""Groups at the left, which grow and shrink with the optimizer; the others are at the right."""


class TrainingForm(QDialog):
    """Edits a TrainingConfig; ``config`` is the one accepted, ``typed`` names what people changed.

    Only what the chosen optimizer and schedule read is shown. ``fixed`` and ``suited`` are those of
    ``with_optimizer``; ``proposed`` is what suits the data, said at the top with a button to use it.
    """

    def __init__(
        self,
        config: TrainingConfig,
        parent: QWidget | None = None,
        fixed: Collection[str] = (),
        suited: TrainingConfig | None = None,
        proposed: Proposal | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Training settings")
        self.setObjectName("trainingForm")
        self.config = config
        self.typed: set[str] = set()
        self._fixed, self._suited = set(fixed), suited
        self._proposed = config
        self._fields: dict[str, Field] = {}
        self._forms: dict[str, QFormLayout] = {}
        self._headings: list[tuple[QLabel, tuple[str, ...]]] = []
        metrics = self.fontMetrics()
        self._label_width = max(metrics.horizontalAdvance(s.label) for s in SETTINGS.values())
        columns = QHBoxLayout()
        columns.setSpacing(3 * GAP)
        for first in (True, False):
            column = QVBoxLayout()
            column.setSpacing(GAP)
            for title, names in GROUPS.items():
                if (title in FIRST_COLUMN) is first:
                    self._add_group(column, title, names)
            column.addStretch(1)
            columns.addLayout(column)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setObjectName("problemLabel")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 18, 18, 18)
        whole.setSpacing(GAP)
        self.proposal_line = None if proposed is None else ProposalLine(proposed)
        if self.proposal_line is not None:
            self.proposal_line.chosen.connect(self._on_proposal)
            whole.addWidget(self.proposal_line)
        whole.addLayout(columns)
        whole.addWidget(self._problem)
        whole.addWidget(buttons)
        self._show_used()

    def _add_group(self, column: QVBoxLayout, title: str, names: tuple[str, ...]) -> None:
        heading = QLabel(title)
        heading.setProperty("kind", "title")
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for name in names:
            setting = SETTINGS[name]
            field = _field(name, setting, getattr(self.config, name))
            field.setObjectName(f"{name}Field")
            field.setAccessibleName(setting.label)
            field.setToolTip(setting.help)
            field.setMinimumWidth(FIELD_WIDTH)
            field.setProperty("setting", name)
            self._fields[name] = field
            self._forms[name] = form
            label = QLabel(setting.label)
            label.setMinimumWidth(self._label_width)
            form.addRow(label, field)
            if isinstance(field, QComboBox):
                field.activated.connect(self._on_chosen)
            elif isinstance(field, QLineEdit):
                field.textEdited.connect(self._on_typed)
        self._headings.append((heading, names))
        column.addWidget(heading)
        column.addLayout(form)

    def field(self, name: str) -> Field:
        """The control of a setting."""
        return self._fields[name]

    def shows(self, name: str) -> bool:
        """Whether a setting is shown: the optimizer and schedule that are chosen read it."""
        return self._forms[name].isRowVisible(self._fields[name])

    def _show_used(self) -> None:
        optimizer, schedule = (_text(self._fields[name]) for name in ("optimizer", "schedule"))
        for name, form in self._forms.items():
            used = idle_reason(name, optimizer, schedule) is None
            form.setRowVisible(self._fields[name], used)
        for heading, names in self._headings:
            heading.setVisible(any(self.shows(name) for name in names))
        label = self._forms["learning_rate"].labelForField(self._fields["learning_rate"])
        assert isinstance(label, QLabel)
        label.setText(rate_label(optimizer))
        self.adjustSize()

    def _on_typed(self, _text: str) -> None:
        self.typed.add(str(self.sender().property("setting")))

    def _on_chosen(self) -> None:
        if self.sender() is self._fields["optimizer"]:
            self._propose(_text(self._fields["optimizer"]))
        self._show_used()

    def _on_proposal(self, config: TrainingConfig) -> None:
        """Fill in what suits the data."""
        for name, value in suited_values(config, _text(self._fields["optimizer"])).items():
            field = self._fields[name]
            if isinstance(field, QComboBox):
                field.setCurrentIndex(field.findData(value))
            elif isinstance(field, QLineEdit):
                field.setText(SETTINGS[name].text(value))
        self._show_used()

    def _propose(self, optimizer: str) -> None:
        """The usual values of another optimizer, said in a sentence, but nothing that was typed."""
        before = self._proposed
        config, sentence = with_optimizer(before, optimizer, self._fixed | self.typed, self._suited)
        for name in ("learning_rate", "batch_size"):
            field = self._fields[name]
            if isinstance(field, QLineEdit) and getattr(config, name) != getattr(before, name):
                field.setText(SETTINGS[name].text(getattr(config, name)))
        self._proposed = config
        self._problem.setText(sentence)

    def _read(self, names: Collection[str]) -> TrainingConfig:
        return self.config.with_text([f"{name}={_text(self._fields[name])}" for name in names])

    def accept(self) -> None:
        """Take the settings over, or say what is wrong with one of them and stay."""
        try:
            # What is hidden is as it was: nobody could have changed it.
            self.config = self._read([name for name in SETTINGS if self.shows(name)])
        except ValueError as error:
            self._problem.setText(f"⚠ {error}")
            return
        super().accept()


def _field(name: str, setting: Setting, value: object) -> Field:
    if setting.kind is bool:
        box = QCheckBox()
        box.setChecked(bool(value))
        return box
    if setting.choices is not None:
        menu = ChoiceControl(setting.choices, choice_helps(name))
        menu.show_value(str(value))
        return menu
    return QLineEdit(setting.text(value))


def _text(field: Field) -> str:
    if isinstance(field, QCheckBox):
        return "yes" if field.isChecked() else "no"
    if isinstance(field, QComboBox):
        return str(field.currentData())
    return field.text()
