"""How fast a run goes before people's eyes."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from bpstudio.gui import speed
from bpstudio.gui.main_window import MainWindow
from tests.gui.windows import closed, opened


def button(window: MainWindow) -> QToolButton:
    found = window.top_bar.speed.findChild(QToolButton, "speedButton")
    assert found is not None
    return found


def choose(window: MainWindow, text: str) -> None:
    """Take an entry of the menu by keyboard."""
    menu = button(window).menu()
    assert isinstance(menu, QMenu)
    menu.popup(window.pos())
    menu.setActiveAction(next(a for a in menu.actions() if a.text() == text))
    QTest.keyClick(menu, Qt.Key.Key_Return)


def test_that_at_first_a_run_can_be_watched(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "FIRST_PACE", 60)
    window = opened(qtbot)
    assert button(window).text() == "60 epochs/s"
    began = time.monotonic()
    window.toggle_run()
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 20, timeout=20_000)
    seen = time.monotonic() - began
    # However slow the machine is, the run is no faster than it says; a few epochs may be made good.
    assert window.document.shown.epoch <= 60 * seen + 5
    closed(window)


def test_that_a_speed_is_chosen_from_the_menu_holds_at_once_and_is_remembered(
    qtbot: QtBot,
) -> None:
    window = opened(qtbot)
    assert button(window).text() == "full"
    choose(window, "1 epoch a second")
    assert button(window).accessibleName() == "Speed: 1 epoch/s"
    window.toggle_run()
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 1, timeout=20_000)
    choose(window, "As fast as it can")
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 100, timeout=20_000)
    choose(window, "5 epochs a second")
    closed(window)
    again = opened(qtbot)
    assert button(again).text() == "5 epochs/s"
    closed(again)
