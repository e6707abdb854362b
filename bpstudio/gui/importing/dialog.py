"""The import screen: what was read, what becomes of each column, and a button that says what happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
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

from bpstudio.files.errors import FileError
from bpstudio.files.plan import Plan
from bpstudio.files.problems import Problem, Remedy
from bpstudio.files.source import Options, Source
from bpstudio.gui.background import Background
from bpstudio.gui.importing.balance import ClassBalance
from bpstudio.gui.importing.column_card import ColumnCard
from bpstudio.gui.importing.failure import FailureView, excerpt
from bpstudio.gui.importing.format_bar import FormatBar
from bpstudio.gui.importing.network_bar import NetworkBar
from bpstudio.gui.importing.preview import PreviewTable, cell_text
from bpstudio.gui.importing.problems import ProblemList
from bpstudio.gui.importing.row_image import RowImage
from bpstudio.gui.importing.split_bar import SplitBar
from bpstudio.gui.importing.work import (
    Reading,
    Trial,
    carried_over,
    is_large,
    read_head,
    read_whole,
    try_plan,
    with_changes,
    with_role,
)
from bpstudio.gui.panels.scroll import GUTTER, ColumnScroll
from bpstudio.gui.theme import GAP, Theme, ThemeHolder
from bpstudio.gui.widgets import Card, number_text, secondary_label
from bpstudio.model.adoption import Wish
from bpstudio.model.project import Project

FIRST_SIZE, SMALLEST = (1080, 700), (820, 520)
TRIAL_MS = 40
"""Changes in a row are tried out together."""


class ImportDialog(QDialog):
    """Reads in a thread, shows a proposal that Enter accepts, and changes nothing itself.

    After ``accepted`` the ``trial`` holds the project with the new data. ``unreadable(sentence)``
    when there is nothing that could be shown.
    """

    unreadable = Signal(str)

    def __init__(
        self,
        what: Path | str,
        project: Project,
        theme: Theme,
        keep: bool,
        parent: QWidget | None = None,
        test_file: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("importDialog")
        self._what = what
        self._project = project
        self._test_file = test_file
        self._reading: Reading | None = None
        self._plan: Plan | None = None
        self._proposed: Plan | None = None
        self._accepting = False
        self.trial: Trial | None = None
        self.reader, self.trier = Background(self), Background(self)
        # The dialog's own: what listens to it goes with it.
        self._themes = ThemeHolder()
        self._themes.theme = theme
        self._make_parts(theme, Wish(keep))
        self._lay_out()
        self._connect()
        self.name = what.name if isinstance(what, Path) else "clipboard"
        self.setWindowTitle(f"Import {self.name}")
        self.setMinimumSize(*SMALLEST)
        room = parent.size() if parent is not None else None
        width, height = FIRST_SIZE
        if room is not None:
            width, height = max(width, room.width() - 160), max(height, room.height() - 100)
            width, height = min(width, room.width() - 24), min(height, room.height() - 24)
        self.resize(width, height)
        self.table.setFocus()
        self._read(Options())

    # The parts

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

    def _connect(self) -> None:
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(TRIAL_MS)
        self._later.timeout.connect(self._try)
        self.reader.done.connect(self._on_read)
        self.reader.failed.connect(self._on_failed)
        self.reader.progressed.connect(self._on_progress)
        self.trier.done.connect(self._on_tried)
        self.trier.failed.connect(self._on_failed)
        self.format_bar.changed.connect(self._read)
        self.table.columns_chosen.connect(self._on_columns)
        self.table.role_chosen.connect(self._on_role)
        self.table.row_chosen.connect(self._on_row)
        self.card.changed.connect(self._on_column_change)
        self.card.role_chosen.connect(self._on_role)
        self.card.type_chosen.connect(self._on_type)
        self.split_bar.changed.connect(self._on_split)
        self.network_bar.changed.connect(self._on_wish)
        self.problems.asked.connect(self._on_problem)
        self.problems.remedy_chosen.connect(self._on_remedy)
        self.cancel_button.clicked.connect(self.reject)
        self.import_button.clicked.connect(self.accept)

    # Reading

    @property
    def source(self) -> Source | None:
        return self._reading.source if self._reading is not None else None

    @property
    def failed(self) -> bool:
        """Whether a sentence stands in the place of the table."""
        return self._stack.currentWidget() is self.failure

    @property
    def plan(self) -> Plan | None:
        return self._plan

    def _read(self, options: Options) -> None:
        """Read anew; what is shown stays until there is something else."""
        self.trier.cancel()
        self.trial = None
        self._options = options
        first = self._reading is None and is_large(self._what)
        work = partial(read_head, self._what, options) if first else self._whole(options)
        self.reader.start(work)
        self._show_state()

    def _whole(self, options: Options) -> Callable[..., Reading]:
        seed = self._project.config.seed
        return partial(read_whole, self._what, options, seed)

    def _on_read(self, reading: Reading) -> None:
        before = self.source
        self._reading, source = reading, reading.source
        self._stack.setCurrentWidget(self.table)
        self.title.setText(source.name)
        rows = number_text(source.rows) if source.complete else "the first"
        columns = len(source.columns)
        self.size_label.setText(
            f"{rows} rows × {number_text(columns)} {'column' if columns == 1 else 'columns'}"
        )
        self.format_bar.show_source(source, self._options)
        chosen = self.table.chosen
        if reading.plan is not None:
            self._plan = self._edited(reading.plan)
        self.table.show_source(source)
        self.table.show_summaries(reading.summaries)
        if before is not None and chosen and chosen[0] in source.names:
            self.table.select(source.place(chosen[0]))
        self._on_row(max(self.table.currentIndex().row(), 0))
        if reading.plan is None:
            self.reader.start(self._whole(self._options))
        else:
            self._show_plan()
        self._show_state()

    def _edited(self, proposed: Plan) -> Plan:
        """A new proposal with what people had changed of the one before."""
        before, edited, source = self._proposed, self._plan, self.source
        self._proposed = proposed
        if before is not None and edited is not None and source is not None:
            return carried_over(source, proposed, before, edited)
        if self._test_file is not None:
            return proposed.with_split(kind="file", test_file=self._test_file, test=0.0)
        return proposed

    def _on_failed(self, error: Exception) -> None:
        self._accepting = False
        if self._reading is None and isinstance(error, FileError):
            self.unreadable.emit(str(error))
            self.reject()
            return
        self.title.setText(self.name)
        sentence = str(error)
        self.failure.show_failure(sentence, *excerpt(self._what, self._options.encoding, sentence))
        self._stack.setCurrentWidget(self.failure)
        self.format_bar.show_source(None, self._options)
        self.trial = None
        self._show_state()

    def _on_progress(self, fraction: float) -> None:
        self.progress.setValue(round(1000 * fraction))

    # What people change

    def _on_columns(self, names: list[str]) -> None:
        self._show_columns()

    def _on_row(self, row: int) -> None:
        source = self.source
        words = []
        if source is not None and source.image_shape is not None and 0 <= row < source.rows:
            pixels = source.image_shape[0] * source.image_shape[1]
            words = [
                f"{column.name} {cell_text(column, row)}" for column in source.columns[pixels:]
            ]
        self.image.show_row(source, row, " · ".join([f"row {row + 1}", *words]))

    def _on_role(self, role: str) -> None:
        if self._plan is not None and self.source is not None and self.table.chosen:
            self._take(with_role(self.source, self._plan, self.table.chosen, role))

    def _on_column_change(self, changes: dict[str, Any]) -> None:
        """Change all the columns that are selected."""
        if self._plan is not None and self.source is not None:
            self._take(with_changes(self.source, self._plan, self.table.chosen, changes))

    def _on_type(self, type_name: str | None) -> None:
        for name in self.table.chosen[:1]:
            self.format_bar.with_type(name, type_name)

    def _on_split(self, changes: dict[str, Any]) -> None:
        if self._plan is not None:
            self._take(self._plan.with_split(**changes))

    def _on_wish(self, _wish: Wish) -> None:
        self._take(self._plan)

    def _on_remedy(self, remedy: Remedy) -> None:
        if remedy.options is not None:
            self.format_bar.take(replace(self._options, types=remedy.options.types))
        elif remedy.plan is not None:
            self._take(remedy.plan)
        elif remedy.activation is not None:
            self.network_bar.wish_activation(remedy.activation)

    def _take(self, plan: Plan | None) -> None:
        self._plan, self.trial = plan, None
        self._show_plan()
        self._show_state()

    # What is shown

    def _show_plan(self) -> None:
        if self._plan is None:
            return
        self.split_bar.show_plan(self._plan.split)
        self._mark(self.trial.problems if self.trial is not None else ())
        self._show_columns()
        self._later.start()

    def _mark(self, problems: tuple[Problem, ...]) -> None:
        source, plan = self.source, self._plan
        if source is None or plan is None:
            return
        marked = {
            (problem.row, source.place(problem.column)): problem.sentence
            for problem in problems
            if problem.row is not None and problem.column is not None
        }
        self.table.show_plan(plan, marked)

    def _show_columns(self) -> None:
        reading, plan, names = self._reading, self._plan, self.table.chosen
        self.card.setVisible(plan is not None and bool(names))
        if reading is None or plan is None or not names:
            return
        place = reading.source.names.index(names[0])
        summary = reading.summaries[place] if reading.summaries else None
        chosen = self._options.types.get(names[0])
        self.card.show_columns(reading.source, plan, names, summary, chosen)
        title = self._side.title_label.fontMetrics()
        room = self.card.width()
        self._side.set_title(title.elidedText(self.card.title, Qt.TextElideMode.ElideRight, room))

    def _show_state(self) -> None:
        """What the button says, and what is still going on."""
        trial = self.trial
        self.progress.setVisible(self.reader.busy)
        for part in (self._below, self._side):
            part.setVisible(not self.failed and self._plan is not None)
        self.problems.setVisible(not self.failed and bool(self.problems.rows))
        self.import_button.setEnabled(trial is not None and trial.possible)
        self.import_button.setText(button_words(trial))

    # Trying it out

    def _try(self) -> None:
        if self.source is None or self._plan is None or self.reader.busy:
            return
        wish = self.network_bar.wish
        self.trier.start(partial(try_plan, self.source, self._plan, wish, self._project))

    def _on_tried(self, trial: Trial) -> None:
        self.trial = trial
        self.problems.show_problems(trial.problems)
        self._mark(trial.problems)
        self.split_bar.show_outcome(trial.outcome)
        self.balance.show_outcome(trial.outcome)
        self.network_bar.show_adoption(trial.adoption)
        self._show_state()
        if self._accepting:
            self.accept()

    def _on_problem(self, problem: Problem) -> None:
        source = self.source
        if source is not None:
            column = source.place(problem.column) if problem.column is not None else 0
            self.table.select(column, problem.row)
            self.table.setFocus()

    # The end

    def accept(self) -> None:
        """Take what is proposed; what is still being worked out is waited for."""
        if self.trial is not None:
            self._accepting = False
            if self.trial.possible:
                super().accept()
        elif not self.failed:
            self._accepting = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
            return
        super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """However it ends: nothing goes on behind it."""
        self._later.stop()
        self.reader.close()
        self.trier.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reject()
        event.accept()


def button_words(trial: Trial | None) -> str:
    """What the button does, in words with the figures."""
    if trial is None or trial.outcome is None or trial.adoption is None:
        return "Import"
    dataset = trial.adoption.project.dataset
    rows = trial.outcome.train + trial.outcome.validation + trial.outcome.test
    classes = len(dataset.class_names) if dataset is not None else 0
    outputs = trial.outcome.outputs
    if classes:
        what = f"{number_text(classes)} classes"
    else:
        what = "1 number" if outputs == 1 else f"{number_text(outputs)} numbers"
    inputs = trial.outcome.inputs
    return (
        f"Import {number_text(rows)} rows: {number_text(inputs)} "
        f"{'input' if inputs == 1 else 'inputs'} → {what}"
    )
