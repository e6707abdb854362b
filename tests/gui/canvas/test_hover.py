"""What the pointer is over shows itself: numbers, a halo, a button that stands out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.explain.outputs import output_title
from bpstudio.files.samples import sample
from bpstudio.gui.canvas.overlay import bubble_size
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.widgets import exact_text
from bpstudio.model.editing import set_layer_options
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import lock, one_connection, set_bias, set_weight
from tests.gui.canvas.canvas_help import neuron, on_connection
from tests.gui.hands import at
from tests.gui.windows import closed, opened


def over(view: CanvasView, x: float, y: float) -> None:
    spot = at(view, x, y)
    QTest.mouseMove(view.viewport(), spot - QPoint(3, 0))
    QTest.mouseMove(view.viewport(), spot)


def test_that_a_connection_under_the_pointer_has_a_halo_and_its_weight(trained: CanvasView) -> None:
    drawing = trained.drawing
    x, y = on_connection(trained, "input", 0, "hidden1", 0)
    over(trained, x, y)
    weight = trained.document.project.network.weights["input", "hidden1"][0, 0]
    assert drawing.card.lines == ["input · 1 → hidden 1 · 1", f"w = {exact_text(weight)}"]
    path = drawing.halo.path()
    start, end = path.pointAtPercent(0), path.pointAtPercent(1)
    assert (start.y(), end.y()) == (
        neuron(trained, "input", 0)[1],
        neuron(trained, "hidden1", 0)[1],
    )
    over(trained, *neuron(trained, "hidden1", 1))
    assert drawing.halo.path().isEmpty()
    over(trained, x, y)
    QApplication.sendEvent(trained, QEvent(QEvent.Type.Leave))
    assert drawing.halo.path().isEmpty() and not drawing.card.isVisible()


def test_that_a_link_by_keys_hides_the_numbers_under_a_pointer_that_rests(
    trained: CanvasView,
) -> None:
    over(trained, *neuron(trained, "hidden1", 1))
    trained.select(Selection(frozenset({"input"})))
    assert trained.drawing.card.isVisible()
    QTest.keyClick(trained, Qt.Key.Key_L)
    over(trained, *neuron(trained, "hidden1", 0))
    assert not trained.drawing.card.isVisible()
    QTest.keyClick(trained, Qt.Key.Key_Escape)
    over(trained, *neuron(trained, "hidden1", 1))
    assert trained.drawing.card.isVisible()


@pytest.mark.parametrize(
    ("value", "text"), [(2e-5, "2e−05"), (-0.5625, "−0.5625"), (0.12345678, "0.123457")]
)
def test_that_the_numbers_of_the_card_are_exact(
    trained: CanvasView, value: float, text: str
) -> None:
    trained.document.edit("", lambda p: set_weight(p, "input", 0, "hidden1", 0, value))
    trained.document.edit("", lambda p: set_bias(p, "hidden1", 1, value))
    over(trained, *on_connection(trained, "input", 0, "hidden1", 0))
    assert trained.drawing.card.lines[1] == f"w = {text}"
    over(trained, *neuron(trained, "hidden1", 1))
    assert trained.drawing.card.lines[1] == f"bias = {text}"


def test_that_the_card_says_what_training_keeps(trained: CanvasView) -> None:
    one = "input", 0, "hidden1", 0
    at_one = on_connection(trained, *one)
    trained.document.edit("", lambda p: lock(p, one_connection(p.topology, *one)))
    over(trained, *at_one)
    assert "locked" in trained.drawing.card.lines[-1]
    over(trained, *on_connection(trained, "input", 1, "hidden1", 3))
    assert not any("lock" in line for line in trained.drawing.card.lines)
    trained.document.edit("", lambda p: set_layer_options(p, ["hidden1"], frozen=True, bias=False))
    assert "frozen" in trained.drawing.card.lines[-1]
    over(trained, *neuron(trained, "hidden1", 1))
    assert "no bias" in trained.drawing.card.lines and "frozen" in trained.drawing.card.lines[-1]


def test_that_the_numbers_under_a_pointer_that_rests_follow_the_weights(
    trained: CanvasView,
) -> None:
    over(trained, *on_connection(trained, "input", 0, "hidden1", 0))
    project = trained.document.project
    trained.document.show(project.with_parameters(project.network.parameters * 3))
    weight = 3 * project.network.weights["input", "hidden1"][0, 0]
    assert trained.drawing.card.lines[1] == f"w = {exact_text(weight)}"
    over(trained, *neuron(trained, "hidden1", 1))
    trained.document.show(project)
    assert trained.drawing.card.lines[1] == (
        f"bias = {exact_text(project.network.biases['hidden1'][1])}"
    )


def test_that_what_is_gone_has_no_card(trained: CanvasView) -> None:
    hovered = []
    trained.neuron_hovered.connect(hovered.append)
    over(trained, *neuron(trained, "hidden1", 3))
    assert hovered[-1] == ("hidden1", 3) and trained.drawing.card.isVisible()
    trained.select(Selection(frozenset({"hidden1"})))
    QTest.keyClick(trained, Qt.Key.Key_Delete)
    assert "hidden1" not in trained.places
    assert hovered[-1] is None and not trained.drawing.card.isVisible()
    trained.document.undo()
    # It is back, and the pointer has not moved.
    assert hovered[-1] == ("hidden1", 3) and trained.drawing.card.lines[0] == "hidden 1 · 4"
    trained.show_project(Project())
    assert hovered[-1] is None and not trained.drawing.card.isVisible()


def test_that_a_new_network_under_a_pressed_button_is_not_pointed_at(trained: CanvasView) -> None:
    hovered = []
    trained.neuron_hovered.connect(hovered.append)
    place = neuron(trained, "hidden1", 3)
    over(trained, *place)
    QTest.mousePress(trained.viewport(), Qt.MouseButton.LeftButton, pos=at(trained, *place))
    trained.show_project(Project.create(Topology.parse("2-1")))
    assert hovered[-1] is None and not trained.drawing.card.isVisible()


def test_that_the_output_panel_follows_what_the_pointer_is_over(qtbot: QtBot) -> None:
    window = opened(qtbot, Project.create(Topology.parse("2-4-3-5-1"), sample("circles")))
    panel, view = window.output_panel, window.canvas
    spot = at(view, *neuron(view, "hidden2", 1))
    over(view, *neuron(view, "hidden2", 1))
    assert panel.aside_label.text() == "hidden 2 · 2"
    output = output_title(sample("circles"))
    # What was hidden 2 becomes hidden 1, and lies elsewhere.
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Plus):
        view.select(Selection(frozenset({"hidden1"})))
        QTest.keyClick(view, key)
        item, part = view.drawing.part_at(view.mapToScene(spot))
        if item is None or part != "body":
            assert panel.aside_label.text() == output
        else:
            k = item.place.neuron_at(view.mapToScene(spot).y())
            assert panel.aside_label.text() == f"{item.title} · {k + 1}"
    closed(window)


def test_that_a_button_under_the_pointer_stands_out(qtbot: QtBot, trained: CanvasView) -> None:
    qtbot.waitUntil(lambda: trained.is_exact, timeout=20_000)
    item = trained.drawing.layers["hidden1"]
    plus = item.mapToScene(item.plus_rect.center())
    over(trained, plus.x() - 60, plus.y() + 10)
    before = trained.viewport().grab().toImage()
    over(trained, plus.x(), plus.y())
    assert item.part == "plus"
    spot = trained.mapFromScene(plus + QPointF(6, 6))
    now = trained.viewport().grab().toImage()
    assert now.pixelColor(spot) != before.pixelColor(spot)
    over(trained, *neuron(trained, "output", 0))
    assert item.part == ""


def test_that_the_card_is_seen_whole_wherever_the_pointer_is(trained: CanvasView) -> None:
    over(trained, *neuron(trained, "hidden1", 1))
    card, room = trained.drawing.card, QRectF(trained.viewport().rect())
    size = bubble_size(card.lines)
    for at_x in (room.left() + 2, room.center().x(), room.right() - 2):
        for at_y in (room.top() + 2, room.center().y(), room.bottom() - 2):
            corner = QPointF(at_x, at_y) + card.corner(QPointF(at_x, at_y), room)
            shown = QRectF(corner - QPointF(0, size.height()), size)
            assert room.contains(shown)
            assert not shown.contains(QPointF(at_x, at_y))
