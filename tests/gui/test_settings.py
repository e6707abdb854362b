"""The settings in the bar and in the form: optimizers with what belongs to them, changes in a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

import bpstudio as bp
from bpstudio.files.samples import starter
from bpstudio.gui.dialogs.training_form import TrainingForm
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.config import OPTIMIZERS, SCHEDULES
from bpstudio.model.methods import OPTIMIZER_METHODS
from tests.gui.test_window import open_window, press, type_into, until_idle
from tests.gui.windows import closed


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = open_window(qtbot)
    yield window
    closed(window)


def combo(parent: QWidget, name: str) -> QComboBox:
    found = parent.findChild(QComboBox, name)
    assert found is not None, name
    return found


def choose(box: QComboBox, name: str) -> None:
    """Open the menu and take an entry, with keys."""
    box.showPopup()
    menu = box.view()
    menu.setCurrentIndex(box.model().index(box.findData(name), 0))
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert box.currentData() == name


def config(window: MainWindow) -> bp.TrainingConfig:
    return window.document.project.config


# The bar


def test_that_the_bar_offers_every_optimizer(window: MainWindow) -> None:
    box = combo(window, "optimizerBox")
    assert [box.itemData(k) for k in range(box.count())] == list(OPTIMIZERS)
    helps = [box.itemData(k, Qt.ItemDataRole.ToolTipRole) for k in range(box.count())]
    assert helps == [method.help for method in OPTIMIZER_METHODS.values()]


def test_that_momentum_is_there_for_those_who_use_it(window: MainWindow) -> None:
    for name in OPTIMIZERS:
        choose(combo(window, "optimizerBox"), name)
        assert config(window).optimizer == name
        used = name in ("momentum", "nesterov")
        assert combo(window, "momentumEdit").isVisible() is used


def test_that_another_optimizer_brings_its_usual_rate_in_one_step_and_says_so(
    window: MainWindow,
) -> None:
    before = config(window)
    choose(combo(window, "optimizerBox"), "adam")
    assert (config(window).optimizer, config(window).learning_rate) == ("adam", 0.01)
    assert combo(window, "learningRateEdit").currentText() == "0.01"
    last = window.message_panel.messages[-1]
    assert "Adam usually starts with learning rate 0.01" in last.text
    assert not last.problem
    window.document.undo()
    assert config(window) == before
    assert combo(window, "learningRateEdit").currentText() == "0.3"


def test_that_a_rate_that_was_typed_stays(window: MainWindow) -> None:
    type_into(combo(window, "learningRateEdit"), "0.007")
    choose(combo(window, "optimizerBox"), "adam")
    assert (config(window).optimizer, config(window).learning_rate) == ("adam", 0.007)
    assert not any("usually" in m.text for m in window.message_panel.messages)


def test_that_an_unusual_rate_in_a_file_counts_as_typed(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    project = starter()
    for rate, expected in ((0.123, 0.123), (0.1, 0.01)):
        other = project.with_config(replace(project.config, learning_rate=rate))
        window.document.open(other, tmp_path / "mine.bps")
        choose(combo(window, "optimizerBox"), "adam")
        assert config(window).learning_rate == expected


def test_that_the_rate_is_off_where_nothing_reads_it_and_says_why(window: MainWindow) -> None:
    box = combo(window, "learningRateEdit")
    choose(combo(window, "optimizerBox"), "lm")
    assert not box.isEnabled()
    assert "has no effect with Levenberg–Marquardt" in box.toolTip()
    choose(combo(window, "optimizerBox"), "adam")
    assert box.isEnabled()
    assert "no effect" not in box.toolTip()


def test_that_the_rate_of_rprop_is_called_what_it_is(window: MainWindow) -> None:
    choose(combo(window, "optimizerBox"), "rprop")
    assert combo(window, "learningRateEdit").accessibleName() == "First step"


def test_that_levenberg_marquardt_says_what_it_needs(window: MainWindow) -> None:
    window.choose_sample("iris")
    choose(combo(window, "optimizerBox"), "lm")
    assert "needs squared error" in window.canvas_card.fit_row.label.text()
    assert window.canvas_card.fit_row.label.isVisible()


def test_that_the_bar_tells_what_the_schedule_made_of_the_rate(
    window: MainWindow, qtbot: QtBot
) -> None:
    project = window.document.project
    stepwise = replace(project.config, schedule="step", schedule_epochs=1, learning_rate=0.2)
    window.document.edit("Schedule", lambda p: p.with_config(stepwise))
    caption = window.settings_bar._boxes["learning_rate"].findChild(QLabel)
    assert caption is not None
    assert caption.text() == "Learning rate"
    press(window, "stepButton")
    until_idle(qtbot, window)
    assert caption.text() == "Rate, now 0.1"
    assert combo(window, "learningRateEdit").currentText() == "0.2"


def test_that_settings_changed_in_a_run_hold_without_a_restart_and_are_in_the_record(
    window: MainWindow, qtbot: QtBot
) -> None:
    press(window, "playButton")
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 2, timeout=20_000)
    session = window.runner._session
    type_into(combo(window, "learningRateEdit"), "0.05")
    type_into(combo(window, "batchSizeEdit"), "16")
    type_into(combo(window, "regularisationEdit"), "L2 0.002")
    assert window.runner._session is session
    wanted = {"learning_rate": (0.3, 0.05), "batch_size": (4, 16), "l2": (0.0, 0.002)}

    def told() -> dict[str, tuple[object, object]]:
        return {c.setting: (c.before, c.after) for c in window.document.shown.history.changes}

    qtbot.waitUntil(lambda: told() == wanted, timeout=20_000)
    last = max(c.epoch for c in window.document.shown.history.changes)
    qtbot.waitUntil(lambda: window.document.shown.epoch > last + 1, timeout=20_000)
    qtbot.waitUntil(lambda: bool(window.loss_panel.plot.marks), timeout=20_000)
    press(window, "playButton")
    until_idle(qtbot, window)
    history = window.document.project.history
    assert {c.setting: (c.before, c.after) for c in history.changes} == wanted
    assert history.learning_rate[1] == 0.3
    assert history.learning_rate[-1] == 0.05


def test_that_another_optimizer_between_two_runs_is_in_the_record(
    window: MainWindow, qtbot: QtBot
) -> None:
    press(window, "stepButton")
    until_idle(qtbot, window)
    choose(combo(window, "optimizerBox"), "adam")
    press(window, "stepButton")
    until_idle(qtbot, window)
    project = window.document.project
    assert [str(c) for c in project.history.changes] == [
        "optimizer sgd → adam",
        "learning_rate 0.3 → 0.01",
    ]
    assert project.history.learning_rate[1:].tolist() == [0.3, 0.01]
    window.document.undo()
    assert window.document.project.history.changes == ()


# The form


@pytest.fixture
def form(qtbot: QtBot) -> TrainingForm:
    form = TrainingForm(bp.TrainingConfig(4, 0.3, optimizer="sgd"))
    qtbot.addWidget(form)
    form.show()
    return form


def shown(form: TrainingForm) -> set[str]:
    return {name for name in bp.TrainingConfig.__dataclass_fields__ if form.shows(name)}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_that_the_form_shows_what_the_optimizer_reads(form: TrainingForm, optimizer: str) -> None:
    choose(combo(form, "optimizerField"), optimizer)
    now = bp.TrainingConfig(optimizer=optimizer)
    assert shown(form) == {n for n in now.__dataclass_fields__ if now.idle(n) is None}
    assert ("momentum" in shown(form)) is (optimizer in ("momentum", "nesterov"))
    headings = {label.text() for label in form.findChildren(QLabel) if label.isVisible()}
    assert ("Learning rate over the epochs" in headings) is ("schedule" in shown(form))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_that_the_form_shows_what_the_schedule_reads(form: TrainingForm, schedule: str) -> None:
    choose(combo(form, "scheduleField"), schedule)
    assert ("schedule_epochs" in shown(form)) is (schedule != "constant")
    assert ("schedule_factor" in shown(form)) is (schedule in ("step", "exponential", "plateau"))


def test_that_the_form_proposes_the_usual_rate_with_a_sentence(form: TrainingForm) -> None:
    choose(combo(form, "optimizerField"), "adam")
    rate = form.findChild(QLineEdit, "learning_rateField")
    assert rate is not None
    assert rate.text() == "0.01"
    sentence = form.findChild(QLabel, "problemLabel")
    assert sentence is not None
    assert "Adam usually starts with learning rate 0.01" in sentence.text()
    form.accept()
    assert (form.config.optimizer, form.config.learning_rate) == ("adam", 0.01)
    assert form.typed == set()


def test_that_the_form_leaves_a_rate_that_was_typed(form: TrainingForm) -> None:
    rate = form.findChild(QLineEdit, "learning_rateField")
    assert rate is not None
    rate.selectAll()
    QTest.keyClicks(rate, "0.004")
    choose(combo(form, "optimizerField"), "adam")
    assert rate.text() == "0.004"
    form.accept()
    assert (form.config.learning_rate, form.typed) == (0.004, {"learning_rate"})


def test_that_the_form_gives_its_new_settings_of_an_optimizer(form: TrainingForm) -> None:
    choose(combo(form, "optimizerField"), "rprop")
    field = form.findChild(QLineEdit, "rprop_highestField")
    assert field is not None and field.isVisible()
    field.setText("0.01")
    form.accept()
    assert form.result() == 0, "0.01 is below what it may be"
    field.setText("2")
    form.accept()
    assert form.config.rprop_highest == 2
    assert form.config.batch_size == "all"
