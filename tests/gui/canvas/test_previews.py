"""Where gestures are about to lead: guides, what a band takes, what a link holds on to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.view import CanvasView
from tests.gui.canvas.canvas_help import edge, middle, neuron, on_connection
from tests.gui.hands import LEFT, NO_KEYS, at, begin_drag


def name_of(view: CanvasView, layer: str) -> tuple[float, float]:
    """Where a layer's name is: what it is moved by."""
    item = view.drawing.layers[layer]
    place: tuple[float, float] = item.mapToScene(item.label_rect.center()).toTuple()
    return place


def test_that_a_layer_that_is_moved_shows_where_it_goes_and_what_it_stands_in_line_with(
    drawn: CanvasView,
) -> None:
    x, y = name_of(drawn, "hidden1")
    places, ghost = drawn.places, drawn.drawing.ghost
    column = places["output"].x
    begin_drag(drawn, [(x, y), (x + column - places["hidden1"].x - 4, y + 90)])
    (moved,) = ghost.places
    assert (moved.x, moved.y) == (column, pytest.approx(places["hidden1"].y + 90, abs=2))
    assert drawn.drawing.layers["hidden1"].opacity() < 0.5, "it is about to be elsewhere"
    # The guide goes through both layers of the column.
    ((start, end),) = ghost.guides
    assert (start.x(), end.x()) == (column, column)
    assert start.y() < min(moved.top, places["output"].top)
    assert end.y() > max(moved.bottom, places["output"].bottom)
    QTest.mouseRelease(drawn.viewport(), LEFT, NO_KEYS, at(drawn, x, y + 90))
    assert all(item.opacity() == 1 for item in drawn.drawing.layers.values())


def test_that_escape_leaves_a_layer_that_was_to_be_stretched_as_it_was(drawn: CanvasView) -> None:
    item = drawn.drawing.layers["hidden1"]
    x, y = item.mapToScene(item.handle_rect.center()).toTuple()
    begin_drag(drawn, [(x, y), (x, y + 90)])
    assert item.opacity() < 0.5
    QTest.keyClick(drawn, Qt.Key.Key_Escape)
    assert item.opacity() == 1


def test_that_a_rubber_band_marks_the_layers_it_will_take(drawn: CanvasView) -> None:
    drawn.set_tool(Tool.SELECT)
    middle_of = drawn.places["hidden1"]
    start = middle_of.x - 70, middle_of.top - 60
    begin_drag(drawn, [start, (middle_of.x + 70, middle_of.y)])
    taken = {i for i, item in drawn.drawing.layers.items() if item.target}
    assert taken == {"hidden1"}
    QTest.mouseRelease(drawn.viewport(), LEFT, NO_KEYS, at(drawn, middle_of.x + 70, middle_of.y))
    assert drawn.selection.layers == taken
    assert not any(item.target for item in drawn.drawing.layers.values())


def test_that_a_link_holds_on_to_what_it_will_end_in(drawn: CanvasView) -> None:
    ghost, places = drawn.drawing.ghost, drawn.places
    begin_drag(drawn, [edge(drawn, "input"), middle(drawn, "output")])
    ((_, end),) = ghost.lines
    assert (
        end.y() == places["output"].y and end.x() < places["output"].x - places["output"].tile / 2
    )
    QTest.keyClick(drawn, Qt.Key.Key_Escape)
    begin_drag(drawn, [neuron(drawn, "input", 1), middle(drawn, "output")])
    ((start, end),) = ghost.lines
    assert start.y() == places["input"].y_of(1)
    assert (end.x(), end.y()) == (
        places["output"].x - places["output"].tile / 2,
        places["output"].y,
    )
    QTest.keyClick(drawn, Qt.Key.Key_Escape)


@pytest.mark.parametrize("tool", [Tool.DRAW, Tool.SELECT])
def test_that_the_pointer_tells_that_a_click_selects_a_connection(
    drawn: CanvasView, tool: Tool
) -> None:
    drawn.set_tool(tool)
    shapes = []
    for spot in ((0.0, -300.0), on_connection(drawn, "input", 0, "hidden1", 2)):
        QTest.mouseMove(drawn.viewport(), at(drawn, *spot))
        shapes.append(drawn.viewport().cursor().shape())
    empty = Qt.CursorShape.CrossCursor if tool is Tool.DRAW else Qt.CursorShape.ArrowCursor
    assert shapes == [empty, Qt.CursorShape.PointingHandCursor]
