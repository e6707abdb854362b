"""What is drawn of a network's answers, against counts and sums made another way."""

from __future__ import annotations

import numpy as np
import pytest

from bpstudio.explain.outputs import (
    answer_curve,
    confusion,
    decision_values,
    fit_of,
    likeliest,
    output_title,
    target_values,
    views_of,
)
from bpstudio.explain.thumbnail import thumbnail
from bpstudio.files.samples import SAMPLES, sample, sample_proposal
from bpstudio.model.dataset import TRAIN, Column, Dataset
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology


def line_data() -> Dataset:
    """y = 3x + 100, standardised on both sides."""
    x = np.linspace(-2.0, 6.0, 30)
    columns = [Column("x", scaling="standardise")], [Column("y", scaling="standardise")]
    return Dataset.prepare("line", *columns, np.column_stack([x, 3 * x + 100]), validation=0.2)


def identity() -> Network:
    return Network(Topology.parse("1-1", output="linear"), np.array([1.0, 0.0]))


def test_that_a_curve_is_in_the_units_of_the_columns() -> None:
    # Between standardised columns a rising line is the identity.
    curve = answer_curve(identity(), line_data(), 50)
    assert curve.x[0] < -2
    assert curve.x[-1] > 6
    assert np.allclose(curve.y[:, 0], 3 * curve.x + 100)


def test_that_a_perfect_fit_explains_everything() -> None:
    fit = fit_of(identity(), line_data())
    assert np.allclose(fit.true, fit.predicted)
    assert fit.r_squared(held_out=False) == pytest.approx(1)
    assert fit.r_squared(held_out=True) == pytest.approx(1)


def test_that_answering_the_mean_explains_nothing() -> None:
    mean = Network(Topology.parse("1-1", output="linear"), np.zeros(2))
    assert fit_of(mean, line_data()).r_squared(held_out=False) == pytest.approx(0)


def test_that_targets_are_given_back_in_raw_units() -> None:
    data = line_data()
    assert np.allclose(target_values(data, data.targets)[:, 0], data.values[:, 1])


def test_that_a_sample_of_rows_says_how_many_it_is() -> None:
    dataset = sample("circles")
    topology = sample_proposal("circles", dataset).topology
    result = confusion(Network.create(topology), dataset, TRAIN, most=50)
    assert (result.rows, result.total) == (50, int((dataset.split == TRAIN).sum()))
    assert result.counts.sum() == 50
    assert result.shares.sum(axis=1) == pytest.approx([1, 1])


@pytest.mark.parametrize(
    ("activation", "is_decision", "values", "expected"),
    [
        ("sigmoid", False, [0.0, 0.5, 1.0], [-1, 0, 1]),
        ("linear", True, [0.0, 0.5, 1.0, 7.0], [-1, 0, 1, 1]),
        ("tanh", False, [-1.0, 0.0, 0.5], [-1, 0, 0.5]),
        ("relu", False, [0.0, 2.0, 4.0], [0, 0.5, 1]),
        ("linear", False, [0.0, 0.0], [0, 0]),
    ],
)
def test_that_the_middle_of_the_colours_is_where_a_neuron_is_undecided(
    activation: str, is_decision: bool, values: list[float], expected: list[float]
) -> None:
    assert decision_values(np.array(values), activation, is_decision).tolist() == expected


def test_that_a_clear_answer_leads_and_a_tie_does_not() -> None:
    label, lead = likeliest(np.array([[0.5, 0.0], [0.5, 1.0], [0.0, 0.0]]))
    assert label.tolist() == [0, 1]
    assert lead == pytest.approx([0, 1])


@pytest.mark.parametrize("name", list(SAMPLES))
def test_that_every_sample_has_a_picture_within_its_frame(name: str) -> None:
    dataset = sample(name)
    picture = thumbnail(dataset)
    assert picture.image is not None or picture.x.size > 3
    shown = (picture.x, picture.y, picture.size) if picture.image is None else (picture.image,)
    for values in shown:
        assert values.min() >= 0
        assert values.max() <= 1
    assert views_of(dataset)
    assert output_title(dataset)


def test_that_a_picture_of_many_columns_is_the_same_everywhere() -> None:
    first, second = thumbnail(sample("iris")), thumbnail(sample("iris"))
    assert np.array_equal(first.x, second.x)
    assert picture_order(first.label) == [0, 1, 2]


def picture_order(labels: np.ndarray) -> list[int]:
    return sorted(set(labels.tolist()))
