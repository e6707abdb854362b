"""The wave of a run: values forward, deltas back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import sample
from bpstudio.gui.canvas import links_picture, raster
from bpstudio.gui.canvas.flow import COLUMN_MS, PAUSE_MS, Direction, FlowClock
from bpstudio.gui.canvas.selection import Selection
from bpstudio.gui.canvas.view import CanvasView
from bpstudio.gui.preferences import preference, set_preference
from bpstudio.gui.widgets import exact_text
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.canvas.canvas_help import neuron, picture, view_of
from tests.gui.hands import at
from tests.gui.windows import closed, opened


class Time:
    """A time that a test can set."""

    def __init__(self) -> None:
        self.ms = 1000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def clock(qtbot: QtBot, time: Time) -> Iterator[FlowClock]:
    clock = FlowClock(now=time)
    clock.span(-100, 300, 2)
    yield clock
    clock.stop()


def test_that_a_wave_goes_forward_and_then_back(clock: FlowClock, time: Time) -> None:
    assert clock.wave is None
    clock.run(True)
    seen = []
    for _ in range(4 * COLUMN_MS // 20):
        wave = clock.wave
        assert wave is not None
        seen.append(wave)
        time.ms += 20
    ways = [way for way, _ in seen]
    assert ways == sorted(ways, key=[Direction.FORWARD, Direction.BACKWARD].index)
    forward = [x for way, x in seen if way is Direction.FORWARD]
    back = [x for way, x in seen if way is Direction.BACKWARD]
    assert forward == sorted(forward) and back == sorted(back, reverse=True)
    assert forward[0] == back[-1] - (back[-1] + 100) == -100
    assert max(forward + back) <= 300


def test_that_waves_follow_each_other_during_a_run(
    clock: FlowClock, time: Time, qtbot: QtBot
) -> None:
    clock.run(True)
    time.ms += 4 * COLUMN_MS + PAUSE_MS + 1
    with qtbot.waitSignal(clock.begun):
        clock.tick()
    assert clock.wave == (Direction.FORWARD, -100)


def test_that_the_wave_of_a_step_arrives_and_is_the_only_one(clock: FlowClock, time: Time) -> None:
    clock.run(True)
    clock.run(False)
    time.ms += 3 * COLUMN_MS
    clock.tick()
    wave = clock.wave
    assert wave is not None and wave[0] is Direction.BACKWARD
    time.ms += COLUMN_MS + 1
    clock.tick()
    assert clock.wave is None
    assert clock.light_at(0) is None


def test_that_light_is_brightest_where_the_wave_is(clock: FlowClock, time: Time) -> None:
    clock.run(True)
    time.ms += COLUMN_MS
    lights = [clock.light_at(x) for x in (100, 120, 160)]
    strengths = [light[1] for light in lights if light is not None]
    assert len(strengths) == 3
    assert strengths == sorted(strengths, reverse=True)
    assert clock.light_at(300) is None


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[CanvasView]:
    shown = view_of(qtbot, Project.create(Topology.parse("4-8-30-3"), sample("iris")))
    yield shown
    shown.drawing.flow.clock.stop()


def test_that_a_step_is_seen_in_links_and_neurons_and_leaves_no_trace(
    view: CanvasView, qtbot: QtBot
) -> None:
    picture(view)
    qtbot.waitUntil(lambda: view.is_exact, timeout=20_000)
    before = picture(view)
    view.show_running(True)
    view.show_running(False)
    changed = set()

    def seen() -> bool:
        wave = view.drawing.flow.clock.wave
        if wave is not None and np.any(picture(view) != before):
            changed.add(wave[0])
        return len(changed) == 2

    qtbot.waitUntil(seen, timeout=20_000)
    qtbot.waitUntil(lambda: not view.drawing.flow.clock.active, timeout=20_000)
    qtbot.waitUntil(lambda: view.is_exact, timeout=20_000)
    assert np.array_equal(picture(view), before)


def test_that_a_large_network_shows_what_flows_and_the_largest_its_connections(
    view: CanvasView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    raster.load_kernel()
    if not raster.kernel_ready():
        pytest.skip("needs a compiler")
    drawn = view.drawing.picture
    monkeypatch.setattr(links_picture, "INSTANT", -1.0)
    picture(view)
    qtbot.waitUntil(lambda: view.is_exact, timeout=20_000)
    view.show_running(True)
    qtbot.waitUntil(lambda: drawn.shows_flow, timeout=20_000)
    view.drawing.flow.clock.stop()
    assert not drawn.shows_flow
    monkeypatch.setattr(links_picture, "IN_TIME", -1.0)
    ways = []
    view.drawing.flow.clock.moved.connect(lambda: ways.append(view.drawing.flow.clock.wave))
    view.show_running(True)
    qtbot.waitUntil(lambda: any(wave is not None for wave in ways), timeout=20_000)
    assert not drawn.shows_flow


@pytest.mark.parametrize("running", [True, False])
def test_that_a_wave_does_not_go_on_in_a_network_that_is_another_one(
    view: CanvasView, time: Time, monkeypatch: pytest.MonkeyPatch, running: bool
) -> None:
    clock = view.drawing.flow.clock
    monkeypatch.setattr(clock, "_now", time)
    view.show_running(True)
    view.show_running(running)
    clock.tick()
    for key, size in ((Qt.Key.Key_Plus, 9), (Qt.Key.Key_Minus, 8)):
        view.select(Selection(frozenset({"hidden1"})))
        QTest.keyClick(view, key)
        assert view.places["hidden1"].size == size
        assert (clock.wave is not None) == running
        time.ms += clock.way_ms + 10
        clock.tick()
        picture(view)
        flow = view.drawing.flow.flow
        if running:
            assert clock.wave is not None and clock.wave[0] is Direction.BACKWARD
            assert flow is not None and len(flow.deltas["hidden1"]) == size


def test_that_the_flow_can_be_switched_off_and_that_is_remembered(view: CanvasView) -> None:
    try:
        view.show_running(True)
        assert view.drawing.flow.clock.wave is not None
        view.toggle_flow()
        assert view.drawing.flow.clock.wave is None
        view.show_running(True)
        assert view.drawing.flow.clock.wave is None
        assert preference("flow", True) is False
        view.toggle_flow()
        assert preference("flow", False) is True
    finally:
        set_preference("flow", True)


def test_that_nothing_flows_in_a_network_without_data(qtbot: QtBot) -> None:
    view = view_of(qtbot, Project.create(Topology.parse("2-3-1")))
    view.show_running(True)
    assert view.drawing.flow.clock.wave is None


def test_that_what_is_seen_is_of_the_row_that_is_explained(view: CanvasView, qtbot: QtBot) -> None:
    project = view.document.project
    assert project.dataset is not None
    for row in (7, 120):
        view.show_row(row)
        expected = project.network.forward(project.dataset.inputs[[row]])
        seen = view.drawing.answers["hidden1"].outputs
        assert seen is not None and np.array_equal(seen, expected["hidden1"][0])
        spot = at(view, *neuron(view, "hidden1", 2))
        QTest.mouseMove(view.viewport(), spot - QPoint(1, 0))
        QTest.mouseMove(view.viewport(), spot)
        assert view.drawing.card.lines[-1] == f"output, row {row + 1} = {exact_text(seen[2])}"
        view.show_running(True)
        flow = view.drawing.flow.flow
        assert flow is not None and np.array_equal(flow.outputs["output"], expected["output"][0])
        view.drawing.flow.clock.stop()
    # Other data have other rows.
    view.show_project(Project.create(Topology.parse("2-3-1"), sample("xor")))
    assert view.drawing.row is None


def test_that_the_canvas_follows_the_row_of_the_explanation(qtbot: QtBot) -> None:
    window = opened(qtbot)
    number = window.explain_panel.rows.number
    number.setValue(number.value() + 3)
    assert window.canvas.drawing.row == number.value() - 1
    closed(window)
