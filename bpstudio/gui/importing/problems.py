"""What stands in the way of an import, each with its place and the buttons that mend it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bpstudio.files.problems import Problem, Remedy
from bpstudio.gui.theme import RADIUS, Theme, icon

MOST = 4
ICONS = {"error": "warning", "warning": "info"}
ICON = 16


class ProblemRow(QFrame):
    """One sentence; a click, or Enter on it, goes to its place in the table."""

    asked = Signal(object)
    remedy_chosen = Signal(object)

    def __init__(self, problem: Problem, theme: Theme) -> None:
        super().__init__()
        self.problem = problem
        self._remedies: dict[QPushButton, Remedy] = {}
        self.setObjectName("problemRow")
        color = theme.color("warning" if problem.severity == "error" else "secondary", 0.14)
        self.setStyleSheet(
            f"#problemRow {{ background: rgba({color.red()},{color.green()},{color.blue()},"
            f"{color.alpha()}); border-radius: {RADIUS - 2}px; }}"
        )
        sign = QLabel()
        sign.setPixmap(
            icon(ICONS[problem.severity], _tone(problem, theme), ICON).pixmap(ICON, ICON)
        )
        sign.setAccessibleName(problem.severity)
        self.label = QLabel(problem.sentence)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 6, 4)
        row.addWidget(sign)
        row.addWidget(self.label, 1)
        if _has_place(problem):
            self.go = QPushButton("Show")
            self.go.setObjectName("showProblemButton")
            self.go.setAccessibleName(f"Show where: {problem.sentence}")
            self.go.setToolTip("Go to the place in the table")
            self.go.setAutoDefault(False)
            self.go.clicked.connect(self._on_go)
            row.addWidget(self.go)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        for remedy in problem.remedies:
            button = QPushButton(remedy.label)
            button.setObjectName("remedyButton")
            button.setAccessibleName(remedy.label)
            button.setToolTip(f"{remedy.label}: one click mends it")
            button.setAutoDefault(False)
            button.clicked.connect(self._on_remedy)
            self._remedies[button] = remedy
            row.addWidget(button)

    @property
    def remedy_buttons(self) -> list[QPushButton]:
        return list(self._remedies)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if _has_place(self.problem) and event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit(self.problem)

    def _on_go(self) -> None:
        self.asked.emit(self.problem)

    def _on_remedy(self) -> None:
        button = self.sender()
        assert isinstance(button, QPushButton)
        self.remedy_chosen.emit(self._remedies[button])


class ProblemList(QWidget):
    """The first problems, and how many more there are. ``asked(problem)``, ``remedy_chosen(remedy)``."""

    asked = Signal(object)
    remedy_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("problemList")
        self.setAccessibleName("Problems")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.rows: list[ProblemRow] = []
        self.more = QLabel()
        self.more.setProperty("kind", "secondary")
        self._column.addWidget(self.more)
        self.show_problems(())

    def show_problems(self, problems: Sequence[Problem]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for k, problem in enumerate(problems[:MOST]):
            row = ProblemRow(problem, self._theme)
            row.asked.connect(self.asked)
            row.remedy_chosen.connect(self.remedy_chosen)
            self._column.insertWidget(k, row)
            self.rows.append(row)
        more = len(problems) - MOST
        self.more.setText(f"… and {more} more" if more > 0 else "")
        self.more.setVisible(more > 0)
        self.setVisible(bool(problems))
        sentences = "\n".join(problem.sentence for problem in problems)
        self.setAccessibleDescription(sentences)


def _tone(problem: Problem, theme: Theme) -> str:
    return theme.warning if problem.severity == "error" else theme.secondary


def _has_place(problem: Problem) -> bool:
    return problem.column is not None or problem.row is not None
