"""Layers on their way from one window to another, by the keys people press."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import starter
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.project import Progress, Project
from bpstudio.model.topology import Topology
from tests.gui.windows import closed, opened
from tests.strategies import parameters_for

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def trained() -> Project:
    """The starter's 2-5-3-1 as if it had been trained."""
    project = starter("circles")
    network = project.network.with_parameters(parameters_for(project.topology, 5))
    return replace(project, network=network, progress=Progress(9))


@pytest.fixture
def windows(qtbot: QtBot) -> Iterator[tuple[MainWindow, MainWindow]]:
    first = opened(qtbot, trained())
    second = opened(qtbot, Project.create(Topology.parse("3-1")))
    yield first, second
    closed(second)
    closed(first)


def keys(
    qtbot: QtBot,
    window: MainWindow,
    *pressed: Qt.Key,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Go to a window and press keys there."""
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.waitUntil(window.canvas.hasFocus)
    for key in pressed:
        QTest.keyClick(QApplication.focusWidget(), key, held)


def test_that_copied_layers_arrive_with_their_weights_in_the_other_window(
    windows: tuple[MainWindow, MainWindow], qtbot: QtBot
) -> None:
    first, second = windows
    before = first.document.project
    keys(qtbot, first, Key.Key_Tab, Key.Key_Tab)
    keys(qtbot, first, Key.Key_Right, held=SHIFT)
    assert first.canvas.selection.layers == {"hidden1", "hidden2"}
    keys(qtbot, first, Key.Key_C, held=CTRL)
    keys(qtbot, second, Key.Key_Tab)
    keys(qtbot, second, Key.Key_V, held=CTRL)
    topology = second.document.project.topology
    assert str(topology) == "3-5-3-1"
    assert second.canvas.selection.layers == {"hidden1", "hidden2"}
    network = second.document.project.network
    old = before.network
    assert np.array_equal(network.weights["hidden1", "hidden2"], old.weights["hidden1", "hidden2"])
    for layer in ("hidden1", "hidden2"):
        assert np.array_equal(network.biases[layer], old.biases[layer])
        assert topology.layer(layer).activation == before.topology.layer(layer).activation
    assert first.document.project is before
    keys(qtbot, second, Key.Key_Z, held=CTRL)
    assert str(second.document.project.topology) == "3-1"


def test_that_cut_layers_leave_the_one_window_and_enter_the_other(
    windows: tuple[MainWindow, MainWindow], qtbot: QtBot
) -> None:
    first, second = windows
    weights = first.document.project.network.biases["hidden2"]
    keys(qtbot, first, Key.Key_Tab, Key.Key_Tab, Key.Key_Tab)
    keys(qtbot, first, Key.Key_X, held=CTRL)
    assert str(first.document.project.topology) == "2-5-1"
    keys(qtbot, second, Key.Key_Tab)
    keys(qtbot, second, Key.Key_V, held=CTRL)
    assert str(second.document.project.topology) == "3-3-1"
    assert np.array_equal(second.document.project.network.biases["hidden1"], weights)


def test_that_a_shape_from_anywhere_is_pasted_as_a_network(
    windows: tuple[MainWindow, MainWindow], qtbot: QtBot
) -> None:
    _, second = windows
    keys(qtbot, second, Key.Key_A, held=CTRL)
    keys(qtbot, second, Key.Key_Delete)
    QApplication.clipboard().setText("4-8-3")
    keys(qtbot, second, Key.Key_V, held=CTRL)
    assert str(second.document.project.topology) == "4-8-3"
