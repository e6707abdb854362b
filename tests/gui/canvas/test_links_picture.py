"""The picture of all connections: moved while the view moves, exact when it rests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.explain.keys import Place
from bpstudio.gui.canvas import links_picture, raster
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.tools import Tool
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.document import Document
from bpstudio.gui.theme import DARK, ThemeHolder
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.model.wiring import prune
from tests.gui.canvas.canvas_help import across
from tests.gui.hands import begin_drag

LEGEND = 30


@pytest.fixture(params=["off the thread", "at once"])
def make(
    qtbot: QtBot, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], CanvasView]:
    raster.load_kernel()
    quick = raster.kernel_ready() and request.param == "at once"
    monkeypatch.setattr(links_picture, "INSTANT", 1e12 if quick else -1.0)

    def view_of(text: str) -> CanvasView:
        view = CanvasView(Document(Project.create(Topology.parse(text))), ThemeHolder())
        qtbot.addWidget(view)
        view.document.shown_changed.connect(view.show_project)
        view.resize(600, 420)
        view.show()
        qtbot.waitExposed(view)
        until_exact(qtbot, view)
        return view

    return view_of


def until_exact(qtbot: QtBot, view: CanvasView) -> None:
    view.viewport().grab()
    qtbot.waitUntil(lambda: view.is_exact, timeout=20_000)


def pixels(view: CanvasView) -> np.ndarray:
    """What is seen of the connections alone, (rows, columns, 4)."""
    for item in view.drawing.layers.values():
        item.setVisible(False)
    view.minimap.setVisible(False)
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    for item in view.drawing.layers.values():
        item.setVisible(True)
    return colors(image)


def colors(image: QImage) -> np.ndarray:
    """Without the rows in which the legend is."""
    data = np.frombuffer(image.constBits(), np.uint8)
    return data.reshape(image.height(), image.width(), 4)[LEGEND:, :, :3].astype(int)


def drawn_anew(view: CanvasView) -> np.ndarray:
    """The connections as a picture made for this view alone has them."""
    image = QImage(view.viewport().size(), QImage.Format.Format_RGB32)
    image.fill(view.drawing.theme.color("surface"))
    painter = QPainter(image)
    painter.setWorldTransform(view.viewportTransform())
    view.drawing.picture.paint(painter, None, None)  # type: ignore[arg-type]
    painter.end()
    return colors(image)


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """The same but for the rounding of places: two of 255 shades."""
    return one.shape == other.shape and int(np.abs(one - other).max()) <= 2


def test_that_the_picture_at_rest_is_exact(make: Callable[[str], CanvasView], qtbot: QtBot) -> None:
    view = make("30-40-3")
    assert alike(pixels(view), drawn_anew(view))
    for move in (lambda: view.navigation.pan_by(QPointF(33, -17)),
                 lambda: view.navigation.zoom(1.7, QPoint(200, 100)),
                 lambda: view.navigation.pan_by(QPointF(-90, 40)),
                 lambda: view.navigation.pan_by(QPointF(200, 100))):  # fmt: skip
        move()
        until_exact(qtbot, view)
        assert alike(pixels(view), drawn_anew(view))
    view.turn()
    until_exact(qtbot, view)
    assert alike(pixels(view), drawn_anew(view))


def test_that_connections_stay_in_view_while_it_moves(make: Callable[[str], CanvasView]) -> None:
    view = make("30-40-3")
    before = pixels(view)
    view.navigation.zoom(1.05, QPoint(300, 210))
    moved = pixels(view)
    ground = np.array([255, 255, 255])
    assert np.any(moved != before)
    # As much ink as before, more or less: nothing blinks.
    ink = [np.abs(p - ground).sum() for p in (before, moved)]
    assert ink[1] == pytest.approx(ink[0] * 1.05**2, rel=0.15)


def test_that_new_weights_are_seen_and_told(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    before = pixels(view)
    project = view.document.project
    other = project.with_parameters(-project.network.parameters)
    with qtbot.waitSignal(view.exact_shown, timeout=20_000):
        view.show_project(other)
        view.viewport().grab()
    until_exact(qtbot, view)
    after = pixels(view)
    assert np.any(after != before)
    assert np.array_equal(after, drawn_anew(view))


def test_that_of_many_orders_the_last_one_is_seen(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    project = view.document.project
    for k in range(20):
        view.show_project(project.with_parameters(project.network.parameters * (1 - k / 10)))
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), drawn_anew(view))


def test_that_a_selected_neuron_lights_its_connections_and_dims_the_rest(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    before = pixels(view)
    view.select(Selection(frozenset({"hidden1"}), neuron=("hidden1", 7)))
    until_exact(qtbot, view)
    place = view.places["hidden1"]
    beside = view.mapFromScene(QPointF(place.x - place.tile / 2 - 8, float(place.slots[7])))
    far = view.mapFromScene(QPointF(place.x - 60, float(place.slots[30])))
    lit = 255 * 3 - pixels(view).sum(axis=2)
    was = 255 * 3 - before.sum(axis=2)
    around = np.s_[far.y() - LEGEND - 20 : far.y() - LEGEND + 20, far.x() - 10 : far.x() + 10]
    assert lit[around].mean() < 0.6 * was[around].mean()
    here = np.s_[beside.y() - LEGEND - 2 : beside.y() - LEGEND + 3, beside.x()]
    assert lit[here].max() > 0.5 * was[here].max()
    view.select(Selection())
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), before)


def test_that_the_picture_follows_the_theme(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    view.drawing.set_theme(DARK)
    view.setBackgroundBrush(DARK.color("surface"))
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), drawn_anew(view))


def test_that_another_network_is_not_shown_with_the_old_ones_connections(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    view.show_project(Project.create(Topology.parse("5-25-25-2")))
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), drawn_anew(view))


def test_that_what_comes_into_view_has_connections_before_its_exact_picture(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    qtbot.waitUntil(lambda: view.drawing.picture.overview is not None, timeout=20_000)
    view.navigation.zoom(6.0, QPoint(300, 210))
    until_exact(qtbot, view)
    view.navigation.zoom(1 / 6, QPoint(300, 210))
    edge = pixels(view)[:, 100:140]
    assert np.any(edge != 255)


def test_that_a_networks_connections_are_in_its_overview(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    qtbot.waitUntil(lambda: view.drawing.picture.overview is not None, timeout=20_000)
    overview = view.drawing.picture.overview
    assert overview is not None
    assert overview.scene_rect.contains(view.drawing.picture.box.adjusted(1, 1, -1, -1))
    assert not view.minimap.isVisible()
    view.navigation.zoom(4.0, QPoint(300, 210))
    assert view.minimap.isVisible()


def changed_at_ends(view: CanvasView, before: np.ndarray, now: np.ndarray) -> list[bool]:
    """For each neuron of the first hidden layer whether what arrives there looks different."""
    place, changed = view.places["hidden1"], np.any(before != now, axis=2)
    spots = [view.mapFromScene(QPointF(place.x - place.tile / 2, y)) for y in place.slots]
    return [
        bool(changed[s.y() - LEGEND - 1 : s.y() - LEGEND + 2, s.x() - 14 : s.x() - 1].any())
        for s in spots
    ]


def test_that_of_many_marked_connections_all_are_seen(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    before = pixels(view)
    chosen = np.ones((40, 30), dtype=bool)
    chosen[1::2] = False
    view.drawing.mark_connections({("input", "hidden1"): chosen}, "warning")
    until_exact(qtbot, view)
    assert all(changed_at_ends(view, before, pixels(view))[::2])
    view.navigation.zoom(1.7, QPoint(200, 100))
    until_exact(qtbot, view)
    assert alike(pixels(view), drawn_anew(view))
    view.navigation.fit()
    view.drawing.trace.clear()
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), before)


def test_that_a_mark_that_is_gone_stays_gone(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    before = pixels(view)
    every = {("input", "hidden1"): np.ones((40, 30), dtype=bool)}
    view.drawing.mark_connections(every, "warning")
    view.drawing.trace.clear()
    view.viewport().grab()
    view.drawing.mark_connections(every, "warning")
    view.show_project(Project.create(Topology.parse("2-3-1")))
    view.show_project(view.document.project)
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), before)


def test_that_all_pruned_connections_are_seen_dotted(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    every = {("input", "hidden1"): np.ones((40, 30), dtype=bool)}
    view.document.edit("Cut", lambda project: prune(project, every))
    until_exact(qtbot, view)
    before = pixels(view)
    view.toggle_pruned()
    until_exact(qtbot, view)
    now = pixels(view)
    assert all(changed_at_ends(view, before, now))
    middle = view.mapFromScene(
        view.drawing.bundles["input", "hidden1"].sceneBoundingRect().center()
    )
    changed = np.any(before != now, axis=2)[:, middle.x() - 20 : middle.x() + 20].any(axis=0)
    # Dots: columns with ink and columns without.
    assert 10 < changed.sum() < 30
    view.toggle_pruned()
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), before)


def test_that_all_that_the_eraser_has_crossed_is_seen(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    view.set_tool(Tool.ERASER)
    way = across(view, "input", "hidden1")
    before = pixels(view)
    begin_drag(view, way)
    until_exact(qtbot, view)
    assert view.drawing.ghost.text == "Cut 1,200 connections"
    assert all(changed_at_ends(view, before, pixels(view)))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), before)


def test_that_all_connections_that_an_explanation_speaks_of_are_lit(
    make: Callable[[str], CanvasView], qtbot: QtBot
) -> None:
    view = make("30-40-3")
    before = pixels(view)
    view.light(Place(links=(("input", "hidden1"),)), "ΔV")
    until_exact(qtbot, view)
    lit = pixels(view)
    assert all(changed_at_ends(view, before, lit))
    # The network is another one for a moment; what is lit is lit again when it is back.
    project = view.document.project
    view.show_project(Project.create(Topology.parse("2-1")))
    view.show_project(project)
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), lit)
    view.light(Place())
    until_exact(qtbot, view)
    assert np.array_equal(pixels(view), before)
