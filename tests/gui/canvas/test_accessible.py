"""What a screen reader finds on the canvas: every item, by name."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.editing import remove_layers
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import view_of

NAME = QAccessible.Text.Name
pytestmark = pytest.mark.usefixtures("listening")


def children(interface: QAccessibleInterface) -> list[QAccessibleInterface]:
    found = [interface.child(k) for k in range(interface.childCount())]
    assert all(found)
    return found


def test_that_every_layer_neuron_and_link_is_there_by_name(trained: CanvasView) -> None:
    canvas = QAccessible.queryAccessibleInterface(trained)
    assert canvas.text(NAME) == "Network canvas"
    names = [item.text(NAME) for item in children(canvas)]
    assert names == [
        "layer input, 2 neurons",
        "layer hidden 1, 4 neurons, tanh",
        "layer output, 2 neurons, sigmoid",
        "link input to hidden 1, 8 connections",
        "link hidden 1 to output, 8 connections",
    ]
    neurons = children(canvas.child(1))
    assert len(neurons) == 4
    assert all(item.text(NAME).startswith(f"neuron {k + 1} of") for k, item in enumerate(neurons))
    assert neurons[0].parent().text(NAME) == names[1]


def test_that_items_are_where_they_are_seen(trained: CanvasView) -> None:
    canvas = QAccessible.queryAccessibleInterface(trained)
    place = trained.places["hidden1"]
    spot = trained.viewport().mapToGlobal(trained.mapFromScene(place.x, place.y_of(2)))
    assert canvas.child(1).rect().contains(spot)
    assert children(canvas.child(1))[2].rect().contains(spot)
    assert not children(canvas.child(1))[0].rect().contains(spot)


def test_that_an_edit_leaves_no_item_that_is_not_there(trained: CanvasView) -> None:
    canvas = QAccessible.queryAccessibleInterface(trained)
    items = children(canvas)
    trained.select(Selection(frozenset({"hidden1"})))
    trained.editor.edit("Delete", lambda project: remove_layers(project, ["hidden1"]))
    assert [item.text(NAME) for item in children(canvas)] == [
        "layer input, 2 neurons",
        "layer output, 2 neurons, sigmoid",
        "link input to output, 4 connections",
    ]
    assert [item.isValid() for item in items] == [True, True, True, False, False]
    assert items[4].text(NAME) == "" and items[4].rect().isEmpty()


def test_that_views_come_and_go_while_someone_listens(qtbot: QtBot) -> None:
    for _ in range(20):
        view = view_of(qtbot, Project.create(Topology.parse("2-3-1")))
        canvas = QAccessible.queryAccessibleInterface(view)
        assert len(children(canvas.child(0))) == 2
        view.select(Selection(frozenset({"output"})))
        view.close()
