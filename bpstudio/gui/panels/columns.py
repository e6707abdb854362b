"""What the columns of the data are and how they enter the network, in words."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpstudio.gui.theme import SMALL_SIZE, Theme, ThemeHolder, text_font
from bpstudio.model.dataset import Column, Dataset

LINE, MOST_COLUMNS = 18, 60
SCALING_WORDS = {"none": "as it is", "standardise": "standardised"}


def column_words(column: Column, is_target: bool) -> str:
    """How a column enters the network, in a word or two."""
    if not column.is_category:
        if column.scaling == "minmax":
            return f"{column.low:g} to {column.high:g}"
        return SCALING_WORDS[column.scaling]
    count = len(column.categories)
    return f"{count} classes" if is_target else f"{count} categories"


class ColumnList(QWidget):
    """One line a column: its name at the left, what happens to it at the right."""

    def __init__(self, themes: ThemeHolder) -> None:
        super().__init__()
        self._themes = themes
        self._lines: list[tuple[str, str, bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.listen(self._restyle)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Name and words of every line."""
        return [(name, words) for name, words, _ in self._lines]

    def show_dataset(self, dataset: Dataset | None) -> None:
        self._lines = []
        if dataset is not None:
            preparation = dataset.preparation
            for title, columns in (
                ("Inputs", preparation.inputs),
                ("Predicts", preparation.targets),
            ):
                self._lines.append((title, "", True))
                is_target = title == "Predicts"
                for column in columns[:MOST_COLUMNS]:
                    self._lines.append((column.name, column_words(column, is_target), False))
                if len(columns) > MOST_COLUMNS:
                    self._lines.append((f"… and {len(columns) - MOST_COLUMNS} more", "", False))
        words = "\n".join(f"{name}: {text}" if text else name for name, text in self.lines)
        self.setAccessibleName("Columns")
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, LINE * len(self._lines))

    def _restyle(self, _theme: Theme) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        metrics = QFontMetrics(text_font(SMALL_SIZE))
        middle = Qt.AlignmentFlag.AlignVCenter
        for k, (name, words, heading) in enumerate(self._lines):
            y, width = k * LINE, self.width()
            right = metrics.horizontalAdvance(words)
            painter.setFont(text_font(SMALL_SIZE))
            painter.setPen(theme.color("secondary"))
            painter.drawText(0, y, width, LINE, middle | Qt.AlignmentFlag.AlignRight, words)
            painter.setFont(text_font(SMALL_SIZE, bold=heading))
            painter.setPen(theme.color("text"))
            room = width - right - 8 if words else width
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(0, y, width, LINE, middle, name if heading else elided)
        painter.end()
