"""The two bars at the top: the run and its figures, and the settings that matter most."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from bpstudio.gui.document import Change, Document
from bpstudio.gui.settings import SettingBox, choice_helps, setting_text
from bpstudio.gui.speed import SpeedButton
from bpstudio.gui.theme import GAP, Theme, ThemeHolder, icon
from bpstudio.gui.widgets import IconButton, Stat, number_text, percent_text, secondary_label
from bpstudio.model.config import (
    SETTINGS,
    TrainingConfig,
    penalty_text,
    with_optimizer,
    with_penalty,
)
from bpstudio.model.editing import set_activation
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.methods import OPTIMIZER_METHODS, OPTIMIZERS, rate_label
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal
from bpstudio.training.schedule import config_in_force

TOP_HEIGHT = 56
WIDE = 1100
"""From this width on the figures have room between them."""


class TopBar(QWidget):
    """Name of the project, the run's buttons, and its figures."""

    def __init__(self, themes: ThemeHolder, menu: QMenu) -> None:
        super().__init__()
        self._themes = themes
        self.setFixedHeight(TOP_HEIGHT)
        self.menu_button = QToolButton()
        self.menu_button.setObjectName("menuButton")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setToolTip("Menu (F10)")
        self.menu_button.setFixedSize(30, 30)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(menu)
        self.title = QLabel()
        self.title.setProperty("kind", "figure")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.state = secondary_label()
        self.undo_button = IconButton("undo", "Undo", themes, "Ctrl+Z")
        self.redo_button = IconButton("redo", "Redo", themes, "Ctrl+Shift+Z")
        self.reset_button = IconButton(
            "reset", "Reset to the starting weights", themes, "R", "round"
        )
        self.play_button = IconButton("play", "Play", themes, "Space", "primary")
        self.sample_button = IconButton("step-sample", "Step one update", themes, "S", "round")
        self.epoch_button = IconButton("step-epoch", "Step one epoch", themes, "E", "round")
        for button, name in (
            (self.reset_button, "resetButton"),
            (self.play_button, "playButton"),
            (self.sample_button, "sampleStepButton"),
            (self.epoch_button, "stepButton"),
            (self.undo_button, "undoButton"),
            (self.redo_button, "redoButton"),
        ):
            button.setObjectName(name)
        self.epoch = Stat("epoch", themes, widest="000 000")
        self.speed = SpeedButton(themes)
        self.train_loss = Stat("train loss", themes, "positive", "0.000000")
        self.validation_loss = Stat("validation", themes, "negative", "0.000000")
        self.accuracy = Stat("accuracy", themes, widest="100.0 %")
        self.epoch.value_label.setObjectName("epochLabel")
        self.train_loss.value_label.setObjectName("trainLossLabel")
        self.validation_loss.value_label.setObjectName("validationLossLabel")
        self.accuracy.value_label.setObjectName("accuracyLabel")
        self._lay_out()
        themes.listen(self._on_theme)

    def _lay_out(self) -> None:
        left, middle, right = QWidget(), QWidget(), QWidget()
        for side, widgets, spacing in (
            (left, [self.menu_button, self.title, self.state], GAP),
            (
                middle,
                [self.reset_button, self.play_button, self.sample_button, self.epoch_button],
                8,
            ),
            (right, [self.train_loss, self.validation_loss, self.accuracy], 2 * GAP),
        ):
            row = QHBoxLayout(side)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(spacing)
            for widget in widgets:
                row.addWidget(widget)
        left_row, middle_row, right_row = left.layout(), middle.layout(), right.layout()
        assert isinstance(left_row, QHBoxLayout) and isinstance(middle_row, QHBoxLayout)
        assert isinstance(right_row, QHBoxLayout)
        left_row.addWidget(self.undo_button)
        left_row.addWidget(self.redo_button)
        left_row.addStretch(1)
        middle_row.addSpacing(GAP)
        middle_row.addWidget(self.epoch)
        middle_row.addSpacing(GAP)
        middle_row.addWidget(self.speed)
        right_row.insertStretch(0, 1)
        self._figures = right_row
        whole = self._whole = QHBoxLayout(self)
        whole.setContentsMargins(GAP, 0, GAP + 6, 0)
        for side, stretch in ((left, 10), (middle, 0), (right, 10)):
            policy = QSizePolicy.Policy.Ignored if stretch else QSizePolicy.Policy.Fixed
            side.setSizePolicy(policy, QSizePolicy.Policy.Preferred)
            whole.addWidget(side, stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Figures stand closer in a narrow window: a digit that is cut off would be another number."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        self._figures.setSpacing(2 * GAP if wide else GAP)
        self._whole.setStretch(2, 10 if wide else 12)

    def _on_theme(self, theme: Theme) -> None:
        self.menu_button.setIcon(icon("menu", theme.text, 18))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._themes.theme
        painter.fillRect(self.rect(), theme.color("surface"))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), theme.color("line"))
        painter.end()

    def show_title(self, name: str, clean: bool) -> None:
        elided = self.title.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, 170)
        self.title.setText(elided)
        self.title.setToolTip(name)
        self.state.setText("" if clean else "edited")

    def show_running(self, running: bool) -> None:
        if running:
            self.play_button.set_icon("pause", "Pause", "Space")
        else:
            self.play_button.set_icon("play", "Play", "Space")
            self.speed.show_rate(None)

    def show_project(self, project: Project) -> None:
        self.epoch.set_value(number_text(project.epoch))
        history = project.history
        if not len(history):
            for stat in (self.train_loss, self.validation_loss, self.accuracy):
                stat.set_value("–")
            return
        self.train_loss.set_value(number_text(float(history.train_loss[-1])))
        self.validation_loss.set_value(number_text(float(history.validation_loss[-1])))
        accuracy = float(history.validation_accuracy[-1])
        if math.isnan(accuracy):
            # Without held-out rows, that of the training rows.
            accuracy = float(history.train_accuracy[-1])
        self.accuracy.set_value(percent_text(accuracy))


