"""The canvas by keyboard alone: every gesture has its keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.document import Document
from bpstudio.gui.theme import ThemeHolder
from bpstudio.model import editing
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import ALT, CTRL, SHIFT, keys, shape, view_of

Key = Qt.Key


def test_that_a_2_4_1_network_is_drawn_by_keys(empty: CanvasView) -> None:
    keys(empty, Key.Key_N, Key.Key_2, Key.Key_N, Key.Key_1, Key.Key_Backtab, Key.Key_N, Key.Key_4)
    topology = empty.document.project.topology
    assert shape(empty) == "2-4-1"
    assert list(topology.problems()) == []
    assert not topology.has_link("input", "output")


def test_that_alt_n_keeps_the_link_it_would_split(drawn: CanvasView) -> None:
    keys(drawn, Key.Key_Tab)
    QTest.keyClick(drawn, Key.Key_N, ALT)
    assert shape(drawn) == "2-1-3-1"
    assert drawn.document.project.topology.has_link("input", "hidden2")


def test_that_tab_goes_from_layer_to_layer_and_then_on(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    before, behind = QLineEdit(), QLineEdit()
    view = CanvasView(Document(Project()), ThemeHolder())
    view.document.shown_changed.connect(view.show_project)
    for widget in (before, view, behind):
        column.addWidget(widget)
    window.show()
    window.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    keys(view, Key.Key_N, Key.Key_N)
    view.select(Selection())
    keys(view, Key.Key_Tab)
    assert view.selection == Selection(frozenset({"input"}))
    keys(view, Key.Key_Tab)
    assert view.selection == Selection(frozenset({"output"}))
    assert view.hasFocus()
    keys(view, Key.Key_Tab)
    assert behind.hasFocus()


def test_that_neurons_are_connected_by_keys(drawn: CanvasView) -> None:
    keys(drawn, Key.Key_Tab, Key.Key_Return, Key.Key_Down, Key.Key_L, Key.Key_Right, Key.Key_Down)
    keys(drawn, Key.Key_Return)
    made = drawn.document.project.topology.link("input", "output").mask
    assert made is not None and made.tolist() == [[False, True]]


def test_that_layers_are_linked_by_keys_and_escape_leaves_no_trace(drawn: CanvasView) -> None:
    keys(drawn, Key.Key_Tab, Key.Key_L, Key.Key_Right, Key.Key_Escape)
    assert not drawn.document.stack.canUndo()
    assert not drawn.drawing.ghost.isVisible()
    keys(drawn, Key.Key_L)
    assert drawn.drawing.ghost.forbidden, "input and hidden 1 are linked already"
    assert "linked already" in drawn.accessibleDescription()
    keys(drawn, Key.Key_Right, Key.Key_Return)
    assert drawn.document.project.topology.link("input", "output").mask is None


def test_that_a_connection_is_reached_cut_and_restored_by_keys(trained: CanvasView) -> None:
    keys(trained, Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_Down, Key.Key_Return)
    assert trained.selection.lone_connection == ("input", 0, "hidden1", 1)
    keys(trained, Key.Key_Down)
    assert trained.selection.lone_connection == ("input", 1, "hidden1", 1)
    assert "weight" in trained.accessibleDescription()
    keys(trained, Key.Key_X)
    mask = trained.document.project.topology.link("input", "hidden1").mask
    assert mask is not None and np.argwhere(~mask).tolist() == [[1, 1]]
    assert "pruned" in trained.accessibleDescription()
    QTest.keyClick(trained, Key.Key_X, SHIFT)
    assert trained.document.project.topology.link("input", "hidden1").mask is None
    keys(trained, Key.Key_Right, Key.Key_Escape)
    assert trained.selection == Selection(frozenset({"hidden1"}))
    keys(trained, Key.Key_Escape)
    assert trained.selection == Selection()


def test_that_a_neuron_in_the_middle_is_deleted_by_keys_and_takes_only_its_weights(
    trained: CanvasView,
) -> None:
    before = trained.document.project
    keys(trained, Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_Down, Key.Key_Delete)
    assert shape(trained) == "2-3-2"
    old, new = before.network, trained.document.project.network
    stay = [0, 2, 3]
    assert np.array_equal(new.weights["input", "hidden1"], old.weights["input", "hidden1"][stay])
    assert np.array_equal(
        new.weights["hidden1", "output"], old.weights["hidden1", "output"][:, stay]
    )
    trained.document.undo()
    assert trained.document.project == before


def test_that_shift_arrows_add_to_the_selection(drawn: CanvasView) -> None:
    keys(drawn, Key.Key_Tab)
    QTest.keyClick(drawn, Key.Key_Right, SHIFT)
    assert drawn.selection.layers == {"input", "hidden1"}
    keys(drawn, Key.Key_Tab, Key.Key_Return)
    QTest.keyClick(drawn, Key.Key_Down, SHIFT)
    assert len(drawn.selection.neurons) == 2


def test_that_arrows_move_the_selected_layer_in_one_step_and_snap(drawn: CanvasView) -> None:
    x = drawn.places["hidden1"].x
    keys(drawn, Key.Key_Tab, Key.Key_Tab, Key.Key_Down, Key.Key_Down, Key.Key_Right)
    place = drawn.places["hidden1"]
    assert (place.x, place.y) == (x + 20, 40)
    assert drawn.document.stack.count() == 1
    keys(drawn, Key.Key_Up, Key.Key_Up)
    assert drawn.places["hidden1"].y == 0
    drawn.document.undo()
    assert drawn.document.project.layout == {}


def test_that_ctrl_arrows_pan_and_1_is_actual_size(drawn: CanvasView) -> None:
    before = drawn.mapFromScene(0, 0)
    QTest.keyClick(drawn, Key.Key_Right, CTRL)
    assert drawn.mapFromScene(0, 0).x() < before.x() - 40
    keys(drawn, Key.Key_1)
    assert drawn.transform().m11() == pytest.approx(1.0)
    assert shape(drawn) == "2-3-1"


def test_that_letters_take_the_tools(drawn: CanvasView) -> None:
    for key, tool in ((Key.Key_V, Tool.SELECT), (Key.Key_C, Tool.ERASER), (Key.Key_D, Tool.DRAW)):
        keys(drawn, key)
        assert drawn.tool is tool


def test_that_what_is_selected_can_be_read_out(trained: CanvasView) -> None:
    heard = []
    for key in (Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_Return):
        keys(trained, key)
        heard.append(trained.accessibleDescription())
    assert heard[0] == "layer input, 2 neurons"
    assert heard[1] == "layer hidden 1, 4 neurons, tanh"
    assert heard[2].startswith("neuron 1 of hidden 1, bias ")
    assert heard[3].startswith("connection input 1 to hidden 1 1, weight ")
    trained.select(Selection(links=frozenset({("input", "hidden1")})))
    assert trained.accessibleDescription() == "link input to hidden 1, 8 connections"


def test_that_keys_of_other_alphabets_do_nothing(drawn: CanvasView) -> None:
    before = drawn.document.project
    for key in (0x0444, 0x0416, 0x03A9):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, chr(key))
            QApplication.sendEvent(drawn, event)
    assert drawn.document.project is before


def test_that_a_size_that_would_fill_the_memory_is_refused_with_a_sentence(
    qtbot: QtBot, drawn: CanvasView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "MOST_PARAMETERS", 10_000)
    drawn.document.edit("Wide", lambda p: editing.set_shape(p, "90-3-1"))
    drawn.select(Selection(frozenset({"hidden1"})))
    with qtbot.waitSignal(drawn.message) as said:
        QTest.keyClicks(drawn, "999")
    assert "parameters" in said.args[0]
    assert shape(drawn) == "90-99-1"


def test_that_a_layer_drawn_by_keys_comes_between_columns_not_between_layers_side_by_side(
    qtbot: QtBot,
) -> None:
    topology = Topology.parse("2-3-4-1").without_link("hidden1", "hidden2")
    topology = topology.with_link("input", "hidden2").with_link("hidden1", "output")
    view = view_of(qtbot, Project.create(topology))
    view.select(Selection(frozenset({"hidden1"})))
    keys(view, Key.Key_N)
    (new,) = view.selection.layers
    links = view.document.project.topology.links
    (source,) = (link.source for link in links if link.target == new)
    (target,) = (link.target for link in links if link.source == new)
    assert view.document.project.topology.layer(source).size == 3
    assert target == "output"


def test_that_what_keys_cannot_do_is_told(qtbot: QtBot, drawn: CanvasView) -> None:
    before = drawn.document.project
    drawn.select(Selection(frozenset({"hidden1"})))
    with qtbot.waitSignal(drawn.message) as said:
        keys(drawn, Key.Key_X)
    assert "Select a connection or a link to cut" in said.args[0]
    with qtbot.waitSignal(drawn.message) as said:
        QTest.keyClick(drawn, Key.Key_X, SHIFT)
    assert "Select a connection or a link to restore" in said.args[0]
    drawn.select(Selection(frozenset({"output"})))
    with qtbot.waitSignal(drawn.message) as said:
        QTest.keyClicks(drawn, "-")
    assert "one neuron at least" in said.args[0]
    assert drawn.document.project is before
