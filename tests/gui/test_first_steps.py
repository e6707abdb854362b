"""From the first start to a network that learns: how many actions it takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import sample, starter
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.main_window import MainWindow
from bpstudio.gui.panels.tile import SampleTile
from bpstudio.model.project import Project
from tests.gui.hands import drag
from tests.gui.test_window import open_window, until_idle
from tests.gui.windows import closed

LEFT = Qt.MouseButton.LeftButton


class Hand:
    """Counts what people do."""

    def __init__(self) -> None:
        self.actions = 0

    def click(self, widget: QWidget | None) -> None:
        assert widget is not None and widget.isVisible()
        self.actions += 1
        QTest.mouseClick(widget, LEFT)

    def stroke(self, window: MainWindow, x: float, length: float) -> None:
        self.actions += 1
        drag(window.canvas, (x, -length / 2), (x, length / 2))


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = open_window(qtbot, starter())
    yield window
    closed(window)


def learns(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 20, timeout=30_000)
    window.runner.pause()
    until_idle(qtbot, window)
    project = window.document.project
    assert project.history.train_loss[-1] < project.history.train_loss[0]
    assert project.dataset is not None and project.dataset.name == "xor"


def test_that_an_xor_net_is_learning_after_two_actions(window: MainWindow, qtbot: QtBot) -> None:
    hand = Hand()
    tiles = window.data_panel.findChildren(SampleTile)
    hand.click(next(tile for tile in tiles if tile.name == "xor"))
    hand.click(window.findChild(QWidget, "playButton"))
    learns(window, qtbot)
    assert hand.actions == 2


def test_that_an_xor_net_drawn_from_nothing_is_learning_after_four_actions(qtbot: QtBot) -> None:
    config = starter("xor").config
    window = open_window(qtbot, Project(dataset=sample("xor"), config=config))
    try:
        hand = Hand()
        hand.stroke(window, -150, 36)
        hand.stroke(window, 150, 6)
        places = window.canvas.places
        hand.stroke(window, (places["input"].x + places["output"].x) / 2, 108)
        assert str(window.document.project.topology) == "2-4-1"
        hand.click(window.findChild(QWidget, "playButton"))
        learns(window, qtbot)
        assert hand.actions == 4
    finally:
        closed(window)


def test_that_a_layer_drawn_while_paused_keeps_what_was_learned_and_the_run_goes_on(
    window: MainWindow, qtbot: QtBot
) -> None:
    play = window.findChild(QWidget, "playButton")
    assert play is not None
    QTest.mouseClick(play, LEFT)
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 5, timeout=30_000)
    QTest.mouseClick(play, LEFT)
    until_idle(qtbot, window)
    paused = window.document.project
    window.canvas.select(Selection(frozenset({"hidden1"})))
    QTest.keyClicks(window.canvas, "++")
    edited = window.document.project
    assert edited.topology.hidden[0].size == paused.topology.hidden[0].size + 2
    assert edited.epoch == paused.epoch
    assert len(edited.history) == len(paused.history)
    QTest.mouseClick(play, LEFT)
    qtbot.waitUntil(lambda: window.document.shown.epoch >= paused.epoch + 3, timeout=30_000)
    QTest.mouseClick(play, LEFT)
    until_idle(qtbot, window)
    # What it goes on from is what it had learned: the loss does not jump.
    history = window.document.project.history
    k = len(paused.history)
    assert history.train_loss[k] < 2 * history.train_loss[k - 1]


def test_that_the_keys_of_the_menus_work_on_the_canvas(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.waitUntil(window.canvas.hasFocus)
    ctrl = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    shapes = []
    for key in (Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_D, Qt.Key.Key_X, Qt.Key.Key_Z):
        QTest.keyClick(window.canvas, key, ctrl)
        shapes.append(str(window.document.project.topology))
    assert shapes == ["2-5-3-1", "2-5-5-3-1", "2-5-5-5-3-1", "2-5-5-3-1", "2-5-5-5-3-1"]
    QTest.keyClick(window.canvas, Qt.Key.Key_A, ctrl)
    assert len(window.canvas.selection.layers) == 6
    QTest.keyClick(window.canvas, Qt.Key.Key_B, ctrl)
    assert window.canvas.navigation.turned
    QTest.keyClick(window.canvas, Qt.Key.Key_P)
    assert window.canvas.drawing.shows_pruned
    QTest.keyClick(window.canvas, Qt.Key.Key_H, ctrl)
    assert window.history_panel.isVisible()
