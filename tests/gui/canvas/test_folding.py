"""Large layers as strips, and every neuron of them when they are unfolded."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import bpstudio as bp
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.document import Document
from bpstudio.gui.theme import ThemeHolder
from bpstudio.model.editing import resize_layers, set_unfolded
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.training.changes import can_continue
from tests.gui.hands import click, double_click


@pytest.fixture
def wide(qtbot: QtBot) -> CanvasView:
    view = CanvasView(Document(Project.create(Topology.parse("2-60-1"))), ThemeHolder())
    qtbot.addWidget(view)
    view.document.shown_changed.connect(view.show_project)
    view.resize(900, 640)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_that_the_strips_button_unfolds_it_and_folds_it_again(wide: CanvasView) -> None:
    for folded in (False, True):
        item = wide.drawing.layers["hidden1"]
        button = item.mapToScene(item.fold_rect.center())
        click(wide, button.x(), button.y())
        assert wide.places["hidden1"].folded == folded
    assert [wide.document.stack.text(k) for k in range(2)] == ["Unfold hidden 1", "Fold hidden 1"]


def test_that_a_double_click_unfolds_a_strip(wide: CanvasView) -> None:
    place = wide.places["hidden1"]
    double_click(wide, place.x, place.y + 60)
    assert not wide.places["hidden1"].folded


def test_that_u_unfolds_the_selected_layer_and_undo_folds_it(wide: CanvasView) -> None:
    wide.select(Selection(frozenset({"hidden1"})))
    QTest.keyClick(wide, Qt.Key.Key_U)
    assert not wide.places["hidden1"].folded
    wide.document.undo()
    assert wide.places["hidden1"].folded


def test_that_a_small_layer_has_nothing_to_unfold(wide: CanvasView) -> None:
    assert wide.drawing.layers["input"].fold_rect.isEmpty()
    wide.select(Selection(frozenset({"input"})))
    QTest.keyClick(wide, Qt.Key.Key_U)
    assert not wide.document.stack.canUndo()


def test_that_a_click_on_a_strip_selects_the_neuron_at_its_place(wide: CanvasView) -> None:
    place = wide.places["hidden1"]
    click(wide, place.x, float(place.slots[41]))
    assert wide.selection.neuron == ("hidden1", 41)


def test_that_what_is_unfolded_is_saved_and_stays_with_its_layer(tmp_path: Path) -> None:
    project = set_unfolded(Project.create(Topology.parse("2-60-1")), ["hidden1"], True)
    bp.save(project, tmp_path / "wide.bps")
    assert bp.load(tmp_path / "wide.bps").unfolded == {"hidden1"}
    assert resize_layers(project, {"hidden1": 70}).unfolded == {"hidden1"}
    assert set_unfolded(project, ["hidden1"], False).unfolded == frozenset()


def test_that_a_run_goes_on_while_a_layer_is_unfolded() -> None:
    project = Project.create(Topology.parse("2-60-1"))
    assert can_continue(project, set_unfolded(project, ["hidden1"], True))
