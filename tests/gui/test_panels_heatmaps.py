"""The weights panel through what it paints and says."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from bpstudio.gui.panels.heatmap_layout import Block, arrange
from bpstudio.gui.panels.heatmaps import HeatmapPanel
from bpstudio.gui.theme import DARK, LIGHT, ThemeHolder
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.panel_help import pixel, signed


@pytest.fixture
def panel(qtbot: QtBot) -> HeatmapPanel:
    panel = HeatmapPanel(ThemeHolder())
    qtbot.addWidget(panel)
    panel.resize(420, 220)
    panel.show()
    return panel


def project_with(topology: Topology, **weights: float) -> Project:
    """Weights 0 but for a few: ``input_0_hidden1_2=1.5``."""
    network = Network(topology, np.zeros(topology.parameter_count))
    for key, value in weights.items():
        source, i, target, j = key.split("_")
        network.weights[source, target][int(j), int(i)] = value
    return Project().with_start(network)


def test_that_a_cell_has_the_colour_of_its_weight(panel: HeatmapPanel) -> None:
    topology = Topology.parse("2-3-1")
    panel.show_project(project_with(topology, input_1_hidden1_2=2.0, input_0_hidden1_0=-1.0))
    view, theme = panel.view, LIGHT
    for i, j, value in ((1, 2, 2.0), (0, 0, -1.0), (0, 1, 0.0)):
        middle = view.cell_rect("input", i, "hidden1", j).center()
        assert pixel(view, middle) == signed(value, panel.bound, theme)


def test_that_a_bias_stands_beside_the_row_of_its_neuron(panel: HeatmapPanel) -> None:
    network = Network(Topology.parse("2-3-1"), np.zeros(13))
    network.biases["hidden1"][1] = -3.0
    panel.show_project(Project().with_start(network))
    bias = panel.view.bias_rect("hidden1", 1)
    cell = panel.view.cell_rect("input", 1, "hidden1", 1)
    assert (bias.top(), bias.height()) == (cell.top(), cell.height())
    assert bias.left() > cell.right()
    assert pixel(panel.view, bias.center()) == signed(-3.0, panel.bound)
    assert panel.view.text_at(bias.center()) == "b  hidden 1 · 2 = −3"


def test_that_all_links_share_one_stated_scale(panel: HeatmapPanel) -> None:
    panel.show_project(
        project_with(Topology.parse("2-3-1"), input_0_hidden1_0=0.5, hidden1_0_output_0=-4.7)
    )
    assert panel.bound == 5
    assert panel.aside_label.text() == "±5"


def test_that_the_scale_moves_in_round_steps(panel: HeatmapPanel) -> None:
    topology = Topology.parse("2-3-1")
    bounds = []
    for weight in (4.7, 4.9, 4.4, 4.1, 5.2):
        panel.show_project(project_with(topology, input_0_hidden1_0=weight))
        panel.refresh_now()
        bounds.append(panel.bound)
    assert bounds == [5, 5, 5, 5, 6]


def test_that_a_pruned_connection_is_blank_and_says_so(panel: HeatmapPanel) -> None:
    topology = Topology.parse("2-3-1").without_connection("input", 0, "hidden1", 1)
    panel.show_project(project_with(topology, input_1_hidden1_1=1.0))
    cell = panel.view.cell_rect("input", 0, "hidden1", 1)
    corner = QPointF(cell.left() + 3, cell.top() + 3)
    assert pixel(panel.view, corner) == LIGHT.color("surface")
    assert panel.view.text_at(cell.center()) == "w  input · 1 → hidden 1 · 2: pruned"


def test_that_a_cell_tells_its_exact_weight(panel: HeatmapPanel) -> None:
    panel.show_project(project_with(Topology.parse("2-3-1"), input_1_hidden1_2=-1.0336))
    middle = panel.view.cell_rect("input", 1, "hidden1", 2).center()
    assert panel.view.text_at(middle) == "w  input · 2 → hidden 1 · 3 = −1.0336"
    assert panel.view.text_at(QPointF(-5, -5)) == ""


def test_that_another_theme_paints_the_cells_anew(qtbot: QtBot, qapp: object) -> None:
    themes = ThemeHolder()
    panel = HeatmapPanel(themes)
    qtbot.addWidget(panel)
    panel.resize(420, 220)
    panel.show()
    panel.show_project(project_with(Topology.parse("2-3-1"), input_0_hidden1_0=1.0))
    middle = panel.view.cell_rect("input", 0, "hidden1", 0).center()
    light = pixel(panel.view, middle)
    themes.set(qapp, DARK)
    assert light == LIGHT.color("positive")
    assert pixel(panel.view, middle) == DARK.color("positive")


def test_that_an_empty_network_gives_a_hint_instead_of_a_blank(panel: HeatmapPanel) -> None:
    panel.show_project(Project())
    assert not panel.view.isVisible()
    assert "Draw" in panel._hint.text()


def test_that_a_hidden_panel_waits_until_it_is_shown(panel: HeatmapPanel) -> None:
    panel.show_project(project_with(Topology.parse("2-3-1"), input_0_hidden1_0=1.0))
    panel.hide()
    panel.show_project(project_with(Topology.parse("2-3-1"), input_0_hidden1_0=9.0))
    assert panel.bound == 1
    panel.show()
    assert panel.bound == 10


@pytest.mark.parametrize("shape", ["2-1", "2-5-3-1", "4-16-16-3", "784-64-10", "1-300-1"])
def test_that_every_heatmap_lies_within_the_panel(panel: HeatmapPanel, shape: str) -> None:
    panel.show_project(Project.create(Topology.parse(shape)))
    inside = panel.view.rect().toRectF().adjusted(-0.01, -0.01, 0.01, 0.01)
    for link in panel.project.topology.links:
        sizes = (panel.project.topology.layer(name).size for name in link.key)
        i, j = (size - 1 for size in sizes)
        last = panel.view.cell_rect(link.source, i, link.target, j)
        assert inside.contains(last)


def test_that_small_heatmaps_are_not_blown_up() -> None:
    (place,) = arrange([Block(1, 2, True, 60)], 2000, 2000)
    assert place.cell == 22
