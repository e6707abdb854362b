"""Step by step: by keys through one row; nothing changes before the last step, which can be undone."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bpstudio.gui.explain.player import PARTS
from bpstudio.gui.main_window import MainWindow
from bpstudio.gui.panels.explain import ExplainPanel

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
NEW = (0.358916480, 0.408666186, 0.511301270, 0.561370121)


def start(window: MainWindow) -> ExplainPanel:
    panel = window.explain_panel
    QTest.mouseClick(panel.walk_button, LEFT)
    assert panel.is_walking and panel.page.hasFocus()
    return panel


def test_that_the_right_arrow_leads_through_every_part_and_lights_what_the_formula_shows(
    window: MainWindow,
) -> None:
    panel = start(window)
    before = window.document.project
    parts, kinds = [], []
    light = window.canvas.drawing.light
    while panel.step is not None:
        step = panel.step
        parts.append(panel.bar.parts.value)
        kinds.append(step.key.kind)
        assert light.place == step.place
        assert light.text.startswith(step.symbol[0]) or "=" in light.text
        assert panel.page.blocks[0].target == step.key
        assert window.document.project is before
        QTest.keyClick(panel.page, KEY.Key_Right)
    assert list(dict.fromkeys(parts)) == list(PARTS)
    assert kinds.count("net") == kinds.count("output") - 2 == kinds.count("delta") == 4
    assert kinds.count("new") == 12


def test_that_the_last_step_is_a_real_update_that_undo_and_the_left_arrow_take_back(
    window: MainWindow,
) -> None:
    panel = start(window)
    before = window.document.project
    for _ in range(40):
        QTest.keyClick(panel.page, KEY.Key_PageDown)
        if window.document.project is not before:
            break
    after = window.document.project
    weights = after.network.weights["hidden1", "output"].ravel()
    assert np.allclose(weights, NEW, atol=5e-10)
    assert window.document.stack.undoText() == "Update by row 1"
    QTest.keyClick(panel.page, KEY.Key_Left)
    assert window.document.project == before
    assert panel.step is not None and panel.step.key.kind == "new"
    window.redo()
    assert window.document.project.network == after.network
    window.undo()
    assert window.document.project == before


def test_that_the_left_arrow_goes_back_and_home_to_the_beginning(window: MainWindow) -> None:
    panel = start(window)
    for _ in range(5):
        QTest.keyClick(panel.page, KEY.Key_Right)
    there = panel.step
    QTest.keyClick(panel.page, KEY.Key_Right)
    QTest.keyClick(panel.page, KEY.Key_Left)
    assert panel.step is there
    QTest.keyClick(panel.page, KEY.Key_Home)
    assert panel.step is not None and panel.step.key.layer == "input"


def test_that_it_plays_by_itself_at_a_speed_and_ends_with_the_update(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = start(window)
    before = window.document.project
    panel.bar.speed.setValue(panel.bar.speed.maximum())
    panel.bar.jumped.emit("update")
    QTest.keyClick(panel.page, KEY.Key_Space)
    assert panel.bar.is_playing and not window.runner.running
    qtbot.waitUntil(lambda: window.document.project is not before, timeout=30_000)
    assert not panel.bar.is_playing
    assert panel.step is None and "learned" in panel.page.text


def test_that_following_a_number_leaves_the_walk_and_no_lights_stay_behind(
    window: MainWindow,
) -> None:
    panel = start(window)
    QTest.keyClick(panel.page, KEY.Key_Right)
    assert window.canvas.drawing.light.place.neurons
    QTest.mouseClick(panel.walk_button, LEFT)
    assert not panel.is_walking
    assert not window.canvas.drawing.light.place.neurons
    assert panel.bar.isHidden()


def test_that_what_a_step_calculates_runs_along_the_lit_connections_once(
    window: MainWindow, qtbot: QtBot
) -> None:
    panel = start(window)
    while panel.step is None or panel.step.key.kind != "net":
        QTest.keyClick(panel.page, KEY.Key_Right)
    light = window.canvas.drawing.light
    window.canvas.pulse.stop()
    place = window.canvas.places["hidden1"]
    light.set_phase(1.0)
    assert len(light.pulses()) == len(light.place.connections) == 2
    assert all(abs(point.y() - place.y_of(0)) < 1e-6 for point in light.pulses())
    window.canvas.pulse.run(1)
    qtbot.waitUntil(lambda: light.phase is None, timeout=20_000)
    assert not light.pulses()
