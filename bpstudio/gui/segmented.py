"""A choice between few things, all of them in view."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from bpstudio.gui.theme import SMALL_SIZE, Theme, ThemeHolder


class Segmented(QWidget):
    """A choice between few things, all of them in view; ``chosen`` tells the key people chose."""

    chosen = Signal(str)

    def __init__(
        self, name: str, options: Mapping[str, str], themes: ThemeHolder, help: str = ""
    ) -> None:
        """``options`` maps keys to labels; the first is chosen."""
        super().__init__()
        self._name = name
        self._help = help
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.buttonClicked.connect(self._on_clicked)
        self._buttons: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.setAccessibleName(name)
        self.set_options(options)
        themes.listen(self._restyle)

    @property
    def value(self) -> str:
        return next((key for key, b in self._buttons.items() if b.isChecked()), "")

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self._buttons)

    def button(self, key: str) -> QToolButton:
        return self._buttons[key]

    def set_value(self, key: str) -> None:
        """Choose without telling."""
        self._buttons[key].setChecked(True)

    def set_options(self, options: Mapping[str, str]) -> None:
        """Offer these; the chosen one stays if it is among them."""
        if tuple(options) == tuple(self._buttons):
            return
        before = self.value
        for button in self._buttons.values():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {key: self._made(label) for key, label in options.items()}
        if self._buttons:
            self.set_value(before if before in self._buttons else next(iter(self._buttons)))

    def _made(self, label: str) -> QToolButton:
        button = QToolButton()
        button.setText(label)
        button.setCheckable(True)
        button.setAccessibleName(f"{self._name}: {label}")
        button.setToolTip(f"{self._help or self._name}: {label}")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(button)
        self._row.addWidget(button)
        return button

    def _on_clicked(self, _button: QToolButton) -> None:
        self.chosen.emit(self.value)

    def _restyle(self, theme: Theme) -> None:
        self.setStyleSheet(
            f"QToolButton {{ font-size: {SMALL_SIZE}px; padding: 2px 6px; color: {theme.secondary}; }}"
            f"QToolButton:checked {{ color: {theme.text}; background: {theme.hover}; }}"
        )
