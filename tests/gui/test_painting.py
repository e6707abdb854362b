"""Painting points with a real mouse and real keys: one step for each stroke."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import starter
from bpstudio.gui.main_window import MainWindow
from bpstudio.model.dataset import Dataset
from bpstudio.model.project import Project
from tests.gui.windows import closed, opened

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def painting(qtbot: QtBot, project: Project) -> MainWindow:
    window = opened(qtbot, project)
    window.toggle_painting()
    qtbot.waitUntil(window.paint_panel.view.isVisible)
    QApplication.processEvents()
    return window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = painting(qtbot, starter())
    yield window
    closed(window)


@pytest.fixture
def curve(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on data that have no plane."""
    window = painting(qtbot, starter("sine"))
    yield window
    closed(window)


def data_of(window: MainWindow) -> Dataset:
    dataset = window.document.project.dataset
    assert dataset is not None
    return dataset


def stroke(
    window: MainWindow,
    start: tuple[float, float],
    end: tuple[float, float],
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NO_KEYS,
) -> None:
    """A drag between two raw points of the plane."""
    view = window.paint_panel.view
    a, b = (view.place_of(*place).toPoint() for place in (start, end))
    QTest.mousePress(view, button, keys, a)
    for k in range(1, 11):
        QTest.mouseMove(view, a + (b - a) * k / 10)
    QTest.mouseRelease(view, button, keys, b)


def brush(window: MainWindow, size: float) -> None:
    slider = window.paint_panel.size_slider.slider
    slider.setValue(round(size * 100))


def test_that_a_stroke_adds_points_of_the_class_as_one_step(window: MainWindow) -> None:
    before = window.document.project
    count = len(data_of(window))
    QTest.keyClick(window.paint_panel.view, Qt.Key.Key_2)
    stroke(window, (-0.9, 0.9), (0.0, 0.9))
    data = data_of(window)
    added = data.values[count:]
    assert len(added) > 3
    assert set(added[:, 2]) == {1.0}
    assert added[:, 0].min() < -0.7 and added[:, 0].max() > -0.2
    assert window.document.stack.count() == 1
    assert window.document.stack.undoText() == f"Paint {len(added)} points"
    window.undo()
    assert window.document.project == before


def test_that_the_weights_stay_while_points_are_painted(window: MainWindow) -> None:
    before = window.document.project.network
    stroke(window, (-0.5, 0.5), (0.5, 0.5))
    assert window.document.project.network == before


def test_that_the_smallest_brush_puts_one_point_where_it_is_clicked(window: MainWindow) -> None:
    brush(window, 0.0)
    view = window.paint_panel.view
    QTest.mouseClick(view, LEFT, NO_KEYS, view.place_of(0.4, -0.3).toPoint())
    last = data_of(window).values[-1]
    assert last[0] == pytest.approx(0.4, abs=0.01)
    assert last[1] == pytest.approx(-0.3, abs=0.01)
    assert window.document.stack.undoText() == "Paint 1 point"


def test_that_a_larger_brush_scatters_within_its_ring(window: MainWindow) -> None:
    brush(window, 0.2)
    count = len(data_of(window))
    view = window.paint_panel.view
    QTest.mouseClick(view, LEFT, NO_KEYS, view.place_of(0.0, 0.0).toPoint())
    added = data_of(window).values[count:, :2]
    assert len(added) > 1
    assert abs(added).max() <= 0.2 * 2.4


@pytest.mark.parametrize(
    ("button", "keys"), [(RIGHT, NO_KEYS), (LEFT, Qt.KeyboardModifier.ShiftModifier)]
)
def test_that_the_right_button_or_shift_erases(
    window: MainWindow, button: Qt.MouseButton, keys: Qt.KeyboardModifier
) -> None:
    brush(window, 0.25)
    before = data_of(window)
    stroke(window, (-0.2, 0.0), (0.2, 0.0), button, keys)
    after = data_of(window)
    assert len(after) < len(before)
    near = (abs(after.values[:, 0]) < 0.2) & (abs(after.values[:, 1]) < 0.2)
    assert not near.any()
    assert window.document.stack.count() == 1
    window.undo()
    assert data_of(window) == before


def test_that_the_eraser_is_a_tool_too(window: MainWindow) -> None:
    QTest.mouseClick(window.paint_panel.tool.button("erase"), LEFT)
    count = len(data_of(window))
    stroke(window, (-0.3, 0.0), (0.3, 0.0))
    assert len(data_of(window)) < count


def test_that_escape_gives_a_stroke_up(window: MainWindow) -> None:
    view, before = window.paint_panel.view, window.document.project
    QTest.mousePress(view, LEFT, NO_KEYS, view.place_of(0.0, 0.0).toPoint())
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, NO_KEYS, view.place_of(0.1, 0.0).toPoint())
    assert window.document.project is before


