"""What the pointer or the keyboard is at on the canvas, larger in the output panel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import starter
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.main_window import MainWindow
from tests.gui.canvas.canvas_help import neuron
from tests.gui.hands import at, click
from tests.gui.windows import closed, opened

Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = opened(qtbot, starter("circles"))
    window.canvas.setFocus()
    yield window
    closed(window)


def over(window: MainWindow, layer: str, k: int) -> None:
    spot = at(window.canvas, *neuron(window.canvas, layer, k))
    QTest.mouseMove(window.canvas.viewport(), spot - QPoint(2, 0))
    QTest.mouseMove(window.canvas.viewport(), spot)


def picture(window: MainWindow) -> tuple[str, object]:
    panel = window.output_panel
    return panel.aside_label.text(), panel.surface.grab().toImage()


def test_that_a_neuron_under_the_pointer_is_enlarged_until_the_pointer_leaves(
    window: MainWindow,
) -> None:
    output = picture(window)
    over(window, "hidden1", 1)
    first = picture(window)
    assert first[0] == "hidden 1 · 2"
    over(window, "hidden1", 2)
    second = picture(window)
    assert second[0] == "hidden 1 · 3"
    assert first[1] != second[1] != output[1]
    QApplication.sendEvent(window.canvas, QEvent(QEvent.Type.Leave))
    assert picture(window)[0] == output[0]


def test_that_a_neuron_selected_by_keys_is_enlarged_until_it_is_let_go_of(
    window: MainWindow,
) -> None:
    canvas, output = window.canvas, picture(window)[0]
    for key in (Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_Down):
        QTest.keyClick(canvas, key)
    assert canvas.selection == Selection.of_neurons(("hidden1", 1))
    assert picture(window)[0] == "hidden 1 · 2"
    QTest.keyClick(canvas, Key.Key_Down)
    assert picture(window)[0] == "hidden 1 · 3"
    QTest.keyClick(canvas, Key.Key_Escape)
    assert canvas.selection == Selection(frozenset({"hidden1"}))
    assert picture(window)[0] == output


def test_that_the_pointer_comes_before_the_selection_and_a_click_lends_nothing(
    window: MainWindow,
) -> None:
    canvas, output = window.canvas, picture(window)[0]
    canvas.select(Selection.of_neurons(("hidden1", 0)))
    over(window, "hidden2", 1)
    assert picture(window)[0] == "hidden 2 · 2"
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert picture(window)[0] == "hidden 1 · 1"
    click(canvas, *neuron(canvas, "hidden1", 2))
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.selection.layers == {"hidden1"}
    assert picture(window)[0] == output


def test_that_a_neuron_deleted_by_a_key_gives_the_output_its_place_back(
    window: MainWindow,
) -> None:
    output = picture(window)[0]
    window.canvas.select(Selection.of_neurons(("hidden1", 2)))
    QTest.keyClick(window.canvas, Key.Key_Delete)
    assert picture(window)[0] == output
