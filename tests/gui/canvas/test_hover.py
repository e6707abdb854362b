"""What the pointer is over shows itself: numbers, a halo, a button that stands out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.overlay import bubble_size
from bpstudio.gui.canvas.view import CanvasView
from tests.gui.canvas.canvas_help import neuron, on_connection
from tests.gui.hands import at


def over(view: CanvasView, x: float, y: float) -> None:
    spot = at(view, x, y)
    QTest.mouseMove(view.viewport(), spot - QPoint(3, 0))
    QTest.mouseMove(view.viewport(), spot)


def test_that_a_connection_under_the_pointer_has_a_halo_and_its_weight(trained: CanvasView) -> None:
    drawing = trained.drawing
    x, y = on_connection(trained, "input", 0, "hidden1", 0)
    over(trained, x, y)
    weight = trained.document.project.network.weights["input", "hidden1"][0, 0]
    assert drawing.card.lines == ["input · 1 → hidden 1 · 1", f"w = {weight:.4f}"]
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
