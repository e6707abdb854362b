"""Points painted by hand: added, taken away, and in the parts where they belong."""

import numpy as np
import pytest

from bpstudio.files.samples import sample
from bpstudio.model.dataset import TRAIN, VALIDATION, DataError
from bpstudio.model.painting import (
    blank_points,
    can_be_painted,
    with_points,
    without_points,
    without_rows,
)


def test_that_the_first_points_make_a_data_set() -> None:
    data = blank_points(np.array([[0.5, -0.5], [0.25, 1.0]]), 1)
    assert data.values.tolist() == [[0.5, -0.5, 1], [0.25, 1.0, 1]]
    assert data.class_names == ("blue", "orange")
    assert (data.split == TRAIN).all()
    assert blank_points(np.zeros((1, 2)), 4, "abcdef").preparation.output_size == 6
    number = blank_points(np.zeros((1, 2)), 2.5, classes=())
    assert number.class_names == () and number.targets.tolist() == [[2.5]]


def test_that_points_are_added_below_and_dealt_to_the_parts() -> None:
    data = sample("circles")
    more = with_points(data, np.random.default_rng(0).normal(size=(40, 2)), 0)
    assert len(more) == 300
    np.testing.assert_array_equal(more.values[:260], data.values)
    assert (more.split[260:] == VALIDATION).sum() == 10
    assert more.preparation == data.preparation
    assert len(with_points(more, np.zeros((1, 2)), 1)) == 301


def test_that_erasing_takes_what_is_near() -> None:
    data = blank_points(np.array([[0.0, 0], [1, 0], [0, 1]]), 0)
    assert without_points(data, (0, 0), 0.5).values[:, :2].tolist() == [[1, 0], [0, 1]]
    with pytest.raises(DataError, match="No point would be left"):
        without_points(data, (0, 0), 2)


def test_that_a_row_is_kept_for_training() -> None:
    data = sample("circles")
    left = without_rows(data, data.split == TRAIN)
    assert (left.split == TRAIN).sum() == 1


def test_that_only_a_plane_can_be_painted() -> None:
    assert can_be_painted(sample("circles"))
    assert not can_be_painted(sample("iris")) and not can_be_painted(None)
    with pytest.raises(DataError, match="two numeric inputs"):
        with_points(sample("iris"), np.zeros((1, 2)), 0)
    with pytest.raises(DataError, match="no class 2"):
        with_points(sample("circles"), np.zeros((1, 2)), 2)
    with pytest.raises(DataError, match="pairs of numbers"):
        with_points(sample("circles"), np.zeros((1, 3)), 0)
    with pytest.raises(DataError, match="as many marks"):
        without_rows(sample("circles"), np.zeros(3, dtype=bool))
