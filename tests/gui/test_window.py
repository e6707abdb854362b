"""The whole window: the main job end to end with mouse and keys, files, and staying alive."""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

import bpstudio as bp
from bpstudio.engines.forward import forward
from bpstudio.files.resources import resource
from bpstudio.files.samples import sample, starter
from bpstudio.gui.canvas.layout import STROKE_PER_NEURON
from bpstudio.gui.dialogs.training_form import TrainingForm
from bpstudio.gui.main_window import MainWindow
from bpstudio.gui.widgets import number_text
from bpstudio.model.project import Project
from tests.gui.hands import click, drag
from tests.gui.import_help import drop, press_enter, screen_of
from tests.gui.windows import closed, opened

LEFT = Qt.MouseButton.LeftButton
PARTS = (
    "playButton", "stepButton", "sampleStepButton", "resetButton", "epochLabel", "trainLossLabel",
    "validationLossLabel", "learningRateEdit", "batchSizeEdit", "optimizerBox", "lossBox",
    "activationBox", "canvas", "dataPanel", "watchPanel", "lossPlot", "heatmapPanel",
    "outputPanel", "explainPanel", "messagePanel",
)  # fmt: skip


def open_window(qtbot: QtBot, project: Project | None = None) -> MainWindow:
    if project is None:
        # On a busy machine the starter's own run might be over before anyone looks.
        project = starter()
        project = project.with_config(replace(project.config, epochs=10_000_000))
    return opened(qtbot, project)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = open_window(qtbot)
    yield window
    closed(window)


def press(window: MainWindow, name: str) -> None:
    button = window.findChild(QWidget, name)
    assert button is not None
    QTest.mouseClick(button, LEFT)


def until_idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.runner.running, timeout=20_000)


def type_into(combo: QComboBox, text: str) -> None:
    line = combo.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_that_every_named_part_is_there_and_can_be_read_out(window: MainWindow) -> None:
    for name in PARTS:
        part = window.findChild(QWidget, name)
        assert part is not None, name
        assert part.isVisible(), name
        assert part.accessibleName() or name in ("watchPanel",), name
    for name in PARTS[:4]:
        part = window.findChild(QWidget, name)
        assert part is not None and part.toolTip().endswith(")"), "the tooltip names the key"


def test_that_the_first_window_shows_a_complete_untrained_network_and_space_trains_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    project = window.document.project
    assert project.problem() is None
    assert project.epoch == 0
    QTest.keyClick(window.canvas, Qt.Key.Key_Space)
    assert window.runner.running
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 5, timeout=20_000)
    QTest.keyClick(window.canvas, Qt.Key.Key_Space)
    until_idle(qtbot, window)
    history = window.document.project.history
    assert history.train_loss[-1] < history.train_loss[0]
    assert window.top_bar.epoch.value_label.text() == number_text(window.document.project.epoch)


def stroke(window: MainWindow, x: float, neurons: int) -> None:
    half = (neurons - 1) * STROKE_PER_NEURON / 2
    drag(window.canvas, (x, -half), (x, half + 6))


def test_that_a_network_drawn_by_hand_trains_steps_and_exports_what_the_engine_computes(
    qtbot: QtBot, tmp_path: Path
) -> None:
    project = Project(dataset=sample("xor"), config=bp.TrainingConfig(epochs=1_000_000))
    window = open_window(qtbot, project)
    try:
        stroke(window, -150, 2)
        stroke(window, 150, 1)
        places = window.canvas.places
        stroke(window, (places["input"].x + places["output"].x) / 2, 4)
        assert str(window.document.project.topology) == "2-4-1"
        press(window, "playButton")
        qtbot.waitUntil(lambda: window.document.shown.epoch >= 20, timeout=20_000)
        press(window, "playButton")
        until_idle(qtbot, window)
        press(window, "sampleStepButton")
        until_idle(qtbot, window)
        press(window, "stepButton")
        until_idle(qtbot, window)
        trained = window.document.project
        assert trained.progress.position == 0
        assert window.files.export_to(tmp_path / "net.npz")
        assert_exported_is_trained(tmp_path / "net.npz", project, trained)
    finally:
        closed(window)


def assert_exported_is_trained(path: Path, before: Project, trained: Project) -> None:
    """The file holds the weights that the engine computes from the same start, to the last bit."""
    start = Project.create(trained.topology, before.dataset, before.config)
    assert start.dataset is not None
    direct = bp.train(start.network, start.dataset, replace(start.config, epochs=trained.epoch))
    with np.load(path, allow_pickle=False) as stored:
        weights = [stored[name] for name in stored.files if name.startswith("W")]
        json.loads(str(stored["network"]))
    expected = [
        direct.network.weights["input", "hidden1"],
        direct.network.weights["hidden1", "output"],
    ]
    assert len(weights) == 2
    for mine, theirs in zip(weights, expected, strict=True):
        assert mine.tobytes() == theirs.tobytes()
    outputs = forward(trained.topology, direct.network.parameters, start.dataset.inputs)[-1]
    assert np.array_equal(outputs, trained.network.predict(start.dataset.inputs))


