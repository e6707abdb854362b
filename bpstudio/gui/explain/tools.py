"""What the Explain menu does: lessons, worksheets, the gradient check, the derivation to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from bpstudio.explain.keys import Place
from bpstudio.explain.lessons import LESSONS
from bpstudio.explain.text import DERIVATION
from bpstudio.files.lessons import load_lesson
from bpstudio.gui.dialogs.ask import show_problem
from bpstudio.gui.explain.reading_panel import WIDTH, ReadingPanel, reading_dock

if TYPE_CHECKING:
    from bpstudio.gui.main_window import MainWindow

_CORNER = Qt.Corner.BottomRightCorner
LEAST_FOR_ALL = 1500
"""A narrower window shows the text in the place of what is watched."""


class ExplainTools(QObject):
    """Opens what explains, on a window's document; ``reading`` is the text beside it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._made_room = False

    def set_up(self, menu: QMenu) -> None:
        """Make the text's place, and fill the Explain menu, once the window's other parts are there."""
        window = self._window
        self.reading = ReadingPanel(window.document, window.explain_panel.store, window.themes)
        self._dock = reading_dock(self.reading, window)
        # Under the settings, which keep their width, and as high as the canvas and what is below it.
        window.docks.inner.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._dock)
        window.docks.inner.splitDockWidget(
            window.docks.watch, self._dock, Qt.Orientation.Horizontal
        )
        self._dock.hide()
        self.reading.lit.connect(window.canvas.light)
        self._dock.visibilityChanged.connect(self._on_dock)
        self._add_lessons(menu)

    def _add_lessons(self, menu: QMenu) -> None:
        """A submenu with an entry for each lesson, before the others."""
        lessons = QMenu("Lessons", menu)
        lessons.setObjectName("lessonsMenu")
        for name, lesson in LESSONS.items():
            action = lessons.addAction(lesson.title)
            action.setObjectName(f"{name}LessonAction")
            action.setData(name)
            action.setToolTip(lesson.summary)
            action.triggered.connect(self._on_lesson)
        lessons.setToolTipsVisible(True)
        menu.insertMenu(menu.actions()[0], lessons)

    def _on_lesson(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.open_lesson(str(action.data()))

    def open_lesson(self, name: str) -> bool:
        """Open a lesson's project with its text beside; False if the current one is to stay."""
        try:
            project = load_lesson(name)
        except (ValueError, OSError) as error:
            show_problem(self._window, "The lesson could not be opened", str(error))
            return False
        if not self._window.files.may_go():
            return False
        self._window.document.open(project, None)
        lesson = LESSONS[name]
        self._window.explain_panel.show_row(project, lesson.row)
        self.reading.show_reading(lesson.reading)
        self._open_dock()
        return True

    def read_derivation(self) -> None:
        """The derivation (1) to (26), beside the network that it speaks of."""
        self.reading.show_reading(DERIVATION)
        self._open_dock()

    def _open_dock(self) -> None:
        window = self._window
        if window.width() < LEAST_FOR_ALL and window.docks.watch.isVisible():
            # Side by side they would leave the canvas too little.
            window.docks.watch.hide()
            self._made_room = True
        window.docks.inner.setCorner(_CORNER, Qt.DockWidgetArea.RightDockWidgetArea)
        self._dock.show()
        window.docks.inner.resizeDocks([self._dock], [WIDTH], Qt.Orientation.Horizontal)

    def _on_dock(self, visible: bool) -> None:
        if not visible:
            self._window.canvas.light(Place())
        # A minimised window has no visible dock either.
        if not self._dock.isHidden():
            return
        self._window.docks.inner.setCorner(_CORNER, Qt.DockWidgetArea.BottomDockWidgetArea)
        if self._made_room:
            self._made_room = False
            self._window.docks.watch.show()

    def walk(self) -> None:
        """Step by step through one row, or no longer."""
        self._window.explain_panel.walk_button.toggle()

    def open_worksheet(self) -> None:
        """A worksheet of the row that is explained, to be filled in."""
        window = self._window
        window.runner.stop()
        problem = window.document.project.problem()
        if problem is not None:
            window.show_refusal(problem)
            return
        panel = window.explain_panel
        # Dialogs are loaded when they are wanted: the window opens sooner.
        from bpstudio.gui.dialogs.worksheet import WorksheetDialog  # noqa: PLC0415

        WorksheetDialog(
            window.document,
            panel.rows.first_row(),
            panel.store,
            window.themes,
            window,
            panel.parameter,
        ).show()

    def check_gradient(self) -> None:
        """Back-propagation against central differences, on the current weights."""
        window = self._window
        window.runner.stop()
        problem = window.document.project.problem()
        if problem is not None:
            window.show_refusal(problem)
            return
        panel = window.explain_panel
        from bpstudio.gui.dialogs.gradient_check import GradientCheckDialog  # noqa: PLC0415

        GradientCheckDialog(
            window.document.project, panel.parameter, panel.store, window.themes, window
        ).show()
