"""Data: the split, the scaling fitted to training rows alone, encodings there and back, classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model.dataset import (
    SCALINGS,
    TEST,
    TRAIN,
    VALIDATION,
    Column,
    DataError,
    Dataset,
    Preparation,
    classes_of,
    split_rows,
)

from ..strategies import seeds

shares = st.floats(0, 0.49)
KIND = Column("kind", "one_hot", ("red", "green", "blue"))
SIDE = Column("side", "binary", ("left", "right"))


def numbers(rows: int = 20, columns: int = 2, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(3.0, 2.0, (rows, columns))


# The split


@given(st.integers(1, 60), shares, shares, seeds)
def test_that_a_split_is_decided_by_its_seed_and_has_the_shares_asked_for(
    count: int, validation: float, test: float, seed: int
) -> None:
    split = split_rows(count, None, validation, test, seed)
    assert np.array_equal(split, split_rows(count, None, validation, test, seed))
    parts = np.bincount(split, minlength=3)
    assert parts.sum() == count
    assert parts[TRAIN] >= 1
    held_out = round(count * validation) + round(count * test)
    if held_out < count:
        assert (parts[VALIDATION], parts[TEST]) == (
            round(count * validation),
            round(count * test),
        )


def test_that_another_seed_splits_differently() -> None:
    splits = {split_rows(40, None, 0.3, 0.2, seed).tobytes() for seed in range(5)}
    assert len(splits) == 5


@given(st.lists(st.integers(5, 40), min_size=2, max_size=4), shares, shares, seeds)
def test_that_every_class_is_held_out_in_the_same_share(
    sizes: list[int], validation: float, test: float, seed: int
) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    labels = np.random.default_rng(seed).permutation(labels)
    split = split_rows(len(labels), labels, validation, test, seed)
    for part, share in ((VALIDATION, validation), (TEST, test)):
        for label, size in enumerate(sizes):
            held_out = np.count_nonzero(split[labels == label] == part)
            assert abs(held_out - share * size) <= 2


def test_that_a_stratified_split_of_iris_holds_out_ten_of_each_class() -> None:
    labels = np.repeat([0, 1, 2], 50)
    for seed in range(10):
        split = split_rows(150, labels, 0.2, 0.2, seed)
        for part in (VALIDATION, TEST):
            assert np.bincount(labels[split == part]).tolist() == [10, 10, 10]


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_that_an_impossible_share_is_refused(share: float) -> None:
    with pytest.raises(
        DataError, match=r"The validation share is .*use a number from 0 to below 1"
    ):
        split_rows(10, None, share, 0.0, 0)


def test_that_shares_that_leave_no_training_row_are_refused() -> None:
    with pytest.raises(DataError, match="leave no row for training"):
        split_rows(10, None, 0.5, 0.5, 0)


# Scaling


@given(st.sampled_from(sorted(SCALINGS)), seeds)
def test_that_scaling_is_fitted_to_the_training_rows_alone(scaling: str, seed: int) -> None:
    values = numbers(seed=seed)
    columns = [Column("a", scaling=scaling)], [Column("b", scaling=scaling)]
    data = Dataset.prepare("d", *columns, values, validation=0.3, test=0.2, seed=seed)
    train = values[data.rows(TRAIN)]
    outliers = values.copy()
    outliers[data.rows(VALIDATION)] *= 1e6
    outliers[data.rows(TEST)] *= -1e6
    other = Dataset.prepare("d", *columns, outliers, validation=0.3, test=0.2, seed=seed)
    assert other.preparation == data.preparation
    for k, column in enumerate(data.preparation.columns):
        expected = {
            "none": (0.0, 1.0),
            "standardise": (train[:, k].mean(), train[:, k].std()),
            "minmax": (train[:, k].min(), np.ptp(train[:, k])),
        }[scaling]
        assert (column.shift, column.scale) == pytest.approx(expected)


def test_that_standardised_training_rows_have_mean_0_and_deviation_1() -> None:
    columns = [Column("a", scaling="standardise")], [Column("b", scaling="minmax")]
    data = Dataset.prepare("d", *columns, numbers(), validation=0.25)
    inputs, targets = (a[data.rows(TRAIN)] for a in (data.inputs, data.targets))
    assert (inputs.mean(), inputs.std()) == pytest.approx((0, 1), abs=1e-12)
    assert (targets.min(), targets.max()) == pytest.approx((0, 1), abs=1e-12)


@pytest.mark.parametrize("scaling", ["standardise", "minmax"])
def test_that_a_constant_column_is_only_shifted(scaling: str) -> None:
    values = np.column_stack([np.full(5, 7.0), np.arange(5.0)])
    data = Dataset.prepare("d", [Column("a", scaling=scaling)], [Column("b")], values)
    assert data.inputs.tolist() == [[0.0]] * 5


def test_that_a_new_split_is_fitted_anew() -> None:
    columns = [Column("a", scaling="standardise")], [Column("b")]
    data = Dataset.prepare("d", *columns, numbers(), validation=0.5, seed=1)
    again = data.resplit(0.5, 0.0, seed=2)
    assert again.preparation != data.preparation
    assert again == Dataset.prepare("d", *columns, numbers(), validation=0.5, seed=2)
    assert again.resplit(0.5, 0.0, seed=1) == data


# Encodings, there and back


@st.composite
def prepared_columns(draw: st.DrawFn) -> tuple[Column, Any]:
    """A column of any kind with raw values that fit it."""
    kind = draw(st.sampled_from(["number", "one_hot", "binary"]))
    rows = draw(st.integers(1, 8))
    if kind == "number":
        raw = np.array(draw(st.lists(st.floats(-1e6, 1e6), min_size=rows, max_size=rows)))
        return Column("x", scaling=draw(st.sampled_from(sorted(SCALINGS)))).fitted(raw), raw
    count = 2 if kind == "binary" else draw(st.integers(1, 5))
    names = tuple(f"c{k}" for k in range(count))
    raw = np.array(draw(st.lists(st.integers(0, count - 1), min_size=rows, max_size=rows)), float)
    return Column("x", kind, names), raw


@given(prepared_columns())
def test_that_what_is_encoded_is_decoded_to_the_same_values(case: tuple[Column, Any]) -> None:
    column, raw = case
    encoded = column.encode(raw)
    assert encoded.shape == (len(raw), column.width)
    spread = float(np.abs(raw).max())
    assert column.decode(encoded) == pytest.approx(raw, rel=1e-12, abs=1e-12 * (1 + spread))


@given(st.lists(prepared_columns(), min_size=1, max_size=4))
def test_that_rows_of_mixed_targets_come_back(cases: list[tuple[Column, Any]]) -> None:
    rows = min(len(raw) for _, raw in cases)
    # A column is fitted to all its values: they, not those kept, say how fine its numbers are.
    spread = max(float(np.abs(raw).max()) for _, raw in cases)
    raw = np.column_stack([raw[:rows] for _, raw in cases])
    preparation = Preparation((Column("in"),), tuple(column for column, _ in cases))
    encoded = preparation.encode_targets(raw)
    assert encoded.shape == (rows, preparation.output_size)
    decoded = preparation.decode_outputs(encoded)
    assert decoded == pytest.approx(raw, rel=1e-9, abs=1e-12 * (1 + spread))


def test_that_outputs_decode_to_the_likeliest_category() -> None:
    preparation = Preparation((Column("in"),), (KIND, SIDE, Column("y", shift=1.0, scale=2.0)))
    outputs = np.array([[0.1, 0.7, 0.2, 0.4, 3.0], [0.5, 0.2, 0.3, 0.5, 0.0]])
    assert preparation.decode_outputs(outputs).tolist() == [[1, 0, 7], [0, 1, 1]]


def test_that_columns_name_their_neurons() -> None:
    preparation = Preparation((Column("a"), KIND, SIDE), (KIND, Column("y")))
    assert preparation.input_names == (
        "a",
        "kind=red",
        "kind=green",
        "kind=blue",
        "side=right",
    )
    assert preparation.output_names == ("kind=red", "kind=green", "kind=blue", "y")
    assert (preparation.input_size, preparation.output_size) == (5, 4)


@pytest.mark.parametrize(
    ("column", "names"),
    [(KIND, ("red", "green", "blue")), (SIDE, ("right",)), (Column("y"), ("y",))],
)
def test_that_a_single_category_target_names_its_classes(
    column: Column, names: tuple[str, ...]
) -> None:
    assert Preparation((Column("a"),), (column,)).output_names == names


def test_that_values_read_as_people_write_them() -> None:
    assert (KIND.text(2.0), Column("a").text(0.1), Column("a").text(3.0)) == ("blue", "0.1", "3")


def test_that_a_two_class_target_can_take_one_neuron_or_two() -> None:
    values = np.array([[0.0, 0], [1, 1], [2, 1]])
    data = Dataset("d", Preparation((Column("a"),), (SIDE,)), values, np.zeros(3))
    assert data.targets.tolist() == [[0], [1], [1]]
    pair = data.with_target_encoding("one_hot")
    assert pair.targets.tolist() == [[1, 0], [0, 1], [0, 1]]
    assert pair.class_names == data.class_names == ("left", "right")
    assert np.array_equal(pair.labels, data.labels)


# Classes


def dataset_of(*targets: Column, Y: Any) -> Dataset:
    Y = np.asarray(Y, dtype=float)
    values = np.column_stack([np.zeros(len(Y)), Y])
    return Dataset("d", Preparation((Column("a"),), targets), values, np.zeros(len(Y)))


def test_that_categories_are_classes() -> None:
    data = dataset_of(KIND, Y=[[2], [0], [1]])
    assert data.class_names == ("red", "green", "blue")
    assert data.labels is not None
    assert data.labels.tolist() == [2, 0, 1]


def test_that_one_column_of_0_and_1_is_two_classes() -> None:
    data = dataset_of(Column("ripe"), Y=[[0], [1], [1]])
    assert data.class_names == ("not ripe", "ripe")
    assert data.labels is not None
    assert data.labels.tolist() == [0, 1, 1]


def test_that_scaled_numbers_are_no_classes() -> None:
    # Standardised, a 1 may lie below one half: it would be counted as the other class.
    scaled = Column("ripe", scaling="standardise").fitted(np.array([0.0] + [1.0] * 9))
    assert dataset_of(scaled, Y=[[0], *[[1]] * 9]).class_names == ()


def test_that_one_hot_columns_are_classes_and_others_are_not() -> None:
    pair = Column("p"), Column("q")
    assert dataset_of(*pair, Y=[[1, 0], [0, 1]]).class_names == ("p", "q")
    assert dataset_of(*pair, Y=[[1, 1], [0, 1]]).class_names == ()
    assert dataset_of(*pair, Y=[[0.5, 0.5], [0, 1]]).labels is None


def test_that_numbers_are_no_classes() -> None:
    assert dataset_of(Column("y"), Y=[[0.0], [0.5]]).class_names == ()


def test_that_a_class_is_the_largest_output_or_one_above_a_half() -> None:
    assert classes_of(np.array([[0.49], [0.5]])).tolist() == [0, 1]
    assert classes_of(np.array([[0.1, 0.3, 0.2], [3.0, 1, 2]])).tolist() == [1, 0]


# Making one, and what is refused


def test_that_arrays_become_data_as_they_are() -> None:
    X, Y = np.arange(12.0).reshape(4, 3), np.arange(4)
    data = bp.Dataset.from_arrays(X, Y, input_names=["a", "b", "c"])
    assert np.array_equal(data.inputs, X)
    assert data.targets.tolist() == [[0], [1], [2], [3]]
    assert data.preparation.input_names == ("a", "b", "c")
    assert data.preparation.output_names == ("y1",)
    assert data.rows(TRAIN).tolist() == [0, 1, 2, 3]


def test_that_data_do_not_share_memory_with_what_they_were_made_from() -> None:
    X, Y = np.zeros((3, 1)), np.zeros((3, 1))
    data = bp.Dataset.from_arrays(X, Y)
    X[:] = 9
    assert not data.inputs.any()
    for array in (data.values, data.split, data.inputs, data.targets):
        assert not array.flags.writeable


def test_that_a_value_that_is_no_number_is_refused_with_row_and_column() -> None:
    X = np.zeros((3, 2))
    X[1, 1] = np.nan
    with pytest.raises(DataError, match="Row 2, column 'x2' is nan"):
        bp.Dataset.from_arrays(X, np.zeros(3))


@pytest.mark.parametrize(
    ("X", "Y", "sentence"),
    [
        (np.zeros((3, 1)), np.zeros(2), r"same number of rows.*\(3, 1\) and \(2, 1\)"),
        (np.zeros((0, 1)), np.zeros((0, 1)), "no rows"),
        (np.zeros((2, 0)), np.zeros((2, 1)), "no input column"),
        (np.zeros((2, 1)), np.zeros((2, 0)), "no target column"),
        (np.zeros((2, 1, 1)), np.zeros(2), "same number of rows"),
    ],
)
def test_that_arrays_that_do_not_fit_are_refused(X: Any, Y: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        bp.Dataset.from_arrays(X, Y)


def test_that_names_have_to_match_the_columns() -> None:
    with pytest.raises(DataError, match="1 names were given for 2 columns"):
        bp.Dataset.from_arrays(np.zeros((2, 2)), np.zeros(2), input_names=["a"])


@pytest.mark.parametrize(
    ("split", "sentence"),
    [([1, 2], "No row is left for training"), ([0, 3], "0, 1 or 2"), ([0], "0, 1 or 2")],
)
def test_that_a_split_needs_a_part_for_every_row(split: list[int], sentence: str) -> None:
    preparation = Preparation((Column("a"),), (Column("b"),))
    with pytest.raises(DataError, match=sentence):
        Dataset("d", preparation, np.zeros((2, 2)), np.array(split))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"encoding": "roman"}, "encoding 'roman' is not known"),
        ({"scaling": "log"}, "scaling 'log' is not known"),
        ({"encoding": "one_hot"}, "categories go with"),
        ({"categories": ("a", "b")}, "categories go with"),
        ({"encoding": "binary", "categories": ("a", "b", "c")}, "has 3 categories"),
    ],
)
def test_that_a_column_that_makes_no_sense_is_refused_by_name(
    options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(DataError, match=f"Column 'size'.*{sentence}"):
        Column("size", **options)


def test_that_rows_of_another_width_cannot_be_encoded() -> None:
    preparation = Preparation((Column("a"), Column("b")), (Column("c"),))
    with pytest.raises(DataError, match="2 columns are needed, but the rows have 3"):
        preparation.encode_inputs(np.zeros((4, 3)))


def test_that_data_are_equal_by_value() -> None:
    assert bp.Dataset.from_arrays(numbers(), numbers()) == bp.Dataset.from_arrays(
        numbers(), numbers()
    )
    assert bp.Dataset.from_arrays(numbers(), numbers()) != bp.Dataset.from_arrays(
        numbers(), numbers(seed=1)
    )
