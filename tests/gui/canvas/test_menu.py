"""The context menu: what it offers for what is under the pointer, and what its entries do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.card import CanvasCard
from bpstudio.gui.canvas.menu import CanvasMenu
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import card_of, edge, neuron, on_connection, shape
from tests.gui.hands import LEFT, at


def opened(view: CanvasView, spot: tuple[float, float] | None) -> CanvasMenu:
    """The menu at a scene position, or by the keyboard."""
    if spot is None:
        reason, pos = QContextMenuEvent.Reason.Keyboard, view.viewport().rect().center()
    else:
        reason, pos = QContextMenuEvent.Reason.Mouse, at(view, *spot)
    event = QContextMenuEvent(reason, pos, view.viewport().mapToGlobal(pos))
    QApplication.sendEvent(view.viewport() if spot is not None else view, event)
    # The one before may still be about to go.
    (menu,) = (menu for menu in view.findChildren(CanvasMenu) if menu.isVisible())
    return menu


def entries(menu: CanvasMenu) -> dict[str, QAction]:
    return {action.text().partition("\t")[0]: action for action in menu.actions() if action.text()}


def press(menu: QMenu, text: str) -> None:
    """Click the entry of a menu that is open."""
    action = next(a for a in menu.actions() if a.text().partition("\t")[0] == text)
    spot = menu.actionGeometry(action).center()
    # A menu that opens under the pointer waits until the pointer has moved.
    for step in range(8):
        QTest.mouseMove(menu, spot - QPoint(5 * (7 - step), 0))
    QTest.mouseClick(menu, LEFT, pos=spot)


def choose(menu: CanvasMenu, text: str, inner: str = "") -> None:
    """Click an entry, and one of the submenu that it opens."""
    press(menu, text)
    if inner:
        submenu = next(m for m in menu.findChildren(QMenu) if m.title() == text)
        assert submenu.isVisible()
        press(submenu, inner)
    assert not menu.isVisible()
    QApplication.processEvents()


def choose_by_keys(view: CanvasView, *way: str) -> None:
    """Open the menu, go down to an entry, into its submenu, and so on, all by keys."""
    QTest.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    (menu,) = (menu for menu in view.findChildren(CanvasMenu) if menu.isVisible())
    here: QMenu = menu
    for k, text in enumerate(way):
        for _ in here.actions():
            active = here.activeAction()
            if active is not None and active.text().partition("\t")[0] == text:
                break
            QTest.keyClick(here, Qt.Key.Key_Down)
        active = here.activeAction()
        assert active is not None and active.text().partition("\t")[0] == text
        last = k == len(way) - 1
        QTest.keyClick(here, Qt.Key.Key_Return if last else Qt.Key.Key_Right)
        if not last:
            here = next(m for m in menu.findChildren(QMenu) if m.title() == text)
    QApplication.processEvents()


def test_that_a_layer_is_frozen_unbiased_and_given_another_activation(trained: CanvasView) -> None:
    menu = opened(trained, edge(trained, "hidden1"))
    assert trained.selection.layers == {"hidden1"}
    submenu = menu.findChild(QMenu, "activationMenu")
    assert submenu is not None
    names = [action.text() for action in submenu.actions()]
    assert "softmax" not in names and "tanh" in names
    choose(menu, "Activation", "ReLU")
    choose(opened(trained, edge(trained, "hidden1")), "Frozen")
    choose(opened(trained, edge(trained, "hidden1")), "Biases")
    layer = trained.document.project.topology.layer("hidden1")
    assert (layer.activation, layer.frozen, layer.bias) == ("relu", True, False)


def test_that_a_layer_is_given_another_initialiser(trained: CanvasView) -> None:
    choose(opened(trained, edge(trained, "hidden1")), "Initialiser", "zeros")
    assert trained.document.project.topology.layer("hidden1").initialiser == "zeros"
    assert trained.document.stack.undoText() == "Initialiser zeros"
    submenu = opened(trained, edge(trained, "hidden1")).findChild(QMenu, "initialiserMenu")
    assert submenu is not None
    assert [action.text() for action in submenu.actions() if action.isChecked()] == ["zeros"]


def test_that_the_input_is_offered_no_options_it_has_not(trained: CanvasView) -> None:
    menu = opened(trained, edge(trained, "input"))
    assert entries(menu).keys() & {"Activation", "Initialiser", "Frozen", "Biases"} == set()
    assert {"Rename", "Size…", "New layer in front", "Link to…"} <= entries(menu).keys()


def test_that_the_menu_says_the_keys_of_what_it_offers(trained: CanvasView) -> None:
    def keys_of(selection: Selection) -> dict[str, str]:
        trained.select(selection)
        menu = opened(trained, None)
        found = dict(a.text().split("\t") for a in menu.actions() if "\t" in a.text())
        menu.close()
        QApplication.processEvents()
        return found

    of_layer = keys_of(Selection(frozenset({"hidden1"})))
    assert of_layer["New layer in front"] == "Shift+N"
    assert of_layer["Select its links"] == "K"
    of_neuron = keys_of(Selection.of_neurons(("hidden1", 1)))
    assert of_neuron["Select the whole layer"] == "Shift+Enter"
    assert of_neuron["Set the bias…"] == "F2"
    of_connection = keys_of(Selection(connection=("input", 0, "hidden1", 0)))
    assert of_connection["Select the whole link"] == "K"
    assert of_connection["Set the weight…"] == "F2"


def test_that_the_neuron_under_the_pointer_is_deleted_alone(trained: CanvasView) -> None:
    old = trained.document.project.network.biases["hidden1"]
    choose(opened(trained, neuron(trained, "hidden1", 1)), "Delete neuron")
    assert shape(trained) == "2-3-2"
    assert np.array_equal(trained.document.project.network.biases["hidden1"], old[[0, 2, 3]])


def test_that_a_connection_is_cut_locked_and_restored_by_the_menu(trained: CanvasView) -> None:
    spot = on_connection(trained, "input", 0, "hidden1", 0)
    choose(opened(trained, spot), "Select this connection alone")
    assert trained.selection.lone_connection == ("input", 0, "hidden1", 0)
    choose(opened(trained, None), "Lock connection")
    link = trained.document.project.topology.link("input", "hidden1")
    assert link.locked is not None and link.locked.sum() == 1
    choose(opened(trained, None), "Cut connection")
    mask = trained.document.project.topology.link("input", "hidden1").mask
    assert mask is not None and not mask[0, 0]
    menu = opened(trained, None)
    assert "Set the weight…" not in entries(menu)
    choose(menu, "Restore connection")
    assert trained.document.project.topology.link("input", "hidden1").mask is None


def test_that_the_menu_works_by_keys_alone(trained: CanvasView) -> None:
    QTest.keyClick(trained, Qt.Key.Key_Tab)
    QTest.keyClick(trained, Qt.Key.Key_Tab)
    choose_by_keys(trained, "Activation", "ReLU")
    choose_by_keys(trained, "Initialiser", "zeros")
    choose_by_keys(trained, "Frozen")
    layer = trained.document.project.topology.layer("hidden1")
    assert (layer.activation, layer.initialiser, layer.frozen) == ("relu", "zeros", True)
    choose_by_keys(trained, "New layer in front")
    assert shape(trained) == "2-1-4-2"
    QTest.keyClick(trained, Qt.Key.Key_K)
    choose_by_keys(trained, "Lock all connections")
    locked = trained.document.project.topology.link("input", "hidden1").locked
    assert locked is not None and locked.all()


def test_that_link_to_of_the_menu_lets_the_arrows_choose_where(trained: CanvasView) -> None:
    if QGuiApplication.platformName() == "offscreen":
        pytest.skip("Without a screen, a menu that closes leaves no window active.")
    QTest.keyClick(trained, Qt.Key.Key_Tab)
    choose_by_keys(trained, "Link to…")
    assert trained.hand.busy
    QTest.keyClick(trained, Qt.Key.Key_Right)
    QTest.keyClick(trained, Qt.Key.Key_Return)
    assert trained.document.project.topology.has_link("input", "output")


@pytest.fixture
def card(qtbot: QtBot) -> Iterator[CanvasCard]:
    yield card_of(qtbot, Project.create(Topology.parse("2-3-1")))


@pytest.mark.parametrize(
    ("spot", "entry", "field", "typed", "expected"),
    [
        ("layer", "Size…", "layerSizeEdit", "5", "Resize to 5"),
        ("neuron", "Set the bias…", "neuronBiasEdit", "0.5", "Bias 0.5"),
        ("connection", "Set the weight…", "weightEdit", "-1.5", "Weight -1.5"),
        ("layer", "Rename", "layerNameEdit", "edges", "Rename to edges"),
    ],
)
def test_that_values_are_set_from_the_menu(
    card: CanvasCard, qtbot: QtBot, spot: str, entry: str, field: str, typed: str, expected: str
) -> None:
    canvas = card.canvas
    at_scene = {
        "layer": edge(canvas, "hidden1"),
        "neuron": neuron(canvas, "hidden1", 1),
        "connection": on_connection(canvas, "input", 0, "hidden1", 0),
    }[spot]
    choose(opened(canvas, at_scene), entry)
    qtbot.waitUntil(lambda: getattr(QApplication.focusWidget(), "objectName", str)() == field)
    edit = QApplication.focusWidget()
    assert edit is not None
    QTest.keyClicks(edit, typed)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert card.canvas.document.stack.undoText() == expected
    assert canvas.hasFocus()


def test_that_the_menu_of_the_empty_canvas_offers_what_concerns_all_and_escape_leaves_it(
    trained: CanvasView, qtbot: QtBot
) -> None:
    trained.select(Selection(frozenset({"hidden1"})))
    menu = opened(trained, (0.0, -320.0))
    assert trained.selection == Selection()
    assert {"Paste", "Select all", "Tidy up", "Show the whole network"} <= entries(menu).keys()
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: trained.findChild(CanvasMenu) is None)
    assert shape(trained) == "2-4-2"


def test_that_shift_f10_opens_one_menu(trained: CanvasView) -> None:
    trained.select(Selection(frozenset({"hidden1"})))
    for _ in range(2):
        QTest.keyClick(trained, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    (menu,) = trained.findChildren(CanvasMenu)
    assert "Duplicate" in entries(menu)
    menu.close()
