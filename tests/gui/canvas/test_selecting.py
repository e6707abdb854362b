"""Selecting, moving, copying and looking around by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.editing import set_shape
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import (
    CTRL,
    SHIFT,
    edge,
    gap,
    middle,
    neuron,
    shape,
    stroke,
    view_of,
)
from tests.gui.hands import at, begin_drag, click, double_click, drag

LEFT = Qt.MouseButton.LeftButton


def box(view: CanvasView, layers: list[str]) -> tuple[tuple[float, float], tuple[float, float]]:
    xs = [view.places[i].x for i in layers]
    return (min(xs) - 60, -400.0), (max(xs) + 60, 400.0)


def test_that_a_rubber_band_selects_what_it_touches(drawn: CanvasView) -> None:
    drawn.set_tool(Tool.SELECT)
    drag(drawn, *box(drawn, ["input", "hidden1"]))
    assert drawn.selection == Selection(frozenset({"input", "hidden1"}))
    click(drawn, 0, -390)
    assert drawn.selection == Selection()
    assert shape(drawn) == "2-3-1"


def test_that_shift_makes_a_band_of_the_drawing_hand_and_adds(drawn: CanvasView) -> None:
    drag(drawn, *box(drawn, ["input"]), SHIFT)
    drag(drawn, *box(drawn, ["output"]), SHIFT)
    assert drawn.selection.layers == {"input", "output"}
    assert shape(drawn) == "2-3-1"


def test_that_the_select_tool_moves_layers_and_snaps_them_to_columns(drawn: CanvasView) -> None:
    drawn.set_tool(Tool.SELECT)
    x = drawn.places["input"].x
    start = middle(drawn, "hidden1")
    click(drawn, *middle(drawn, "output"))
    click(drawn, *start, SHIFT)
    between = drawn.places["output"].x - drawn.places["hidden1"].x
    drag(drawn, start, (x + 6, start[1] + 200))
    assert drawn.places["hidden1"].x == x
    assert drawn.places["output"].x == x + between
    assert drawn.document.stack.count() == 1


def test_that_a_layer_that_snaps_back_to_its_place_has_not_been_moved(drawn: CanvasView) -> None:
    drawn.set_tool(Tool.SELECT)
    x, y = middle(drawn, "hidden1")
    begin_drag(drawn, [(x, y), (x, y + 8)])
    assert drawn.drawing.ghost.isVisible()
    QTest.mouseRelease(drawn.viewport(), LEFT, pos=at(drawn, x, y + 8))
    assert not drawn.document.stack.canUndo() and not drawn.document.project.layout


def test_that_each_drag_of_a_layer_is_undone_alone(drawn: CanvasView) -> None:
    drawn.set_tool(Tool.SELECT)
    for _ in range(2):
        x, y = middle(drawn, "hidden1")
        drag(drawn, (x, y), (x, y + 60))
    there = drawn.places["hidden1"].y
    assert there > 100
    drawn.document.undo()
    assert drawn.places["hidden1"].y == pytest.approx(there / 2, abs=4)


def test_that_a_click_draws_a_single_neuron_but_lets_go_of_the_selection_first(
    drawn: CanvasView,
) -> None:
    x = gap(drawn, "hidden1", "output")
    click(drawn, *middle(drawn, "input"))
    click(drawn, x, -200)
    assert shape(drawn) == "2-3-1" and drawn.selection == Selection()
    click(drawn, x, -200)
    assert shape(drawn) == "2-3-1-1"
    click(drawn, gap(drawn, "hidden2", "output"), -200)
    assert shape(drawn) == "2-3-1-1-1"


def test_that_strokes_above_a_layer_stand_beside_it(drawn: CanvasView) -> None:
    place = drawn.places["hidden1"]
    click(drawn, place.x + 2, place.top - 120)
    topology = drawn.document.project.topology
    assert shape(drawn) in ("2-1-3-1", "2-3-1-1")
    new = next(iter(drawn.selection.layers))
    assert {link.key for link in topology.links if new in link.key} == {
        ("input", new), (new, "output"),
    }  # fmt: skip
    other = "hidden2" if new == "hidden1" else "hidden1"
    assert topology.has_link("input", other) and topology.has_link(other, "output")


def test_that_a_double_click_selects_the_neuron_alone_and_ctrl_shift_adds(
    trained: CanvasView,
) -> None:
    double_click(trained, *neuron(trained, "hidden1", 1))
    assert trained.selection == Selection.of_neurons(("hidden1", 1))
    click(trained, *neuron(trained, "hidden1", 3), CTRL | SHIFT)
    assert trained.selection.neurons == {("hidden1", 1), ("hidden1", 3)}
    QTest.keyClick(trained, Qt.Key.Key_Delete)
    assert shape(trained) == "2-2-2"


def test_that_the_second_click_of_a_double_click_draws_no_second_neuron(
    drawn: CanvasView,
) -> None:
    double_click(drawn, gap(drawn, "hidden1", "output"), -250)
    assert shape(drawn) == "2-3-1-1"


def test_that_a_double_click_on_a_name_asks_for_another(drawn: CanvasView, qtbot: QtBot) -> None:
    item = drawn.drawing.layers["hidden1"]
    with qtbot.waitSignal(drawn.options_requested):
        double_click(drawn, *item.mapToScene(item.label_rect.center()).toTuple())


def test_that_copied_layers_are_pasted_with_their_weights_in_another_window(
    trained: CanvasView, qtbot: QtBot
) -> None:
    other = view_of(qtbot, Project.create(Topology.parse("3-1")))
    trained.select(Selection(frozenset({"input", "hidden1"})))
    trained.clipboard.copy()
    assert json.loads(QGuiApplication.clipboard().text())["shape"] == "2-4"
    other.clipboard.paste()
    assert shape(other) == "3-2-4-1"
    assert other.selection.layers == {"hidden1", "hidden2"}
    assert np.array_equal(
        other.document.project.network.weights["hidden1", "hidden2"],
        trained.document.project.network.weights["input", "hidden1"],
    )


def test_that_a_plain_shape_is_pasted_and_other_text_is_refused_with_a_sentence(
    empty: CanvasView, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setText(" 4-8-3 ")
    empty.clipboard.paste()
    assert shape(empty) == "4-8-3"
    QGuiApplication.clipboard().setText("a shopping list")
    with qtbot.waitSignal(empty.message) as said:
        empty.clipboard.paste()
    assert "4-8-3" in said.args[0]
    assert shape(empty) == "4-8-3"


def test_that_duplicate_and_cut_are_one_step_each(trained: CanvasView) -> None:
    trained.select(Selection(frozenset({"hidden1"})))
    trained.clipboard.duplicate()
    assert shape(trained) == "2-4-4-2"
    assert trained.document.stack.undoText() == "Duplicate"
    trained.clipboard.cut()
    assert shape(trained) == "2-4-2"
    trained.document.undo()
    trained.document.undo()
    assert trained.document.project.epoch == 7
    assert not trained.document.stack.canUndo()


def test_that_space_and_drag_pan_and_space_alone_asks_for_play(
    drawn: CanvasView, qtbot: QtBot
) -> None:
    asked: list[bool] = []
    drawn.play_requested.connect(lambda: asked.append(True))
    before = at(drawn, 0, 0)
    QTest.keyPress(drawn, Qt.Key.Key_Space)
    assert drawn.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor
    drag(drawn, (0, -300), (60, -270))
    QTest.keyRelease(drawn, Qt.Key.Key_Space)
    moved = drawn.mapFromScene(QPointF(0, 0)) - before
    assert moved.x() > 20 and not asked
    assert shape(drawn) == "2-3-1"
    QTest.keyClick(drawn, Qt.Key.Key_Space)
    assert asked == [True]


def test_that_alt_pressed_while_drawing_changes_what_is_shown_and_done(
    drawn: CanvasView,
) -> None:
    x = gap(drawn, "input", "hidden1")
    begin_drag(drawn, [(x, -60), (x, 60)])
    assert drawn.drawing.ghost.text == "4 neurons · splits input → hidden 1"
    QTest.keyPress(drawn, Qt.Key.Key_Alt)
    assert "keeps input → hidden 1" in drawn.drawing.ghost.text
    QTest.keyRelease(drawn, Qt.Key.Key_Alt)
    assert "splits" in drawn.drawing.ghost.text
    QTest.keyClick(drawn, Qt.Key.Key_Escape)
    QTest.mouseRelease(drawn.viewport(), LEFT, pos=at(drawn, x, 60))


@pytest.mark.parametrize("part", ["handle", "label", "band", "link", "pan"])
def test_that_escape_leaves_no_trace_of_any_gesture(drawn: CanvasView, part: str) -> None:
    before = drawn.document.project
    item = drawn.drawing.layers["hidden1"]
    starts = {
        "handle": item.mapToScene(item.handle_rect.center()).toTuple(),
        "label": item.mapToScene(item.label_rect.center()).toTuple(),
        "link": edge(drawn, "input"),
        "band": (0.0, -300.0),
        "pan": (0.0, -300.0),
    }
    if part == "band":
        drawn.set_tool(Tool.SELECT)
    if part == "pan":
        QTest.keyPress(drawn, Qt.Key.Key_Space)
    x, y = starts[part]
    seen = drawn.navigation.seen.center()
    begin_drag(drawn, [(x, y), (x + 60, y + 60)])
    QTest.keyClick(drawn, Qt.Key.Key_Escape)
    assert not drawn.drawing.ghost.isVisible()
    assert (drawn.navigation.seen.center() - seen).manhattanLength() < 2
    QTest.mouseRelease(drawn.viewport(), LEFT, pos=at(drawn, x + 60, y + 60))
    QTest.keyRelease(drawn, Qt.Key.Key_Space)
    assert drawn.document.project is before and drawn.selection == Selection()


def test_that_a_network_larger_than_the_view_has_a_map_that_moves_it(drawn: CanvasView) -> None:
    minimap = drawn.minimap
    assert not minimap.isVisible()
    for _ in range(6):
        drawn.navigation.zoom(1.4, at(drawn, 0, 0))
    assert minimap.isVisible() and minimap.accessibleName()
    before = drawn.navigation.seen.center()
    spot = minimap.rect().center() + QPoint(40, 0)
    QTest.mouseClick(minimap, LEFT, pos=spot)
    after = drawn.navigation.seen.center()
    assert after.x() > before.x() + 50
    QTest.mousePress(minimap, LEFT, pos=spot)
    for k in range(1, 5):
        QTest.mouseMove(minimap, spot - QPoint(20 * k, 0))
    QTest.mouseRelease(minimap, LEFT, pos=spot - QPoint(80, 0))
    assert drawn.navigation.seen.center().x() < before.x() - 50
    assert shape(drawn) == "2-3-1" and drawn.selection == Selection()
    drawn.navigation.fit()
    assert not minimap.isVisible()


def test_that_the_selection_means_the_same_layer_through_edits_undo_and_redo(
    trained: CanvasView,
) -> None:
    document = trained.document
    click(trained, *middle(trained, "hidden1"))
    stroke(trained, gap(trained, "input", "hidden1"), 3)
    assert shape(trained) == "2-3-4-2" and trained.selection.layers == {"hidden1"}
    # The layer selected before is the only one of four again, not the one of three that is gone.
    document.undo()
    assert shape(trained) == "2-4-2" and trained.selection.layers == {"hidden1"}
    document.redo()
    click(trained, *middle(trained, "hidden2"))
    trained.editor.edit("Shape", lambda project: set_shape(project, "2-4-2"))
    assert trained.selection == Selection()
    document.undo()
    assert trained.selection.layers == {"hidden2"}


def test_that_nothing_else_is_selected_after_a_layer_is_deleted(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("2-5-3-1")))
    click(view, *middle(view, "hidden1"))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert shape(view) == "2-3-1" and not view.selection
    view.document.undo()
    assert shape(view) == "2-5-3-1" and view.selection.layers == {"hidden1"}
