"""Hands for the import screen: dropping, waiting for it, accepting it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from bpstudio.gui.importing.dialog import ImportDialog
from bpstudio.gui.main_window import MainWindow

PATIENCE = 20_000
LEFT = Qt.MouseButton.LeftButton


def hover(window: QWidget, data: QMimeData) -> QDragEnterEvent:
    """Something comes over the window."""
    action, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(300, 300), action, data, LEFT, keys)
    QApplication.sendEvent(window, entering)
    return entering


def drop_data(window: QWidget, data: QMimeData) -> None:
    """Something comes over the window and is let go."""
    assert hover(window, data).isAccepted()
    action, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), action, data, LEFT, keys))


def drop(window: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    drop_data(window, data)


def screen_of(qtbot: QtBot, window: MainWindow) -> ImportDialog:
    """The import screen, once it has tried out what it proposes or said why not."""
    dialog = window.importing.dialog
    assert dialog is not None
    ready(qtbot, dialog)
    return dialog


def ready(qtbot: QtBot, dialog: ImportDialog) -> None:
    qtbot.waitUntil(lambda: dialog.trial is not None or dialog.failed, timeout=PATIENCE)


def press_enter(dialog: ImportDialog) -> None:
    focus = dialog.focusWidget() or dialog
    QTest.keyClick(focus, Qt.Key.Key_Return)
