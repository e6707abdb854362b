"""Keys of the window's own actions, each in all the ways people know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.actions import ACTIONS
from bpstudio.gui.main_window import MainWindow
from tests.gui.windows import closed, opened

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = opened(qtbot)
    yield window
    closed(window)


@pytest.mark.parametrize("key", [Qt.Key.Key_Q, Qt.Key.Key_W])
def test_that_control_q_and_control_w_leave_the_app(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key, CONTROL)
    assert not window.isVisible()


@pytest.mark.parametrize(
    ("key", "modifiers"), [(Qt.Key.Key_Z, CONTROL | SHIFT), (Qt.Key.Key_Y, CONTROL)]
)
def test_that_redo_has_both_of_its_keys(
    window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    before = window.document.project.topology
    window.clear_network()
    emptied = window.document.project.topology
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert window.document.project.topology == before
    QTest.keyClick(window, key, modifiers)
    assert window.document.project.topology == emptied


def test_that_no_two_actions_have_the_same_key(window: MainWindow) -> None:
    keys = [
        key.toString()
        for spec in ACTIONS
        for key in window.actions_by_name[spec.method].shortcuts()
    ]
    assert len(keys) == len(set(keys))


def test_that_the_canvas_zooms_and_is_tidied_by_keys(window: MainWindow) -> None:
    canvas = window.canvas
    before, middle = canvas.navigation.scale, canvas.navigation.seen.center()
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        scale = canvas.navigation.scale
        QTest.keyClick(window, key, CONTROL)
        assert canvas.navigation.scale == pytest.approx(1.25 * scale)
    away = canvas.navigation.seen.center() - middle
    assert abs(away.x()) < 3 and abs(away.y()) < 3
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_Minus, CONTROL)
    assert canvas.navigation.scale == pytest.approx(before)
    places = dict(canvas.places)
    canvas.editor.move(["hidden1"], {i: (p.x, p.y) for i, p in places.items()}, (30, 90))
    assert canvas.places != places
    QTest.keyClick(window, Qt.Key.Key_T, CONTROL | SHIFT)
    assert canvas.places == places
    assert window.document.stack.undoText() == "Tidy up"
