"""From item to item by keys: whole links, whole layers, what is out of view, and what is shown of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.canvas.where import selection_rect
from bpstudio.gui.dialogs.help import CANVAS_KEYS
from bpstudio.model.editing import set_unfolded, set_upward
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import ALT, SHIFT, card_of, keys, middle, shape, view_of
from tests.gui.hands import click

Key = Qt.Key


@pytest.fixture
def skipping(qtbot: QtBot) -> Iterator[CanvasView]:
    """2-3-4-1 with a link from the input to the output as well."""
    topology = Topology.parse("2-3-4-1").with_link("input", "output")
    yield view_of(qtbot, Project.create(topology))


def links(view: CanvasView) -> set[tuple[str, str]]:
    return set(view.selection.links)


def test_that_k_goes_through_the_links_into_a_layer_and_on(skipping: CanvasView) -> None:
    keys(skipping, Key.Key_Backtab, Key.Key_K)
    assert links(skipping) == {("input", "output")}
    assert skipping.accessibleDescription() == "link input to output, 2 connections"
    keys(skipping, Key.Key_K)
    assert links(skipping) == {("hidden2", "output")}
    keys(skipping, Key.Key_K)
    assert links(skipping) == {("input", "hidden1")}
    keys(skipping, Key.Key_K, held=SHIFT)
    assert links(skipping) == {("hidden2", "output")}
    keys(skipping, Key.Key_Up)
    assert links(skipping) == {("input", "output")}
    keys(skipping, Key.Key_Down, held=SHIFT)
    assert links(skipping) == {("input", "output"), ("hidden2", "output")}
    keys(skipping, Key.Key_Escape)
    assert skipping.selection == Selection(frozenset({"output"}))


def test_that_from_the_input_k_goes_to_the_links_that_leave_it(skipping: CanvasView) -> None:
    keys(skipping, Key.Key_Tab, Key.Key_K)
    assert links(skipping) == {("input", "hidden1")}
    keys(skipping, Key.Key_Right)
    assert skipping.selection.layers == {"hidden1"}


def test_that_a_whole_link_is_removed_pruned_and_restored_by_keys(skipping: CanvasView) -> None:
    before = skipping.document.project
    keys(skipping, Key.Key_Backtab, Key.Key_K, Key.Key_X)
    mask = skipping.document.project.topology.link("input", "output").mask
    assert mask is not None and not mask.any()
    keys(skipping, Key.Key_X, held=SHIFT)
    assert skipping.document.project.topology == before.topology
    keys(skipping, Key.Key_Delete)
    assert not skipping.document.project.topology.has_link("input", "output")
    assert shape(skipping) == "2-3-4-1"


def test_that_from_a_connection_k_takes_its_link_and_enter_goes_back_in(
    trained: CanvasView,
) -> None:
    keys(trained, Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_Return, Key.Key_Down)
    connection = trained.selection.lone_connection
    keys(trained, Key.Key_Return, held=SHIFT)
    assert links(trained) == {("input", "hidden1")}
    assert trained.selection.connection == connection
    keys(trained, Key.Key_Return)
    assert trained.selection == Selection(connection=connection)
    keys(trained, Key.Key_K)
    assert trained.selection == Selection(links=frozenset({("input", "hidden1")}))


def test_that_shift_enter_on_a_neuron_selects_what_a_click_on_it_does(trained: CanvasView) -> None:
    click(trained, *middle(trained, "hidden1"))
    clicked = trained.selection
    keys(trained, Key.Key_Escape, Key.Key_Tab, Key.Key_Tab, Key.Key_Return)
    keys(trained, Key.Key_Down, Key.Key_Down)
    assert trained.selection == Selection.of_neurons(("hidden1", 2))
    keys(trained, Key.Key_Return, held=SHIFT)
    assert trained.selection == clicked == Selection(frozenset({"hidden1"}), neuron=("hidden1", 2))


def test_that_a_network_without_links_says_so(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("2-1").without_link("input", "output")))
    with qtbot.waitSignal(view.message) as said:
        keys(view, Key.Key_Tab, Key.Key_K)
    assert "press L" in said.args[0]
    assert view.selection.layers == {"input"}


def test_that_shift_n_draws_in_front_and_with_alt_keeps_the_link(drawn: CanvasView) -> None:
    keys(drawn, Key.Key_Tab)
    keys(drawn, Key.Key_N, held=SHIFT)
    assert shape(drawn) == "1-2-3-1"
    assert drawn.selection.layers == {"input"}
    keys(drawn, Key.Key_Backtab)
    drawn.select(Selection(frozenset({"output"})))
    keys(drawn, Key.Key_N, held=SHIFT | ALT)
    assert shape(drawn) == "1-2-3-1-1"
    topology = drawn.document.project.topology
    assert topology.has_link("hidden2", "output") and topology.has_link("hidden3", "output")


def test_that_what_a_key_selects_out_of_view_comes_into_view(skipping: CanvasView) -> None:
    skipping.navigation.zoom(8, skipping.viewport().rect().center())
    for key in (Key.Key_Tab, Key.Key_Return, Key.Key_Down, Key.Key_Right, Key.Key_Down):
        keys(skipping, key)
        rect = selection_rect(skipping.drawing, skipping.selection)
        assert skipping.navigation.seen.intersects(rect)
        if skipping.selection.neurons:
            assert skipping.navigation.seen.contains(rect)


def test_that_a_view_that_shows_what_a_key_selects_stays_where_it_is(skipping: CanvasView) -> None:
    seen = skipping.navigation.seen
    keys(skipping, Key.Key_Tab, Key.Key_Return, Key.Key_Return, Key.Key_K, Key.Key_Escape)
    assert skipping.navigation.seen == seen
    assert skipping.navigation.fitted


@pytest.mark.parametrize(
    ("selection", "name"),
    [
        (Selection(frozenset({"hidden1"})), "layerNameEdit"),
        (Selection(frozenset({"hidden1", "hidden2"})), "layerSizeEdit"),
        (Selection.of_neurons(("hidden1", 1)), "neuronBiasEdit"),
        (Selection.of_neurons(("input", 1)), "deleteNeuronButton"),
        (Selection(links=frozenset({("input", "hidden1")})), "linkLockedBox"),
        (Selection(connection=("input", 0, "hidden1", 1)), "weightEdit"),
    ],
)
def test_that_f2_leads_to_the_first_field_of_what_is_selected_and_escape_back(
    qtbot: QtBot, selection: Selection, name: str
) -> None:
    card = card_of(qtbot, Project.create(Topology.parse("2-3-4-1")))
    card.canvas.select(selection)
    card.canvas.setFocus()
    qtbot.waitUntil(card.canvas.hasFocus)
    keys(card.canvas, Key.Key_F2)
    reached = QApplication.focusWidget()
    assert reached is not None and reached.objectName() == name
    if isinstance(reached, QLineEdit):
        assert reached.selectedText() == reached.text()
    QTest.keyClick(reached, Key.Key_Escape)
    assert card.canvas.hasFocus()
    assert card.canvas.selection == selection
    assert not card.canvas.document.stack.canUndo()


@pytest.fixture
def wide(qtbot: QtBot) -> Iterator[CanvasView]:
    yield view_of(qtbot, Project.create(Topology.parse("784-30-10")))


def test_that_neurons_of_large_layers_are_reached_by_few_keys(wide: CanvasView) -> None:
    keys(wide, Key.Key_Tab, Key.Key_Return, Key.Key_End)
    assert wide.selection.neuron == ("input", 783)
    keys(wide, Key.Key_PageUp, Key.Key_PageUp)
    assert wide.selection.neuron == ("input", 763)
    keys(wide, Key.Key_Home, Key.Key_PageDown)
    assert wide.selection.neuron == ("input", 10)
    keys(wide, Key.Key_Right, Key.Key_Return, Key.Key_End)
    assert wide.selection.lone_connection == ("input", 783, "hidden1", 10)
    keys(wide, Key.Key_PageDown)
    assert wide.selection.lone_connection == ("input", 783, "hidden1", 10)
    keys(wide, Key.Key_Home)
    assert wide.selection.lone_connection == ("input", 0, "hidden1", 10)


def test_that_shift_end_adds_all_neurons_on_the_way(wide: CanvasView) -> None:
    keys(wide, Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_PageDown, Key.Key_PageDown)
    keys(wide, Key.Key_End, held=SHIFT)
    assert wide.selection.neurons == {("hidden1", k) for k in range(20, 30)}
    keys(wide, Key.Key_Delete)
    assert shape(wide) == "784-20-10"


def test_that_home_and_end_go_to_the_first_and_last_layer_and_link(skipping: CanvasView) -> None:
    keys(skipping, Key.Key_End)
    assert skipping.selection.layers == {"output"}
    keys(skipping, Key.Key_Home)
    assert skipping.selection.layers == {"input"}
    keys(skipping, Key.Key_K, Key.Key_End)
    assert links(skipping) == {("hidden2", "output")}


def test_that_page_keys_move_a_view_in_which_nothing_is_selected(skipping: CanvasView) -> None:
    keys(skipping, Key.Key_1)
    before = skipping.navigation.seen.center()
    keys(skipping, Key.Key_PageDown)
    assert skipping.navigation.seen.center().y() > before.y() + 100
    keys(skipping, Key.Key_PageUp)
    assert abs(skipping.navigation.seen.center().y() - before.y()) < 3


@pytest.mark.parametrize("upward", [False, True], ids=["left to right", "bottom to top"])
def test_that_a_link_by_keys_reaches_a_neuron_far_away_and_out_of_view(
    qtbot: QtBot, upward: bool
) -> None:
    view = view_of(qtbot, set_upward(Project.create(Topology.parse("2-3-784")), upward))
    view.document.edit("Unfold", lambda project: set_unfolded(project, ["output"], True))
    keys(view, Key.Key_1, Key.Key_Tab, Key.Key_Return, Key.Key_L)
    onward, last = (Key.Key_Up, Key.Key_Left) if upward else (Key.Key_Right, Key.Key_Up)
    keys(view, onward, Key.Key_End, last)
    place = view.places["output"]
    assert view.navigation.seen.contains(QPointF(place.x, place.y_of(782)))
    keys(view, Key.Key_Return)
    mask = view.document.project.topology.link("input", "output").mask
    assert mask is not None and mask.sum() == 1 and mask[782, 0]


def test_that_the_help_names_every_letter_that_the_canvas_takes(drawn: CanvasView) -> None:
    named = {word.strip(",;:") for keys, what in CANVAS_KEYS for word in f"{keys} {what}".split()}
    taken = set()
    for code in range(Key.Key_A, Key.Key_Z + 1):
        drawn.select(Selection(frozenset({"hidden1"})))
        press = QKeyEvent(
            QEvent.Type.KeyPress, code, Qt.KeyboardModifier.NoModifier, chr(code).lower()
        )
        QApplication.sendEvent(drawn, press)
        if press.isAccepted():
            taken.add(chr(code))
        QTest.keyRelease(drawn, Key(code))
        drawn.hand.put_down()
    assert {"K", "L", "N", "X"} <= taken
    assert taken <= named
