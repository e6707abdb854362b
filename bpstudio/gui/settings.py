"""Controls for the settings of a run: made from the ranges that TrainingConfig declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout, QWidget

from bpstudio.gui.widgets import secondary_label
from bpstudio.model.config import Setting
from bpstudio.model.methods import METHODS


class ChoiceControl(QComboBox):
    """A menu of names. ``chosen`` tells the name people chose; ``show_value`` tells nobody."""

    chosen = Signal(str)

    def __init__(
        self,
        choices: dict[str, str],
        helps: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``choices`` are labels by name, ``helps`` sentences about some of them."""
        super().__init__(parent)
        for k, (name, label) in enumerate(choices.items()):
            self.addItem(label, name)
            if helps is not None:
                self.setItemData(k, helps.get(name), Qt.ItemDataRole.ToolTipRole)
        self.activated.connect(self._on_activated)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_value(self, name: str) -> None:
        self.setCurrentIndex(self.findData(name))

    def _on_activated(self, index: int) -> None:
        self.chosen.emit(str(self.itemData(index)))


class ValueControl(QComboBox):
    """A text that can be typed or taken from presets. ``entered`` tells what people settled on."""

    entered = Signal(str)

    def __init__(self, presets: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems(presets)
        self._shown = ""
        self.activated.connect(self._on_activated)
        line = self.lineEdit()
        assert line is not None
        # The presets are no dictionary: 0.1 must not become 0.01 while it is typed.
        self.setCompleter(None)  # type: ignore[arg-type]
        line.editingFinished.connect(self._on_finished)

    def show_value(self, text: str) -> None:
        """Show a text, unless someone is typing another."""
        self._shown = text
        line = self.lineEdit()
        if line is not None and not (line.hasFocus() and line.isModified()):
            self.setEditText(text)
            line.setCursorPosition(0)

    def revert(self) -> None:
        """Back to what was shown before something was typed."""
        self.setEditText(self._shown)

    def _on_activated(self, _index: int) -> None:
        self._on_finished()

    def _on_finished(self) -> None:
        line = self.lineEdit()
        if line is not None:
            line.setModified(False)
        if self.currentText().strip() != self._shown:
            self.entered.emit(self.currentText().strip())


class SettingBox(QWidget):
    """A setting's control under its label. ``entered`` tells the text or name people settled on."""

    entered = Signal(str)

    def __init__(
        self,
        label: str,
        help: str,
        name: str,
        choices: dict[str, str] | None = None,
        presets: tuple[str, ...] = (),
        width: int = 96,
        helps: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.control: ChoiceControl | ValueControl
        if choices is not None:
            self.control = ChoiceControl(choices, helps)
            self.control.chosen.connect(self.entered)
        else:
            self.control = ValueControl(list(presets))
            self.control.entered.connect(self.entered)
        self.control.setObjectName(name)
        self.control.setAccessibleName(label)
        self.control.setToolTip(help)
        self.control.setMinimumWidth(width)
        self._help = help
        self._caption = caption = secondary_label(label)
        caption.setBuddy(self.control)
        # A caption that changes during a run must not move what stands beside it.
        caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(caption)
        column.addWidget(self.control)

    @classmethod
    def of(
        cls, setting: Setting, name: str, width: int = 96, helps: Mapping[str, str] | None = None
    ) -> SettingBox:
        """The control that a setting's declaration asks for."""
        return cls(
            setting.label,
            setting.help,
            name,
            setting.choices if setting.kind is str else None,
            tuple(setting.text(value) for value in setting.presets),
            width,
            helps,
        )

    def show_value(self, text: str) -> None:
        self.control.show_value(text)

    def set_caption(self, label: str) -> None:
        """What stands above the control, and what screen readers call it."""
        if label != self._caption.text():
            self._caption.setText(label)
            self.control.setAccessibleName(label)

    def set_idle(self, reason: str | None) -> None:
        """Switch the control off with a reason in its tooltip, or on again (None)."""
        self.control.setEnabled(reason is None)
        self.control.setToolTip(reason or self._help)

    def revert(self) -> None:
        if isinstance(self.control, ValueControl):
            self.control.revert()


def choice_helps(name: str) -> dict[str, str] | None:
    """A sentence about each choice of a setting, where there are any."""
    methods = METHODS.get(name)
    return None if methods is None else {key: method.help for key, method in methods.items()}


def setting_text(setting: Setting, value: Any) -> str:
    """What a setting's control shows for a value."""
    return value if setting.choices is not None else setting.text(value)
