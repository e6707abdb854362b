"""Points that are painted: where they go, and what stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from bpstudio.files.samples import sample
from bpstudio.model.dataset import TRAIN, DataError, Dataset
from bpstudio.model.painting import blank_points, with_points, without_rows

POINTS = np.array([[0.5, -0.25], [0.75, 0.0]])


def test_that_a_blank_plane_begins_with_the_painted_class() -> None:
    data = blank_points(POINTS, 1, ("orange", "blue"))
    assert data.class_names == ("orange", "blue")
    assert np.array_equal(data.inputs, POINTS)
    assert data.labels is not None and data.labels.tolist() == [1, 1]
    assert (data.split == TRAIN).all()


def test_that_more_than_two_classes_get_a_neuron_each() -> None:
    data = blank_points(POINTS, 2, ("orange", "blue", "green"))
    assert data.targets.tolist() == [[0, 0, 1], [0, 0, 1]]


def test_that_without_classes_the_value_is_the_target() -> None:
    data = blank_points(POINTS, -0.4, ())
    assert data.class_names == ()
    assert data.targets.ravel().tolist() == [-0.4, -0.4]


def test_that_points_are_added_in_the_shares_of_the_split_and_nothing_else_changes() -> None:
    before = sample("circles")
    after = with_points(before, np.tile(POINTS, (20, 1)), 1)
    assert len(after) == len(before) + 40
    assert np.array_equal(after.values[:-40], before.values)
    assert np.array_equal(after.split[:-40], before.split)
    assert after.preparation == before.preparation
    assert (after.split[-40:] == TRAIN).sum() == 30
    assert after.labels is not None and set(after.labels[-40:].tolist()) == {1}


@pytest.mark.parametrize("data", [sample("iris"), sample("sine"), sample("watermelon")])
def test_that_what_is_no_plane_is_refused(data: Dataset) -> None:
    with pytest.raises(DataError, match="two numeric inputs"):
        with_points(data, POINTS, 0)


def test_that_erased_rows_are_gone_and_the_rest_stays() -> None:
    before = sample("moons")
    gone = before.values[:, 0] > 0
    after = without_rows(before, gone)
    assert np.array_equal(after.values, before.values[~gone])
    assert after.preparation == before.preparation


def test_that_a_row_is_left_for_training() -> None:
    before = sample("moons")
    after = without_rows(before, before.split == TRAIN)
    assert (after.split == TRAIN).sum() == 1


def test_that_the_last_points_cannot_be_erased() -> None:
    before = sample("moons")
    with pytest.raises(DataError, match="at least one"):
        without_rows(before, np.ones(len(before), dtype=bool))
