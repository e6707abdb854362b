"""How often each class comes in the rows that train, validate and test."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpstudio.files.summary import Outcome
from bpstudio.gui.theme import SMALL_SIZE, Theme, text_font

LINE, MOST_CLASSES = 18, 10


class ClassBalance(QWidget):
    """A line a class: its name, a bar of its rows (training full, the rest pale), and their number."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._classes: tuple[tuple[str, int, int, int], ...] = ()
        self.setObjectName("classBalance")
        self.setAccessibleName("Class balance")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_outcome(self, outcome: Outcome | None) -> None:
        self._classes = () if outcome is None else outcome.classes
        words = "\n".join(
            f"{name}: {train} train, {validation} validate, {test} test"
            for name, train, validation, test in self._classes[: 3 * MOST_CLASSES]
        )
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.setVisible(bool(self._classes))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        shown = min(len(self._classes), MOST_CLASSES) + (len(self._classes) > MOST_CLASSES)
        return QSize(180, LINE * (shown + 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        align = Qt.AlignmentFlag
        painter.setFont(text_font(SMALL_SIZE, bold=True))
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(0, 0, self.width(), LINE), align.AlignVCenter, "Class balance")
        painter.setFont(text_font(SMALL_SIZE))
        metrics = QFontMetrics(painter.font())
        shown = self._classes[:MOST_CLASSES]
        names = min(
            # A name in just its own width would be cut for a fraction of a pixel.
            max((metrics.horizontalAdvance(name) for name, *_ in shown), default=0) + 2,
            self.width() // 2,
        )
        largest = max((sum(counts) for _, *counts in shown), default=1) or 1
        figures = metrics.horizontalAdvance(f"{largest:,}")
        room = self.width() - names - figures - 16
        for k, (name, train, validation, test) in enumerate(shown):
            line = QRectF(0, (k + 1) * LINE, self.width(), LINE)
            painter.setPen(theme.color("text"))
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, names)
            painter.drawText(line, align.AlignVCenter, elided)
            painter.setPen(theme.color("secondary"))
            total = train + validation + test
            painter.drawText(line, align.AlignRight | align.AlignVCenter, f"{total:,}")
            whole, trained = room * total / largest, room * train / largest
            bar = QRectF(names + 8, line.top() + 4, whole, LINE - 8)
            color = theme.class_color(k)
            color.setAlphaF(0.35)
            painter.fillRect(bar, color)
            painter.fillRect(
                QRectF(bar.left(), bar.top(), trained, bar.height()), theme.class_color(k)
            )
        if len(self._classes) > MOST_CLASSES:
            line = QRectF(0, (len(shown) + 1) * LINE, self.width(), LINE)
            painter.setPen(theme.color("secondary"))
            more = len(self._classes) - MOST_CLASSES
            painter.drawText(line, align.AlignVCenter, f"… {more:,} more classes")
        painter.end()
