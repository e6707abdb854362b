"""The parts of the import screen, and where they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from bpstudio.gui.importing.balance import ClassBalance
from bpstudio.gui.importing.column_card import ColumnCard
from bpstudio.gui.importing.failure import FailureView
from bpstudio.gui.importing.format_bar import FormatBar
from bpstudio.gui.importing.network_bar import NetworkBar
from bpstudio.gui.importing.preview import PreviewTable
from bpstudio.gui.importing.problems import ProblemList
from bpstudio.gui.importing.row_image import RowImage
from bpstudio.gui.importing.split_bar import SplitBar
from bpstudio.gui.panels.scroll import GUTTER, ColumnScroll
from bpstudio.gui.theme import GAP, Theme, ThemeHolder
from bpstudio.gui.widgets import Card, secondary_label
from bpstudio.model.adoption import Wish

FIRST_SIZE, SMALLEST = (1080, 700), (820, 520)


class ImportScreen(QDialog):
    """How the file was read above, the table with the column beside it, rows and network below."""

    def __init__(self, theme: Theme, wish: Wish, parent: QWidget | None) -> None:
        super().__init__(parent)
        # The dialog's own: what listens to it goes with it.
        self._themes = ThemeHolder()
        self._themes.theme = theme
        self._make_parts(theme, wish)
        self._lay_out()
        self.setMinimumSize(*SMALLEST)
        width, height = FIRST_SIZE
        if parent is not None:
            room = parent.size()
            width, height = max(width, room.width() - 160), max(height, room.height() - 100)
            width, height = min(width, room.width() - 24), min(height, room.height() - 24)
        self.resize(width, height)

    @property
    def failed(self) -> bool:
        """Whether a sentence stands in the place of the table."""
        return self._stack.currentWidget() is self.failure

    def _make_parts(self, theme: Theme, wish: Wish) -> None:
        self.title = QLabel()
        self.title.setObjectName("importTitle")
        self.title.setProperty("kind", "figure")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.size_label = secondary_label()
        self.size_label.setObjectName("importSize")
        self.format_bar = FormatBar()
        self.table = PreviewTable(theme)
        self.card = ColumnCard(theme)
        self.balance = ClassBalance(theme)
        self.image = RowImage(theme)
        self.failure = FailureView(theme)
        self.problems = ProblemList(theme)
        self.split_bar = SplitBar()
        self.network_bar = NetworkBar(wish)
        self.progress = QProgressBar()
        self.progress.setObjectName("importProgress")
        self.progress.setAccessibleName("How much is read")
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setObjectName("cancelImportButton")
        self.cancel_button.setToolTip("Leave everything as it is (Esc)")
        self.cancel_button.setAutoDefault(False)
        self.import_button = QPushButton("Import")
        self.import_button.setObjectName("importButton")
        self.import_button.setProperty("kind", "primary")
        self.import_button.setToolTip("Take these data (Enter)")
        self.import_button.setDefault(True)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.size_label, 1)
        beside = QWidget()
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP + 4)
        column.addWidget(self.image)
        column.addWidget(self.card)
        column.addWidget(self.balance)
        column.addStretch(1)
        self._side = Card("Column", self._themes)
        self._side.body.addWidget(ColumnScroll(beside))
        self._side.setFixedWidth(self.card.width() + GUTTER + 2 * GAP + 6)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.failure)
        middle = QHBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self._side)
        foot = QHBoxLayout()
        foot.addWidget(self.progress, 1)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.import_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(GAP + 6, GAP, GAP + 6, GAP + 2)
        whole.setSpacing(GAP)
        whole.addLayout(head)
        whole.addWidget(self.format_bar)
        whole.addLayout(middle, 1)
        whole.addWidget(self.problems)
        self._below = QWidget()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(GAP)
        for title, bar, stretch in (
            ("Rows", self.split_bar, 0),
            ("Network", self.network_bar, 1),
        ):
            card = Card(title, self._themes)
            card.body.addWidget(bar)
            if bar is self.network_bar:
                card.header_layout.addWidget(self.network_bar.shape)
            below.addWidget(card, stretch)
        whole.addWidget(self._below)
        whole.addLayout(foot)
