"""A gesture that is going on while something else happens: an edit, an undo, another theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.menu import CanvasMenu
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.theme import DARK, LIGHT, ThemeHolder
from bpstudio.model.editing import set_shape
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import one_connection, prune
from tests.gui.canvas.canvas_help import across, edge, gap, middle, shape, view_of
from tests.gui.hands import NO_KEYS, at, begin_drag

LEFT = Qt.MouseButton.LeftButton
Way = list[tuple[float, float]]

GESTURES = ["draw", "link", "stretch", "move", "band", "cut", "restore", "pan", "keys"]


@pytest.fixture
def grown(qtbot: QtBot, qapp: QApplication) -> Iterator[tuple[CanvasView, ThemeHolder]]:
    """2-1 that has become 2-6-5-1 with some of it pruned; undo takes away what a gesture holds."""
    themes = ThemeHolder()
    view = view_of(qtbot, Project.create(Topology.parse("2-1")), themes)
    view.editor.edit("Grow", pruned_after_growing)
    view.navigation.fit()
    yield view, themes
    if themes.theme is not LIGHT:
        themes.set(qapp, LIGHT)


def pruned_after_growing(project: Project) -> Project:
    grown = set_shape(project, "2-6-5-1")
    return prune(grown, one_connection(grown.topology, "hidden1", 2, "hidden2", 2))


def started(view: CanvasView, gesture: str) -> Way:
    """Begin the gesture in the midst of the network; the way its hand goes."""
    item = view.drawing.layers["hidden2"]
    handle, name = (
        item.mapToScene(item.handle_rect.center()),
        item.mapToScene(item.label_rect.center()),
    )
    ways: dict[str, Way] = {
        "draw": [(gap(view, "hidden1", "hidden2"), -260), (gap(view, "hidden1", "hidden2"), -160)],
        "link": [edge(view, "hidden1"), middle(view, "output")],
        "stretch": [(handle.x(), handle.y()), (handle.x(), handle.y() + 40)],
        "move": [(name.x(), name.y()), (name.x() + 30, name.y() + 50)],
        "band": [(view.places["input"].x - 40, -260), (view.places["hidden2"].x + 40, 260)],
        "cut": across(view, "hidden1", "hidden2"),
        "restore": across(view, "hidden1", "hidden2"),
        "pan": [(0, -200), (40, -180)],
    }
    if gesture == "keys":
        view.select(Selection(frozenset({"hidden1"})))
        QTest.keyClick(view, Qt.Key.Key_L)
        return []
    if gesture in ("cut", "restore"):
        view.set_tool(Tool.ERASER)
    if gesture == "band":
        view.set_tool(Tool.SELECT)
    way = ways[gesture]
    keys = Qt.KeyboardModifier
    begin_drag(
        view,
        way,
        keys.ShiftModifier if gesture == "restore" else keys.NoModifier,
        Qt.MouseButton.MiddleButton if gesture == "pan" else LEFT,
    )
    assert view.hand.busy
    return way


def finish(view: CanvasView, gesture: str, way: Way) -> None:
    """Go on with the gesture as if nothing had happened, and end it."""
    if gesture == "keys":
        QTest.keyClick(view, Qt.Key.Key_Right)
        QTest.keyClick(view, Qt.Key.Key_Return)
        return
    button = Qt.MouseButton.MiddleButton if gesture == "pan" else LEFT
    end = at(view, *way[-1])
    QTest.mouseMove(view.viewport(), end - (end - at(view, *way[0])) / 4)
    QTest.keyClick(view, Qt.Key.Key_Shift)
    QTest.mouseMove(view.viewport(), end)
    QTest.mouseRelease(view.viewport(), button, pos=end)


@pytest.mark.parametrize("gesture", GESTURES)
def test_that_an_undo_puts_the_gesture_down(
    grown: tuple[CanvasView, ThemeHolder], gesture: str
) -> None:
    view, _ = grown
    way = started(view, gesture)
    view.document.undo()
    assert shape(view) == "2-1"
    assert view.hand.busy == (gesture == "pan"), "the view can still be moved"
    assert not view.drawing.ghost.isVisible()
    before = view.document.project
    finish(view, gesture, way)
    assert view.document.project is before
    assert view.document.stack.canRedo()


EDITS: dict[str, Callable[[CanvasView], object]] = {
    "delete": lambda view: QTest.keyClick(view, Qt.Key.Key_Delete),
    "minus": lambda view: QTest.keyClicks(view, "-"),
    "digit": lambda view: QTest.keyClicks(view, "3"),
}


@pytest.mark.parametrize(
    ("gesture", "edit"),
    [("link", "minus"), ("stretch", "digit"), ("move", "delete"), ("cut", "delete")],
)
def test_that_an_edit_by_key_puts_the_gesture_down(
    grown: tuple[CanvasView, ThemeHolder], gesture: str, edit: str
) -> None:
    view, _ = grown
    view.select(Selection(frozenset({"hidden2"})))
    way = started(view, gesture)
    EDITS[edit](view)
    before = view.document.project
    assert shape(view) in ("2-6-1", "2-6-4-1", "2-6-3-1")
    finish(view, gesture, way)
    assert view.document.project is before


def test_that_a_menu_opened_by_key_puts_the_gesture_down(
    grown: tuple[CanvasView, ThemeHolder],
) -> None:
    view, _ = grown
    started(view, "draw")
    QTest.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = view.findChild(CanvasMenu)
    assert menu is not None and menu.isVisible()
    assert not view.hand.busy and not view.drawing.ghost.isVisible()
    menu.close()


@pytest.mark.parametrize("gesture", [name for name in GESTURES if name != "keys"])
def test_that_a_gesture_whose_release_went_elsewhere_is_put_down(
    grown: tuple[CanvasView, ThemeHolder], gesture: str
) -> None:
    view, _ = grown
    before = view.document.project
    start, end = started(view, gesture)
    spot = QPointF(at(view, *start))
    no_button = Qt.MouseButton.NoButton
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        spot,
        view.viewport().mapToGlobal(spot),
        no_button,
        no_button,
        NO_KEYS,
    )
    QApplication.sendEvent(view.viewport(), move)
    assert not view.hand.busy and not view.drawing.ghost.isVisible()
    QTest.mouseRelease(view.viewport(), LEFT, pos=at(view, *end))
    assert view.document.project is before


@pytest.mark.parametrize("gesture", GESTURES)
def test_that_a_gesture_goes_on_in_another_theme(
    grown: tuple[CanvasView, ThemeHolder], qapp: QApplication, gesture: str
) -> None:
    view, themes = grown
    view.turn()
    way = started(view, gesture)
    seen = view.drawing.ghost.isVisible(), view.drawing.ghost.text
    themes.set(qapp, DARK)
    assert view.drawing.theme is DARK
    assert view.hand.busy
    assert (view.drawing.ghost.isVisible(), view.drawing.ghost.text) == seen
    view.viewport().grab()
    before = view.document.project, view.selection, view.navigation.seen
    finish(view, gesture, way)
    after = view.document.project, view.selection, view.navigation.seen
    assert after != before
    assert not view.hand.busy and not view.drawing.ghost.isVisible()


def test_that_l_pressed_again_begins_anew_and_is_still_seen(drawn: CanvasView) -> None:
    drawn.select(Selection(frozenset({"input"})))
    ghost = drawn.drawing.ghost
    QTest.keyClicks(drawn, "l")
    QTest.keyClick(drawn, Qt.Key.Key_Right)
    there = ghost.text
    QTest.keyClicks(drawn, "l")
    assert ghost.isVisible() and ghost.text != there
    QTest.keyClick(drawn, Qt.Key.Key_Right)
    assert ghost.isVisible() and ghost.text == there
    QTest.keyClick(drawn, Qt.Key.Key_Return)
    assert drawn.document.project.topology.has_link("input", "output")


def test_that_arrows_choose_where_a_link_ends_and_move_no_layer(drawn: CanvasView) -> None:
    drawn.select(Selection(frozenset({"input"})))
    before, seen = drawn.document.project, drawn.navigation.seen
    QTest.keyClicks(drawn, "l")
    QTest.keyClick(drawn, Qt.Key.Key_Down)
    assert drawn.document.project is before and drawn.hand.busy
    QTest.keyClick(drawn, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert drawn.navigation.seen != seen and drawn.hand.busy
    QTest.keyClick(drawn, Qt.Key.Key_Escape)


def test_that_a_link_by_keys_begun_during_a_drag_takes_its_place(drawn: CanvasView) -> None:
    drawn.select(Selection(frozenset({"input"})))
    way = [(gap(drawn, "input", "hidden1"), -200.0), (gap(drawn, "input", "hidden1"), -100.0)]
    begin_drag(drawn, way)
    QTest.keyClicks(drawn, "l")
    QTest.mouseRelease(drawn.viewport(), LEFT, pos=at(drawn, *way[1]))
    assert shape(drawn) == "2-3-1"
    QTest.keyClick(drawn, Qt.Key.Key_Right)
    QTest.keyClick(drawn, Qt.Key.Key_Return)
    assert drawn.document.project.topology.has_link("input", "output")
    assert not drawn.drawing.ghost.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_X, Qt.Key.Key_Space])
def test_that_a_key_tapped_during_a_drag_is_no_command(drawn: CanvasView, key: Qt.Key) -> None:
    played: list[bool] = []
    drawn.play_requested.connect(lambda: played.append(True))
    drawn.select(Selection(links=frozenset({("input", "hidden1")})))
    before = drawn.document.project
    x = gap(drawn, "hidden1", "output")
    begin_drag(drawn, [(x, -200), (x, -100)])
    QTest.keyClick(drawn, key)
    assert drawn.document.project is before and not played
    QTest.mouseRelease(drawn.viewport(), LEFT, pos=at(drawn, x, -100))
    assert shape(drawn) == "2-3-4-1"


def test_that_a_drag_goes_on_while_the_weights_move(drawn: CanvasView) -> None:
    project = drawn.document.project
    x = gap(drawn, "hidden1", "output")
    begin_drag(drawn, [(x, -200), (x, -100)])
    moved = project.network.with_parameters(project.network.parameters + 1.0)
    drawn.document.show(replace(project, network=moved))
    assert drawn.hand.busy and drawn.drawing.ghost.isVisible()
    QTest.mouseRelease(drawn.viewport(), LEFT, pos=at(drawn, x, -100))
    assert shape(drawn) == "2-3-4-1"
