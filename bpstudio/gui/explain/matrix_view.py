"""The matrices of (21) to (26) with real numbers and names, the entry in question marked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from bpstudio.explain.matrices import MOST_ROWS, Matrix, MatrixForm
from bpstudio.explain.numbers import DIGITS, plain_number, with_minus
from bpstudio.explain.plain_text import plain
from bpstudio.gui.explain.formulas import FormulaKey, FormulaPicture, FormulaStore
from bpstudio.gui.explain.matrix_names import even_names
from bpstudio.gui.theme import GAP, SMALL_SIZE, TEXT_SIZE, Theme, ThemeHolder, text_font

SIZE, SMALL = 15.0, 13.0
CELL_HEIGHT, CELL_GAP, BRACKET, NAME_WIDTH = 21.0, 10.0, 5.0, 96.0
WIDEST_NAME, ROW_GAP = 150.0, 18.0
NARROWER = 60.0, 48.0, 28.0
"""Widths of names where there is little room; the numbers matter more."""
LEAST_COLUMNS = 2


@dataclass(frozen=True)
class Cell:
    """One entry as it is drawn; ``marked`` in a box."""

    rect: QRectF
    text: str
    marked: bool


class MatrixView(QWidget):
    """Shows a MatrixForm, folded where it is large; nothing for None."""

    def __init__(self, store: FormulaStore, themes: ThemeHolder) -> None:
        super().__init__()
        self.setObjectName("matrixView")
        self.setAccessibleName("The same as matrices")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._store, self._themes = store, themes
        self._form: MatrixForm | None = None
        self._digits = DIGITS
        self._height = 0.0
        self._complete = True
        self._most: dict[str, int] = {}
        self._names_within: dict[str, float] = {}
        self.cells: list[Cell] = []
        self._names: list[tuple[QRectF, str, Qt.AlignmentFlag]] = []
        self._brackets: list[QRectF] = []
        self._formulas: list[tuple[QPointF, FormulaKey]] = []
        self._wanted: list[FormulaKey] = []
        store.ready.connect(self._on_ready)
        themes.listen(self._on_theme)

    @property
    def form(self) -> MatrixForm | None:
        return self._form

    def show_form(self, form: MatrixForm | None, digits: int = DIGITS) -> None:
        """Show this form with so many digits."""
        self._form, self._digits = form, digits
        words = "" if form is None else f"({form.number}) {plain(form.latex(digits))}"
        self.setAccessibleDescription(words[:2000])
        self._lay_out()

    def _on_ready(self) -> None:
        if not self._complete:
            self._lay_out()

    def _on_theme(self, _theme: Theme) -> None:
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._lay_out()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._store.forget(self.objectName())

    def sizeHint(self) -> QSize:
        return QSize(300, round(self._height))

    # Where everything is

    def _lay_out(self) -> None:
        """Set the matrices with the pictures that can be had at once, and again when others come."""
        self._set()
        waits = self.isVisible() and not self._complete
        if waits and self._store.want(self.objectName(), self._wanted):
            self._set()
        self.setMinimumHeight(round(self._height))
        self.updateGeometry()
        self.update()

    def _set(self) -> None:
        self.cells, self._names, self._brackets = [], [], []
        self._formulas, self._wanted = [], []
        form, y = self._form, 4.0
        if form is not None:
            latex = rf"{form.general}"
            general = self._picture(latex, SIZE)
            self._put(latex, SIZE, 0, y)
            y += (20.0 if general is None else general.height) + ROW_GAP
            y = self._flow(form, y)
        self._height = y
        self._complete = all(self._store.picture(key) is not None for key in self._wanted)

    def _flow(self, form: MatrixForm, y: float) -> float:
        """The matrices beside each other, those that do not fit in the next row."""
        row: list[tuple[Matrix, float, float]] = []
        x = 0.0
        for matrix in form.matrices:
            width, height = self._fit(matrix)
            if row and x + width > self.width() - 4:
                y = self._row(row, y)
                row, x = [], 0.0
            row.append((matrix, x, height))
            x += width + GAP
        return self._row(row, y)

    def _fit(self, matrix: Matrix) -> tuple[float, float]:
        """Width and height; of one that is too wide the names are shortened, then columns are folded."""
        columns = range(MOST_ROWS, LEAST_COLUMNS - 1, -1)
        tries = [(most, names) for most in columns for names in (NAME_WIDTH, *NARROWER)]
        for most, names in ((MOST_ROWS, WIDEST_NAME), *tries):
            self._most[matrix.symbol], self._names_within[matrix.symbol] = most, names
            width, height = self._size(matrix)
            if width <= self.width() - 4:
                break
        return width, height

    def _shown(self, matrix: Matrix) -> tuple[list[int | None], list[int | None]]:
        rows, _ = matrix.shown()
        return rows, matrix.shown(self._most.get(matrix.symbol, MOST_ROWS))[1]

    def _row(self, row: list[tuple[Matrix, float, float]], y: float) -> float:
        tallest = max((height for _, _, height in row), default=0.0)
        for matrix, x, height in row:
            self._matrix(matrix, x, y + (tallest - height) / 2)
        return y + tallest + ROW_GAP

    def _size(self, matrix: Matrix) -> tuple[float, float]:
        rows, columns = self._shown(matrix)
        widths = self._widths(matrix, rows, columns)
        height = len(rows) * CELL_HEIGHT + 22 + (16 if any(matrix.column_names) else 0)
        names = self._row_names(matrix)
        return self._operator(matrix) + names + sum(widths) + 2 * BRACKET + CELL_GAP, height

    def _operator(self, matrix: Matrix) -> float:
        if not matrix.operator:
            return 0.0
        picture = self._picture(matrix.operator, SIZE)
        return (14.0 if picture is None else picture.width) + 10

    def _row_names(self, matrix: Matrix) -> float:
        if not any(matrix.row_names):
            return 0.0
        rows, _ = matrix.shown()
        metrics = QFontMetricsF(text_font(SMALL_SIZE))
        widest = max(
            metrics.horizontalAdvance(name)
            for name in self._even(matrix, matrix.row_names, rows).values()
        )
        return min(self._names_within.get(matrix.symbol, NAME_WIDTH), widest) + 6

    def _even(
        self, matrix: Matrix, names: tuple[str, ...], shown: list[int | None]
    ) -> dict[int, str]:
        """The names of the rows or columns that are shown, all of them shortened alike."""
        room = self._names_within.get(matrix.symbol, NAME_WIDTH)
        metrics = QFontMetricsF(text_font(SMALL_SIZE))
        indices = [k for k in shown if k is not None]
        texts = even_names([names[k] for k in indices], room, metrics.horizontalAdvance)
        return dict(zip(indices, texts, strict=True))

    def _widths(
        self, matrix: Matrix, rows: list[int | None], columns: list[int | None]
    ) -> list[float]:
        numbers = QFontMetricsF(text_font(TEXT_SIZE, bold=True))
        names = QFontMetricsF(text_font(SMALL_SIZE))
        named = self._even(matrix, matrix.column_names, columns)
        widths = []
        for c in columns:
            texts = [self._text(matrix, r, c) for r in rows]
            width = max(numbers.horizontalAdvance(text) for text in texts) + CELL_GAP
            if c is not None and named[c]:
                name = names.horizontalAdvance(named[c]) + 8
                width = max(width, min(self._names_within.get(matrix.symbol, NAME_WIDTH) + 8, name))
            widths.append(width)
        return widths

    def _text(self, matrix: Matrix, r: int | None, c: int | None) -> str:
        if r is None:
            return "⋱" if c is None else "⋮"
        if c is None:
            return "⋯"
        return with_minus(plain_number(float(matrix.values[r, c]), self._digits))

    def _matrix(self, matrix: Matrix, x: float, y: float) -> None:
        rows, columns = self._shown(matrix)
        widths = self._widths(matrix, rows, columns)
        named = any(matrix.column_names)
        top = y + (16 if named else 0)
        height = len(rows) * CELL_HEIGHT
        if matrix.operator:
            picture = self._picture(matrix.operator, SIZE)
            tall = 12.0 if picture is None else picture.height
            self._put(matrix.operator, SIZE, x, top + (height - tall) / 2)
            x += self._operator(matrix)
        names = self._row_names(matrix)
        left = x + names
        right = left + sum(widths) + 2 * BRACKET
        self._brackets.append(QRectF(left, top, right - left, height))
        row_names = self._even(matrix, matrix.row_names, rows)
        column_names = self._even(matrix, matrix.column_names, columns)
        for k, r in enumerate(rows):
            row_y, cell_x = top + k * CELL_HEIGHT, left + BRACKET
            if r is not None and names:
                rect = QRectF(x, row_y, names - 6, CELL_HEIGHT)
                self._names.append((rect, row_names[r], Qt.AlignmentFlag.AlignRight))
            for c, width in zip(columns, widths, strict=True):
                if k == 0 and c is not None and named:
                    above = QRectF(cell_x, y, width, 15)
                    self._names.append((above, column_names[c], Qt.AlignmentFlag.AlignHCenter))
                marked = r is not None and c is not None and matrix.is_marked(r, c)
                rect = QRectF(cell_x, row_y, width, CELL_HEIGHT)
                self.cells.append(Cell(rect, self._text(matrix, r, c), marked))
                cell_x += width
        symbol = self._picture(matrix.symbol, SMALL)
        wide = 20.0 if symbol is None else symbol.width
        self._put(matrix.symbol, SMALL, (left + right - wide) / 2, top + height + 6)

    def _key(self, latex: str, size: float) -> FormulaKey:
        return FormulaKey(latex, size, self._themes.theme.text, self.devicePixelRatioF())

    def _picture(self, latex: str, size: float) -> FormulaPicture | None:
        key = self._key(latex, size)
        self._wanted.append(key)
        return self._store.picture(key)

    def _put(self, latex: str, size: float, x: float, y: float) -> None:
        self._formulas.append((QPointF(x, y), self._key(latex, size)))

    # Copying

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._form is not None:
            self.copy_menu().popup(event.globalPos())

    def copy_menu(self) -> QMenu:
        """What can be done with the matrices."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as LaTeX", self._copy_latex).setObjectName("copyMatrixLatexAction")
        menu.addAction("Copy as a picture", self._copy_picture).setObjectName("copyMatrixAction")
        return menu

    def _copy_latex(self) -> None:
        if self._form is not None:
            text = f"{self._form.general}\n{self._form.latex(self._digits)}"
            QGuiApplication.clipboard().setText(text)

    def _copy_picture(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.grab())

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = self._themes.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self.devicePixelRatioF()
        for at, key in self._formulas:
            picture = self._store.picture(key)
            if picture is not None and picture.image is not None:
                whole = QPointF(round(at.x() * scale) / scale, round(at.y() * scale) / scale)
                painter.drawImage(whole, picture.image)
        self._paint_names(painter, theme)
        painter.setPen(QPen(theme.color("text"), 1.2))
        for rect in self._brackets:
            for x, way in ((rect.left(), 1), (rect.right(), -1)):
                top, bottom = rect.top() + 1, rect.bottom() - 1
                painter.drawPolyline(
                    [
                        QPointF(x + way * 4, top),
                        QPointF(x, top),
                        QPointF(x, bottom),
                        QPointF(x + way * 4, bottom),
                    ]
                )
        self._paint_cells(painter, theme)
        painter.end()

    def _paint_names(self, painter: QPainter, theme: Theme) -> None:
        font = text_font(SMALL_SIZE)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.color("secondary"))
        for rect, name, align in self._names:
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, rect.width())
            painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_cells(self, painter: QPainter, theme: Theme) -> None:
        plain_font, bold = text_font(TEXT_SIZE), text_font(TEXT_SIZE, bold=True)
        for cell in self.cells:
            if cell.marked:
                painter.setPen(QPen(theme.color("accent"), 1.2))
                painter.setBrush(theme.color("accent", 0.12))
                painter.drawRoundedRect(cell.rect.adjusted(1, 1.5, -1, -1.5), 4, 4)
            painter.setFont(bold if cell.marked else plain_font)
            painter.setPen(theme.color("text"))
            inner = cell.rect.adjusted(0, 0, -CELL_GAP / 2, 0)
            painter.drawText(
                inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), cell.text
            )
