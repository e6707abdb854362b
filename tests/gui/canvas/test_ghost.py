"""What a gesture shows before it is done: readable at any zoom, and true."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.overlay import SPREAD, bubble_size
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.tools import Tool, cursor
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.editing import move_layers, set_unfolded
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import edge, gap, middle, neuron, picture, shape, view_of
from tests.gui.hands import NO_KEYS, at, begin_drag, click

LEFT = Qt.MouseButton.LeftButton


def shown_by_ghost(view: CanvasView) -> QRect:
    """Where the viewport's picture is another one with the ghost than without it, in its own pixels."""
    ghost = view.drawing.ghost
    now = picture(view)
    ghost.setVisible(False)
    rows, columns = np.nonzero((picture(view) != now).any(axis=2))
    ghost.setVisible(True)
    ends = np.array([columns.min(), rows.min(), columns.max(), rows.max()])
    left, top, right, bottom = (ends // view.devicePixelRatioF()).astype(int).tolist()
    return QRect(QPoint(left, top), QPoint(right, bottom))


def zoomed(view: CanvasView, scale: float) -> None:
    view.navigation.zoom(scale / view.navigation.scale, view.viewport().rect().center())


@pytest.mark.parametrize("scale", [0.3, 1.0, 8.0])
def test_that_the_words_of_a_ghost_are_seen_whole_and_at_one_size_at_any_zoom(
    drawn: CanvasView, qtbot: QtBot, scale: float
) -> None:
    zoomed(drawn, scale)
    qtbot.waitUntil(lambda: drawn.is_exact, timeout=20_000)
    room, text = drawn.viewport().rect(), "Connect input · 1 to output · 1"
    size = bubble_size([text])
    for x, y in ((0.5, 0.5), (0.99, 0.5), (0.99, 0.01), (0.01, 0.99)):
        pointer = QPoint(round(x * room.width()), round(y * room.height()))
        drawn.drawing.ghost.show_ghost([], text, drawn.mapToScene(pointer))
        card = shown_by_ghost(drawn)
        # With its shadow.
        assert card.width() == pytest.approx(size.width() + 2 * SPREAD, abs=3)
        assert card.height() == pytest.approx(size.height() + 2 * SPREAD, abs=3)
        assert room.contains(card) and not card.contains(pointer)


def test_that_the_reason_why_a_link_is_forbidden_is_seen_whole_at_the_view_s_edge(
    drawn: CanvasView, qtbot: QtBot
) -> None:
    zoomed(drawn, 0.5)
    x, y = middle(drawn, "output")
    where = at(drawn, x, y)
    drawn.navigation.pan_pixels(drawn.viewport().width() - 12 - where.x(), 0)
    qtbot.waitUntil(lambda: drawn.is_exact, timeout=20_000)
    begin_drag(drawn, [middle(drawn, "hidden1"), (x, y)])
    assert drawn.drawing.ghost.forbidden
    assert drawn.viewport().rect().contains(shown_by_ghost(drawn))
    QTest.keyClick(drawn, Qt.Key.Key_Escape)


@pytest.mark.parametrize("scale", [0.3, 1.0, 6.0])
def test_that_a_press_that_trembles_on_the_screen_is_a_click_and_one_that_goes_is_none(
    drawn: CanvasView, scale: float
) -> None:
    zoomed(drawn, scale)
    view, start = drawn.viewport(), at(drawn, *middle(drawn, "hidden1"))
    for step, clicked in ((QPoint(2, 2), True), (QPoint(12, 12), False)):
        drawn.select(Selection())
        QTest.mousePress(view, LEFT, NO_KEYS, start)
        QTest.mouseMove(view, start + step / 2)
        QTest.mouseMove(view, start + step)
        assert drawn.drawing.ghost.isVisible() != clicked
        if not clicked:
            QTest.keyClick(drawn, Qt.Key.Key_Escape)
        QTest.mouseRelease(view, LEFT, NO_KEYS, start + step)
        assert (drawn.selection.layers == {"hidden1"}) == clicked
    assert shape(drawn) == "2-3-1" and not drawn.document.stack.canUndo()


def test_that_a_trembling_click_on_a_connection_of_a_small_picture_draws_nothing(
    drawn: CanvasView,
) -> None:
    zoomed(drawn, 0.3)
    start = at(drawn, *drawn.drawing.bundles["input", "hidden1"].bundle.point(0, 0, 0.5))
    QTest.mousePress(drawn.viewport(), LEFT, NO_KEYS, start)
    QTest.mouseMove(drawn.viewport(), start + QPoint(1, 2))
    QTest.mouseRelease(drawn.viewport(), LEFT, NO_KEYS, start + QPoint(1, 2))
    assert shape(drawn) == "2-3-1" and drawn.selection.connection is not None


@pytest.mark.parametrize("upward", [False, True])
def test_that_a_drag_along_the_network_draws_nothing_and_says_how(
    drawn: CanvasView, upward: bool
) -> None:
    if upward:
        drawn.turn()
    x, before = gap(drawn, "hidden1", "output"), drawn.document.project
    begin_drag(drawn, [(x, -200), (x + 60, -190)])
    ghost = drawn.drawing.ghost
    assert ghost.forbidden and ("left or right" if upward else "up or down") in ghost.text
    QTest.mouseRelease(drawn.viewport(), LEFT, NO_KEYS, at(drawn, x + 60, -190))
    assert drawn.document.project is before and not ghost.isVisible()


def test_that_neurons_of_one_layer_are_not_connected_and_why_is_shown(
    drawn: CanvasView, qtbot: QtBot
) -> None:
    way = [neuron(drawn, "hidden1", 0), neuron(drawn, "hidden1", 2)]
    begin_drag(drawn, way)
    ghost = drawn.drawing.ghost
    assert ghost.forbidden and "linked to itself" in ghost.text and "cycle" in ghost.text
    assert drawn.viewport().cursor().shape() == Qt.CursorShape.ForbiddenCursor
    with qtbot.waitSignal(drawn.message) as said:
        QTest.mouseRelease(drawn.viewport(), LEFT, NO_KEYS, at(drawn, *way[1]))
    assert said.args[0] == ghost.text
    assert not drawn.document.stack.canUndo() and drawn.selection == Selection()


def test_that_a_layer_s_link_that_comes_back_to_it_is_forbidden_but_not_before_it_left(
    drawn: CanvasView,
) -> None:
    start = edge(drawn, "hidden1")
    begin_drag(drawn, [start, (start[0], start[1] + 30)])
    assert not drawn.drawing.ghost.forbidden
    QTest.mouseRelease(drawn.viewport(), LEFT, NO_KEYS, at(drawn, start[0], start[1] + 30))
    assert drawn.selection.layers == {"hidden1"}
    begin_drag(drawn, [start, (start[0] + 60, start[1]), (start[0], start[1] + 30)])
    assert drawn.drawing.ghost.forbidden and "cycle" in drawn.drawing.ghost.text
    QTest.keyClick(drawn, Qt.Key.Key_Escape)


def test_that_the_ghost_of_a_layer_behind_all_is_linked_as_the_layer_will_be(
    qtbot: QtBot,
) -> None:
    """Hidden 1 has been moved beyond the output; what is drawn behind it follows the output."""
    project = Project.create(Topology.parse("2-3-1"))
    project = move_layers(project, {"input": (-200, 0), "hidden1": (200, 0), "output": (0, 0)})
    view = view_of(qtbot, project)
    begin_drag(view, [(300, -40), (300, 40)])
    ghost = view.drawing.ghost
    assert ghost.text == "3 neurons · the new output"
    tile = view.places["output"].tile
    assert {line[0].x() for line in ghost.lines} == {tile / 2}
    QTest.mouseRelease(view.viewport(), LEFT, NO_KEYS, at(view, 300, 40))
    assert shape(view) == "2-3-1-3"
    topology = view.document.project.topology
    assert [link.source for link in topology.links if link.target == "output"] == ["hidden2"]


def test_that_the_ghost_of_large_layers_shows_links_from_all_over_them(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("20-20-2")))
    x = gap(view, "input", "hidden1")
    begin_drag(view, [(x, -180), (x, 180)])
    lines, place = view.drawing.ghost.lines, view.places["input"]
    starts = sorted({start.y() for start, end in lines if end.x() < x + 1})
    assert starts[0] == place.slots[0] and starts[-1] == place.slots[-1]
    assert np.diff(starts).max() <= 3 * place.spacing
    assert len(lines) <= 200
    QTest.keyClick(view, Qt.Key.Key_Escape)


