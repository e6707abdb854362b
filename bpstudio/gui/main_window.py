"""The main window: its parts, and which signal goes where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QMainWindow,
    QMenu,
)

from bpstudio.gui.actions import fill_menu, make_actions
from bpstudio.gui.bars import SettingsBar, TopBar
from bpstudio.gui.canvas.card import CanvasCard
from bpstudio.gui.canvas.selection import Neuron, Selection
from bpstudio.gui.data_actions import DataActions
from bpstudio.gui.dialogs.cut_weak import CutWeakDialog
from bpstudio.gui.dialogs.training_form import TrainingForm
from bpstudio.gui.docks import Docks
from bpstudio.gui.document import Change, Document
from bpstudio.gui.explain.tools import ExplainTools
from bpstudio.gui.files import FileActions
from bpstudio.gui.importing.actions import Importing
from bpstudio.gui.importing.drops import DropHint, given
from bpstudio.gui.painting import Painting
from bpstudio.gui.panels.data import DataPanel
from bpstudio.gui.panels.explain import ExplainPanel
from bpstudio.gui.panels.heatmaps import HeatmapPanel
from bpstudio.gui.panels.history import HistoryPanel
from bpstudio.gui.panels.loss import LossPanel
from bpstudio.gui.panels.messages import MessagePanel
from bpstudio.gui.panels.output import OutputPanel
from bpstudio.gui.panels.paint import PaintPanel
from bpstudio.gui.runner import Runner
from bpstudio.gui.theme import DARK, LIGHT, ThemeHolder
from bpstudio.gui.turns import Turns
from bpstudio.model.adoption import with_settings
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal
from bpstudio.model.topology import Topology


class MainWindow(QMainWindow):
    """Bars on top, data at the left, the canvas in the middle, watch at the right, explain below."""

    def __init__(self, project: Project, themes: ThemeHolder, path: Path | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setAcceptDrops(True)
        self.themes = themes
        self.document = Document(project, path)
        self.runner = Runner(self.document)
        self.files = FileActions(self, self.document, self.runner)
        self.canvas_card = CanvasCard(self.document, themes)
        self.canvas = self.canvas_card.canvas
        self.importing = Importing(self, self.document)
        self.painting = Painting(self.edit, self)
        self.explain = ExplainTools(self)
        self.actions_by_name = make_actions(self)
        menu = QMenu(self)
        menus = fill_menu(menu, self.actions_by_name)
        self.files.add_recent_menu(menus["File"])
        self.top_bar = TopBar(themes, menu)
        self.settings_bar = SettingsBar(self.document)
        self.data_panel = DataPanel(themes)
        self.data_actions = DataActions(self, self.document, self.data_panel)
        self.loss_panel = LossPanel(themes)
        self.output_panel = OutputPanel(themes)
        self.heatmap_panel = HeatmapPanel(themes)
        self.explain_panel = ExplainPanel(themes)
        self.message_panel = MessagePanel(themes)
        self.paint_panel = PaintPanel(themes)
        self.drop_hint = DropHint(themes, self)
        self.history_panel = HistoryPanel(self.document, themes)
        self._pointed: Neuron | None = None
        self.docks = Docks(self, menus["View"])
        self.explain.set_up(menus["Explain"])
        self.turns = Turns(
            (
                self._show_top,
                self.canvas.show_project,
                self.loss_panel.show_project,
                self.output_panel.show_project,
                self.heatmap_panel.show_project,
                self._show_rest,
            ),
            self,
        )
        self._connect()
        self._show_problem()
        self._show_title()
        self._show_steps()
        self._show(project)
        self.canvas.setFocus()

    # Which signal goes where

    def _connect(self) -> None:
        self.document.shown_changed.connect(self._show)
        self.document.edited.connect(self._on_edited)
        self.document.title_changed.connect(self._show_title)
        self.runner.state_changed.connect(self.top_bar.show_running)
        self.runner.state_changed.connect(self.canvas.show_running)
        self.runner.rate_changed.connect(self.top_bar.speed.show_rate)
        self.top_bar.speed.pace_chosen.connect(self.runner.keep_pace)
        self.runner.keep_pace(self.top_bar.speed.pace)
        self.runner.message.connect(self.message_panel.add)
        self.loss_panel.message.connect(self.message_panel.add)
        self.canvas.message.connect(self.show_refusal)
        self.canvas.note.connect(self.message_panel.add)
        self.canvas.selection_changed.connect(self.explain_panel.show_selection)
        self.canvas.selection_changed.connect(self._show_neuron)
        self.canvas.neuron_hovered.connect(self._on_hovered)
        self.explain_panel.rows.row_shown.connect(self.canvas.show_row)
        self.explain_panel.lit.connect(self.canvas.light)
        self.explain_panel.pulsed.connect(self.canvas.pulse.run)
        self.explain_panel.edit_requested.connect(self.edit)
        self.explain_panel.undo_requested.connect(self.undo)
        self.explain_panel.emptied.connect(self.canvas.setFocus)
        self.settings_bar.message.connect(self.show_refusal)
        self.settings_bar.note.connect(self.message_panel.add)
        self.settings_bar.more_requested.connect(self.edit_settings)
        self.canvas.play_requested.connect(self.toggle_run)
        self.canvas_card.inspector.weak_requested.connect(self.cut_weak)
        top = self.top_bar
        for button, method in (
            (top.play_button, self.toggle_run),
            (top.sample_button, self.step_sample),
            (top.epoch_button, self.step_epoch),
            (top.reset_button, self.reset),
            (top.undo_button, self.undo),
            (top.redo_button, self.redo),
        ):
            button.clicked.connect(method)
        self.document.stack.changed.connect(self._show_steps)
        data = self.data_panel
        data.open_requested.connect(self.open_dialog)
        data.paint_requested.connect(self.toggle_painting)
        self.paint_panel.close_requested.connect(self.toggle_painting)
        self.paint_panel.stroked.connect(self.painting.stroke)

    def _show(self, project: Project) -> None:
        """Every part shows this project; a frame of a run, one after the other."""
        if self.runner.live:
            self.turns.show_in_turn(project)
        else:
            self.turns.show(project)

    def _show_top(self, project: Project) -> None:
        self.top_bar.show_project(project)
        self.settings_bar.show_rate(project)

    def _show_rest(self, project: Project) -> None:
        """Panels that are seldom in view, or have little to do."""
        self.explain_panel.show_project(project)
        self.paint_panel.show_project(project)

    def _on_edited(self, before: Project, after: Project) -> None:
        self.settings_bar.show_project(after)
        self.data_panel.show_project(after)
        self._show_problem()

    def _show_problem(self) -> None:
        project = self.document.project
        self.data_panel.show_project(project)
        self.canvas_card.show_project(project)

    def _show_title(self) -> None:
        document = self.document
        self.top_bar.show_title(document.name, document.is_clean)
        self.setWindowTitle(f"{document.name}[*] — bpstudio")
        self.setWindowModified(not document.is_clean)

    def _show_steps(self) -> None:
        """What would be undone and redone, by name."""
        stack, top = self.document.stack, self.top_bar
        for name, button, keys, can, step in (
            ("undo", top.undo_button, "Ctrl+Z", stack.canUndo(), stack.undoText()),
            ("redo", top.redo_button, "Ctrl+Shift+Z", stack.canRedo(), stack.redoText()),
        ):
            words = f"{name.capitalize()} {step}".strip()
            button.setToolTip(f"{words} ({keys})")
            button.setEnabled(can)
            self.actions_by_name[name].setText(words.replace("&", "&&"))
            self.actions_by_name[name].setEnabled(can)

    def _on_hovered(self, neuron: tuple[str, int] | None) -> None:
        self._pointed = neuron
        self._show_neuron()

    def _show_neuron(self, _selection: Selection | None = None) -> None:
        """The output panel shows the neuron pointed at, else the one selected alone."""
        selection = self.canvas.selection
        chosen = selection.neuron if selection.neurons else None
        self.output_panel.show_neuron(*(self._pointed or chosen or (None, None)))

    def show_refusal(self, sentence: str) -> None:
        self.message_panel.add(sentence, True)

    def edit(self, name: str, change: Change, merge: str | None = None) -> bool:
        """Edit the document, or say why not."""
        return self.canvas.editor.edit(name, change, merge)

    # What the menus do with the network

    def cut_weak(self) -> None:
        """Let people cut weak connections; a run is paused, or the weights would move meanwhile."""
        self.runner.stop()
        # What is typed comes first: under the dialog the network stays as it is.
        self.canvas.editor.sizing.settle()
        CutWeakDialog(self.canvas).open()

    def clear_network(self) -> None:
        self.edit("Empty the canvas", lambda project: project.with_new_weights(Topology()))

    def undo(self) -> None:
        # A size that is still being typed is the last thing done.
        if not self.canvas.editor.sizing.cancel() and self.document.stack.canUndo():
            self.document.undo()

    def redo(self) -> None:
        if self.document.stack.canRedo():
            self.document.redo()

    # What the menus do with the data

    def choose_sample(self, name: str) -> None:
        self.data_actions.choose_sample(name)

    def paste(self) -> None:
        """The table or the files on the clipboard; else layers that were copied, or a shape as 4-8-3."""
        # What a canvas copies, and a shape, are a single line; a table is more.
        if not self.importing.paste():
            self.canvas.clipboard.paste()

    def toggle_painting(self) -> None:
        """Show the plane to paint on, or put it away."""
        shown = not self.docks.paint.isVisible()
        self.docks.paint.setVisible(shown)
        (self.paint_panel.view if shown else self.canvas).setFocus()

    # What the menus do with the training

    def toggle_run(self) -> None:
        self.runner.toggle()

    def step_sample(self) -> None:
        self.runner.step_sample()

    def step_epoch(self) -> None:
        self.runner.step_epoch()

    def reset(self) -> None:
        """Back to the starting weights."""
        self.runner.stop()
        self.edit("Reset", Project.reset)

    def new_weights(self) -> None:
        """Other starting weights, by the next seed."""
        self.runner.stop()

        def change(project: Project) -> Project:
            config = replace(project.config, seed=project.config.seed + 1)
            return replace(project, config=config).with_new_weights()

        self.edit("New weights", change)

    def edit_settings(self) -> None:
        bar = self.settings_bar
        project = self.document.project
        proposed = None if project.dataset is None else proposal(project.dataset)
        form = TrainingForm(project.config, self, bar.fixed, bar.suited, proposed)
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if form.exec():
            config, line = form.config, form.proposal_line
            taken = line.proposed if line is not None and line.taken else None
            bar.remember_typed(form.typed)
            self.edit("Training settings", lambda p: with_settings(p, config, taken))

    # What the menus do with the view and help

    def toggle_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.themes.set(app, LIGHT if self.themes.theme is DARK else DARK)

    def show_help(self) -> None:
        self.files.show_help()

    def show_about(self) -> None:
        self.files.show_about()

    # What the menus do with the files

    def new_project(self) -> None:
        self.files.new_project()

    def open_dialog(self) -> None:
        self.files.open_dialog()

    def open_path(self, path: Path) -> None:
        """Open a project or a data file, as if it were dropped on the window."""
        self.files.open_path(path)

    def save(self) -> bool:
        return self.files.save()

    def save_as(self) -> bool:
        return self.files.save_as()

    def export_dialog(self) -> None:
        self.files.export_dialog()

    # Events

    def event(self, event: QEvent) -> bool:
        """Space is Play, but on a button to which people have gone by keys it presses that."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            button = self.focusWidget()
            reached = isinstance(button, QAbstractButton) and (
                button.focusPolicy() is Qt.FocusPolicy.TabFocus
            )
            if reached and event.key() == Qt.Key.Key_Space and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        found = given(event.mimeData())
        if found is not None:
            event.acceptProposedAction()
            self.drop_hint.show_words(found.words)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_hint.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_hint.hide()
        found = given(event.mimeData())
        if found is not None:
            event.acceptProposedAction()
            self.importing.take(found)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes; then stop the run before any widget goes."""
        self.importing.close()
        self.runner.stop()
        if not self.files.may_go():
            event.ignore()
            return
        self.explain_panel.store.close()
        event.accept()
