"""The context menu: what it offers for what is under the pointer, and what its entries do."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.menu import CanvasMenu
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from tests.gui.canvas.canvas_help import edge, neuron, on_connection, shape
from tests.gui.hands import at


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


def choose(menu: CanvasMenu, text: str) -> None:
    entries(menu)[text].trigger()
    menu.close()
    QApplication.processEvents()


def test_that_a_layer_is_frozen_unbiased_and_given_another_activation(trained: CanvasView) -> None:
    menu = opened(trained, edge(trained, "hidden1"))
    assert trained.selection.layers == {"hidden1"}
    submenu = menu.findChild(QMenu, "activationMenu")
    assert submenu is not None
    names = [action.text() for action in submenu.actions()]
    assert "softmax" not in names and "tanh" in names
    next(action for action in submenu.actions() if action.text() == "ReLU").trigger()
    menu.close()
    choose(opened(trained, edge(trained, "hidden1")), "Frozen")
    choose(opened(trained, edge(trained, "hidden1")), "Biases")
    layer = trained.document.project.topology.layer("hidden1")
    assert (layer.activation, layer.frozen, layer.bias) == ("relu", True, False)


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
    choose(opened(trained, None), "Restore connection")
    assert trained.document.project.topology.link("input", "hidden1").mask is None


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
