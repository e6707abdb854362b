"""The import screen: what was read, what becomes of each column, and a button that says what happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QWidget,
)

from bpstudio.files.errors import FileError
from bpstudio.files.plan import Plan
from bpstudio.files.problems import Problem, Remedy
from bpstudio.files.source import Options, Source
from bpstudio.gui.background import Background
from bpstudio.gui.importing.drops import given
from bpstudio.gui.importing.failure import excerpt
from bpstudio.gui.importing.preview import cell_text
from bpstudio.gui.importing.screen import ImportScreen
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
from bpstudio.gui.theme import Theme
from bpstudio.gui.widgets import number_text
from bpstudio.model.adoption import Wish
from bpstudio.model.project import Project

SLOW_MS, WAITING = 300, "Imports as soon as it is read…"
TRIAL_MS = 40
"""Changes in a row are tried out together."""


class ImportDialog(ImportScreen):
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
        super().__init__(theme, Wish(keep), parent)
        self.setObjectName("importDialog")
        self.setAcceptDrops(True)
        self._what = what
        self._project = project
        self._test_file = test_file
        self._reading: Reading | None = None
        self._plan: Plan | None = None
        self._proposed: Plan | None = None
        self._accepting = False
        self.trial: Trial | None = None
        self.reader, self.trier = Background(self), Background(self)
        self._connect()
        self.name = what.name if isinstance(what, Path) else "clipboard"
        self.setWindowTitle(f"Import {self.name}")
        self.table.setFocus()
        self._read(Options())

    def _connect(self) -> None:
        self._since = QElapsedTimer()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(TRIAL_MS)
        self._later.timeout.connect(self._try)
        self.reader.done.connect(self._on_read)
        self.reader.failed.connect(self._on_failed)
        self.reader.progressed.connect(self._on_progress)
        self.trier.done.connect(self._on_tried)
        self.trier.failed.connect(self._on_failed)
        self.trier.progressed.connect(self._on_trying)
        self.format_bar.changed.connect(self._read)
        self.table.columns_chosen.connect(self._on_columns)
        self.table.role_chosen.connect(self._on_role)
        self.table.row_chosen.connect(self._on_row)
        self.card.changed.connect(self._on_column_change)
        self.card.role_chosen.connect(self._on_role)
        self.card.type_chosen.connect(self._on_type)
        self.card.gaps_chosen.connect(self._on_gaps)
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

    def _on_trying(self, fraction: float) -> None:
        """Show how far it is only if it takes a while."""
        if self._since.elapsed() > SLOW_MS:
            self.progress.setVisible(True)
            self._on_progress(fraction)

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

    def _on_gaps(self, texts: tuple[str, ...]) -> None:
        for name in self.table.chosen[:1]:
            self.format_bar.with_gaps(name, texts)

    def _on_split(self, changes: dict[str, Any]) -> None:
        if self._plan is not None:
            self._take(self._plan.with_split(**changes))

    def _on_wish(self, _wish: Wish) -> None:
        self._take(self._plan)

    def _on_remedy(self, remedy: Remedy) -> None:
        if remedy.options is not None:
            asked = remedy.options
            self.format_bar.take(replace(self._options, types=asked.types, gaps=asked.gaps))
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
        self.card.show_columns(reading.source, plan, names, summary, self._options)
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
        self.import_button.setText(WAITING if self._accepting else button_words(trial))

    # Trying it out

    def _try(self) -> None:
        if self.source is None or self._plan is None or self.reader.busy:
            return
        wish = self.network_bar.wish
        self._since.start()
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
            self._show_state()
            if self.trial.possible:
                super().accept()
        elif not self.failed:
            self._accepting = True
            self._show_state()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._plan is not None and _file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A file that is dropped here is the test file of these data."""
        path = _file(event)
        if path is not None:
            event.acceptProposedAction()
            self.split_bar.choose_file(path)

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


def _file(event: QDropEvent) -> Path | None:
    found = given(event.mimeData())
    return found.data if found is not None and isinstance(found.data, Path) else None


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