def test_that_of_layers_above_each_other_the_one_in_front_is_hit(drawn: CanvasView) -> None:
    places = {i: (p.x, p.y) for i, p in drawn.places.items()}
    drawn.editor.edit(
        "Move", lambda project: move_layers(project, {**places, "output": places["hidden1"]})
    )
    click(drawn, *neuron(drawn, "output", 0))
    assert drawn.selection.layers == {"output"}


@pytest.mark.parametrize("pixel", [1.0, 1.5, 2.0])
def test_that_the_eraser_is_a_sharp_ring_around_the_pointer_on_any_screen(
    drawn: CanvasView, pixel: float
) -> None:
    ring = cursor(Tool.ERASER, "", panning=False, pixel=pixel)
    picture = ring.pixmap()
    assert picture.devicePixelRatio() == pixel
    assert picture.deviceIndependentSize().width() == pytest.approx(19, abs=1)
    assert ring.hotSpot().x() == pytest.approx(9.5, abs=1)
    image = picture.toImage()
    middle = image.height() // 2
    inked = [k for k in range(image.width()) if image.pixelColor(k, middle).alpha() > 0]
    assert inked[-1] - inked[0] >= 15 * pixel, "in its own pixels as wide as elsewhere"


def test_that_a_turned_layer_is_stretched_with_the_cursor_for_sideways(drawn: CanvasView) -> None:
    drawn.turn()
    item = drawn.drawing.layers["hidden1"]
    handle = item.mapToScene(item.handle_rect.center())
    begin_drag(drawn, [(handle.x(), handle.y()), (handle.x(), handle.y() + 40)])
    assert drawn.viewport().cursor().shape() == Qt.CursorShape.SizeHorCursor
    QTest.keyClick(drawn, Qt.Key.Key_Escape)


def test_that_a_gesture_is_seen_at_the_far_end_of_a_layer_that_is_unfolded(
    qtbot: QtBot,
) -> None:
    project = Project.create(Topology.parse("2-2000-1"))
    view = view_of(qtbot, set_unfolded(project, ["hidden1"], True))
    zoomed(view, 1.0)
    x, y = neuron(view, "hidden1", 1999)
    assert y > 20_000
    view.navigation.look_at(QPointF(x, y))
    qtbot.waitUntil(lambda: view.is_exact, timeout=20_000)
    begin_drag(view, [(x, y), (x + 100, y)])
    assert view.viewport().rect().contains(shown_by_ghost(view))
    QTest.keyClick(view, Qt.Key.Key_Escape)
