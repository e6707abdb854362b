"""The dialog that cuts weak connections, in the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from bpstudio.explain.pruning import magnitudes, threshold_for
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.dialogs.cut_weak import CutWeakDialog
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.editing import set_layer_options
from tests.gui.test_window import open_window
from tests.gui.windows import closed


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = open_window(qtbot)
    yield window
    closed(window)


@pytest.fixture
def dialog(window: MainWindow) -> Iterator[CutWeakDialog]:
    window.actions_by_name["cut_weak"].trigger()
    dialog = window.findChild(CutWeakDialog)
    assert dialog is not None and dialog.isVisible()
    yield dialog
    if window.findChild(CutWeakDialog) is not None:
        dialog.reject()
    QApplication.processEvents()


def test_that_the_slider_shows_what_would_go_and_what_it_costs_before_it_does(
    window: MainWindow, dialog: CutWeakDialog, qtbot: QtBot
) -> None:
    before = window.document.project
    plain = window.canvas.viewport().grab().toImage()
    QTest.keyClick(dialog.slider.slider, Qt.Key.Key_PageUp)
    QTest.keyClick(dialog.slider.slider, Qt.Key.Key_PageUp)
    share = dialog.slider.value
    assert share > 0.3
    assert dialog.threshold == threshold_for(magnitudes(before), share)
    assert f"{round(share * 28)} of 28" in dialog.threshold_label.text()
    qtbot.waitUntil(lambda: "→" in dialog.cost_label.text(), timeout=10_000)
    assert window.canvas.viewport().grab().toImage() != plain
    assert window.document.project is before


def test_that_a_size_typed_during_a_run_comes_before_the_dialog(window: MainWindow) -> None:
    window.toggle_run()
    window.canvas.select(Selection(frozenset({"hidden1"})))
    QTest.keyClick(window.canvas, Qt.Key.Key_7)
    window.actions_by_name["cut_weak"].trigger()
    dialog = window.findChild(CutWeakDialog)
    assert dialog is not None
    assert window.document.project.topology.layer("hidden1").size == 7
    QTest.keyClick(dialog.slider.slider, Qt.Key.Key_End)
    assert not window.canvas.editor.sizing.going_on
    dialog.reject()


def test_that_escape_leaves_no_trace(
    window: MainWindow, dialog: CutWeakDialog, qtbot: QtBot
) -> None:
    before = window.document.project
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.document.project is before
    assert not window.document.stack.canUndo()


def test_that_cut_prunes_them_in_one_undoable_step(
    window: MainWindow, dialog: CutWeakDialog
) -> None:
    before = window.document.project
    dialog.slider.slider.setValue(dialog.slider.slider.maximum() // 2)
    share = dialog.slider.value
    QTest.mouseClick(dialog.cut_button, Qt.MouseButton.LeftButton)
    after = window.document.project
    assert after.topology.connection_count == 28 - round(share * 28)
    assert window.document.stack.count() == 1
    window.undo()
    assert window.document.project == before


def test_that_locked_and_frozen_weights_stay_and_the_dialog_says_so(window: MainWindow) -> None:
    window.edit("Freeze", lambda p: set_layer_options(p, ["output"], frozen=True))
    window.actions_by_name["cut_weak"].trigger()
    dialog = window.findChild(CutWeakDialog)
    assert dialog is not None
    hint = dialog.findChild(QLabel, "weakHintLabel")
    assert hint is not None and "3 locked or frozen stay" in hint.text()
    dialog.slider.slider.setValue(dialog.slider.slider.maximum())
    QTest.mouseClick(dialog.cut_button, Qt.MouseButton.LeftButton)
    topology = window.document.project.topology
    assert topology.link("hidden2", "output").mask is None
    assert topology.connection_count == 28 - round(0.95 * 25)


def test_that_what_would_go_is_not_hidden_by_the_dialog(window: MainWindow) -> None:
    screen = window.screen().availableGeometry()
    window.resize(min(window.width(), screen.width()), min(700, screen.height()))
    window.actions_by_name["cut_weak"].trigger()
    dialog = window.findChild(CutWeakDialog)
    assert dialog is not None
    canvas = window.canvas
    area = QRect(canvas.mapToGlobal(canvas.rect().topLeft()), canvas.size())
    room = screen.bottom() - area.bottom() > dialog.sizeHint().height() + 60
    assert area.intersects(dialog.frameGeometry()) != room
    assert screen.contains(dialog.pos())
    dialog.reject()
    QApplication.processEvents()
