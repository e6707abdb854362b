"""The history panel: every step by name; a click goes back to it, or forward again."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from bpstudio.gui.document import Document
from bpstudio.gui.theme import Theme, ThemeHolder, text_font
from bpstudio.gui.widgets import Card
from bpstudio.model.words import counted

BEGINNING = "As it was opened"
Role = Qt.ItemDataRole


class HistoryModel(QAbstractListModel):
    """The steps of an undo stack: row 0 is where it began, row k is after k steps."""

    def __init__(self, document: Document, themes: ThemeHolder) -> None:
        super().__init__()
        self._stack = document.stack
        self._themes = themes

    def refresh(self) -> None:
        """The stack has changed."""
        self.beginResetModel()
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._stack.count() + 1

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        row, current = index.row(), self._stack.index()
        undone = row > current
        match role:
            case Role.DisplayRole:
                return self._stack.text(row - 1) if row else BEGINNING
            case Role.FontRole:
                font = text_font(bold=row == current)
                font.setItalic(undone)
                return font
            case Role.ForegroundRole:
                return self._themes.theme.color("secondary" if undone else "text")
            case Role.AccessibleTextRole:
                name = self._stack.text(row - 1) if row else BEGINNING
                state = "undone" if undone else "current" if row == current else "done"
                return f"{name}, {state}"
        return None


class HistoryPanel(Card):
    """All steps, the oldest on top; those undone stand below the current one, in italics."""

    def __init__(
        self, document: Document, themes: ThemeHolder, parent: QWidget | None = None
    ) -> None:
        super().__init__("History", themes, parent)
        self.setObjectName("historyPanel")
        self._document = document
        self.model = HistoryModel(document, themes)
        self.list = QListView()
        self.list.setObjectName("historyList")
        self.list.setAccessibleName("Steps, oldest first")
        self.list.setToolTip("Click a step to go there; Enter does too")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setModel(self.model)
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        self.body.addWidget(self.list, 1)
        document.stack.changed.connect(self.refresh)
        themes.listen(self._on_theme)

    def refresh(self) -> None:
        """Show the steps there are now."""
        self.model.refresh()
        here = self.model.index(self._document.stack.index())
        self.list.setCurrentIndex(here)
        self.list.scrollTo(here)
        count = self._document.stack.count()
        self.set_aside(counted(count, "step"))

    def _go(self, index: QModelIndex) -> None:
        self._document.go_to(index.row())

    def _on_theme(self, theme: Theme) -> None:
        self.list.setStyleSheet(
            "QListView { border: none; outline: none; }"
            "QListView::item { padding: 4px 6px; border-radius: 4px; }"
            f"QListView::item:hover {{ background: {theme.hover}; }}"
            f"QListView::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}"
        )
        self.refresh()
