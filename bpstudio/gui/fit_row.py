"""What keeps the network and the data from suiting each other, with the buttons that mend it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from bpstudio.gui.document import Change
from bpstudio.gui.theme import Theme, ThemeHolder, icon
from bpstudio.model.dataset import Dataset
from bpstudio.model.editing import fit_to_data
from bpstudio.model.project import Project
from bpstudio.model.ranges import RangeProblem, RangeRemedy, range_problem

ICON = 16


class FitRow(QWidget):
    """One sentence, hidden where all is well: why the project cannot be trained, or that its output
    cannot reach the targets. ``edit(name, change)`` is the window's."""

    def __init__(self, edit: Callable[[str, Change], bool], themes: ThemeHolder) -> None:
        super().__init__()
        self._edit = edit
        self._asked: tuple[Dataset | None, str] = (None, "")
        self._range: RangeProblem | None = None
        self._remedies: dict[QPushButton, RangeRemedy] = {}
        self._sign = QLabel()
        self.label = QLabel()
        self.label.setObjectName("problemLabel")
        self.label.setWordWrap(True)
        self.fit_button = QPushButton("Fit layers to the data")
        self.fit_button.setObjectName("fitLayersButton")
        self.fit_button.setToolTip("Give the input and output layers the sizes that the data need")
        self.fit_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fit_button.clicked.connect(self.fit_layers)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._sign)
        self._row.addWidget(self.label, 1)
        self._row.addWidget(self.fit_button)
        themes.listen(self._restyle)

    @property
    def remedy_buttons(self) -> list[QPushButton]:
        return list(self._remedies)

    def show_project(self, project: Project) -> None:
        problem = project.problem()
        trouble = self._range_of(project) if problem is None else None
        self._offer(() if trouble is None else trouble.remedies)
        sentence = problem or (trouble.sentence if trouble is not None else "")
        self.label.setText(sentence)
        self.setVisible(bool(sentence))
        self.fit_button.setVisible(problem is not None and fit_to_data(project) != project)

    def fit_layers(self) -> None:
        self._edit("Fit layers to the data", fit_to_data)

    def _range_of(self, project: Project) -> RangeProblem | None:
        """Looked for again only when the data or the output's activation are others."""
        dataset = project.dataset
        activation = project.topology.output.activation
        if dataset is not self._asked[0] or activation != self._asked[1]:
            self._asked = dataset, activation
            self._range = None if dataset is None else range_problem(project.topology, dataset)
        return self._range

    def _offer(self, remedies: tuple[RangeRemedy, ...]) -> None:
        if remedies == tuple(self._remedies.values()):
            return
        for button in self._remedies:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._remedies = {}
        for remedy in remedies:
            button = QPushButton(remedy.label)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setObjectName("rangeRemedyButton")
            button.setToolTip(f"{remedy.label}: one step that can be undone")
            button.clicked.connect(self._on_remedy)
            self._row.addWidget(button)
            self._remedies[button] = remedy

    def _on_remedy(self) -> None:
        button = self.sender()
        assert isinstance(button, QPushButton)
        remedy = self._remedies[button]
        self._edit(remedy.label, remedy.apply)

    def _restyle(self, theme: Theme) -> None:
        self._sign.setPixmap(icon("warning", theme.warning, ICON).pixmap(ICON, ICON))
