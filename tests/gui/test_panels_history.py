"""The history panel: what is in it, and where a click leads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.document import Document
from bpstudio.gui.panels.history import BEGINNING, HistoryPanel
from bpstudio.gui.theme import ThemeHolder
from bpstudio.model.editing import resize_layers
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology

Role = Qt.ItemDataRole


@pytest.fixture
def document() -> Document:
    document = Document(Project.create(Topology.parse("2-3-1")))
    for size in (4, 5, 6):
        document.edit(f"Resize to {size}", lambda p, size=size: resize_layers(p, {"hidden1": size}))
    return document


@pytest.fixture
def panel(document: Document, qtbot: QtBot) -> Iterator[HistoryPanel]:
    panel = HistoryPanel(document, ThemeHolder())
    qtbot.addWidget(panel)
    panel.resize(220, 300)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel


def texts(panel: HistoryPanel, role: Role = Role.DisplayRole) -> list[object]:
    return [panel.model.data(panel.model.index(k), role) for k in range(panel.model.rowCount())]


def test_that_every_step_is_there_by_name_and_the_current_one_is_chosen(
    panel: HistoryPanel, document: Document
) -> None:
    assert texts(panel) == [BEGINNING, "Resize to 4", "Resize to 5", "Resize to 6"]
    assert panel.list.currentIndex().row() == 3
    document.undo()
    assert panel.list.currentIndex().row() == 2
    assert texts(panel, Role.AccessibleTextRole)[2:] == [
        "Resize to 5, current", "Resize to 6, undone",
    ]  # fmt: skip


def test_that_a_click_goes_there_and_forward_again(panel: HistoryPanel, document: Document) -> None:
    before = document.project
    for row, shape in ((1, "2-4-1"), (0, "2-3-1"), (3, "2-6-1")):
        spot = panel.list.visualRect(panel.model.index(row)).center()
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert str(document.project.topology) == shape
    assert document.project is before


def test_that_the_keyboard_goes_there_too(panel: HistoryPanel, document: Document) -> None:
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Up)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert str(document.project.topology) == "2-5-1"


def test_that_another_edit_takes_the_place_of_what_was_undone(
    panel: HistoryPanel, document: Document
) -> None:
    document.go_to(1)
    document.edit("Smaller", lambda p: resize_layers(p, {"hidden1": 1}))
    assert texts(panel) == [BEGINNING, "Resize to 4", "Smaller"]
    assert panel.aside_label.text() == "2 steps"
