"""What is shown in the place of a table that cannot be read: why, and the lines that it is about."""

from __future__ import annotations

import io
import re
from itertools import islice
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from bpstudio.gui.theme import GAP, Theme, icon
from bpstudio.gui.widgets import secondary_label

ICON = 24
AROUND, MOST_CHARACTERS, FAR = 2, 110, 100_000
"""Lines before and after the one in question, characters of each, and how far it is looked for."""
HINT = (
    "Another separator, quotation mark or encoding above may read it; otherwise correct the file."
)
_LINE = re.compile(r", line ([0-9]+)")


def excerpt(what: Path | str, encoding: str | None, sentence: str) -> tuple[int, tuple[str, ...]]:
    """The lines around the one that a sentence names, as an editor would show them, and the number of
    the first; nothing where it names none."""
    named = _LINE.search(sentence)
    if named is None:
        return 0, ()
    first = max(1, int(named[1]) - AROUND)
    if first > FAR:
        return 0, ()
    try:
        with (
            io.StringIO(what)
            if isinstance(what, str)
            else what.open(encoding=encoding or "utf-8", errors="replace")
        ) as file:
            lines = islice(file, first - 1, first + 2 * AROUND)
            return first, tuple(line.rstrip("\r\n")[:MOST_CHARACTERS] for line in lines)
    except (OSError, ValueError, LookupError):
        return 0, ()


class FailureView(QWidget):
    """The sentence, the lines around the place with that one marked, and what may help."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("importFailure")
        sign = QLabel()
        sign.setPixmap(icon("warning", theme.warning, ICON).pixmap(ICON, ICON))
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label = QLabel()
        self.label.setObjectName("failureLabel")
        self.label.setWordWrap(True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        hint = secondary_label(HINT)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lines = QWidget()
        self._grid = QGridLayout(self._lines)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(0)
        self.line_labels: list[QLabel] = []
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addStretch(1)
        column.addWidget(sign)
        column.addWidget(self.label)
        column.addWidget(self._lines, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(hint)
        column.addStretch(2)

    def show_failure(self, sentence: str, first: int, lines: tuple[str, ...]) -> None:
        """Show a sentence and the lines from number ``first`` on."""
        self.label.setText(sentence)
        self.label.setAccessibleName(sentence)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.line_labels = []
        named = _LINE.search(sentence)
        for k, text in enumerate(lines):
            marked = named is not None and int(named[1]) == first + k
            number, line = secondary_label(str(first + k)), QLabel(text)
            line.setTextFormat(Qt.TextFormat.PlainText)
            line.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            line.setProperty("marked", marked)
            if marked:
                color = self._theme.color("warning", 0.22)
                line.setStyleSheet(
                    f"background: rgba({color.red()},{color.green()},{color.blue()},{color.alpha()});"
                    "padding: 2px 4px;"
                )
            else:
                line.setStyleSheet("padding: 2px 4px;")
            self._grid.addWidget(number, k, 0, Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(line, k, 1)
            self.line_labels.append(line)
        self._lines.setVisible(bool(lines))
