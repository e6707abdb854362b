"""Columns: what is fitted to missing values, ranks and ranges, and how it is said in words."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstudio.files.samples import sample, starter
from bpstudio.model.dataset import DataError, Dataset, folds_of
from bpstudio.model.preparation import MISSING_CATEGORY, Column, Preparation
from bpstudio.model.ranges import range_problem
from bpstudio.model.topology import Topology

numbers = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


@given(numbers, st.floats(-5, 5), st.floats(0.1, 10))
def test_that_a_range_is_reached_and_undone(values: list[float], low: float, width: float) -> None:
    raw = np.array(values)
    column = Column("x", scaling="minmax", low=low, high=low + width).fitted(raw)
    encoded = column.encode(raw)
    if raw.max() - raw.min() > 1e-6 * max(abs(raw).max(), 1):
        np.testing.assert_allclose(
            [encoded.min(), encoded.max()], [low, low + width], rtol=1e-6, atol=1e-6
        )
    np.testing.assert_allclose(column.decode(encoded), raw, rtol=1e-9, atol=1e-6)


@given(numbers, st.sampled_from(["mean", "median", "most_frequent"]), st.data())
def test_that_a_filled_value_is_like_one_that_was_there(
    values: list[float], missing: str, data: st.DataObject
) -> None:
    raw = np.array(values)
    gaps = np.array(data.draw(st.lists(st.booleans(), min_size=len(raw), max_size=len(raw))))
    raw[gaps] = np.nan
    column = Column("x", scaling="standardise", missing=missing).fitted(raw)
    np.testing.assert_array_equal(column.encode(raw), column.encode(column.filled(raw)))
    assert np.isfinite(column.encode(raw)).all()
    if not gaps.all():
        present = raw[~gaps]
        rounding = 1e-9 * max(1.0, float(np.abs(present).max()))
        assert present.min() - rounding <= column.fill <= present.max() + rounding


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (Column("x"), "as it is"),
        (Column("x", scaling="standardise", shift=2, scale=0.5), "standardised: (x − 2) / 0.5"),
        (
            Column("x", scaling="minmax", shift=-1, scale=4, low=-1, missing="mean", fill=2.5),
            "to the range -1 to 1: (x + 1) / 4; missing values become 2.5, the mean",
        ),
        (Column("c", "binary", ("no", "yes")), "one neuron: 0 = no, 1 = yes"),
        (Column("c", "one_hot", ("a", "b", "c")), "one neuron per category: a, b, c"),
        (
            Column("c", "ordinal", ("low", "high"), missing="most_frequent", fill=1.0),
            "the rank 0 = low, 1 = high; missing values become high, the most frequent value",
        ),
        (
            Column("c", "one_hot", ("a", MISSING_CATEGORY), missing="category", fill=1.0),
            "one neuron per category: a, (missing); missing values are the category (missing)",
        ),
    ],
)
def test_that_it_is_said_in_words(column: Column, words: str) -> None:
    assert column.words == words
    assert Preparation((column,), (Column("y"),)).words()[0] == (column.name, words)


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"missing": "zero"}, "cannot be 'zero'"),
        ({"low": 1.0, "high": 1.0}, "the second number must be larger"),
        ({"bounds": (3.0, 2.0)}, "the second number must be larger"),
        ({"encoding": "one_hot", "categories": ("a", "b"), "missing": "mean"}, "have no mean"),
        ({"encoding": "one_hot", "categories": ("a", "b"), "missing": "category"}, "no category"),
    ],
)
def test_that_what_cannot_be_is_refused(wrong: Any, part: str) -> None:
    with pytest.raises(DataError, match=part):
        Column("x", **wrong)


def test_that_targets_are_never_filled_in() -> None:
    with pytest.raises(DataError, match="target, whose missing values cannot be filled in"):
        Preparation((Column("x"),), (Column("y", missing="mean"),))


def test_that_a_missing_value_needs_a_filling() -> None:
    values = np.array([[1.0, 2], [np.nan, 3]])
    with pytest.raises(DataError, match="Row 2, column 'x' is nan"):
        Dataset.prepare("d", [Column("x")], [Column("y")], values)
    data = Dataset.prepare("d", [Column("x", missing="mean")], [Column("y")], values)
    assert data.inputs.tolist() == [[1], [1]]
    assert data == replace(data)


@given(st.integers(2, 60), st.integers(2, 10), st.integers(0, 99))
def test_that_folds_are_even_in_each_class(count: int, folds: int, seed: int) -> None:
    labels = np.arange(count) % 3
    if folds > count:
        with pytest.raises(DataError, match=f"make 2 to {count}"):
            folds_of(count, labels, folds, seed)
        return
    fold = folds_of(count, labels, folds, seed)
    sizes = np.bincount(fold, minlength=folds)
    assert sizes.max() - sizes.min() <= 1
    for label in range(min(3, count)):
        of_class = np.bincount(fold[labels == label], minlength=folds)
        assert of_class.max() - of_class.min() <= 1
    np.testing.assert_array_equal(fold, folds_of(count, labels, folds, seed))


def test_that_targets_out_of_reach_are_named_with_what_helps() -> None:
    project = starter("sine")
    assert project.dataset is not None
    assert range_problem(project.topology, project.dataset) is None
    topology = project.topology.with_activation("output", "sigmoid")
    problem = range_problem(topology, project.dataset)
    assert problem is not None and "sigmoid gives outputs from 0 to 1" in problem.sentence
    assert project.dataset.targets[problem.row, 0] < 0
    changed = project.with_topology(topology)
    for remedy in problem.remedies:
        helped = remedy.apply(changed)
        assert helped.dataset is not None
        assert range_problem(helped.topology, helped.dataset) is None
        assert helped.problem() is None
    assert range_problem(Topology(), project.dataset) is None
    assert range_problem(starter("iris").topology, sample("iris")) is None
