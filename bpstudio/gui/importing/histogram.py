"""Small pictures of a column: how its numbers are spread, or how often each text comes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpstudio.explain.numbers import with_minus
from bpstudio.files.summary import ColumnSummary
from bpstudio.gui.theme import SMALL_SIZE, Theme, text_font
from bpstudio.gui.widgets import number_text

HEIGHT, LABELS, BAR, MOST_BARS = 84, 16, 18, 8


def bars_of(summary: ColumnSummary) -> tuple[int, ...]:
    """The heights of a column's small bars: of its bins, or of its most frequent texts."""
    return summary.histogram or tuple(count for _, count in summary.top)


def draw_bars(painter: QPainter, area: QRectF, counts: Sequence[int], color: QColor) -> None:
    """Bars side by side, the highest as high as the area; what is not 0 can be seen."""
    if not counts or area.width() < len(counts):
        return
    highest = max(*counts, 1)
    step = area.width() / len(counts)
    gap = 1.0 if step >= 4 else 0.0
    for k, count in enumerate(counts):
        height = max(area.height() * count / highest, 1.0 if count else 0.0)
        bar = QRectF(area.left() + k * step, area.bottom() - height, step - gap, height)
        painter.fillRect(bar, color)


class Histogram(QWidget):
    """The picture of one column: a histogram with the ends of its range, or bars with their texts."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._summary: ColumnSummary | None = None
        self.setObjectName("columnHistogram")
        self.setAccessibleName("How the values are spread")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_summary(self, summary: ColumnSummary | None) -> None:
        self._summary = summary
        words = "" if summary is None else _words(summary)
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        summary = self._summary
        if summary is not None and not summary.histogram:
            return QSize(180, BAR * min(max(len(summary.top), 1), MOST_BARS + 1))
        return QSize(180, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        summary = self._summary
        if summary is None:
            return
        painter = QPainter(self)
        painter.setFont(text_font(SMALL_SIZE))
        if summary.histogram:
            self._paint_numbers(painter, summary)
        else:
            self._paint_texts(painter, summary)
        painter.end()

    def _paint_numbers(self, painter: QPainter, summary: ColumnSummary) -> None:
        area = QRectF(0, 0, self.width(), self.height() - LABELS - 2)
        draw_bars(painter, area, summary.histogram, self._theme.color("positive"))
        painter.fillRect(QRectF(0, area.bottom(), area.width(), 1), self._theme.color("line"))
        painter.setPen(self._theme.color("secondary"))
        below = QRectF(0, self.height() - LABELS, self.width(), LABELS)
        align = Qt.AlignmentFlag
        painter.drawText(below, align.AlignLeft | align.AlignVCenter, short(summary.low))
        painter.drawText(below, align.AlignRight | align.AlignVCenter, short(summary.high))

    def _paint_texts(self, painter: QPainter, summary: ColumnSummary) -> None:
        metrics = QFontMetrics(text_font(SMALL_SIZE))
        top = summary.top[:MOST_BARS]
        highest = max((count for _, count in top), default=1)
        figures = max((metrics.horizontalAdvance(number_text(n)) for _, n in top), default=0)
        names = min(
            max((metrics.horizontalAdvance(text) for text, _ in top), default=0),
            self.width() // 2,
        )
        room = self.width() - names - figures - 16
        align = Qt.AlignmentFlag
        for k, (text, count) in enumerate(top):
            line = QRectF(0, k * BAR, self.width(), BAR)
            painter.setPen(self._theme.color("text"))
            name = metrics.elidedText(text, Qt.TextElideMode.ElideRight, names)
            painter.drawText(line, align.AlignLeft | align.AlignVCenter, name)
            painter.setPen(self._theme.color("secondary"))
            painter.drawText(line, align.AlignRight | align.AlignVCenter, number_text(count))
            width = max(room * count / highest, 1.0)
            bar = QRectF(names + 8, line.top() + 4, width, BAR - 8)
            painter.fillRect(bar, self._theme.color("positive"))
        if summary.distinct > len(top):
            more = QRectF(0, len(top) * BAR, self.width(), BAR)
            painter.setPen(self._theme.color("secondary"))
            painter.drawText(more, align.AlignVCenter, f"… {summary.distinct - len(top):,} more")


def short(value: float) -> str:
    """A number in at most four figures."""
    return with_minus(f"{value:.4g}")


def _words(summary: ColumnSummary) -> str:
    if summary.histogram:
        return f"From {short(summary.low)} to {short(summary.high)}."
    return ", ".join(f"{text}: {count:,}" for text, count in summary.top)
