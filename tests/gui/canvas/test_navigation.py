"""Every part of a network can be seen, however large it is, and all of it at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.navigation import LEAST_ZOOM
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.editing import set_unfolded, set_upward
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import CTRL, view_of
from tests.gui.hands import LEFT, drag, wheel


def unfolded(qtbot: QtBot, size: int, upward: bool = False) -> CanvasView:
    project = Project.create(Topology.parse(f"{size}-2-1"))
    return view_of(qtbot, set_upward(set_unfolded(project, ["input"], True), upward))


@pytest.mark.parametrize("upward", [False, True], ids=["left to right", "bottom to top"])
@pytest.mark.parametrize("size", [784, 1000, 2500])
def test_that_f_shows_all_of_a_large_unfolded_layer(qtbot: QtBot, size: int, upward: bool) -> None:
    view = unfolded(qtbot, size, upward)
    QTest.keyClick(view, Qt.Key.Key_1)
    assert not view.navigation.seen.contains(view.drawing.bounds())
    QTest.keyClick(view, Qt.Key.Key_F)
    assert view.navigation.seen.contains(view.drawing.bounds())
    place = view.places["input"]
    for k in (0, size - 1):
        assert view.viewport().rect().contains(view.mapFromScene(place.x, place.y_of(k)))


@pytest.mark.parametrize("size", [784, 1000])
@pytest.mark.parametrize("last", [False, True], ids=["first", "last"])
def test_that_the_ends_of_a_large_unfolded_layer_are_reached_by_keys_by_mouse_and_by_wheel(
    qtbot: QtBot, size: int, last: bool
) -> None:
    view = unfolded(qtbot, size)
    place = view.places["input"]
    end = QPointF(place.x, place.y_of(size - 1 if last else 0))
    middle = view.viewport().rect().center()
    QTest.keyClick(view, Qt.Key.Key_1)
    for _ in range(400):
        QTest.keyClick(view, Qt.Key.Key_Down if last else Qt.Key.Key_Up, CTRL)
        if view.navigation.seen.contains(end):
            break
    assert view.navigation.seen.contains(end)
    QTest.keyClick(view, Qt.Key.Key_F)
    spot, fitted = view.mapFromScene(end), view.navigation.scale
    wheel(view, spot, 2100)
    larger = view.navigation.scale / fitted
    assert larger > 20
    # A pixel of the fitted view is as wide as this now.
    assert (view.mapFromScene(end) - spot).manhattanLength() <= larger
    here = view.mapToScene(middle)
    goal = here - QPointF(0, 40 if not last else -40)
    drag(view, goal.toTuple(), here.toTuple(), button=Qt.MouseButton.MiddleButton)
    away = view.mapFromScene(goal) - middle
    assert away.manhattanLength() < 4


def test_that_zooming_out_ends_where_the_whole_network_is_seen(qtbot: QtBot) -> None:
    view = unfolded(qtbot, 1000)
    fitted = view.navigation.scale
    assert fitted < LEAST_ZOOM
    for _ in range(3):
        view.navigation.zoom_in()
    for _ in range(9):
        view.navigation.zoom_out()
    assert view.navigation.scale == pytest.approx(fitted)


def test_that_zooming_out_of_a_small_network_ends_as_ever(drawn: CanvasView) -> None:
    for _ in range(40):
        drawn.navigation.zoom_out()
    assert drawn.navigation.scale == pytest.approx(LEAST_ZOOM)


def test_that_walking_to_the_last_neuron_brings_it_into_view(qtbot: QtBot) -> None:
    view = unfolded(qtbot, 784)
    QTest.keyClick(view, Qt.Key.Key_1)
    QTest.keyClick(view, Qt.Key.Key_Tab)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.selection.neuron == ("input", 0)
    place = view.places["input"]
    assert view.navigation.seen.contains(QPointF(place.x, place.y_of(0)))


def test_that_dragging_on_the_minimap_moves_the_view_all_the_way(drawn: CanvasView) -> None:
    drawn.resize(900, 640)
    drawn.navigation.zoom(6, drawn.viewport().rect().center())
    minimap = drawn.minimap
    assert minimap.isVisible()
    start = minimap.rect().center()
    QTest.mousePress(minimap, LEFT, pos=start)
    seen = [drawn.navigation.seen.center()]
    for step in range(1, 6):
        QTest.mouseMove(minimap, start + QPoint(8 * step, -4 * step))
        seen.append(drawn.navigation.seen.center())
    xs, ys = [at.x() for at in seen], [at.y() for at in seen]
    assert xs == sorted(set(xs)), "the view follows every move to the right"
    assert ys == sorted(set(ys), reverse=True), "and upward"
    QTest.mouseRelease(minimap, LEFT, pos=start + QPoint(40, -20))
    assert drawn.navigation.seen.center() == seen[-1]
    assert not drawn.document.stack.canUndo()
    QTest.mouseMove(minimap, start)
    assert drawn.navigation.seen.center() == seen[-1], "with no button down it stays"
