"""Every selectable thing has a name, says whether it is selected, and where the focus is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import starter
from bpstudio.gui.canvas import accessible
from bpstudio.gui.canvas.card import CanvasCard
from bpstudio.gui.canvas.describe import selection_name
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import SHIFT, card_of, keys, neuron, on_connection, view_of

Key = Qt.Key
NAME = QAccessible.Text.Name
pytestmark = pytest.mark.usefixtures("listening")


def under(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """Everything below an item, it included."""
    yield interface
    for k in range(interface.childCount()):
        child = interface.child(k)
        assert child is not None
        assert interface.indexOfChild(child) == k
        assert child.parent().text(NAME) == interface.text(NAME)
        yield from under(child)


def canvas_of(view: CanvasView) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(view)


def selected(view: CanvasView) -> list[str]:
    return [item.text(NAME) for item in under(canvas_of(view)) if item.state().selected]


def test_that_everything_that_can_be_selected_has_a_name_of_its_own_and_a_place(
    trained: CanvasView,
) -> None:
    items = list(under(canvas_of(trained)))
    topology = trained.document.project.topology
    layers, neurons, links = 3, 2 + 4 + 2, 2
    assert len(items) == 1 + layers + neurons + links + topology.connection_count
    names = [item.text(NAME) for item in items]
    assert all(names) and len(set(names)) == len(names)
    for item in items[1:]:
        assert item.isValid() and item.state().selectable and item.state().focusable
        rect = item.rect()
        assert rect.width() > 0 and rect.height() > 0
        assert not item.state().selected


def test_that_what_keys_select_is_selected_focused_and_told(
    trained: CanvasView, qtbot: QtBot
) -> None:
    trained.activateWindow()
    qtbot.waitUntil(trained.hasFocus)
    for pressed, begin in (
        (Key.Key_Tab, "layer input"),
        (Key.Key_Tab, "layer hidden 1"),
        (Key.Key_Return, "neuron 1 of hidden 1"),
        (Key.Key_Down, "neuron 2 of hidden 1"),
        (Key.Key_Return, "connection input 1 to hidden 1 2"),
        (Key.Key_Down, "connection input 2 to hidden 1 2"),
        (Key.Key_K, "link input to hidden 1"),
        (Key.Key_K, "link hidden 1 to output"),
        (Key.Key_Escape, "layer output"),
    ):
        keys(trained, pressed)
        (name,) = selected(trained)
        assert name.startswith(begin)
        assert trained.accessibleDescription() == name
        focused = canvas_of(trained).focusChild()
        assert focused is not None and focused.text(NAME) == name
        assert focused.state().focused
    keys(trained, Key.Key_Escape)
    assert selected(trained) == []
    assert trained.accessibleDescription() == "nothing selected"
    assert canvas_of(trained).focusChild() is None


def test_that_several_selected_things_all_say_so(trained: CanvasView) -> None:
    keys(trained, Key.Key_Tab, Key.Key_Tab, Key.Key_Return)
    keys(trained, Key.Key_Down, Key.Key_Down, held=SHIFT)
    assert [name[:20] for name in selected(trained)] == [
        f"neuron {k} of hidden 1" for k in (1, 2, 3)
    ]
    assert trained.accessibleDescription().startswith("3 neurons; neuron 3 of hidden 1, bias ")


def test_that_the_focus_is_told_for_neurons_and_connections_too(
    trained: CanvasView, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    class Listener:
        """Hears what Qt is told."""

        Event = QAccessible.Event
        isActive = QAccessible.isActive
        queryAccessibleInterface = QAccessible.queryAccessibleInterface

        @staticmethod
        def updateAccessibility(event: QAccessibleEvent) -> None:
            assert event.type() == QAccessible.Event.Focus
            told.append(event.accessibleInterface().text(NAME))
            QAccessible.updateAccessibility(event)

    monkeypatch.setattr(accessible, "QAccessible", Listener)
    keys(trained, Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_Return)
    assert [name.partition(",")[0] for name in told] == [
        "layer input",
        "layer hidden 1",
        "neuron 1 of hidden 1",
        "connection input 1 to hidden 1 1",
    ]


def test_that_the_item_at_a_place_on_the_screen_is_found(trained: CanvasView) -> None:
    canvas = canvas_of(trained)

    def at(spot: tuple[float, float]) -> QAccessibleInterface | None:
        where = trained.viewport().mapToGlobal(trained.mapFromScene(*spot))
        return canvas.childAt(where.x(), where.y())

    layer = at(neuron(trained, "hidden1", 2))
    assert layer is not None and layer.text(NAME).startswith("layer hidden 1")
    where = trained.viewport().mapToGlobal(trained.mapFromScene(*neuron(trained, "hidden1", 2)))
    found = layer.childAt(where.x(), where.y())
    assert found is not None and found.text(NAME).startswith("neuron 3 of hidden 1")
    link = at(on_connection(trained, "input", 0, "hidden1", 0))
    assert link is not None and link.text(NAME) == "link input to hidden 1, 8 connections"
    assert at((0.0, -300.0)) is None


def test_that_an_edit_leaves_no_connection_that_is_not_there(trained: CanvasView) -> None:
    connections = [
        item for item in under(canvas_of(trained)) if item.text(NAME).startswith("connection")
    ]
    keys(trained, Key.Key_Tab, Key.Key_Tab, Key.Key_Minus)
    valid = [item for item in connections if item.isValid()]
    assert len(valid) == trained.document.project.topology.connection_count
    gone = next(item for item in connections if not item.isValid())
    assert gone.text(NAME) == "" and gone.rect().isEmpty() and gone.state().invalid


def test_that_one_is_read_out_as_one(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("1-1")))
    names = [item.text(NAME) for item in under(canvas_of(view))]
    assert names[1] == "layer input, 1 neuron"
    assert "link input to output, 1 connection" in names
    assert not any("1 neurons" in name or "1 connections" in name for name in names)


def test_that_pruned_and_locked_are_read_out(trained: CanvasView) -> None:
    keys(trained, Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_Return, Key.Key_X, Key.Key_K)
    assert trained.accessibleDescription() == "link input to hidden 1, 7 of 8 connections"
    trained.editor.lock(trained.selection, True)
    assert trained.accessibleDescription() == "link input to hidden 1, 7 of 8 connections, locked"
    keys(trained, Key.Key_Return)
    assert trained.accessibleDescription() == "connection input 1 to hidden 1 1, pruned"
    keys(trained, Key.Key_Down)
    assert trained.accessibleDescription().endswith(", locked")


def test_that_neurons_are_read_out_with_the_columns_and_classes_they_stand_for() -> None:
    project = starter("iris")
    topology = project.topology
    first = selection_name(project, Selection.of_neurons((topology.input.id, 0)))
    assert first == f"neuron 1 of input, {project.dataset.preparation.input_names[0]}"  # type: ignore[union-attr]
    last = selection_name(project, Selection.of_neurons((topology.output.id, 2)))
    assert last.startswith("neuron 3 of output, virginica, bias ")


@pytest.fixture
def card(qtbot: QtBot) -> Iterator[CanvasCard]:
    card = card_of(qtbot, Project.create(Topology.parse("2-3-1")))
    card.canvas.setFocus()
    qtbot.waitUntil(card.canvas.hasFocus)
    yield card


def test_that_a_typed_bias_weight_and_name_are_read_out_at_once(card: CanvasCard) -> None:
    canvas = card.canvas
    for way, typed, words in (
        ((Key.Key_Tab, Key.Key_Tab, Key.Key_Return), "0.75", "neuron 1 of hidden 1, bias 0.75"),
        ((Key.Key_Return,), "-2", "connection input 1 to hidden 1 1, weight -2"),
        ((Key.Key_Escape, Key.Key_Escape), "edges", "layer edges, 3 neurons, sigmoid"),
    ):
        keys(canvas, *way, Key.Key_F2)
        field = QApplication.focusWidget()
        assert field is not None
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Key.Key_Return)
        assert canvas.hasFocus()
        assert canvas.accessibleDescription() == words
    canvas.document.undo()
    assert canvas.accessibleDescription().startswith("layer hidden 1")


def test_that_a_runs_weights_are_not_read_out_as_they_move(card: CanvasCard) -> None:
    canvas = card.canvas
    keys(canvas, Key.Key_Tab, Key.Key_Tab, Key.Key_Return)
    before = canvas.accessibleDescription()
    project = canvas.document.project
    moved = project.network.with_parameters(project.network.parameters + 0.5)
    canvas.document.show(replace(project, network=moved))
    assert canvas.accessibleDescription() == before
    canvas.document.edit("Train", lambda project: replace(project, network=moved))
    assert canvas.accessibleDescription() != before
