"""What the pages of the inspector are made of: fields, boxes and buttons in a row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from bpstudio.gui.canvas.editor import Editor
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.theme import GAP
from bpstudio.gui.widgets import MINUS, secondary_label
from bpstudio.model.project import Project

NARROW, LEAST_FIELD = 590, 54
"""A row narrower than this shows no captions; what fields keep of their widths."""


class Field(QLineEdit):
    """A text that can be typed. ``entered`` tells what people settled on, ``left`` that Enter or Escape
    ended it; Escape leaves it as it was."""

    entered = Signal(str)
    left = Signal()

    def __init__(self, name: str, label: str, help: str, width: int) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setToolTip(help)
        self.setMaximumWidth(width)
        self.setMinimumWidth(min(width, LEAST_FIELD))
        self._shown = ""
        self.returnPressed.connect(self.left)
        self.editingFinished.connect(self._on_finished)

    def show_value(self, text: str) -> None:
        """Show a text, unless someone is typing another."""
        self._shown = text
        if not (self.hasFocus() and self.isModified()) and self.text() != text:
            self.setText(text)
            # What does not fit is cut at its end: without its first digits a number is another one.
            self.setCursorPosition(0)

    def take_focus(self) -> None:
        """Let people type another text."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def forget(self) -> None:
        """Leave the text as it was before anyone typed."""
        if self.isModified():
            self.setText(self._shown)
            self.setModified(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.forget()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _on_finished(self) -> None:
        typed = self.text().strip()
        changed, before = self.isModified() and typed != self._shown, self._shown
        self.setModified(False)
        if changed:
            # What is refused leaves the field as it was; what is taken comes back by the project.
            self.setText(before)
            self.entered.emit(typed)


class Page(QWidget):
    """One row of fields for one kind of selection. ``left``: Escape ended what was done in it."""

    left = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(GAP // 2)
        self.selection = Selection()
        self._captions: list[QLabel] = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the fields are more important than their captions."""
        super().resizeEvent(event)
        for caption in self._captions:
            caption.setVisible(self.width() >= NARROW)

    def show_selection(self, project: Project, selection: Selection) -> None:
        """Show what is selected in the project."""
        self.selection = selection

    def forget(self) -> None:
        """Forget what was typed and not entered."""
        for field in self.findChildren(Field):
            field.forget()

    def open_first(self) -> None:
        """The focus goes to the first field, box or button that can be used."""
        fields = [field for field in self.findChildren(Field) if field.isEnabled()]
        if fields:
            fields[0].take_focus()
            return
        buttons = [button for button in self.findChildren(QAbstractButton) if button.isEnabled()]
        if buttons:
            buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, of any part that has no other use for it, leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def add_title(self) -> QLabel:
        label = QLabel()
        label.setProperty("kind", "title")
        self.row.addWidget(label)
        return label

    def add_field(
        self, name: str, label: str, help: str, width: int, caption: bool = True
    ) -> Field:
        field = Field(name, label, help, width)
        if caption:
            words = secondary_label(label)
            words.setBuddy(field)
            self._captions.append(words)
            self.row.addWidget(words)
        self.row.addWidget(field)
        return field

    def add_box(self, name: str, text: str, help: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setAccessibleName(text)
        box.setToolTip(help)
        self._add(box)
        return box

    def add_button(
        self, name: str, text: str, help: str, method: Callable[[], None]
    ) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(help)
        button.clicked.connect(method)
        self._add(button)
        return button

    def _add(self, button: QAbstractButton) -> None:
        # A click leaves the space bar to the canvas.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.pressed.connect(self._on_pressed)
        self.row.addWidget(button)

    def _on_pressed(self) -> None:
        """What is typed in a field is taken first."""
        if isinstance(self.focusWidget(), Field):
            self.left.emit()

    def number(self, text: str) -> float | None:
        """A typed number; None, with a message, if it is none."""
        try:
            return float(text.replace(MINUS, "-").replace(",", "."))
        except ValueError:
            self.editor.refuse(f"“{text}” is not a number: type one such as 0.25 or -1e-3.")
            return None
