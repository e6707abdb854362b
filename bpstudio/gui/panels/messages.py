"""The message panel: what happened last, and before."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTime
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from bpstudio.gui.theme import SMALL_SIZE, Theme, ThemeHolder, icon
from bpstudio.gui.widgets import Card, IconButton, secondary_label

MOST_MESSAGES = 200
QUIET = "Nothing to report."


@dataclass(frozen=True)
class Message:
    """A sentence for people, when it came ("12:04:31"), and whether it is a problem."""

    text: str
    time: str
    problem: bool

    @property
    def line(self) -> str:
        return f"{self.time}  {'Problem: ' if self.problem else ''}{self.text}"


class MessagePanel(Card):
    """The newest message with its icon; below it all of them, the newest first."""

    def __init__(self, themes: ThemeHolder, parent: QWidget | None = None) -> None:
        super().__init__("Messages", themes, parent)
        self.setObjectName("messagePanel")
        self._messages: list[Message] = []
        self.copy_button = IconButton("export", "Copy all messages", themes)
        self.clear_button = IconButton("trash", "Clear the messages", themes)
        self.copy_button.clicked.connect(self.copy)
        self.clear_button.clicked.connect(self.clear)
        self.header_layout.addWidget(self.copy_button)
        self.header_layout.addWidget(self.clear_button)
        self.list = QListWidget()
        self.list.setAccessibleName("Messages, newest first")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setWordWrap(True)
        self.list.setIconSize(QSize(14, 14))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.quiet_label = secondary_label(QUIET)
        self.body.addWidget(self.quiet_label, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.list, 1)
        self.setMinimumHeight(64)
        themes.listen(self._restyle)
        self._show_state()

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages, the newest first."""
        return tuple(self._messages)

    def add(self, text: str, problem: bool = False) -> None:
        """A sentence for people; ``problem`` marks what they should look at."""
        message = Message(text, QTime.currentTime().toString("HH:mm:ss"), problem)
        self._messages.insert(0, message)
        del self._messages[MOST_MESSAGES:]
        while self.list.count() >= MOST_MESSAGES:
            self.list.takeItem(self.list.count() - 1)
        item = QListWidgetItem(f"{message.time[:5]}  {text}")
        item.setToolTip(message.line)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, message.line)
        self._colour(item, message, self.theme)
        self.list.insertItem(0, item)
        self.list.scrollToTop()
        self._show_state()

    def copy(self) -> None:
        """Put all messages on the clipboard."""
        QApplication.clipboard().setText("\n".join(m.line for m in self._messages))

    def clear(self) -> None:
        self._messages.clear()
        self.list.clear()
        self._show_state()

    def _show_state(self) -> None:
        some = bool(self._messages)
        self.list.setVisible(some)
        self.quiet_label.setVisible(not some)
        self.copy_button.setEnabled(some)
        self.clear_button.setEnabled(some)
        self.set_aside(self._messages[0].time if some else "")

    def _colour(self, item: QListWidgetItem, message: Message, theme: Theme) -> None:
        name, token = ("warning", "warning") if message.problem else ("info", "secondary")
        item.setIcon(icon(name, theme.color(token).name(), 14))
        item.setForeground(theme.color(token if message.problem else "text"))

    def _restyle(self, theme: Theme) -> None:
        self.list.setStyleSheet(
            f"QListWidget {{ border: none; background: transparent; font-size: {SMALL_SIZE}px; }}"
            f"QListWidget::item {{ padding: 2px 0; }}"
            f"QListWidget::item:selected {{ background: {theme.hover}; }}"
        )
        for row, message in enumerate(self._messages):
            self._colour(self.list.item(row), message, theme)
