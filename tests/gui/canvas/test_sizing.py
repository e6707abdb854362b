"""Sizes that are typed or turned by the wheel: what neurons have learned is not lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import starter
from bpstudio.gui.canvas import sizing
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.runner import Runner
from tests.gui.canvas.canvas_help import CTRL, middle, shape, view_of
from tests.gui.hands import at, wheel

INPUTS = np.array([[0.3, -1.2], [2.0, 0.1], [-0.7, 0.4]])


def turn(view: CanvasView, layer: str, delta: int, sideways: int = 0) -> None:
    """Turn the wheel over a layer, with Ctrl."""
    wheel(view, at(view, *middle(view, layer)), delta, CTRL, sideways)


def chosen(view: CanvasView, layer: str = "hidden1") -> None:
    view.select(Selection(frozenset({layer})))


def test_that_a_typed_size_keeps_what_was_learned_whatever_its_first_digit_would_leave(
    trained: CanvasView,
) -> None:
    before = trained.document.project
    chosen(trained)
    QTest.keyClicks(trained, "12")
    after = trained.document.project
    assert shape(trained) == "2-12-2"
    assert np.array_equal(after.network.predict(INPUTS), before.network.predict(INPUTS))
    assert trained.document.stack.count() == 1
    trained.document.undo()
    assert trained.document.project is before


def test_that_a_size_typed_back_to_what_it_was_is_no_step(
    qtbot: QtBot, trained: CanvasView
) -> None:
    chosen(trained)
    QTest.keyClicks(trained, "16")
    sixteen = trained.document.project
    qtbot.waitUntil(lambda: not trained.editor.sizing.going_on, timeout=10_000)
    QTest.keyClicks(trained, "1")
    assert shape(trained) == "2-1-2"
    QTest.keyClicks(trained, "6")
    assert trained.document.project is sixteen
    assert trained.document.stack.count() == 1


def test_that_an_undo_while_typing_ends_the_number(trained: CanvasView) -> None:
    chosen(trained)
    QTest.keyClicks(trained, "3")
    trained.document.undo()
    QTest.keyClicks(trained, "5")
    assert shape(trained) == "2-5-2"


def test_that_a_swipe_of_small_turns_is_one_step_with_a_neuron_for_each_notch(
    trained: CanvasView,
) -> None:
    before = trained.document.project
    for _ in range(30):
        QTest.keyPress(trained, Qt.Key.Key_Control)  # as some systems repeat it
        turn(trained, "hidden1", 12)
    assert shape(trained) == "2-7-2"
    assert trained.document.stack.count() == 1
    assert trained.document.stack.undoText() == "Add 3 neurons"
    assert np.array_equal(
        trained.document.project.network.predict(INPUTS), before.network.predict(INPUTS)
    )


def test_that_a_turn_down_and_up_again_brings_the_neurons_back_with_their_weights(
    trained: CanvasView,
) -> None:
    before = trained.document.project
    for delta in (-120, -120, -120, -120, -120, -120):
        turn(trained, "hidden1", delta)
    assert shape(trained) == "2-1-2", "a layer keeps one neuron"
    for _ in range(3):
        turn(trained, "hidden1", 120)
    assert trained.document.project is before
    assert trained.document.stack.count() == 0


def test_that_turning_sideways_changes_nothing(trained: CanvasView) -> None:
    before = trained.document.project
    for _ in range(5):
        turn(trained, "hidden1", 0, 120)
    assert trained.document.project is before


# While a run goes on


@pytest.fixture
def run(qtbot: QtBot) -> Iterator[CanvasView]:
    """A canvas whose network, 2-5-3-1, is being trained."""
    project = starter("circles")
    view = view_of(qtbot, project.with_config(replace(project.config, epochs=10_000_000)))
    runner = Runner(view.document)
    runner.state_changed.connect(view.show_running)
    runner.play()
    qtbot.waitUntil(lambda: view.document.shown.epoch >= 2, timeout=10_000)
    yield view
    runner.stop()


def steps(view: CanvasView) -> list[str]:
    stack = view.document.stack
    return [stack.text(k) for k in range(stack.count())]


def test_that_a_size_typed_during_a_run_is_given_once_by_enter_and_the_run_goes_on(
    qtbot: QtBot, run: CanvasView
) -> None:
    chosen(run)
    QTest.keyClicks(run, "12")
    assert shape(run) == "2-5-3-1" and steps(run) == []
    assert run.drawing.ghost.isVisible() and "12 neurons" in run.drawing.ghost.text
    assert "12 neurons" in run.accessibleDescription()
    QTest.keyClick(run, Qt.Key.Key_Return)
    assert not run.drawing.ghost.isVisible()
    assert shape(run) == "2-12-3-1"
    assert steps(run) == ["Train", "Resize to 12"]
    qtbot.waitUntil(lambda: run.document.shown.epoch > run.document.project.epoch, timeout=10_000)
    resized = run.document.project
    run.document.undo()  # the run since
    run.document.undo()
    learned = run.document.project
    assert learned.epoch >= 2
    assert np.array_equal(learned.network.predict(INPUTS), resized.network.predict(INPUTS))


def test_that_a_size_typed_during_a_run_is_given_when_the_hand_rests_or_goes_on(
    qtbot: QtBot, run: CanvasView, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(run)
    QTest.keyClicks(run, "7")
    chosen(run, "hidden2")
    qtbot.waitUntil(lambda: shape(run) == "2-7-3-1", timeout=10_000)
    monkeypatch.setattr(sizing, "TYPING_MS", 10)
    QTest.keyClicks(run, "4")
    qtbot.waitUntil(lambda: shape(run) == "2-7-4-1", timeout=10_000)
    assert not run.drawing.ghost.isVisible()


def test_that_escape_forgets_a_size_typed_during_a_run(qtbot: QtBot, run: CanvasView) -> None:
    chosen(run)
    QTest.keyClicks(run, "7")
    QTest.keyClick(run, Qt.Key.Key_Escape)
    assert not run.drawing.ghost.isVisible()
    assert run.selection.layers == {"hidden1"}
    assert not run.editor.sizing.settle()
    assert shape(run) == "2-5-3-1"


def test_that_the_wheel_during_a_run_changes_the_network_once(
    qtbot: QtBot, run: CanvasView, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        turn(run, "hidden1", 60)
    assert steps(run) == []
    qtbot.waitUntil(lambda: shape(run) == "2-7-3-1", timeout=10_000)
    assert steps(run) == ["Train", "Add 2 neurons"]


def test_that_a_waiting_size_is_forgotten_when_the_network_is_another_meanwhile(
    qtbot: QtBot, run: CanvasView
) -> None:
    chosen(run)
    QTest.keyClicks(run, "7")
    run.document.edit("Cut", lambda p: p.with_topology(p.topology.without_layer("hidden2")))
    assert run.editor.sizing.settle()
    assert shape(run) == "2-5-1"


def test_that_the_next_key_or_press_comes_after_a_size_typed_during_a_run(
    qtbot: QtBot, run: CanvasView
) -> None:
    chosen(run)
    QTest.keyClicks(run, "7")
    QTest.keyClick(run, Qt.Key.Key_N)
    assert shape(run) == "2-7-1-3-1"
    QTest.keyClicks(run, "4")
    QTest.mousePress(run.viewport(), Qt.MouseButton.LeftButton, pos=at(run, 0, 250))
    assert shape(run) == "2-7-4-3-1"
    QTest.mouseRelease(run.viewport(), Qt.MouseButton.LeftButton, pos=at(run, 0, 250))


def test_that_the_wheel_resizes_on_a_turned_canvas_too(trained: CanvasView) -> None:
    trained.turn()
    turn(trained, "hidden1", 240)
    assert shape(trained) == "2-6-2"
