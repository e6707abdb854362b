"""Keys of the window's own actions, each in all the ways people know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.actions import ACTIONS
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.editing import set_layer_options
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import set_bias
from tests.gui.canvas.canvas_help import middle
from tests.gui.hands import click
from tests.gui.windows import closed, opened

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = opened(qtbot)
    yield window
    closed(window)


@pytest.mark.parametrize("key", [Qt.Key.Key_Q, Qt.Key.Key_W])
def test_that_control_q_and_control_w_leave_the_app(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key, CONTROL)
    assert not window.isVisible()


@pytest.mark.parametrize(
    ("key", "modifiers"), [(Qt.Key.Key_Z, CONTROL | SHIFT), (Qt.Key.Key_Y, CONTROL)]
)
def test_that_redo_has_both_of_its_keys(
    window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    before = window.document.project.topology
    window.clear_network()
    emptied = window.document.project.topology
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert window.document.project.topology == before
    QTest.keyClick(window, key, modifiers)
    assert window.document.project.topology == emptied


def test_that_no_two_actions_have_the_same_key(window: MainWindow) -> None:
    keys = [
        key.toString()
        for spec in ACTIONS
        for key in window.actions_by_name[spec.method].shortcuts()
    ]
    assert len(keys) == len(set(keys))


def test_that_the_canvas_zooms_and_is_tidied_by_keys(window: MainWindow) -> None:
    canvas = window.canvas
    before, middle = canvas.navigation.scale, canvas.navigation.seen.center()
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        scale = canvas.navigation.scale
        QTest.keyClick(window, key, CONTROL)
        assert canvas.navigation.scale == pytest.approx(1.25 * scale)
    away = canvas.navigation.seen.center() - middle
    assert abs(away.x()) < 3 and abs(away.y()) < 3
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_Minus, CONTROL)
    assert canvas.navigation.scale == pytest.approx(before)
    places = dict(canvas.places)
    canvas.editor.move(["hidden1"], {i: (p.x, p.y) for i, p in places.items()}, (30, 90))
    assert canvas.places != places
    QTest.keyClick(window, Qt.Key.Key_T, CONTROL | SHIFT)
    assert canvas.places == places
    assert window.document.stack.undoText() == "Tidy up"


def test_that_undo_and_redo_say_what_they_would_do(window: MainWindow) -> None:
    top, actions = window.top_bar, window.actions_by_name
    assert not top.undo_button.isEnabled() and not actions["redo"].isEnabled()
    assert actions["undo"].text() == "Undo"
    window.edit("Rename to A & B", lambda p: set_layer_options(p, ["hidden1"], name="A & B"))
    assert top.undo_button.toolTip() == "Undo Rename to A & B (Ctrl+Z)"
    assert actions["undo"].text() == "Undo Rename to A && B"
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert top.redo_button.toolTip() == "Redo Rename to A & B (Ctrl+Shift+Z)"
    assert actions["redo"].text() == "Redo Rename to A && B" and actions["redo"].isEnabled()
    assert actions["undo"].text() == "Undo" and not top.undo_button.isEnabled()


def test_that_another_project_comes_with_nothing_selected_and_all_of_it_in_view(
    window: MainWindow,
) -> None:
    canvas = window.canvas
    click(canvas, *middle(canvas, "hidden1"))
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_Plus, CONTROL)
    window.document.open(Project.create(Topology.parse("3-2-2-1")), None)
    assert canvas.selection == Selection()
    assert canvas.navigation.fitted


def test_that_neurons_without_effect_are_told_as_no_problem(window: MainWindow) -> None:
    window.document.edit("Weights", lambda p: set_bias(p, "output", 0, 0.5))
    window.edit("Freeze", lambda p: set_layer_options(p, ["output"], frozen=True))
    click(window.canvas, *middle(window.canvas, "hidden2"))
    QTest.keyClicks(window.canvas, "+")
    message = window.message_panel.messages[0]
    assert message.text.startswith("1 neuron of hidden 2 cannot have any effect")
    assert not message.problem


def test_that_undo_takes_back_a_size_that_is_still_being_typed_during_a_run(
    window: MainWindow,
) -> None:
    window.edit("Long", lambda p: p.with_config(replace(p.config, epochs=10_000_000)))
    before = window.document.project
    click(window.canvas, *middle(window.canvas, "hidden1"))
    window.toggle_run()
    QTest.keyClicks(window.canvas, "12")
    assert window.canvas.drawing.ghost.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert not window.canvas.drawing.ghost.isVisible()
    assert window.document.project is before
    assert not window.canvas.editor.sizing.settle()