def test_that_painting_works_by_keyboard_alone(window: MainWindow) -> None:
    view = window.paint_panel.view
    brush(window, 0.0)
    view.setFocus()
    for key in (Qt.Key.Key_1, *[Qt.Key.Key_Left] * 4, *[Qt.Key.Key_Up] * 2, Qt.Key.Key_Return):
        QTest.keyClick(view, key)
    last = data_of(window).values[-1]
    middle = [float(x) for x in view.value_at(view.square.center())]
    assert last[0] < middle[0] and last[1] > middle[1] and last[2] == 0.0
    count = len(data_of(window))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert len(data_of(window)) < count


def test_that_plus_and_minus_change_the_brush(window: MainWindow) -> None:
    panel = window.paint_panel
    before = panel.view.brush.radius
    QTest.keyClick(panel.view, Qt.Key.Key_Plus)
    assert panel.view.brush.radius > before
    QTest.keyClick(panel.view, Qt.Key.Key_Minus)
    assert panel.view.brush.radius == pytest.approx(before)


def test_that_an_empty_plane_begins_new_data_with_the_first_stroke(window: MainWindow) -> None:
    panel, before = window.paint_panel, window.document.project
    panel.kind.setCurrentText("3 classes")
    button = panel.findChild(QPushButton, "emptyPlaneButton")
    QTest.mouseClick(button, LEFT)
    assert window.document.project is before
    for number, key in enumerate((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)):
        QTest.keyClick(panel.view, key)
        stroke(window, (-0.8, 0.6 * number - 0.6), (0.8, 0.6 * number - 0.6))
    data = data_of(window)
    assert data.class_names == ("orange", "blue", "green")
    assert data.labels is not None and set(data.labels.tolist()) == {0, 1, 2}
    assert window.document.project.problem() is None
    assert window.document.project.topology.output.size == 3
    assert window.document.stack.count() == 3
    window.document.go_to(0)
    assert window.document.project == before


def test_that_data_without_a_plane_offer_an_empty_one(curve: MainWindow) -> None:
    panel = curve.paint_panel
    assert "first stroke" in panel.hint.text()
    stroke(curve, (-0.5, -0.5), (0.5, 0.5))
    assert data_of(curve).name == "painted"
    assert [c.name for c in data_of(curve).preparation.inputs] == ["x", "y"]


def test_that_numbers_can_be_painted(curve: MainWindow) -> None:
    panel = curve.paint_panel
    panel.kind.setCurrentText("numbers")
    QTest.mouseClick(panel.empty_button, LEFT)
    panel.value.slider.setFocus()
    panel.value.slider.setValue(-50)
    stroke(curve, (-0.5, 0.0), (0.5, 0.0))
    data = data_of(curve)
    assert data.class_names == ()
    assert set(data.values[:, 2]) == {-0.5}
    assert curve.document.project.topology.output.activation == "linear"
    assert panel.painted_value == pytest.approx(-0.5), "the value stays"
    panel.value.slider.setValue(100)
    stroke(curve, (-0.5, 0.5), (0.5, 0.5))
    assert data_of(curve).values[-1, 2] == pytest.approx(1.0)


def test_that_a_run_goes_on_with_the_painted_points(window: MainWindow, qtbot: QtBot) -> None:
    window.document.edit("Long", lambda p: p.with_config(replace(p.config, epochs=10_000_000)))
    window.toggle_run()
    qtbot.waitUntil(lambda: window.document.shown.epoch >= 3, timeout=20_000)
    count = len(data_of(window))
    stroke(window, (-0.5, 0.9), (0.5, 0.9))
    assert len(data_of(window)) > count
    assert window.runner.running
    epoch = window.document.project.epoch
    qtbot.waitUntil(lambda: window.document.shown.epoch > epoch + 2, timeout=20_000)
    window.runner.stop()


def test_that_the_plane_does_not_creep_while_one_paints_at_its_border(window: MainWindow) -> None:
    view = window.paint_panel.view
    brush(window, 0.0)
    corner = view.value_at(view.square.topRight())
    for _ in range(4):
        QTest.mouseClick(view, LEFT, NO_KEYS, (view.square.topRight() + QPointF(-1, 1)).toPoint())
    assert view.value_at(view.square.topRight()) == pytest.approx(corner)


def test_that_outside_the_plane_nothing_is_painted(window: MainWindow) -> None:
    before = window.document.project
    QTest.mouseClick(window.paint_panel.view, LEFT, NO_KEYS, QPoint(2, 2))
    assert window.document.project is before


def test_that_the_panel_opens_and_closes_by_button_and_key(window: MainWindow) -> None:
    assert window.paint_panel.isVisible()
    QTest.mouseClick(
        window.paint_panel.findChild(type(window.top_bar.undo_button), "closePaintButton"), LEFT
    )
    assert not window.paint_panel.isVisible()
    QTest.mouseClick(window.data_panel.paint_button, LEFT)
    assert window.paint_panel.isVisible()


def test_that_data_with_several_numbers_to_predict_offer_an_empty_plane(qtbot: QtBot) -> None:
    points = np.random.default_rng(0).uniform(-1, 1, (20, 2))
    window = painting(qtbot, Project(dataset=Dataset.from_arrays(points, points * 3)))
    try:
        assert window.paint_panel.aside_label.text() == "empty"
        assert "first stroke" in window.paint_panel.hint.text()
    finally:
        closed(window)
