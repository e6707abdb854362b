"""What can be dropped on the window or pasted into it, and the hint while it hovers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bpstudio.gui.theme import FIGURE_SIZE, GAP, RADIUS, ThemeHolder, text_font
from bpstudio.model.fragment import is_fragment

LABEL_WORDS = ("label", "idx1")
TEST_WORDS = ("test", "valid")


@dataclass(frozen=True)
class Given:
    """What people gave: a project, or data (a path or text) with a test file of their own."""

    project: Path | None = None
    data: Path | str | None = None
    test_file: Path | None = None

    @property
    def words(self) -> str:
        """What becomes of it when it is dropped."""
        if self.project is not None:
            return f"Drop to open the project “{self.project.stem}”"
        if isinstance(self.data, Path):
            beside = f", tested on “{self.test_file.name}”" if self.test_file else ""
            return f"Drop to import “{self.data.name}”{beside}"
        return "Drop to import this table"


def given(mime: QMimeData | None) -> Given | None:
    """What dropped or pasted data are, or None if they are nothing for this window.

    An empty clipboard may have no data at all, None.
    """
    if mime is None:
        return None
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if paths:
        return sorted_out(paths)
    text = mime.text() if mime.hasText() else ""
    return Given(data=text) if "\n" in text.strip() and not is_fragment(text) else None


def sorted_out(paths: Sequence[Path]) -> Given:
    """The project among several files; else the data, and beside them a test file if one is called so.

    A file of labels comes with its images by itself.
    """
    for path in paths:
        if path.suffix.lower() == ".bps":
            return Given(project=path)
    tables = [path for path in paths if not _called(path, LABEL_WORDS)] or list(paths)
    tests = [path for path in tables if _called(path, TEST_WORDS)]
    data = next((path for path in tables if path not in tests), tables[0])
    others = [path for path in tests if path != data]
    return Given(data=data, test_file=others[0] if others else None)


def _called(path: Path, words: Sequence[str]) -> bool:
    return any(word in path.name.lower() for word in words)


class DropHint(QWidget):
    """Lies over the window while something hovers over it, and says what a drop would do."""

    def __init__(self, themes: ThemeHolder, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._words = ""
        self.setObjectName("dropHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def words(self) -> str:
        return self._words

    def show_words(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(words)
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color("background", 0.82))
        frame = QRectF(self.rect()).adjusted(GAP, GAP, -GAP, -GAP)
        painter.setPen(QPen(theme.color("accent"), 2, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        painter.setPen(theme.color("text"))
        painter.setFont(text_font(FIGURE_SIZE, bold=True))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()
