"""The loss panel through its curves and words."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from bpstudio.gui.panels.loss import LossPanel
from bpstudio.gui.theme import DARK, LIGHT, ThemeHolder
from bpstudio.model.history import History, SettingChange
from bpstudio.model.project import Project
from tests.gui.panel_help import history_of


@pytest.fixture
def themes() -> ThemeHolder:
    return ThemeHolder()


@pytest.fixture
def panel(qtbot: QtBot, themes: ThemeHolder) -> LossPanel:
    panel = LossPanel(themes)
    qtbot.addWidget(panel)
    panel.resize(342, 188)
    panel.show()
    return panel


def losses(*train: float, validation: list[float] | None = None) -> Project:
    return Project(history=history_of(train, validation))


def test_that_the_plot_is_found_by_its_name(panel: LossPanel) -> None:
    assert panel.findChild(QWidget, "lossPlot") is panel.plot.plot


def test_that_losses_are_logarithmic_until_linear_is_chosen(panel: LossPanel) -> None:
    panel.show_project(losses(0.1, 0.01))
    assert np.allclose(panel.plot.curve("train")[1], [-1, -2])
    panel.scale.button("linear").click()
    assert np.allclose(panel.plot.curve("train")[1], [0.1, 0.01])


def test_that_both_losses_are_drawn_over_their_epochs(panel: LossPanel) -> None:
    panel.scale.button("linear").click()
    panel.show_project(losses(0.3, 0.2, 0.1, validation=[0.4, 0.35, 0.3]))
    epochs, heights = panel.plot.curve("validation")
    assert epochs.tolist() == [0, 1, 2]
    assert heights.tolist() == [0.4, 0.35, 0.3]


def test_that_the_name_under_the_lower_curve_is_whole_in_a_low_plot(panel: LossPanel) -> None:
    panel.resize(330, 118)
    panel.grab()
    panel.show_project(
        losses(*np.geomspace(0.1, 1e-4, 500), validation=[*np.geomspace(0.2, 2e-4, 500)])
    )
    panel.grab()
    box = panel.plot.plot.getPlotItem().getViewBox()
    names = [i for i in box.allChildren() if isinstance(i, pg.TextItem) and i.isVisible()]
    assert sorted(name.toPlainText() for name in names) == ["train", "validation"]
    for name in names:
        lowest = name.mapRectToScene(name.boundingRect()).bottom()
        assert lowest <= box.sceneBoundingRect().bottom() + 1


def test_that_without_validation_rows_there_is_no_second_curve(panel: LossPanel) -> None:
    panel.show_project(losses(0.3, 0.2))
    assert panel.plot.curve("validation")[0].size == 0


def test_that_zero_and_infinite_losses_are_left_out_of_a_logarithmic_plot(panel: LossPanel) -> None:
    panel.show_project(losses(1.0, 0.0, np.inf, 0.1))
    assert panel.plot.curve("train")[0].tolist() == [0, 3]


def test_that_an_untrained_project_shows_how_to_begin(panel: LossPanel, qtbot: QtBot) -> None:
    assert panel._hint.isVisible()
    panel.show_project(losses(0.3, 0.2))
    qtbot.waitUntil(lambda: not panel._hint.isVisible())
    panel.show_project(Project())
    qtbot.waitUntil(panel._hint.isVisible)


def test_that_a_hidden_panel_waits_until_it_is_shown(panel: LossPanel) -> None:
    panel.hide()
    panel.show_project(losses(0.3, 0.2))
    assert panel.plot.curve("train")[0].size == 0
    panel.show()
    assert panel.plot.curve("train")[0].size == 2


def test_that_the_mouse_reads_epoch_and_both_values(panel: LossPanel, qtbot: QtBot) -> None:
    panel.show_project(losses(0.3, 0.2, 0.1, validation=[0.4, 0.35, 0.25]))
    QApplication.processEvents()
    area = panel.plot.plot_area()
    scene = panel.plot.plot.mapToScene(QPoint(int(area.right()) - 2, int(area.center().y())))
    panel.plot.plot.scene().sigMouseMoved.emit(scene)
    text = panel.plot.hover_text
    assert text.splitlines() == ["epoch 2", "train 0.10000", "validation 0.25000"]


def test_that_curves_change_colour_with_the_theme(
    panel: LossPanel, themes: ThemeHolder, qapp: QApplication
) -> None:
    panel.show_project(losses(*np.linspace(0.3, 0.01, 60)))
    themes.set(qapp, DARK)
    image = panel.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(342) for y in range(188)}
    assert DARK.color("surface").name() in colors
    assert LIGHT.color("surface").name() not in colors
    assert DARK.color("positive").name() in colors


def test_that_the_values_are_saved_as_a_table(panel: LossPanel, tmp_path: Path) -> None:
    panel.show_project(losses(0.3, 0.2, validation=[0.4, 0.35]))
    panel._save(str(tmp_path / "loss.csv"), panel._save_values)
    lines = (tmp_path / "loss.csv").read_text().splitlines()
    assert lines[0].startswith("epoch,train_loss,validation_loss")
    assert lines[1:] == ["0,0.3,0.4,,,,", "1,0.2,0.35,,,,"]


def test_that_a_picture_is_saved_and_a_failure_is_told(
    panel: LossPanel, tmp_path: Path, qtbot: QtBot
) -> None:
    panel._save(str(tmp_path / "loss.png"), panel.save_picture)
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    with qtbot.waitSignal(panel.message) as told:
        panel._save(str(tmp_path / "missing" / "loss.png"), panel.save_picture)
    assert told.args[1] is True
    assert "does not exist" in told.args[0]


def test_that_repainting_loses_no_reference_to_none(panel: LossPanel) -> None:
    # PySide6 6.12 drops one in most calls, and Python then aborts after minutes.
    rng = np.random.default_rng(0)
    panel.show_project(losses(*rng.uniform(0.1, 1, 50)))
    panel.grab()
    gc.collect()
    before = sys.getrefcount(None)
    for k in range(500):
        panel.plot.show_history(history_of(rng.uniform(0.1, 1, 50 + k)))
        panel.plot.plot.viewport().repaint()
    gc.collect()
    # More references do no harm: painting an axis adds a few.
    assert sys.getrefcount(None) > before - 250


def test_that_changed_settings_are_marked_and_told_by_the_mouse(
    panel: LossPanel, qtbot: QtBot
) -> None:
    epochs = np.arange(40.0)
    nothing = np.full(40, np.nan)
    rates = np.where(epochs <= 20, 0.5, 0.1)
    changes = (SettingChange(20, "learning_rate", 0.5, 0.1), SettingChange(20, "l2", 0.0, 0.01))
    history = History(epochs, 1 / (1 + epochs), *[nothing] * 3, rates, changes=changes)
    panel.show_project(Project(history=history))
    QApplication.processEvents()
    assert panel.plot.marks == [20.0]
    area = panel.plot.plot_area()
    for share, expected in (
        (20.0 / 39, ["learning rate 0.50000", "learning rate 0.5 → 0.1", "L2 0 → 0.01"]),
        (30.0 / 39, ["learning rate 0.10000"]),
    ):
        x = int(area.left() + share * area.width())
        scene = panel.plot.plot.mapToScene(QPoint(x, int(area.center().y())))
        panel.plot.plot.scene().sigMouseMoved.emit(scene)
        assert panel.plot.hover_text.splitlines()[2:] == expected