class SettingsBar(QWidget):
    """Learning rate, batch, optimizer, activation, loss and regularisation of the document's project.

    ``message`` brings why something was refused, ``note`` what was done beside what was asked for.
    """

    message = Signal(str)
    note = Signal(str)
    more_requested = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        # What people chose themselves for these data: no optimizer's usual value replaces it.
        self._typed: set[str] = set()
        document.edited.connect(self._on_edited)
        self._boxes = {
            "learning_rate": SettingBox.of(SETTINGS["learning_rate"], "learningRateEdit", 78),
            "batch_size": SettingBox.of(SETTINGS["batch_size"], "batchSizeEdit", 64),
            "optimizer": SettingBox.of(
                SETTINGS["optimizer"], "optimizerBox", 84, choice_helps("optimizer")
            ),
            "momentum": SettingBox.of(SETTINGS["momentum"], "momentumEdit", 64),
            "loss": SettingBox.of(SETTINGS["loss"], "lossBox", 112),
        }
        hidden = {n: a.label for n, a in ACTIVATIONS.items() if not a.output_only}
        self._activation = SettingBox(
            "Activation", "Activation of all hidden layers", "activationBox", hidden, width=84
        )
        self._penalty = SettingBox(
            "Regularise",
            "L1 or L2 penalty on the weights, as L2 0.001",
            "regularisationEdit",
            presets=("none", "L2 0.0001", "L2 0.001", "L2 0.01", "L1 0.0001", "L1 0.001"),
            width=104,
        )
        more = QToolButton()
        more.setObjectName("moreSettingsButton")
        more.setText("More…")
        more.setAccessibleName("All training settings")
        more.setToolTip("All training settings: epochs, seed, early stopping … (Ctrl+T)")
        more.clicked.connect(self.more_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(GAP)
        for box in (
            self._boxes["learning_rate"],
            self._boxes["batch_size"],
            self._boxes["optimizer"],
            self._boxes["momentum"],
            self._activation,
            self._boxes["loss"],
            self._penalty,
        ):
            row.addWidget(box)
        row.addWidget(more, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        for name, box in self._boxes.items():
            box.setProperty("setting", name)
            box.entered.connect(self._on_entered)
        self._activation.entered.connect(self._on_activation)
        self._penalty.entered.connect(self._on_penalty)
        self.show_project(document.project)

    def show_project(self, project: Project) -> None:
        for name, box in self._boxes.items():
            box.show_value(setting_text(SETTINGS[name], getattr(project.config, name)))
        config = project.config
        self._boxes["momentum"].setVisible(config.idle("momentum") is None)
        self._boxes["learning_rate"].set_idle(config.idle("learning_rate"))
        self.show_rate(project)
        hidden = project.topology.hidden
        self._activation.setEnabled(bool(hidden))
        if hidden:
            self._activation.show_value(hidden[0].activation)
        self._penalty.show_value(penalty_text(project.config))

    def show_rate(self, project: Project) -> None:
        """Say above the learning rate what a schedule has made of it by now."""
        caption = rate_label(project.config.optimizer)
        rate = config_in_force(project).learning_rate
        if rate != project.config.learning_rate:
            caption = f"Rate, now {rate:.2g}"
        self._boxes["learning_rate"].set_caption(caption)

    @property
    def fixed(self) -> set[str]:
        """The settings that choosing an optimizer must leave alone."""
        if self._document.path is None:
            return self._typed
        # In a file nobody can tell what was typed: all that is not what anyone would propose.
        config = self._document.project.config
        usual = OPTIMIZER_METHODS[config.optimizer]
        unusual = set()
        for name, value in (("learning_rate", usual.rate), ("batch_size", usual.batch)):
            proposed = {getattr(c, name) for c in (self.suited, TrainingConfig())}
            if getattr(config, name) not in {value, *proposed}:
                unusual.add(name)
        return self._typed | unusual

    @property
    def suited(self) -> TrainingConfig:
        """What would be proposed for the data."""
        dataset = self._document.project.dataset
        return TrainingConfig() if dataset is None else proposal(dataset).config

    def remember_typed(self, names: Collection[str]) -> None:
        """People chose these settings themselves."""
        self._typed.update(names)

    def _on_edited(self, before: Project, after: Project) -> None:
        if before.dataset is not after.dataset:
            self._typed.clear()

    def _on_entered(self, text: str) -> None:
        box = self.sender()
        assert isinstance(box, SettingBox)
        name = str(box.property("setting"))
        if name == "optimizer":
            self._choose_optimizer(box, text)
            return
        label = SETTINGS[name].label

        def change(project: Project) -> Project:
            config = project.config.with_text([f"{name}={text}"])
            return replace(project, config=config)

        if self._edit(box, f"{label} {text}", change):
            self._typed.add(name)

    def _choose_optimizer(self, box: SettingBox, name: str) -> None:
        """With its usual learning rate and batch, in the same step, unless people typed theirs."""
        fixed, suited = self.fixed, self.suited
        _, sentence = with_optimizer(self._document.project.config, name, fixed, suited)

        def change(project: Project) -> Project:
            config, _ = with_optimizer(project.config, name, fixed, suited)
            return replace(project, config=config)

        self._edit(box, f"Optimizer {OPTIMIZERS[name]}", change)
        if sentence:
            self.note.emit(sentence)

    def _on_activation(self, name: str) -> None:
        layers = [layer.id for layer in self._document.project.topology.hidden]
        self._edit(
            self._activation,
            f"Activation {ACTIVATIONS[name].label}",
            lambda project: set_activation(project, layers, name),
        )

    def _on_penalty(self, text: str) -> None:
        def change(project: Project) -> Project:
            config: TrainingConfig = with_penalty(project.config, text)
            return replace(project, config=config)

        self._edit(self._penalty, f"Regularise {text}", change)

    def _edit(self, box: SettingBox, name: str, change: Change) -> bool:
        """Make an edit, or say why it cannot be and show the old value again."""
        try:
            self._document.edit(name, change)
        except ValueError as error:
            box.revert()
            self.message.emit(str(error))
            return False
        return True
