"""A text beside the network: the derivation, or a lesson; what it speaks of is lit on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QDockWidget, QWidget

from bpstudio.explain.keys import Place
from bpstudio.explain.reading import Formula, Reading, parts_of
from bpstudio.gui.document import Document
from bpstudio.gui.explain.formulas import FormulaStore
from bpstudio.gui.explain.page import reading_page
from bpstudio.gui.explain.page_view import PageView
from bpstudio.gui.explain.typeset import Target
from bpstudio.gui.panels.scroll import ColumnScroll
from bpstudio.gui.theme import ThemeHolder
from bpstudio.gui.widgets import Card, IconButton

WIDTH = 400


class ReadingPanel(Card):
    """Shows one Reading. ``lit`` brings the parts of the current network that a formula is about."""

    lit = Signal(object, str)

    def __init__(self, document: Document, store: FormulaStore, themes: ThemeHolder) -> None:
        super().__init__("Reading", themes)
        self.setObjectName("readingPanel")
        self.title_label.setWordWrap(True)
        self.header_layout.setStretch(0, 10)
        self._document = document
        self._held: Formula | None = None
        self.page = PageView("readingPage", store, themes)
        self._scroll = ColumnScroll(self.page)
        self.body.addWidget(self._scroll)
        self.close_button = IconButton("close", "Close the text", themes)
        self.close_button.setObjectName("closeReadingButton")
        self.header_layout.addWidget(self.close_button)
        self.page.pointed.connect(self._on_pointed)
        self.page.followed.connect(self._on_followed)
        self.page.revealed.connect(self._on_revealed)

    def show_reading(self, reading: Reading) -> None:
        """Show this text from its beginning."""
        self.set_title(reading.title)
        self._held = None
        self.page.show_page(reading_page(reading))
        self._scroll.verticalScrollBar().setValue(0)
        self.lit.emit(Place(), "")

    def _on_pointed(self, target: Target | None) -> None:
        formula = self._held if target is None else target.key
        self._light(formula if isinstance(formula, Formula) else None)

    def _on_followed(self, key: object) -> None:
        """A clicked formula stays lit until it is clicked again."""
        self._held = key if isinstance(key, Formula) and key != self._held else None
        self._light(self._held)

    def _light(self, formula: Formula | None) -> None:
        if formula is None:
            self.lit.emit(Place(), "")
        else:
            self.lit.emit(parts_of(self._document.project.topology, formula.about), "")

    def _on_revealed(self, rect: QRectF) -> None:
        middle = rect.center()
        self._scroll.ensureVisible(round(middle.x()), round(middle.y()), 20, 40)


def reading_dock(panel: ReadingPanel, window: QWidget) -> QDockWidget:
    """The panel's dock, closed at first."""
    dock = QDockWidget("Reading", window)
    dock.setObjectName("readingDock")
    dock.setTitleBarWidget(QWidget())
    dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
    dock.setWidget(panel)
    dock.hide()
    panel.setMinimumWidth(WIDTH)
    panel.close_button.clicked.connect(dock.hide)
    return dock
