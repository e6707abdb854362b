"""The whole way by keyboard alone, in the window: no mouse, no method of a widget, only keys.

Keys go to whatever has the focus, as they do for people.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import starter
from bpstudio.gui.dialogs.cut_weak import CutWeakDialog
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.project import Project
from tests.gui.test_window import until_idle
from tests.gui.windows import closed, opened

Key = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


class Keyboard:
    """Someone who has only this."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    @property
    def project(self) -> Project:
        return self.window.document.project

    @property
    def shape(self) -> str:
        return str(self.project.topology)

    @property
    def heard(self) -> str:
        """What a screen reader says of the canvas."""
        return self.window.canvas.accessibleDescription()

    def press(self, *keys: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        for key in keys:
            QTest.keyClick(self.focus, key, held)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    def back(self) -> None:
        """As where there is a window manager: a dialog that goes leaves the window active."""
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.canvas.hasFocus)

    def undo(self) -> None:
        self.press(Key.Key_Z, held=CTRL)

    def to(self, begin: str) -> None:
        """Tab from layer to layer until one is heard that begins like this."""
        self.window.canvas.setFocus()
        for _ in range(12):
            if self.heard.startswith(begin):
                return
            self.press(Key.Key_Tab)
            if not self.window.canvas.hasFocus():
                self.window.canvas.setFocus()
                self.press(Key.Key_Escape, Key.Key_Escape, Key.Key_Escape)
        raise AssertionError(f"{begin!r} is not heard, but {self.heard!r}")

    def train(self) -> None:
        """Play, and pause after some epochs."""
        epoch = self.project.epoch
        self.press(Key.Key_Space)
        self.qtbot.waitUntil(lambda: self.window.document.shown.epoch > epoch + 20, timeout=60_000)
        self.press(Key.Key_Space)
        until_idle(self.qtbot, self.window)
        assert self.project.epoch > epoch


@pytest.fixture
def keyboard(qtbot: QtBot) -> Iterator[Keyboard]:
    window = opened(qtbot, starter("circles"))
    window.activateWindow()
    qtbot.waitUntil(window.canvas.hasFocus)
    yield Keyboard(window, qtbot)
    closed(window)


def emptied_and_drawn(keyboard: Keyboard) -> None:
    """From what the window begins with to an empty canvas, and from there to 2-4-1."""
    keyboard.press(Key.Key_A, held=CTRL)
    keyboard.press(Key.Key_Delete)
    assert keyboard.shape == ""
    assert keyboard.heard == "nothing selected"
    keyboard.press(Key.Key_N)
    keyboard.type("2")
    keyboard.press(Key.Key_N, Key.Key_Backtab, Key.Key_N)
    keyboard.type("4")
    assert keyboard.shape == "2-4-1"
    assert keyboard.heard.startswith("layer hidden 1, 4 neurons")
    assert keyboard.project.problem() is None


def test_that_a_network_is_drawn_trained_and_changed_in_every_way_by_keys_and_undone(
    keyboard: Keyboard,
) -> None:
    first = keyboard.project
    emptied_and_drawn(keyboard)
    untrained = keyboard.project.network.parameters
    keyboard.train()
    trained = keyboard.project
    assert trained.history.train_loss[-1] < trained.history.train_loss[0]
    assert not np.array_equal(trained.network.parameters, untrained)

    # One connection is pruned, stays 0 in training, and is brought back.
    keyboard.to("layer hidden 1")
    keyboard.press(Key.Key_Return, Key.Key_Down, Key.Key_Return)
    assert keyboard.heard.startswith("connection input 1 to hidden 1 2, weight")
    keyboard.press(Key.Key_X)
    keyboard.train()
    assert keyboard.heard.endswith("pruned")
    assert keyboard.project.network.weights["input", "hidden1"][1, 0] == 0
    keyboard.press(Key.Key_X, held=SHIFT)
    assert keyboard.heard.endswith("weight 0")
    assert keyboard.project.topology.link("input", "hidden1").mask is None

    # Larger and smaller; a neuron more changes no answer.
    answers = keyboard.project.network.predict(np.eye(2))
    keyboard.press(Key.Key_Escape, Key.Key_Escape)
    assert keyboard.heard.startswith("layer hidden 1, 4")
    keyboard.type("+")
    assert keyboard.shape == "2-5-1"
    keyboard.type("12")
    assert keyboard.shape == "2-12-1"
    assert keyboard.project.network.predict(np.eye(2)) == pytest.approx(answers, abs=1e-12)

    # A link over the layer, and away again as a whole.
    keyboard.press(Key.Key_Backtab, Key.Key_L, Key.Key_Right)
    keyboard.press(Key.Key_Return)
    assert keyboard.heard == "link input to output, 2 connections"
    assert keyboard.project.network.predict(np.eye(2)).shape == (2, 1)
    keyboard.press(Key.Key_Escape)
    assert keyboard.heard.startswith("layer output")
    keyboard.press(Key.Key_K)
    assert keyboard.heard == "link input to output, 2 connections"
    keyboard.press(Key.Key_Delete)
    assert not keyboard.project.topology.has_link("input", "output")

    # Another name, and a layer in front of the input and away.
    keyboard.to("layer hidden 1")
    keyboard.press(Key.Key_F2)
    keyboard.type("rings")
    keyboard.press(Key.Key_Return)
    assert keyboard.heard.startswith("layer rings, 12 neurons")
    keyboard.to("layer input")
    keyboard.press(Key.Key_N, held=SHIFT)
    assert keyboard.shape == "1-2-12-1"
    keyboard.press(Key.Key_Delete)
    assert keyboard.shape == "2-12-1"

    # It still learns, and every step comes back.
    keyboard.train()
    last = keyboard.project
    count = keyboard.window.document.stack.count()
    for _ in range(count):
        keyboard.undo()
    assert keyboard.project == first
    for _ in range(count):
        keyboard.press(Key.Key_Z, held=CTRL | SHIFT)
    assert keyboard.project == last