def test_that_the_window_python_and_the_seed_agree_to_the_last_bit(
    window: MainWindow, qtbot: QtBot
) -> None:
    for _ in range(2):
        press(window, "stepButton")
        until_idle(qtbot, window)
    project = starter()
    assert project.dataset is not None
    direct = bp.train(project.network, project.dataset, replace(project.config, epochs=2))
    mine = window.document.project.network.parameters
    assert mine.tobytes() == direct.network.parameters.tobytes()


def test_that_reset_goes_back_to_the_same_starting_weights(
    window: MainWindow, qtbot: QtBot
) -> None:
    before = window.document.project
    press(window, "stepButton")
    until_idle(qtbot, window)
    press(window, "resetButton")
    after = window.document.project
    assert after.network == before.network
    assert after.epoch == 0 and len(after.history) == 0


def test_that_typed_settings_are_taken_and_nonsense_is_refused_with_a_sentence(
    window: MainWindow,
) -> None:
    rate = window.findChild(QComboBox, "learningRateEdit")
    batch = window.findChild(QComboBox, "batchSizeEdit")
    assert rate is not None and batch is not None
    type_into(rate, "0.07")
    type_into(batch, "all")
    assert window.document.project.config.learning_rate == 0.07
    assert window.document.project.config.batch_size == "all"
    before = window.document.project
    type_into(rate, "fast")
    assert window.document.project is before
    assert rate.currentText() == "0.07"
    assert "number" in window.message_panel.messages[0].text


def test_that_the_shape_can_be_typed_and_undone(window: MainWindow) -> None:
    field = window.findChild(QLineEdit, "topologyEdit")
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "2-7-1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert str(window.document.project.topology) == "2-7-1"
    press(window, "undoButton")
    assert str(window.document.project.topology) == "2-5-3-1"
    assert field.text() == "2-5-3-1"


def test_that_the_shape_field_says_what_there_is_whatever_was_typed(window: MainWindow) -> None:
    field = window.findChild(QLineEdit, "topologyEdit")
    assert field is not None
    before = window.document.project
    enter, escape = Qt.Key.Key_Return, Qt.Key.Key_Escape
    for typed, key in (("2,5,3,1", enter), ("2-x", enter), ("2-9-1", escape)):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, key)
        assert field.text() == "2-5-3-1"
        assert window.document.project is before
        assert window.canvas.hasFocus()
    field.setFocus()
    QTest.keyClick(field, enter)
    assert window.canvas.hasFocus()


def test_that_a_mismatch_of_network_and_data_is_named_and_mended_by_one_click(
    window: MainWindow,
) -> None:
    field = window.findChild(QLineEdit, "topologyEdit")
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "3-4-2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    label = window.canvas_card.fit_row.label
    assert label.isVisible() and "'input' has 3 neurons" in label.text()
    press(window, "playButton")
    assert not window.runner.running
    press(window, "fitLayersButton")
    assert not label.isVisible()
    assert str(window.document.project.topology) == "2-4-1"


def test_that_a_dropped_csv_becomes_the_data_and_fits_the_outer_layers_in_one_step(
    window: MainWindow, qtbot: QtBot
) -> None:
    drop(window, resource("samples", "iris.csv"))
    press_enter(screen_of(qtbot, window))
    project = window.document.project
    assert project.problem() is None
    assert (project.topology.input.size, project.topology.output.size) == (4, 3)
    assert project.topology.output.activation == "softmax"
    window.undo()
    assert str(window.document.project.topology) == "2-5-3-1"
    assert window.document.is_clean


def answer_dialogs(qtbot: QtBot, button: QMessageBox.StandardButton, seen: list[str]) -> QTimer:
    """Answers every message box that appears, and notes what it said."""

    def answer() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            seen.append(f"{box.text()} {box.informativeText()}")
            QTest.mouseClick(box.button(button), LEFT)

    timer = QTimer()
    timer.timeout.connect(answer)
    timer.start(10)
    return timer


def test_that_a_bad_file_gives_its_sentence_and_changes_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.bps"
    broken.write_bytes(b"PK\x03\x04 no zip at all")
    before, seen = window.document.project, list[str]()
    timer = answer_dialogs(qtbot, QMessageBox.StandardButton.Ok, seen)
    drop(window, broken)
    drop(window, tmp_path / "absent.csv")
    qtbot.waitUntil(lambda: len(seen) == 2, timeout=20_000)
    timer.stop()
    assert window.document.project is before
    assert "broken.bps" in seen[0]
    assert "absent.csv" in seen[1]


