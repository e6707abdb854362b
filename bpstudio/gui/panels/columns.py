"""What the columns of the data are and what is done to them on their way into the network, in words."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from bpstudio.gui.theme import RADIUS, SMALL_SIZE, Theme, ThemeHolder, text_font
from bpstudio.gui.widgets import secondary_label
from bpstudio.model.dataset import Column, Dataset

LINE, MOST_COLUMNS, INDENT = 18, 60, 8
SCALING_WORDS = {"none": "as it is", "standardise": "standardised"}
WRAP = Qt.TextFlag.TextWordWrap


def column_words(column: Column, is_target: bool) -> str:
    """How a column enters the network, in a word or two."""
    if not column.is_category:
        return SCALING_WORDS.get(column.scaling, f"{column.low:g} to {column.high:g}")
    if column.encoding == "ordinal":
        return f"{len(column.categories)} ranks"
    count = len(column.categories)
    return f"{count} classes" if is_target else f"{count} categories"


@dataclass(frozen=True)
class Entry:
    """A line of the list: a column's name, a word or two, and all that is done to it; or a heading."""

    name: str
    short: str = ""
    words: str = ""

    @property
    def is_heading(self) -> bool:
        return not self.short


class ColumnList(QWidget):
    """One line a column; a click, or Enter on it, unfolds what is done to it, with its numbers."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._themes = themes
        self._entries: list[Entry] = []
        self._unfolded: set[int] = set()
        self._current = -1
        self.setObjectName("columnList")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        themes.listen(self._restyle)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Name and short words of every line."""
        return [(entry.name, entry.short) for entry in self._entries]

    @property
    def unfolded(self) -> list[str]:
        """What is shown of the columns that are unfolded."""
        return [self._entries[k].words for k in sorted(self._unfolded)]

    def show_dataset(self, dataset: Dataset | None) -> None:
        self._entries = [] if dataset is None else _entries(dataset)
        self._unfolded, self._current = set(), -1
        words = "\n".join(
            f"{entry.name}: {entry.words}" if entry.words else entry.name for entry in self._entries
        )
        self.setAccessibleName("What is done to the columns")
        self.setAccessibleDescription(words)
        self._settle()

    def unfold_all(self, unfolded: bool) -> None:
        """Show all that is done to every column, or fold them."""
        columns = {k for k, entry in enumerate(self._entries) if entry.words}
        self._unfolded = columns if unfolded else set()
        self._settle()

    def toggle(self, index: int) -> None:
        """Unfold a line, or fold it."""
        if 0 <= index < len(self._entries) and self._entries[index].words:
            self._current = index
            self._unfolded ^= {index}
            self._settle()

    # Places

    def _settle(self) -> None:
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def _height_of(self, index: int) -> int:
        if index not in self._unfolded:
            return LINE
        metrics = QFontMetrics(text_font(SMALL_SIZE))
        room = QRect(0, 0, max(self.width() - INDENT, 60), 10_000)
        return LINE + metrics.boundingRect(room, WRAP, self._entries[index].words).height() + 4

    def _index_at(self, y: float) -> int:
        top = 0
        for k in range(len(self._entries)):
            top += self._height_of(k)
            if y < top:
                return k
        return -1

    def sizeHint(self) -> QSize:
        return QSize(100, sum(self._height_of(k) for k in range(len(self._entries))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self._unfolded:
            self._settle()

    # Mouse and keys

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle(self._index_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        columns = [k for k, entry in enumerate(self._entries) if entry.words]
        if event.key() in steps and columns:
            step = steps[Qt.Key(event.key())]
            at = columns.index(self._current) + step if self._current in columns else 0
            self._current = columns[min(max(at, 0), len(columns) - 1)]
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle(self._current)
        else:
            super().keyPressEvent(event)

    # Painting

    def _restyle(self, _theme: Theme) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0
        for k, entry in enumerate(self._entries):
            height = self._height_of(k)
            if k == self._current and self.hasFocus():
                painter.setPen(theme.color("accent"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                frame = QRect(0, top, self.width(), height).adjusted(0, 0, -1, -1)
                painter.drawRoundedRect(frame, RADIUS - 4, RADIUS - 4)
            self._paint_line(painter, theme, entry, top)
            if k in self._unfolded:
                painter.setFont(text_font(SMALL_SIZE))
                painter.setPen(theme.color("secondary"))
                room = QRect(INDENT, top + LINE, self.width() - INDENT, height - LINE)
                painter.drawText(room, WRAP, entry.words)
            top += height
        painter.end()

    def _paint_line(self, painter: QPainter, theme: Theme, entry: Entry, top: int) -> None:
        metrics = QFontMetrics(text_font(SMALL_SIZE))
        middle, width = Qt.AlignmentFlag.AlignVCenter, self.width()
        painter.setFont(text_font(SMALL_SIZE))
        painter.setPen(theme.color("secondary"))
        painter.drawText(0, top, width, LINE, middle | Qt.AlignmentFlag.AlignRight, entry.short)
        painter.setFont(text_font(SMALL_SIZE, bold=entry.is_heading))
        painter.setPen(theme.color("text"))
        room = width - metrics.horizontalAdvance(entry.short) - 8
        elided = metrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(0, top, width, LINE, middle, entry.name if entry.is_heading else elided)


class ColumnSection(QWidget):
    """The list of the columns under its title, with a button that unfolds all of it."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self.list = ColumnList(themes)
        self.button = QToolButton()
        self.button.setObjectName("columnWordsButton")
        self.button.setText("in words")
        self.button.setCheckable(True)
        self.button.setAccessibleName("What is done to each column, in words")
        self.button.setToolTip("Show what is done to each column, with the fitted numbers")
        self.button.toggled.connect(self.list.unfold_all)
        top = QHBoxLayout()
        top.addWidget(secondary_label("Columns"))
        top.addStretch(1)
        top.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.list)

    def show_dataset(self, dataset: Dataset | None) -> None:
        self.setVisible(dataset is not None)
        self.list.show_dataset(dataset)
        self.list.unfold_all(self.button.isChecked())


def _entries(dataset: Dataset) -> list[Entry]:
    preparation = dataset.preparation
    entries = []
    for title, columns in (("Inputs", preparation.inputs), ("Predicts", preparation.targets)):
        entries.append(Entry(title))
        for column in columns[:MOST_COLUMNS]:
            short = column_words(column, title == "Predicts")
            entries.append(Entry(column.name, short, column.words))
        if len(columns) > MOST_COLUMNS:
            entries.append(Entry(f"… and {len(columns) - MOST_COLUMNS} more"))
    return entries