def test_that_a_bias_and_a_weight_are_set_and_a_link_is_locked_by_keys(
    keyboard: Keyboard,
) -> None:
    keyboard.to("layer hidden 1")
    keyboard.press(Key.Key_Return, Key.Key_F2)
    keyboard.type("0.25")
    keyboard.press(Key.Key_Return)
    assert keyboard.heard == "neuron 1 of hidden 1, bias 0.25"
    keyboard.press(Key.Key_Return, Key.Key_F2)
    keyboard.type("-1.5")
    keyboard.press(Key.Key_Return)
    assert keyboard.heard == "connection input 1 to hidden 1 1, weight -1.5"
    keyboard.press(Key.Key_K, Key.Key_F2)
    assert keyboard.focus.objectName() == "linkLockedBox"
    keyboard.press(Key.Key_Space)
    assert not keyboard.window.runner.running, "here Space is for the box"
    keyboard.press(Key.Key_Escape)
    assert keyboard.heard == "link input to hidden 1, 10 connections, locked"
    keyboard.train()
    weights = keyboard.project.network.weights["input", "hidden1"]
    assert weights[0, 0] == -1.5


def test_that_weak_connections_are_cut_by_keys(keyboard: Keyboard) -> None:
    before = keyboard.project.topology.connection_count
    keyboard.press(Key.Key_W, held=CTRL | SHIFT)
    dialog = keyboard.window.findChild(CutWeakDialog)
    assert dialog is not None
    keyboard.qtbot.waitUntil(lambda: dialog.isAncestorOf(QApplication.focusWidget()))
    keyboard.press(Key.Key_PageUp, Key.Key_Return)
    keyboard.back()
    assert keyboard.project.topology.connection_count < before
    keyboard.undo()
    assert keyboard.project.topology.connection_count == before


def test_that_layers_are_copied_pasted_moved_and_tidied_by_keys(keyboard: Keyboard) -> None:
    keyboard.to("layer hidden 1")
    keyboard.press(Key.Key_C, held=CTRL)
    keyboard.press(Key.Key_V, held=CTRL)
    assert keyboard.shape == "2-5-5-3-1"
    keyboard.press(Key.Key_D, held=CTRL)
    assert keyboard.shape == "2-5-5-5-3-1"
    keyboard.press(Key.Key_Down, Key.Key_Down)
    assert keyboard.project.layout
    keyboard.press(Key.Key_T, held=CTRL | SHIFT)
    assert not keyboard.project.layout
    keyboard.press(Key.Key_B, held=CTRL)
    assert keyboard.project.upward
    keyboard.press(Key.Key_X, held=CTRL)
    assert keyboard.shape == "2-5-5-3-1"


def test_that_space_presses_a_button_reached_by_tab_and_plays_after_a_click_on_one(
    keyboard: Keyboard,
) -> None:
    window = keyboard.window
    keyboard.to("layer hidden 1")
    keyboard.press(Key.Key_F2)
    for _ in range(9):
        if keyboard.focus.objectName() == "layerFrozenBox":
            break
        keyboard.press(Key.Key_Tab)
    keyboard.press(Key.Key_Space)
    assert keyboard.project.topology.layer("hidden1").frozen
    keyboard.press(Key.Key_Escape)
    assert keyboard.heard == "layer hidden 1, 5 neurons, tanh, frozen"
    box = window.findChild(QWidget, "layerFrozenBox")
    assert box is not None
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert not keyboard.project.topology.layer("hidden1").frozen
    keyboard.train()


def test_that_a_click_on_a_button_takes_what_is_typed_beside_it_first(keyboard: Keyboard) -> None:
    keyboard.to("layer hidden 1")
    keyboard.press(Key.Key_F2)
    keyboard.type("rings")
    box = keyboard.window.findChild(QWidget, "layerBiasBox")
    assert box is not None
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    layer = keyboard.project.topology.layer("hidden1")
    assert (layer.name, layer.bias) == ("rings", False)


def test_that_every_option_of_a_layer_is_reached_by_tab_changed_by_keys_and_left_by_escape(
    keyboard: Keyboard,
) -> None:
    keyboard.to("layer hidden 1")
    seen = []
    for steps in range(6):
        keyboard.press(Key.Key_F2)
        keyboard.press(*(Key.Key_Tab,) * steps)
        seen.append(keyboard.focus.objectName())
        if steps == 2:
            keyboard.press(Key.Key_Down)
        keyboard.press(Key.Key_Escape)
        assert keyboard.window.canvas.hasFocus()
    assert seen == [
        "layerNameEdit", "layerSizeEdit", "layerActivationBox", "layerInitialiserBox",
        "layerFrozenBox", "layerBiasBox",
    ]  # fmt: skip
    layer = keyboard.project.topology.layer("hidden1")
    assert layer.activation != starter("circles").topology.layer("hidden1").activation
    assert keyboard.heard.startswith("layer hidden 1, 5 neurons")
