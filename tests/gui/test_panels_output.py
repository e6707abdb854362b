"""The output panel: which picture for which data, and that it tells the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bpstudio.files.samples import sample
from bpstudio.gui.panels.output import OutputPanel
from bpstudio.gui.theme import DARK, LIGHT, ThemeHolder
from bpstudio.model.dataset import TRAIN, VALIDATION, Column, Dataset
from bpstudio.model.network import Network
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from tests.gui.panel_help import pixel, project_on, regression, signed


@pytest.fixture
def themes() -> ThemeHolder:
    return ThemeHolder()


@pytest.fixture
def panel(qtbot: QtBot, themes: ThemeHolder) -> OutputPanel:
    panel = OutputPanel(themes)
    qtbot.addWidget(panel)
    panel.resize(342, 230)
    panel.show()
    return panel


def halves(weight: float = 40.0) -> Project:
    """A network whose output is 1 where x is positive, on four far points."""
    X = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    columns = [Column("x"), Column("y")]
    target = Column("side", "binary", ("left", "right"))
    values = np.column_stack([X, X[:, 0] > 0]).astype(float)
    dataset = Dataset.prepare("halves", columns, [target], values)
    topology = Topology.parse("2-1")
    network = Network(topology, np.array([weight, 0.0, 0.0]))
    return Project.create(topology, dataset).with_start(network)


@pytest.mark.parametrize(
    ("project", "view"),
    [
        (project_on("circles"), "surface"),
        (project_on("iris"), "confusion"),
        (project_on("sine"), "curve"),
        (regression(2), "surface"),
        (regression(4), "scatter"),
        (project_on("watermelon"), "confusion"),
        (project_on("parity"), "confusion"),
    ],
    ids=["plane", "classes", "one input", "plane of numbers", "numbers", "categories", "bits"],
)
def test_that_the_picture_suits_the_data(panel: OutputPanel, project: Project, view: str) -> None:
    panel.show_project(project)
    assert panel.shown_view == view


def test_that_the_surface_has_the_colour_of_the_answer(panel: OutputPanel) -> None:
    panel.show_project(halves())
    for x, sign in ((0.7, 1.0), (-0.7, -1.0)):
        point = panel.surface.place_of(x, 0.0)
        assert pixel(panel.surface, point) == signed(sign, 1.0)


def test_that_high_values_of_the_second_input_are_up(panel: OutputPanel) -> None:
    project = halves()
    network = Network(project.topology, np.array([0.0, 40.0, 0.0]))
    panel.show_project(project.with_start(network))
    upper, lower = panel.surface.place_of(0, 0.7), panel.surface.place_of(0, -0.7)
    assert upper.y() < lower.y()
    assert pixel(panel.surface, upper) == LIGHT.color("positive")
    assert pixel(panel.surface, lower) == LIGHT.color("negative")


def test_that_points_have_the_colours_of_their_classes(panel: OutputPanel) -> None:
    panel.show_project(halves(weight=-40.0))
    for x, label in ((-1.0, 0), (1.0, 1)):
        middle = panel.surface.place_of(x, 1.0)
        assert pixel(panel.surface, middle) == LIGHT.class_color(label)


def test_that_several_outputs_show_the_likeliest_class(panel: OutputPanel) -> None:
    project = halves()
    dataset = project.dataset.with_target_encoding("one_hot")
    topology = Topology.parse("2-2", output="softmax")
    network = Network(topology, np.array([-40.0, 0, 40.0, 0, 0, 0]))
    panel.show_project(Project.create(topology, dataset).with_start(network))
    for x, label in ((-0.7, 0), (0.7, 1)):
        assert pixel(panel.surface, panel.surface.place_of(x, 0)) == LIGHT.class_color(label)


def test_that_a_hidden_neuron_can_borrow_the_surface(panel: OutputPanel) -> None:
    topology = Topology.parse("2-2-1", hidden="tanh")
    network = Network(topology, np.zeros(topology.parameter_count))
    network.weights["input", "hidden1"][1] = (0.0, -40.0)
    project = Project.create(topology, halves().dataset).with_start(network)
    panel.show_project(project)
    upper = panel.surface.place_of(0.0, 0.7)
    assert pixel(panel.surface, upper) == LIGHT.color("zero")
    panel.show_neuron("hidden1", 1)
    assert panel.aside_label.text() == "hidden 1 · 2"
    assert pixel(panel.surface, upper) == LIGHT.color("negative")
    panel.show_neuron(None, None)
    assert panel.aside_label.text() == "right"
    assert pixel(panel.surface, upper) == LIGHT.color("zero")


def test_that_a_neuron_borrows_the_place_of_the_confusion_matrix_too(panel: OutputPanel) -> None:
    panel.show_project(project_on("circles"))
    panel.view.button("confusion").click()
    assert panel.shown_view == "confusion"
    panel.show_neuron("hidden1", 0)
    panel.refresh_now()
    assert panel.shown_view == "surface"
    panel.show_neuron(None, None)
    panel.refresh_now()
    assert panel.shown_view == "confusion"


def test_that_data_of_another_kind_are_shown_in_their_natural_view(panel: OutputPanel) -> None:
    panel.show_project(project_on("iris"))
    assert panel.shown_view == "confusion"
    panel.show_project(project_on("circles"))
    assert panel.shown_view == "surface"
    panel.view.button("confusion").click()
    panel.show_project(project_on("moons"))
    assert panel.shown_view == "confusion"


@pytest.mark.parametrize("part", [VALIDATION, TRAIN])
def test_that_the_confusion_matrix_counts_every_row_once(panel: OutputPanel, part: int) -> None:
    project = project_on("iris", epochs=5)
    panel.show_project(project)
    panel.part.button("validation" if part == VALIDATION else "train").click()
    dataset, names = project.dataset, list(project.dataset.class_names)
    rows = [k for k in range(len(dataset)) if dataset.split[k] == part]
    expected = [[0] * len(names) for _ in names]
    right = 0
    for k in rows:
        answer = project.network.predict(dataset.inputs[[k]])[0].tolist()
        guess, truth = answer.index(max(answer)), int(dataset.values[k, -1])
        expected[truth][guess] += 1
        right += guess == truth
    assert panel.confusion.confusion.counts.tolist() == expected
    assert panel.note.text().startswith(f"{100 * right / len(rows):.1f}")


def test_that_a_full_cell_of_the_matrix_is_darker_than_an_empty_one(panel: OutputPanel) -> None:
    panel.show_project(halves())
    panel.view.button("confusion").click()
    view = panel.confusion
    full, empty = (view.cell_rect(0, k).topLeft() for k in (0, 1))
    offset = view.cell_rect(0, 0).bottomRight() - full
    assert pixel(view, full + offset * 0.1) == LIGHT.color("positive")
    assert pixel(view, empty + offset * 0.1) == LIGHT.color("zero")
    words = view.text_at(view.cell_rect(0, 0).center())
    assert words.startswith("2 rows of left taken for left")


def test_that_without_validation_rows_only_training_rows_are_offered(panel: OutputPanel) -> None:
    panel.show_project(project_on("parity"))
    assert panel.part.options == ("train",)


def test_that_what_does_not_fit_is_said_in_a_sentence(panel: OutputPanel) -> None:
    project = project_on("circles")
    for broken in (
        Project(),
        replace(project, dataset=project_on("iris").dataset),
        replace(project, dataset=None),
        project.with_topology(project.topology.without_link("hidden1", "hidden2")),
    ):
        panel.show_project(broken)
        panel.refresh_now()
        assert panel.shown_view == "words"
        assert panel.words.text() == broken.problem()
    panel.show_project(project)
    panel.refresh_now()
    assert panel.shown_view == "surface"


def test_that_the_scatter_states_how_much_is_explained(panel: OutputPanel) -> None:
    panel.show_project(regression(4))
    assert "R²" in panel.aside_label.text()


def test_that_a_hidden_panel_waits_until_it_is_shown(panel: OutputPanel) -> None:
    panel.hide()
    panel.show_project(project_on("circles"))
    assert panel.shown_view == "words"
    panel.show()
    assert panel.shown_view == "surface"


def test_that_another_theme_paints_the_surface_anew(
    panel: OutputPanel, themes: ThemeHolder, qapp: QApplication
) -> None:
    panel.show_project(halves())
    themes.set(qapp, DARK)
    assert pixel(panel.surface, panel.surface.place_of(0.7, 0)) == DARK.color("positive")


def test_that_enormous_weights_are_drawn_too(panel: OutputPanel) -> None:
    project = regression(2)
    enormous = np.full(project.topology.parameter_count, 1e300)
    panel.show_project(project.with_parameters(enormous))
    assert panel.shown_view == "surface"
    panel.grab()


def test_that_a_neuron_pointed_at_shows_its_weights_from_an_image(
    panel: OutputPanel, themes: ThemeHolder
) -> None:
    dataset = sample("digits")
    project = Project.create(Topology.parse("64-5-10", output="softmax"), dataset)
    project = project.with_config(replace(project.config, loss="categorical_cross_entropy"))
    assert project.problem() is None
    panel.show_project(project)
    before = panel.shown_view
    panel.show_neuron("hidden1", 3)
    assert panel.shown_view == "image"
    image, weights = panel.image.image, project.network.weights["input", "hidden1"][3]
    assert (image.width(), image.height()) == (8, 8)
    strongest = int(np.abs(weights).argmax())
    color = QColor(image.pixel(strongest % 8, strongest // 8))
    assert color == themes.theme.color("positive" if weights[strongest] > 0 else "negative")
    assert "hidden 1 · 4" in panel.image.accessibleName()
    panel.show_neuron(None, None)
    assert panel.shown_view == before == "confusion"