def test_that_a_saved_project_opens_as_it_was_and_is_clean(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    press(window, "stepButton")
    until_idle(qtbot, window)
    assert not window.document.is_clean
    path = tmp_path / "mine.bps"
    assert window.files.save_to(path)
    assert window.document.is_clean
    saved = window.document.project
    window.undo()
    window.document.stack.setClean()
    assert window.files.open_path(path)
    assert window.document.project == saved
    assert window.windowTitle().startswith("mine")


@pytest.mark.parametrize(
    ("button", "closed"),
    [(QMessageBox.StandardButton.Cancel, False), (QMessageBox.StandardButton.Discard, True)],
)
def test_that_closing_with_unsaved_changes_asks(
    window: MainWindow, qtbot: QtBot, button: QMessageBox.StandardButton, closed: bool
) -> None:
    press(window, "stepButton")
    until_idle(qtbot, window)
    seen: list[str] = []
    timer = answer_dialogs(qtbot, button, seen)
    assert window.close() is closed
    timer.stop()
    assert len(seen) == 1 and "circles" in seen[0]


def test_that_closing_while_training_stops_the_run_first(window: MainWindow, qtbot: QtBot) -> None:
    press(window, "playButton")
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 2, timeout=20_000)
    timer = answer_dialogs(qtbot, QMessageBox.StandardButton.Discard, [])
    began = time.perf_counter()
    assert window.close()
    timer.stop()
    assert not window.runner.running
    assert time.perf_counter() - began < 2.0


def test_that_an_untouched_network_follows_the_sample_and_an_edited_one_stays(
    window: MainWindow,
) -> None:
    window.choose_sample("spirals")
    assert str(window.document.project.topology) == "2-16-16-1"
    window.choose_sample("circles")
    click(window.canvas, window.canvas.places["hidden1"].x, 0)
    QTest.keyClicks(window.canvas, "9")
    window.choose_sample("iris")
    assert str(window.document.project.topology) == "4-9-3-3"
    assert window.document.project.problem() is None


def test_that_the_form_of_all_settings_refuses_nonsense_and_takes_the_rest(
    window: MainWindow, qtbot: QtBot
) -> None:
    form = TrainingForm(window.document.project.config, window)
    qtbot.addWidget(form)
    field = form.findChild(QLineEdit, "epochsField")
    assert field is not None
    field.setText("minus one")
    form.accept()
    assert form.result() == 0
    field.setText("77")
    form.accept()
    assert form.result() == 1
    assert form.config.epochs == 77


def test_that_clicking_a_connection_explains_its_next_step(window: MainWindow) -> None:
    window.canvas.select(replace(window.canvas.selection, connection=("input", 0, "hidden1", 2)))
    project = window.document.project
    assert project.dataset is not None
    row = project.dataset.rows(0)[:1]
    X, Y = project.dataset.inputs[row], project.dataset.targets[row]
    moved = project.network.copy()
    eps, losses = 1e-6, []
    for sign in (1, -1):
        moved.weights["input", "hidden1"][2, 0] = (
            project.network.weights["input", "hidden1"][2, 0] + sign * eps
        )
        losses.append(float(np.mean(0.5 * (moved.predict(X) - Y) ** 2)))
    slope = (losses[0] - losses[1]) / (2 * eps)
    shown = window.explain_panel.page.text.replace("\u2212", "-").replace(" × 10^", "e")
    numbers = re.findall(r"-?\d+\.\d+(?:e\(?-?\d+\)?)?", shown)
    values = [float(text.replace("(", "").replace(")", "")) for text in numbers]
    assert any(value == pytest.approx(slope, rel=2e-3) for value in values)


def test_that_the_window_stays_alive_while_training_at_full_speed(
    window: MainWindow, qtbot: QtBot
) -> None:
    """Gaps of a 5 ms timer while canvas, loss, surface and heatmaps are in view."""
    gaps: deque[float] = deque(maxlen=150)
    last = [time.perf_counter()]

    def is_alive() -> bool:
        # An engine that keeps the interpreter to itself makes these 0.2 and 0.33 on an idle machine,
        # for as long as it runs; a busy machine has calmer moments.
        full = len(gaps) == gaps.maxlen
        return full and np.median(gaps) < 0.1 and float(np.percentile(gaps, 95)) < 0.25

    def tick() -> None:
        now = time.perf_counter()
        gaps.append(now - last[0])
        last[0] = now

    press(window, "playButton")
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 3, timeout=20_000)
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    last[0] = time.perf_counter()
    timer.start(5)
    qtbot.waitUntil(is_alive, timeout=60_000)
    timer.stop()
    press(window, "playButton")
    until_idle(qtbot, window)
