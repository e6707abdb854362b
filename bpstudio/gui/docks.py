"""Where the parts of the main window are: the canvas, and the panels that are docked around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QVBoxLayout, QWidget

from bpstudio.gui.theme import GAP

if TYPE_CHECKING:
    from bpstudio.gui.main_window import MainWindow

WATCH_WIDTH, HISTORY_WIDTH = 330, 180
Area = Qt.DockWidgetArea


class Docks:
    """Lays out a window: bars on top, data at the left, and in the ``inner`` window the canvas with
    ``watch`` at its right, explain and messages below, ``paint`` and the history at its left.

    Those that people can put away have their entry in the ``view_menu``.
    """

    def __init__(self, window: MainWindow, view_menu: QMenu) -> None:
        window.setMenuWidget(window.top_bar)
        _docked(window, "Data", window.data_panel, Area.LeftDockWidgetArea)
        inner = self.inner = QMainWindow()
        inner.setWindowFlags(Qt.WindowType.Widget)
        inner.setCorner(Qt.Corner.BottomRightCorner, Area.BottomDockWidgetArea)
        inner.setCentralWidget(window.canvas_card)
        self.watch_panel = _watch_panel(window)
        self.watch = _docked(inner, "Watch", self.watch_panel, Area.RightDockWidgetArea)
        self.paint = _docked(inner, "Paint", window.paint_panel, Area.LeftDockWidgetArea)
        self.paint.hide()
        explain = _docked(inner, "Explain", window.explain_panel, Area.BottomDockWidgetArea)
        messages = _docked(inner, "Messages", window.message_panel, Area.BottomDockWidgetArea)
        inner.resizeDocks([self.watch], [WATCH_WIDTH], Qt.Orientation.Horizontal)
        inner.resizeDocks([explain, messages], [1000, 220], Qt.Orientation.Horizontal)
        inner.resizeDocks([explain], [252], Qt.Orientation.Vertical)
        middle = QWidget()
        whole = QVBoxLayout(middle)
        whole.setContentsMargins(0, GAP // 2, GAP, GAP)
        whole.setSpacing(GAP)
        whole.addWidget(window.settings_bar)
        whole.addWidget(inner, 1)
        window.setCentralWidget(middle)
        history = _docked(inner, "History", window.history_panel, Area.LeftDockWidgetArea)
        history.setVisible(False)
        history.toggleViewAction().setShortcut("Ctrl+H")
        inner.resizeDocks([history], [HISTORY_WIDTH], Qt.Orientation.Horizontal)
        view_menu.addSeparator()
        for dock in (self.watch, explain, messages, history):
            view_menu.addAction(dock.toggleViewAction())


def _watch_panel(window: MainWindow) -> QWidget:
    """What shows a run, in a column."""
    panel = QWidget()
    panel.setObjectName("watchPanel")
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GAP)
    column.addWidget(window.loss_panel, 3)
    column.addWidget(window.output_panel, 4)
    column.addWidget(window.heatmap_panel, 3)
    return panel


def _docked(window: QMainWindow, title: str, widget: QWidget, area: Area) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(f"{title.lower()}Dock")
    # The card has its own header; an empty widget takes the title bar's place.
    dock.setTitleBarWidget(QWidget())
    dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
    dock.setWidget(widget)
    window.addDockWidget(area, dock)
    return dock
