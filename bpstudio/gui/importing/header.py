"""The header of the preview: each column's name, its spread as a small picture, and its role."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QTableView

from bpstudio.files.plan import ColumnPlan, Plan
from bpstudio.files.summary import ColumnSummary
from bpstudio.gui.importing.histogram import bars_of, draw_bars
from bpstudio.gui.theme import RADIUS, SMALL_SIZE, Theme, text_font

HEADER_HEIGHT, NAME, PICTURE, ROLE, INSET = 74, 20, 22, 18, 6
ROLE_WORDS = {"input": "input", "target": "target", "ignore": "ignored", "split": "split"}
TREATMENT_WORDS = {
    "none": "as it is",
    "standardise": "standardised",
    "minmax": "rescaled",
    "one_hot": "one-hot",
    "ordinal": "ordered",
    "classes": "classes",
}


def role_words(column: ColumnPlan) -> str:
    """What becomes of a column, in two or three words."""
    words = ROLE_WORDS[column.role]
    if column.role in ("input", "target"):
        words += f" · {TREATMENT_WORDS.get(column.treatment, column.treatment)}"
    return words


class PreviewHeader(QHeaderView):
    """Paints only the sections that are seen; a click selects, with Shift or Ctrl several."""

    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._theme = theme
        self._columns: tuple[ColumnPlan, ...] = ()
        self._summaries: tuple[ColumnSummary, ...] = ()
        self._chosen: set[int] = set()
        self.setObjectName("previewHeader")
        self.setAccessibleName("Columns")
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(60)

    def show_plan(self, plan: Plan) -> None:
        self._columns = plan.columns
        self.viewport().update()

    def show_chosen(self, places: set[int]) -> None:
        """Mark the selected columns."""
        self._chosen = places
        self.viewport().update()

    def show_summaries(self, summaries: tuple[ColumnSummary, ...]) -> None:
        self._summaries = summaries
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEADER_HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        theme, model = self._theme, self.model()
        selected = logical in self._chosen
        column = self._columns[logical] if logical < len(self._columns) else None
        painter.save()
        painter.fillRect(rect, theme.color("hover" if selected else "surface"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        if selected:
            painter.fillRect(rect.left(), rect.top(), rect.width(), 2, theme.color("accent"))
        area = QRectF(rect).adjusted(INSET, 4, -INSET, -4)
        ignored = column is not None and column.role == "ignore"
        painter.setFont(text_font(SMALL_SIZE, bold=True))
        painter.setPen(theme.color("secondary" if ignored else "text"))
        name = str(model.headerData(logical, Qt.Orientation.Horizontal))
        metrics = QFontMetrics(painter.font())
        elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(area.width()))
        line = QRectF(area.left(), area.top(), area.width(), NAME)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, elided)
        if logical < len(self._summaries):
            picture = QRectF(area.left(), line.bottom(), area.width(), PICTURE)
            counts = bars_of(self._summaries[logical])
            draw_bars(
                painter, picture, counts, theme.color("secondary" if ignored else "positive", 0.75)
            )
        if column is not None:
            self._paint_role(painter, area, column)
        painter.restore()

    def _paint_role(self, painter: QPainter, area: QRectF, column: ColumnPlan) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(SMALL_SIZE))
        metrics = QFontMetrics(painter.font())
        words = metrics.elidedText(
            role_words(column), Qt.TextElideMode.ElideRight, int(area.width()) - 10
        )
        pill = QRectF(
            area.left(), area.bottom() - ROLE + 1, metrics.horizontalAdvance(words) + 10, ROLE
        ).adjusted(0.5, 0.5, -0.5, -0.5)
        target = column.role == "target"
        painter.setPen(QPen(theme.color("accent" if target else "line"), 1))
        painter.setBrush(theme.color("accent" if target else "surface"))
        if column.role != "ignore":
            painter.drawRoundedRect(pill, RADIUS - 3, RADIUS - 3)
        painter.setPen(theme.color("on_accent" if target else "secondary"))
        left = 5 if column.role != "ignore" else 0
        painter.drawText(pill.adjusted(left, 0, 5, 0), Qt.AlignmentFlag.AlignVCenter, words)
