"""What a hand can do on the canvas, with real mouse and key events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.view import CanvasView
from tests.gui.canvas.canvas_help import ALT, SHIFT, gap, middle, shape, stroke
from tests.gui.hands import at, begin_drag, click, drag, wheel


def test_that_three_strokes_on_an_empty_canvas_draw_a_2_4_1_network(empty: CanvasView) -> None:
    stroke(empty, -100, 2)
    stroke(empty, 160, 1)
    stroke(empty, gap(empty, "input", "output"), 4)
    topology = empty.document.project.topology
    assert shape(empty) == "2-4-1"
    assert [link.key for link in topology.links] == [("input", "hidden1"), ("hidden1", "output")]
    assert not list(topology.problems())


@pytest.mark.parametrize("neurons", [1, 2, 5, 9])
def test_that_the_length_of_a_stroke_is_the_number_of_neurons(
    empty: CanvasView, neurons: int
) -> None:
    stroke(empty, 0, neurons)
    assert shape(empty) == str(neurons)


def test_that_the_count_is_shown_while_drawing_and_escape_leaves_no_trace(
    empty: CanvasView,
) -> None:
    before = empty.document.project
    begin_drag(empty, [(0.0, -100.0), (0.0, 100.0)])
    assert empty.drawing.ghost.isVisible()
    QTest.keyClick(empty, Qt.Key.Key_Escape)
    assert not empty.drawing.ghost.isVisible()
    QTest.mouseRelease(empty.viewport(), Qt.MouseButton.LeftButton, pos=at(empty, 0, 100))
    assert empty.document.project is before
    assert not empty.document.stack.canUndo()


def test_that_a_stroke_between_two_layers_splits_their_link(drawn: CanvasView) -> None:
    stroke(drawn, gap(drawn, "input", "hidden1"), 2)
    topology = drawn.document.project.topology
    assert shape(drawn) == "2-2-3-1"
    assert not topology.has_link("input", "hidden2")


def test_that_alt_keeps_the_split_link_as_a_skip_link(drawn: CanvasView) -> None:
    stroke(drawn, gap(drawn, "input", "hidden1"), 2, ALT)
    assert drawn.document.project.topology.has_link("input", "hidden2")


def test_that_a_stroke_behind_the_output_becomes_the_output(drawn: CanvasView) -> None:
    x = drawn.places["output"].x + 90
    stroke(drawn, x, 2)
    topology = drawn.document.project.topology
    assert shape(drawn) == "2-3-1-2"
    assert topology.output.activation == "sigmoid"


def test_that_dragging_from_layer_to_layer_links_them(drawn: CanvasView) -> None:
    drag(drawn, middle(drawn, "input"), middle(drawn, "output"))
    assert drawn.document.project.topology.has_link("input", "output")


def test_that_a_link_that_would_be_a_cycle_is_refused_with_the_reason(
    drawn: CanvasView, qtbot: QtBot
) -> None:
    before = drawn.document.project
    with qtbot.waitSignal(drawn.message) as said:
        drag(drawn, middle(drawn, "output"), middle(drawn, "hidden1"))
    assert "cycle" in said.args[0]
    assert drawn.document.project == before


def test_that_plus_and_minus_add_and_remove_a_neuron(drawn: CanvasView) -> None:
    item = drawn.drawing.layers["hidden1"]
    plus = item.mapToScene(item.plus_rect.center())
    click(drawn, plus.x(), plus.y())
    assert shape(drawn) == "2-4-1"
    item = drawn.drawing.layers["hidden1"]
    minus = item.mapToScene(item.minus_rect.center())
    click(drawn, minus.x(), minus.y())
    assert shape(drawn) == "2-3-1"


def test_that_the_handle_stretches_a_layer(drawn: CanvasView) -> None:
    item = drawn.drawing.layers["hidden1"]
    handle = item.mapToScene(item.handle_rect.center())
    spacing = item.place.spacing
    drag(drawn, (handle.x(), handle.y()), (handle.x(), handle.y() + spacing))
    assert shape(drawn) == "2-5-1"


def test_that_a_number_typed_while_a_layer_is_selected_is_its_size_in_one_step(
    drawn: CanvasView,
) -> None:
    click(drawn, *middle(drawn, "hidden1"))
    QTest.keyClicks(drawn, "12")
    assert shape(drawn) == "2-12-1"
    drawn.document.undo()
    assert shape(drawn) == "2-3-1"


def test_that_plus_and_minus_keys_change_the_selected_layer(drawn: CanvasView) -> None:
    click(drawn, *middle(drawn, "hidden1"))
    QTest.keyClicks(drawn, "++-")
    assert shape(drawn) == "2-4-1"


def test_that_delete_removes_the_selected_layer_and_joins_its_neighbours(
    drawn: CanvasView,
) -> None:
    click(drawn, *middle(drawn, "hidden1"))
    QTest.keyClick(drawn, Qt.Key.Key_Delete)
    topology = drawn.document.project.topology
    assert shape(drawn) == "2-1"
    assert topology.has_link("input", "output")


def test_that_clicking_a_connection_selects_it_and_delete_removes_its_link(
    drawn: CanvasView,
) -> None:
    click(drawn, *drawn.drawing.bundles["input", "hidden1"].bundle.point(0, 0, 0.5))
    assert drawn.selection.connection == ("input", 0, "hidden1", 0)
    QTest.keyClick(drawn, Qt.Key.Key_Delete)
    assert not drawn.document.project.topology.has_link("input", "hidden1")


def test_that_shift_adds_to_the_selection(drawn: CanvasView) -> None:
    click(drawn, *middle(drawn, "input"))
    click(drawn, *middle(drawn, "output"), SHIFT)
    assert drawn.selection.layers == {"input", "output"}


def test_that_dragging_a_name_moves_the_layer(drawn: CanvasView) -> None:
    item = drawn.drawing.layers["hidden1"]
    label = item.mapToScene(item.label_rect.center())
    drag(drawn, (label.x(), label.y()), (label.x() + 40, label.y() - 60))
    x, y = drawn.document.project.layout["hidden1"]
    assert (round(x - item.place.x), round(y)) == (
        pytest.approx(40, abs=3),
        pytest.approx(-60, abs=3),
    )


def test_that_every_gesture_is_undone_to_the_same_bits(drawn: CanvasView) -> None:
    document = drawn.document
    before = document.project
    stroke(drawn, gap(drawn, "hidden1", "output"), 3)
    drag(drawn, middle(drawn, "input"), middle(drawn, "output"))
    click(drawn, *middle(drawn, "hidden2"))
    QTest.keyClicks(drawn, "7")
    QTest.keyClick(drawn, Qt.Key.Key_Delete)
    after = document.project
    while document.stack.canUndo():
        document.undo()
    assert document.project == before
    assert document.project.network.parameters.tobytes() == before.network.parameters.tobytes()
    while document.stack.canRedo():
        document.redo()
    assert document.project == after


def test_that_the_wheel_zooms_to_the_pointer_and_f_fits_again(drawn: CanvasView) -> None:
    pointer = at(drawn, *middle(drawn, "input"))
    before, fitted = drawn.mapToScene(pointer), drawn.transform().m11()
    wheel(drawn, pointer, 240)
    after = drawn.mapToScene(pointer)
    assert drawn.transform().m11() > fitted * 1.2
    assert np.hypot(after.x() - before.x(), after.y() - before.y()) < 2.0
    QTest.keyClick(drawn, Qt.Key.Key_F)
    assert drawn.transform().m11() == pytest.approx(fitted)


def test_that_ctrl_and_the_wheel_change_the_size_of_the_layer_under_the_pointer(
    drawn: CanvasView,
) -> None:
    pointer, scale = at(drawn, *middle(drawn, "hidden1")), drawn.transform().m11()
    wheel(drawn, pointer, 120, Qt.KeyboardModifier.ControlModifier)
    wheel(drawn, pointer, 120, Qt.KeyboardModifier.ControlModifier)
    assert shape(drawn) == "2-5-1"
    wheel(drawn, pointer, -120, Qt.KeyboardModifier.ControlModifier)
    assert shape(drawn) == "2-4-1"
    assert drawn.transform().m11() == pytest.approx(scale, rel=0.3)


def test_that_middle_drag_pans(drawn: CanvasView) -> None:
    before = at(drawn, 0, 0)
    drag(drawn, (0, 0), (60, 30), button=Qt.MouseButton.MiddleButton)
    moved = drawn.mapFromScene(QPointF(0, 0)) - before
    scale = drawn.transform().m11()
    assert moved.x() == pytest.approx(60 * scale, abs=4)
    assert moved.y() == pytest.approx(30 * scale, abs=4)
