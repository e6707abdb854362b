"""What the canvas shows in every neuron."""

from __future__ import annotations

import numpy as np
import pytest

import bpstudio as bp
from bpstudio.explain.neurons import answers, image_shape, neuron_image
from bpstudio.files.samples import sample
from bpstudio.model.dataset import Column, Dataset, Preparation
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology


def images_of_digits(side: int, names: str = "pixel{}") -> Dataset:
    """Random images, the cells of each a column."""
    rng = np.random.default_rng(5)
    cells = tuple(Column(names.format(k)) for k in range(side * side))
    preparation = Preparation(cells, (Column("y"),))
    return Dataset("images", preparation, rng.normal(size=(7, side * side + 1)), np.zeros(7, int))


def test_that_two_inputs_are_answered_over_their_plane() -> None:
    project = Project.create(Topology.parse("2-3-1"), sample("circles"))
    shown = answers(project)
    assert {i: a.images.shape[0] for i, a in shown.items() if a.images is not None} == {
        "input": 2,
        "hidden1": 3,
        "output": 1,
    }
    first = shown["input"].images
    assert first is not None
    # The first input grows to the right, the second one upward.
    assert np.all(np.diff(first[0], axis=1) > 0) and np.all(np.diff(first[1], axis=0) > 0)
    assert all(a.smooth for a in shown.values())


def test_that_a_network_too_large_for_its_plane_shows_activations() -> None:
    shown = answers(Project.create(Topology.parse("2-400-400-1"), sample("circles")))
    assert all(a.images is None and a.values is not None for a in shown.values())


def test_that_values_are_of_the_row_that_is_asked_for() -> None:
    project = Project.create(Topology.parse("4-5-3"), sample("iris"))
    assert project.dataset is not None
    for row in (None, 3, 149):
        shown = answers(project, row)
        at = int(project.dataset.rows(0)[0]) if row is None else row
        exact = project.network.forward(project.dataset.inputs[[at]])
        for layer, outputs in exact.items():
            assert shown[layer].outputs == pytest.approx(outputs[0])
        hidden, given = shown["hidden1"].values, exact["hidden1"][0]
        assert hidden == pytest.approx(2 * given - 1)


def test_that_image_inputs_show_their_incoming_weights() -> None:
    project = Project.create(Topology.parse("64-3-1"), images_of_digits(8))
    shown = answers(project)
    images = shown["hidden1"].images
    assert images is not None and images.shape == (3, 8, 8)
    weights = project.network.weights["input", "hidden1"][1].reshape(8, 8)
    # The image's first row is the upper one; row 0 of an answer is the lowest.
    assert images[1][::-1] == pytest.approx(weights / np.abs(weights).max())
    assert not shown["hidden1"].smooth
    assert shown["output"].images is None and shown["output"].values is not None


@pytest.mark.parametrize(
    ("side", "names", "is_image"),
    [(8, "pixel{}", True), (28, "x{}", True), (8, "{}", True), (3, "pixel{}", False)],
)
def test_what_counts_as_an_image(side: int, names: str, is_image: bool) -> None:
    assert image_shape(images_of_digits(side, names)) == ((side, side) if is_image else None)


def test_that_a_table_is_no_image() -> None:
    assert image_shape(sample("iris")) is None
    assert image_shape(None) is None
    rng = np.random.default_rng(1)
    names = [f"{'abcdefgh'[k % 8]}{k}" for k in range(64)]
    preparation = Preparation(tuple(Column(n) for n in names), (Column("y"),))
    table = Dataset("table", preparation, rng.normal(size=(4, 65)), np.zeros(4, int))
    assert image_shape(table) is None


def test_that_nothing_is_answered_without_fitting_data() -> None:
    for project in (
        Project.create(bp.Topology.parse("2-3-1")),
        Project.create(bp.Topology.parse("3-3-1"), sample("circles")),
    ):
        assert all(a.values is None and a.images is None for a in answers(project).values())


def test_that_a_neurons_weights_are_an_image_where_the_inputs_are() -> None:
    project = Project.create(Topology.parse("64-3-1"), sample("digits"))
    weights = project.network.weights["input", "hidden1"]
    image = neuron_image(project, "hidden1", 2)
    assert image is not None
    assert image.ravel() * np.abs(weights[2]).max() == pytest.approx(weights[2])
    assert neuron_image(project, "output", 0) is None
    assert neuron_image(project, "input", 0) is None
    assert (
        neuron_image(Project.create(Topology.parse("4-3-3"), sample("iris")), "hidden1", 0) is None
    )
