"""A network from bottom to top: the same by hand and key, with what is read upright."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import bpstudio as bp
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.turn import in_scene
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.editing import set_upward
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.training.changes import can_continue
from tests.gui.canvas.canvas_help import (
    CTRL,
    SHIFT,
    edge,
    gap,
    middle,
    on_connection,
    shape,
    stroke,
    view_of,
)
from tests.gui.hands import at, click, drag, wheel


@pytest.fixture
def turned(drawn: CanvasView) -> CanvasView:
    drawn.turn()
    return drawn


def test_that_input_is_below_and_output_above_all_of_it_in_view(turned: CanvasView) -> None:
    spots = [at(turned, *middle(turned, i)) for i in ("input", "hidden1", "output")]
    assert spots[0].y() > spots[1].y() > spots[2].y()
    assert all(turned.viewport().rect().contains(spot) for spot in spots)
    assert turned.navigation.seen.contains(turned.drawing.bounds())
    turned.turn()
    spots = [at(turned, *middle(turned, i)) for i in ("input", "hidden1", "output")]
    assert spots[0].x() < spots[1].x() < spots[2].x()


def test_that_gestures_work_as_they_do_from_left_to_right(turned: CanvasView) -> None:
    stroke(turned, gap(turned, "input", "hidden1"), 2)
    assert shape(turned) == "2-2-3-1"
    drag(turned, edge(turned, "input"), middle(turned, "output"))
    assert turned.document.project.topology.has_link("input", "output")
    click(turned, *middle(turned, "hidden2"))
    assert turned.selection.layers == {"hidden2"}
    item = turned.drawing.layers["hidden2"]
    name = item.mapToScene(item.label_rect.center())
    drag(turned, (name.x(), name.y()), (name.x() + 40, name.y() + 60))
    assert turned.document.project.layout


def test_that_the_handle_stretches_sideways(turned: CanvasView) -> None:
    item = turned.drawing.layers["hidden1"]
    handle = item.mapToScene(item.handle_rect.center())
    end = handle.x(), handle.y() + item.place.spacing
    way = at(turned, *end) - at(turned, handle.x(), handle.y())
    assert way.x() > 20 and way.y() == 0, "to the right, where the handle is"
    drag(turned, (handle.x(), handle.y()), end)
    assert shape(turned) == "2-5-1"


def test_that_the_eraser_cuts_what_it_crosses_from_left_to_right(turned: CanvasView) -> None:
    turned.set_tool(Tool.ERASER)
    spots = [at(turned, *on_connection(turned, "input", i, "hidden1", 0, 0.9)) for i in (0, 1)]
    row = sum(spot.y() for spot in spots) // 2
    start, end = (turned.mapToScene(x, row) for x in (0, max(spot.x() for spot in spots) + 3))
    drag(turned, (start.x(), start.y()), (end.x(), end.y()))
    mask = turned.document.project.topology.link("input", "hidden1").mask
    assert mask is not None and not mask[0].any() and mask[1:].all()
    drag(turned, (start.x(), start.y()), (end.x(), end.y()), SHIFT)
    assert turned.document.project.topology.link("input", "hidden1").mask is None


def test_that_a_rubber_band_takes_the_layers_in_it(turned: CanvasView) -> None:
    turned.set_tool(Tool.SELECT)
    above = at(turned, *middle(turned, "hidden1")).y()
    below = (above + at(turned, *middle(turned, "input")).y()) // 2
    start, end = turned.mapToScene(4, 4), turned.mapToScene(turned.viewport().width() - 4, below)
    drag(turned, (start.x(), start.y()), (end.x(), end.y()))
    assert turned.selection.layers == {"hidden1", "output"}


def test_that_neurons_are_linked_by_keys_that_point_there(turned: CanvasView) -> None:
    turned.select(Selection.of_neurons(("input", 1)))
    QTest.keyClicks(turned, "l")
    QTest.keyClick(turned, Qt.Key.Key_Up)
    line = turned.drawing.ghost.lines[0]
    ends = [at(turned, end.x(), end.y()) for end in line]
    assert ends[1].y() < ends[0].y(), "up, to the output"
    QTest.keyClick(turned, Qt.Key.Key_Right)
    QTest.keyClick(turned, Qt.Key.Key_Return)
    mask = turned.document.project.topology.link("input", "output").mask
    assert mask is not None and mask.tolist() == [[False, True]]


def test_that_the_wheel_zooms_to_the_pointer_and_with_ctrl_resizes(turned: CanvasView) -> None:
    pointer = at(turned, *middle(turned, "output"))
    before, fitted = turned.mapToScene(pointer), turned.navigation.scale
    wheel(turned, pointer, 240)
    assert turned.navigation.scale > fitted * 1.2
    assert (turned.mapToScene(pointer) - before).manhattanLength() < 3
    turned.navigation.fit()
    wheel(turned, at(turned, *middle(turned, "hidden1")), 120, CTRL)
    assert shape(turned) == "2-4-1"


def test_that_arrows_go_where_they_point(turned: CanvasView) -> None:
    turned.select(Selection(frozenset({"hidden1"})))
    before = at(turned, *middle(turned, "hidden1"))
    turned.navigation.fitted = False
    QTest.keyClick(turned, Qt.Key.Key_Right)
    QTest.keyClick(turned, Qt.Key.Key_Right)
    after = at(turned, *middle(turned, "hidden1"))
    assert after.x() > before.x() + 10 and abs(after.y() - before.y()) < 3
    turned.select(Selection.of_neurons(("input", 0)))
    QTest.keyClick(turned, Qt.Key.Key_Up)
    assert turned.selection.neuron is not None and turned.selection.neuron[0] == "hidden1"


def test_that_the_picture_of_large_networks_lies_where_the_curves_are(
    turned: CanvasView,
) -> None:
    """The picture is drawn once more after the view moved by a fraction of a pixel; ink stays put."""
    place = turned.places["hidden1"]
    image = turned.grab().toImage()
    spot = at(turned, *turned.drawing.bundles["input", "hidden1"].bundle.point(0, 1, 0.9))
    surface = image.pixelColor(2, 2)
    ratio = image.devicePixelRatio()
    near = [
        image.pixelColor(round((spot.x() + dx) * ratio), round(spot.y() * ratio))
        for dx in range(-3, 4)
    ]
    assert place.size == 3
    assert any(color != surface for color in near)


def test_that_directions_turn_with_the_view() -> None:
    assert in_scene(1, 0, False) == (1, 0)
    assert in_scene(0, -1, True) == (1, 0), "up on the screen is towards the output"
    assert in_scene(1, 0, True) == (0, 1)


def test_that_the_direction_is_an_edit_that_is_undone_and_saved(
    drawn: CanvasView, tmp_path: Path
) -> None:
    document = drawn.document
    drawn.turn()
    assert document.stack.undoText() == "Bottom to top"
    bp.save(document.project, tmp_path / "upward.bps")
    assert bp.load(tmp_path / "upward.bps").upward
    document.undo()
    assert not drawn.navigation.turned
    spots = [at(drawn, *middle(drawn, i)) for i in ("input", "output")]
    assert spots[0].x() < spots[1].x()
    assert drawn.navigation.seen.contains(drawn.drawing.bounds())
    document.redo()
    assert drawn.navigation.turned


def test_that_a_project_opens_in_its_direction_and_a_run_goes_on_when_it_is_turned(
    qtbot: QtBot,
) -> None:
    project = set_upward(Project.create(Topology.parse("2-3-1")), True)
    view = view_of(qtbot, project)
    spots = [at(view, *middle(view, i)) for i in ("input", "output")]
    assert spots[0].y() > spots[1].y()
    assert can_continue(project, set_upward(project, False))
