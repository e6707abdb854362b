"""The rows of a source as a table that asks for its cells only when they are seen."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView, QWidget

from bpstudio.files.columns import RawColumn
from bpstudio.files.plan import ROLES, Plan
from bpstudio.files.source import Source
from bpstudio.files.summary import ColumnSummary
from bpstudio.gui.importing.header import PreviewHeader
from bpstudio.gui.theme import SMALL_SIZE, Theme, text_font

ROW_HEIGHT = 22
LEAST_WIDTH, MOST_WIDTH, CHARACTER = 144, 210, 7
MEASURED_ROWS = 20
ROLE_KEYS = {
    Qt.Key.Key_I: "input",
    Qt.Key.Key_T: "target",
    Qt.Key.Key_X: "ignore",
    Qt.Key.Key_P: "split",
}
Index = QModelIndex | QPersistentModelIndex


class PreviewModel(QAbstractTableModel):
    """Cells of a source as text; what is ignored is pale, a missing value is marked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._source: Source | None = None
        self._plan: Plan | None = None
        self._roles: dict[str, str] = {}
        self._marked: dict[tuple[int, int], str] = {}

    @property
    def source(self) -> Source | None:
        return self._source

    def show_source(self, source: Source | None) -> None:
        self.beginResetModel()
        self._source, self._roles, self._marked = source, {}, {}
        self.endResetModel()

    def show_plan(self, plan: Plan, marked: dict[tuple[int, int], str]) -> None:
        """The roles, and the sentences of problems by row and column."""
        self._roles = {column.name: column.role for column in plan.columns}
        self._marked = marked
        if self._source is not None and self._source.rows:
            corner = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), corner)

    def rowCount(self, parent: Index | None = None) -> int:
        inside = parent is not None and parent.isValid()
        return 0 if self._source is None or inside else self._source.rows

    def columnCount(self, parent: Index | None = None) -> int:
        inside = parent is not None and parent.isValid()
        return 0 if self._source is None or inside else len(self._source.columns)

    def text(self, row: int, column: int) -> str:
        """A cell as text, empty where the value is missing."""
        if self._source is None:
            return ""
        if row < len(self._source.preview):
            return self._source.preview[row][column]
        return cell_text(self._source.columns[column], row)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._source is None or not index.isValid():
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column) or "–"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = self._source.columns[column].is_numeric
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            ignored = self._roles.get(self._source.columns[column].name) == "ignore"
            faint = ignored or is_missing(self._source.columns[column], row)
            return QBrush(
                self._theme.color("secondary", 0.7) if faint else self._theme.color("text")
            )
        if role == Qt.ItemDataRole.BackgroundRole and (row, column) in self._marked:
            return QBrush(self._theme.color("warning", 0.22))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._marked.get((row, column))
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if self._source is None or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._source.columns[section].name
        line = self._source.line(section)
        return str(section + 1 if line is None else line)


def is_missing(column: RawColumn, row: int) -> bool:
    """Whether there is no value, whatever the cell says."""
    if column.numbers is not None:
        return math.isnan(float(column.numbers[row]))
    return column.codes is None or column.codes[row] < 0


def cell_text(column: RawColumn, row: int) -> str:
    """A cell of a column as text, empty where the value is missing."""
    if column.numbers is not None:
        value = float(column.numbers[row])
        return "" if math.isnan(value) else f"{value:.10g}"
    code = int(column.codes[row]) if column.codes is not None else -1
    return column.distinct[code] if code >= 0 else ""


class PreviewTable(QTableView):
    """Rows and columns; ``columns_chosen(names)`` when others are selected,
    ``row_chosen(row)`` when another row is current.

    ``role_chosen(role)`` when a key or the menu gives the selected columns another role.
    """

    columns_chosen = Signal(list)
    row_chosen = Signal(int)
    role_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("previewTable")
        self.setAccessibleName("Preview of the data")
        self.rows = PreviewModel(theme)
        self._places: set[int] = set()
        self.setModel(self.rows)
        self.columns_header = PreviewHeader(theme, self)
        self.setHorizontalHeader(self.columns_header)
        down = self.verticalHeader()
        down.setDefaultSectionSize(ROW_HEIGHT)
        down.setSectionResizeMode(down.ResizeMode.Fixed)
        self.setFont(text_font(SMALL_SIZE))
        self.setStyleSheet(
            f"QTableView {{ selection-background-color: {theme.hover}; selection-color: {theme.text}; }}"
            f"QTableView::item {{ padding: 0 6px; }}"
            f"QTableView {{ outline: none; }}"
            f"QTableView::item:focus {{ background: {theme.hover}; border: 1px solid {theme.accent}; }}"
            f"QTableView::item:selected {{ background: {theme.hover}; color: {theme.text}; }}"
            f"QHeaderView::section:vertical {{ font-size: {SMALL_SIZE}px; font-weight: 400; "
            f"color: {theme.secondary}; padding: 0 8px; }}"
            f"QHeaderView, QTableCornerButton::section {{ background: {theme.surface}; border: none; }}"
        )
        down.setHighlightSections(False)
        down.setSectionsClickable(False)
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectColumns)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.selectionModel().currentRowChanged.connect(self._on_row)

    def show_source(self, source: Source | None) -> None:
        """Other rows; the first column is selected."""
        self._places = set()
        self.rows.show_source(source)
        if source is None:
            return
        for k in range(len(source.columns)):
            self.setColumnWidth(k, _width(source, k))
        self.select(len(source.columns) - 1)

    def show_plan(self, plan: Plan, marked: dict[tuple[int, int], str]) -> None:
        self.rows.show_plan(plan, marked)
        self.columns_header.show_plan(plan)

    def show_summaries(self, summaries: tuple[ColumnSummary, ...]) -> None:
        self.columns_header.show_summaries(summaries)

    @property
    def chosen(self) -> list[str]:
        """Names of the selected columns, from left to right."""
        source = self.rows.source
        return [] if source is None else [source.columns[k].name for k in sorted(self._places)]

    def select(self, column: int, row: int | None = None) -> None:
        """Select a column and bring it, and a row, into view."""
        self.selectColumn(column)
        index = self.rows.index(row or 0, column)
        self.selectionModel().setCurrentIndex(index, self.selectionModel().SelectionFlag.NoUpdate)
        self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        current = self.currentIndex()
        if current.isValid():
            self.scrollTo(current)

    def _on_selection(self) -> None:
        # Asking for selected columns would look at every row of each.
        ranges = self.selectionModel().selection().toList()
        self._places = {k for one in ranges for k in range(one.left(), one.right() + 1)}
        self.columns_header.show_chosen(self._places)
        self.columns_chosen.emit(self.chosen)

    def _on_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.row_chosen.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and event.key() in ROLE_KEYS:
            self.role_chosen.emit(ROLE_KEYS[Qt.Key(event.key())])
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # The dialog's: it accepts.
            event.ignore()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.chosen:
            return
        menu = QMenu(self)
        letters = {role: Qt.Key(key).name.removeprefix("Key_") for key, role in ROLE_KEYS.items()}
        for role, label in ROLES.items():
            action = menu.addAction(f"{label.capitalize()}\t{letters[role]}")
            action.setData(role)
        chosen = menu.exec(event.globalPos())
        if chosen is not None:
            self.role_chosen.emit(str(chosen.data()))


def _width(source: Source, column: int) -> int:
    cells = [row[column] for row in source.preview[:MEASURED_ROWS]]
    longest = max([len(source.columns[column].name), *map(len, cells)])
    return min(max(longest * CHARACTER + 24, LEAST_WIDTH), MOST_WIDTH)
