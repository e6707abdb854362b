"""The explain panel's parts and where they are: page, matrices, rows, and the bar to walk with."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bpstudio.explain.numbers import DIGITS, FULL
from bpstudio.gui.explain.crumbs import Crumbs
from bpstudio.gui.explain.formulas import FormulaKey, FormulaStore
from bpstudio.gui.explain.matrix_view import MatrixView
from bpstudio.gui.explain.page_view import PageView
from bpstudio.gui.explain.player import PlayerBar
from bpstudio.gui.explain.rows import RowChooser
from bpstudio.gui.explain.shares import SharesView
from bpstudio.gui.explain.typeset import SIZE
from bpstudio.gui.fitting_label import FittingLabel
from bpstudio.gui.panels.base import Panel
from bpstudio.gui.panels.scroll import ColumnScroll
from bpstudio.gui.preferences import preferred_number
from bpstudio.gui.theme import GAP, ThemeHolder

WARM_UP_MS = 1200
DIGITS_KEPT = "explain_digits"
"""Under which name the number of digits is remembered."""
LEAST_FOR_BOTH = 600
"""From this width on the matrices stand beside the formulas."""
LEAST_FOR_TITLE = 500
"""In a narrower card the heading would be cut: the way here says it, too."""
LEAST_SIZE = QSize(430, 128)
WORDS_WIDTH = 560
"""A line of words longer than that is hard to read."""
_COMMON = ("=", r"\leftarrow", r"-", r"\eta", r"{}\cdot{}")


class ExplainFrame(Panel):
    """The parts of the explain panel; what they show is not decided here. ``store`` has the formulas."""

    def __init__(self, title: str, themes: ThemeHolder) -> None:
        super().__init__(title, themes)
        self.store = FormulaStore(self)
        self._with_matrix = False
        self._warming = QTimer(self)
        self._warming.setSingleShot(True)
        self._warming.setInterval(WARM_UP_MS)
        self._warming.timeout.connect(self._warm_up)
        self._make_header(themes)
        self._lay_out(themes)

    def make_title(self, title: str) -> QLabel:
        """A heading that ends with an ellipsis where the controls beside it leave no room."""
        label = FittingLabel(title)
        label.setMinimumWidth(60)
        return label

    def _make_header(self, themes: ThemeHolder) -> None:
        self.rows = RowChooser(themes)
        self.digits = QSpinBox()
        self.digits.setObjectName("explainDigits")
        self.digits.setAccessibleName("Significant digits")
        self.digits.setToolTip("How many digits are shown; 17 is in full")
        self.digits.setRange(2, FULL)
        self.digits.setValue(preferred_number(DIGITS_KEPT, DIGITS))
        self.digits.setSuffix(" digits")
        self.walk_button = QPushButton()
        self.walk_button.setObjectName("explainWalkButton")
        self.walk_button.setText("Step by step")
        self.walk_button.setCheckable(True)
        self.walk_button.setAccessibleName("Step by step")
        self.walk_button.setToolTip("Walk one row through the network, step by step (Ctrl+Shift+E)")
        for spin in (self.digits, self.rows.number):
            spin.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.title_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        header = self.header_layout
        header.setStretch(0, 10)
        for widget in (self.rows, self.digits, self.walk_button):
            header.addWidget(widget)

    def _lay_out(self, themes: ThemeHolder) -> None:
        self.crumbs = Crumbs()
        self.page = PageView("explainPage", self.store, themes)
        self.matrix = MatrixView(self.store, themes)
        self.page_scroll, self._matrix_scroll = ColumnScroll(self.page), ColumnScroll(self.matrix)
        self._middle = QWidget()
        middle = QHBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(2 * GAP)
        middle.addWidget(self.page_scroll, 11)
        middle.addWidget(self._matrix_scroll, 8)
        self.words = QLabel()
        self.words.setObjectName("explainWords")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setMaximumWidth(WORDS_WIDTH)
        self.shares = SharesView(themes)
        self.bar = PlayerBar(themes)
        self.hint = FittingLabel()
        self.hint.setObjectName("explainHint")
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        way = QHBoxLayout()
        # The way here is more than a hint: it gets the room that it needs first.
        way.addWidget(self.crumbs)
        way.addWidget(self.hint, 1)
        column = QVBoxLayout()
        column.setSpacing(GAP // 2)
        column.addLayout(way)
        column.addWidget(self._middle, 1)
        column.addWidget(self.words, 1, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.shares)
        column.addWidget(self.bar)
        self.body.addLayout(column)

    def show_page_or_words(self, page: bool) -> None:
        """Show the formulas, or words in the middle of the empty card."""
        self._middle.setVisible(page)
        self.words.setVisible(not page)

    def show_matrix(self, shown: bool) -> None:
        """Show the matrices, where there is room for them."""
        self._with_matrix = shown
        self._matrix_scroll.setVisible(shown and self.width() >= LEAST_FOR_BOTH)

    def minimumSizeHint(self) -> QSize:
        # What has no room beside the rest is put aside: the panel may be narrow.
        return LEAST_SIZE

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.title_label.setVisible(self.width() >= LEAST_FOR_TITLE)
        self.digits.setVisible(self.width() >= LEAST_FOR_BOTH)
        self._matrix_scroll.setVisible(self._with_matrix and self.width() >= LEAST_FOR_BOTH)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._warming.start()

    def _warm_up(self) -> None:
        """The font is read, which takes a quarter of a second, before anyone asks for a formula."""
        color = self.theme.text
        keys = [FormulaKey(latex, SIZE, color, self.devicePixelRatioF()) for latex in _COMMON]
        self.store.want("warm", keys)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._warming.stop()
