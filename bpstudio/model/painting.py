"""Points painted on a plane of two columns: added to data, taken away, or the first ones of new data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bpstudio.model.arrays import BoolArray, FloatArray
from bpstudio.model.dataset import TRAIN, Column, DataError, Dataset


def blank_points(
    points: FloatArray,
    value: float,
    classes: Sequence[str] = ("orange", "blue"),
    name: str = "painted",
) -> Dataset:
    """New data that begin with these points, (points, 2), all for training.

    ``value`` is the index of their class, or with no ``classes`` the number that they have.
    """
    target = Column("value")
    if classes:
        target = Column("class", "binary" if len(classes) == 2 else "one_hot", tuple(classes))
    columns = [Column("x"), Column("y")]
    return Dataset.prepare(
        name, columns, [target], np.column_stack([*points.T, _of(points, value)])
    )


def with_points(dataset: Dataset, points: FloatArray, value: float) -> Dataset:
    """The data with points, (points, 2) in raw units, for training; scalings stay as they are.

    ``value`` is the index of their class, or a number in the units of the target. DataError if the data
    are not points of a plane.
    """
    _check(dataset)
    targets = dataset.preparation.targets
    if len(targets) == 1:
        values = _of(points, value)[:, None]
    elif dataset.class_names:
        values = np.tile(np.eye(len(targets))[int(value)], (len(points), 1))
    else:
        raise DataError("Data with several targets cannot be painted: use one target.")
    rows = np.hstack([points, values])
    return replace(
        dataset,
        values=np.vstack([dataset.values, rows]),
        split=np.concatenate([dataset.split, np.full(len(rows), TRAIN, dtype=np.int8)]),
    )


def without_rows(dataset: Dataset, gone: BoolArray) -> Dataset:
    """The data without some rows, (rows,) True where one goes; scalings stay as they are.

    If none is left for training, the first one is. DataError if no row is left at all.
    """
    if gone.all():
        raise DataError("The last points cannot be erased: start an empty plane instead.")
    split = dataset.split[~gone].copy()
    if not (split == TRAIN).any():
        split[0] = TRAIN
    return replace(dataset, values=dataset.values[~gone], split=split)


def _of(points: FloatArray, value: float) -> FloatArray:
    return np.full(len(points), float(value))


def _check(dataset: Dataset) -> None:
    inputs = dataset.preparation.inputs
    if len(inputs) != 2 or any(column.is_category for column in inputs):
        raise DataError(
            "Points can be painted where there are two numbers as inputs: start an empty plane."
        )
