"""All settings of a run in one form, made from their declarations."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from bpstudio.model.config import SETTINGS, Setting, TrainingConfig

Field = QComboBox | QCheckBox | QLineEdit


class TrainingForm(QDialog):
    """Edits a TrainingConfig; ``config`` is the one accepted."""

    def __init__(self, config: TrainingConfig, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Training settings")
        self.setObjectName("trainingForm")
        self.config = config
        self._fields: dict[str, Field] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for name, setting in SETTINGS.items():
            field = _field(setting, getattr(config, name))
            field.setObjectName(f"{name}Field")
            field.setAccessibleName(setting.label)
            field.setToolTip(setting.help)
            field.setMinimumWidth(190)
            self._fields[name] = field
            form.addRow(setting.label, field)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setObjectName("problemLabel")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 18)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self._problem)
        column.addWidget(buttons)

    def accept(self) -> None:
        """Take the settings over, or say what is wrong with one of them and stay."""
        try:
            self.config = self.config.with_text(
                [f"{name}={_text(field)}" for name, field in self._fields.items()]
            )
        except ValueError as error:
            self._problem.setText(f"⚠ {error}")
            return
        super().accept()


def _field(setting: Setting, value: object) -> Field:
    if setting.kind is bool:
        box = QCheckBox()
        box.setChecked(bool(value))
        return box
    if setting.choices is not None:
        menu = QComboBox()
        for name, label in setting.choices.items():
            menu.addItem(label, name)
        menu.setCurrentIndex(menu.findData(value))
        return menu
    return QLineEdit(setting.text(value))


def _text(field: Field) -> str:
    if isinstance(field, QCheckBox):
        return "yes" if field.isChecked() else "no"
    if isinstance(field, QComboBox):
        return str(field.currentData())
    return field.text()
