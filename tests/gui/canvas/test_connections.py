"""Linking, cutting and restoring connections by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.bundle import Bundle
from bpstudio.gui.canvas.menu import CanvasMenu
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.wiring import one_connection, prune
from tests.gui.canvas.canvas_help import (
    CTRL,
    SHIFT,
    across,
    edge,
    middle,
    neuron,
    on_connection,
    shape,
)
from tests.gui.hands import at, begin_drag, click, drag

LEFT = Qt.MouseButton.LeftButton


def mask(view: CanvasView, source: str, target: str) -> np.ndarray | None:
    return view.document.project.topology.link(source, target).mask


def outputs(view: CanvasView) -> np.ndarray:
    network = view.document.project.network
    X = np.random.default_rng(0).normal(size=(4, network.topology.input.size))
    return network.predict(X)


def test_that_a_drag_from_edge_to_layer_links_all_of_both(trained: CanvasView) -> None:
    before = outputs(trained)
    drag(trained, edge(trained, "input"), middle(trained, "output"))
    assert trained.document.project.topology.has_link("input", "output")
    assert mask(trained, "input", "output") is None
    assert np.array_equal(outputs(trained), before)
    assert trained.selection.links == {("input", "output")}


def test_that_a_drag_from_neuron_to_neuron_is_one_connection(trained: CanvasView) -> None:
    drag(trained, neuron(trained, "input", 1), neuron(trained, "output", 0))
    made = mask(trained, "input", "output")
    assert made is not None and made.tolist() == [[False, True], [False, False]]
    assert trained.selection == Selection(connection=("input", 1, "output", 0))
    assert trained.document.stack.undoText() == "Connect input · 2 to output · 1"


def test_that_a_drag_from_neuron_to_layer_connects_all_of_it_to_that_neuron(
    trained: CanvasView,
) -> None:
    drag(trained, neuron(trained, "input", 0), edge(trained, "output"))
    made = mask(trained, "input", "output")
    assert made is not None and made.tolist() == [[True, False], [True, False]]


def test_that_a_cycle_is_shown_as_forbidden_while_dragging_with_why(trained: CanvasView) -> None:
    begin_drag(trained, [edge(trained, "output"), middle(trained, "hidden1")])
    ghost = trained.drawing.ghost
    assert ghost.isVisible() and "cycle" in ghost.text and ghost.forbidden
    assert trained.viewport().cursor().shape() == Qt.CursorShape.ForbiddenCursor
    QTest.keyClick(trained, Qt.Key.Key_Escape)
    assert not ghost.isVisible()
    QTest.mouseRelease(trained.viewport(), LEFT, pos=at(trained, *middle(trained, "hidden1")))
    assert not trained.document.stack.canUndo()


def test_that_the_eraser_cuts_what_it_crosses_and_only_that(trained: CanvasView) -> None:
    old = trained.document.project.network
    trained.set_tool(Tool.ERASER)
    x, y = on_connection(trained, "input", 0, "hidden1", 0)
    drag(trained, (x, y - 8), (x, y + 8))
    gone = mask(trained, "input", "hidden1")
    assert gone is not None and not gone[0, 0] and gone.sum() < 8
    new = trained.document.project.network
    assert np.array_equal(
        new.weights["input", "hidden1"][gone], old.weights["input", "hidden1"][gone]
    )
    assert not new.weights["input", "hidden1"][~gone].any()
    assert np.array_equal(new.weights["hidden1", "output"], old.weights["hidden1", "output"])


def test_that_x_held_cuts_and_with_shift_restores_and_undo_brings_the_bits(
    trained: CanvasView,
) -> None:
    before = trained.document.project
    way = across(trained, "input", "hidden1")
    QTest.keyPress(trained, Qt.Key.Key_X)
    assert trained.tool is Tool.ERASER
    drag(trained, *way)
    QTest.keyRelease(trained, Qt.Key.Key_X)
    assert trained.tool is Tool.DRAW
    gone = mask(trained, "input", "hidden1")
    assert gone is not None and not gone.any()
    assert trained.document.stack.undoText() == "Cut 8 connections"
    cut = trained.document.project
    QTest.keyPress(trained, Qt.Key.Key_X)
    drag(trained, *way, SHIFT)
    QTest.keyRelease(trained, Qt.Key.Key_X)
    assert mask(trained, "input", "hidden1") is None
    trained.document.undo()
    assert trained.document.project == cut
    trained.document.undo()
    assert trained.document.project == before


def test_that_the_count_is_shown_while_cutting_and_escape_leaves_no_trace(
    trained: CanvasView,
) -> None:
    trained.set_tool(Tool.ERASER)
    way = across(trained, "hidden1", "output")
    begin_drag(trained, way)
    assert trained.drawing.ghost.text == "Cut 8 connections"
    QTest.keyClick(trained, Qt.Key.Key_Escape)
    QTest.mouseRelease(trained.viewport(), LEFT, pos=at(trained, *way[1]))
    assert not trained.document.stack.canUndo()
    assert not trained.drawing.ghost.isVisible()


def test_that_a_click_of_the_eraser_takes_the_connection_under_it(trained: CanvasView) -> None:
    trained.set_tool(Tool.ERASER)
    click(trained, *on_connection(trained, "input", 0, "hidden1", 0, 0.8))
    gone = mask(trained, "input", "hidden1")
    assert gone is not None and not gone[0, 0]


def test_that_one_connection_is_selected_alone_and_delete_prunes_it(trained: CanvasView) -> None:
    click(trained, *on_connection(trained, "input", 0, "hidden1", 0), CTRL)
    chosen = trained.selection.lone_connection
    assert chosen == ("input", 0, "hidden1", 0)
    QTest.keyClick(trained, Qt.Key.Key_Delete)
    gone = mask(trained, "input", "hidden1")
    assert gone is not None and np.argwhere(~gone).tolist() == [[0, 0]]


def test_that_x_tapped_cuts_and_shift_x_restores_the_selected_connection(
    trained: CanvasView,
) -> None:
    trained.select(Selection(connection=("input", 1, "hidden1", 2)))
    QTest.keyClick(trained, Qt.Key.Key_X)
    gone = mask(trained, "input", "hidden1")
    assert gone is not None and not gone[2, 1]
    assert trained.selection.lone_connection == ("input", 1, "hidden1", 2)
    QTest.keyClick(trained, Qt.Key.Key_X, SHIFT)
    assert mask(trained, "input", "hidden1") is None


def test_that_p_shows_pruned_connections(trained: CanvasView, qtbot: QtBot) -> None:
    trained.select(Selection(connection=("input", 1, "hidden1", 2)))
    QTest.keyClick(trained, Qt.Key.Key_X)
    trained.select(Selection())
    before = trained.viewport().grab().toImage()
    with qtbot.waitSignal(trained.pruned_shown):
        QTest.keyClick(trained, Qt.Key.Key_P)
    assert trained.viewport().grab().toImage() != before
    QTest.keyClick(trained, Qt.Key.Key_P)
    assert trained.viewport().grab().toImage() == before


def cut_one(view: CanvasView, source: str, i: int, target: str, j: int) -> tuple[float, float]:
    """Cut one connection, show it dotted, and where it was."""
    one = one_connection(view.document.project.topology, source, i, target, j)
    view.document.edit("Cut", lambda project: prune(project, one))
    view.toggle_pruned()
    return on_connection(view, source, i, target, j, 0.8)


def test_that_a_pruned_connection_in_view_can_be_pointed_at_and_restored(
    trained: CanvasView, qtbot: QtBot
) -> None:
    place = cut_one(trained, "input", 1, "hidden1", 3)
    spot = at(trained, *place)
    QTest.mouseMove(trained.viewport(), spot - QPoint(0, 1))
    QTest.mouseMove(trained.viewport(), spot)
    assert trained.drawing.card.lines == ["input · 2 → hidden 1 · 4", "pruned"]
    assert not trained.drawing.halo.path().isEmpty()
    click(trained, *place)
    # Alone: its link is not what is pointed at, and no layer is drawn there.
    assert trained.selection == Selection(connection=("input", 1, "hidden1", 3))
    assert shape(trained) == "2-4-2"
    opened = CanvasMenu(trained)
    restore = next(a for a in opened.actions() if a.text().startswith("Restore connection"))
    restore.trigger()
    assert mask(trained, "input", "hidden1") is None
    opened.close()


def test_that_a_pruned_connection_out_of_view_is_not_there(trained: CanvasView) -> None:
    place = cut_one(trained, "input", 1, "hidden1", 3)
    trained.toggle_pruned()
    assert trained.drawing.connection_at(QPointF(*place), 5.0) != ("input", 1, "hidden1", 3)
    trained.toggle_pruned()
    assert trained.drawing.connection_at(QPointF(*place), 5.0) == ("input", 1, "hidden1", 3)


def test_that_the_menu_of_a_pruned_connection_is_its_own(trained: CanvasView) -> None:
    place = cut_one(trained, "input", 1, "hidden1", 3)
    trained.picking.under(QPointF(*place))
    assert trained.selection == Selection(connection=("input", 1, "hidden1", 3))


@pytest.mark.parametrize(
    ("start", "end", "hit"),
    [((50, -1), (50, 1), True), ((50, 1), (50, 3), False), ((-20, -1), (-10, 1), False),
     ((-20, -1), (10, 1), False), ((-20, -1), (60, 1), True), ((60, 2), (40, -2), True),
     ((10, 1), (90, 1), False)],
)  # fmt: skip
def test_that_a_stroke_crosses_a_curve_where_it_changes_sides(
    start: tuple[float, float], end: tuple[float, float], hit: bool
) -> None:
    straight = Bundle("a", "b", 0.0, 100.0, np.array([0.0]), np.array([0.0]))
    assert straight.crossed(start, end).tolist() == [[hit]]
