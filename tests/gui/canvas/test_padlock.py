"""What training keeps can be seen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import lock, one_connection, prune
from tests.gui.canvas.canvas_help import on_connection, view_of
from tests.gui.hands import at

ONE = "input", 0, "hidden1", 0


def lock_all(view: CanvasView, source: str, target: str) -> None:
    topology = view.document.project.topology
    every = np.ones((topology.layer(target).size, topology.layer(source).size), dtype=bool)
    view.document.edit("", lambda p: lock(p, {(source, target): every}))


def places(view: CanvasView) -> list[tuple[float, float]]:
    return [(p.x(), p.y()) for p in view.drawing.padlocks.places]


@pytest.mark.parametrize("turned", [False, True])
def test_that_a_locked_connection_has_a_padlock(
    trained: CanvasView, qtbot: QtBot, turned: bool
) -> None:
    if turned:
        trained.turn()
    trained.document.edit("", lambda p: lock(p, one_connection(p.topology, *ONE)))
    qtbot.waitUntil(lambda: trained.is_exact, timeout=20_000)
    now = trained.viewport().grab().toImage()
    middle = on_connection(trained, *ONE)
    assert places(trained) == [pytest.approx(middle)]
    # Its body is dark, below its middle on the screen.
    spot = at(trained, *middle)
    spot.setY(spot.y() + 3)
    assert now.pixelColor(spot) == trained.drawing.theme.color("text")
    trained.document.undo()
    qtbot.waitUntil(lambda: trained.is_exact, timeout=20_000)
    assert places(trained) == []
    assert trained.viewport().grab().toImage().pixelColor(spot) != now.pixelColor(spot)


def test_that_a_link_that_is_locked_as_a_whole_has_one_padlock(trained: CanvasView) -> None:
    trained.document.edit("", lambda p: prune(p, one_connection(p.topology, *ONE)))
    lock_all(trained, "input", "hidden1")
    assert len(places(trained)) == 1
    assert places(trained)[0][0] == pytest.approx(on_connection(trained, *ONE)[0])


def test_that_of_many_locked_connections_the_one_looked_at_has_its_padlock(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("9-9-1")))
    lock_all(view, "input", "hidden1")
    view.document.edit("", lambda p: lock(p, one_connection(p.topology, *ONE), False))
    assert places(view) == []
    other = "input", 4, "hidden1", 7
    view.select(Selection(connection=other))
    assert places(view) == [pytest.approx(on_connection(view, *other))]
    view.select(Selection(connection=ONE))
    assert places(view) == []
    pointed = on_connection(view, "input", 8, "hidden1", 8, 0.9)
    for step in (3, 0):
        spot = at(view, *pointed)
        spot.setX(spot.x() - step)
        QTest.mouseMove(view.viewport(), spot)
    found = view.drawing.connection_at(QPointF(*pointed), view.reach)
    assert found == ("input", 8, "hidden1", 8)
    assert places(view) == [pytest.approx(on_connection(view, *found))]
    view.show_project(Project.create(Topology.parse("2-1")))
    assert places(view) == []
