"""Data sets painted by hand: points added and taken away on the plane of two numeric inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.dataset import TEST, TRAIN, VALIDATION, Column, DataError, Dataset

CLASSES = ("blue", "orange")


def can_be_painted(dataset: Dataset | None) -> bool:
    """Whether points can be added: two numeric inputs, and one target."""
    if dataset is None:
        return False
    inputs, targets = dataset.preparation.inputs, dataset.preparation.targets
    plane = len(inputs) == 2 and not any(column.is_category for column in inputs)
    return plane and len(targets) == 1


def blank_points(
    points: FloatArray,
    value: float,
    classes: Sequence[str] = CLASSES,
    name: str = "painted",
    input_names: tuple[str, str] = ("x", "y"),
) -> Dataset:
    """The first points of a new data set, (points, 2), all with this ``value``: the index of one of the
    ``classes``, or with none a number. All rows are for training and nothing is scaled."""
    if classes:
        target = Column("class", "binary" if len(classes) == 2 else "one_hot", tuple(classes))
    else:
        target = Column("value")
    values = _rows(points, value, target)
    columns = [Column(input_name) for input_name in input_names]
    return Dataset.prepare(name, columns, [target], values)


def with_points(dataset: Dataset, points: FloatArray, value: float) -> Dataset:
    """More rows below the others: raw coordinates (points, 2), and one ``value`` for all, the index of
    a class or a number.

    They come to train, validation and test in the shares that these have. What was fitted stays, so
    the network sees the other points where they were. DataError if there is no plane.
    """
    if not can_be_painted(dataset):
        raise DataError(
            "Points can be painted where there are two numeric inputs and one target: choose such data."
        )
    rows = _rows(points, value, dataset.preparation.targets[0])
    values = np.concatenate([dataset.values, rows])
    split = np.concatenate([dataset.split, _dealt(dataset.split, len(rows))])
    return replace(dataset, values=values, split=split)


def without_rows(dataset: Dataset, gone: BoolArray) -> Dataset:
    """Without the rows where ``gone``, (rows,), is True.

    If only rows that were held out are left, the first of them is for training. What was fitted stays.
    DataError if no row is left.
    """
    kept = ~np.asarray(gone, dtype=bool)
    if kept.shape != dataset.split.shape:
        raise DataError(f"{len(dataset)} rows need as many marks, but there are {kept.size}.")
    if not kept.any():
        raise DataError("No point would be left: keep at least one.")
    split = dataset.split[kept]
    if not (split == TRAIN).any():
        split[0] = TRAIN
    return replace(dataset, values=dataset.values[kept], split=split)


def without_points(dataset: Dataset, centre: tuple[float, float], radius: float) -> Dataset:
    """Without the points within ``radius`` of ``centre``, in raw units; see ``without_rows``."""
    apart = dataset.values[:, :2] - np.asarray(centre)
    return without_rows(dataset, np.hypot(apart[:, 0], apart[:, 1]) <= radius)


def _rows(points: FloatArray, value: float, target: Column) -> FloatArray:
    points = np.atleast_2d(np.asarray(points, dtype=np.float64))
    if points.shape[1] != 2 or not len(points):
        raise DataError(f"Points are pairs of numbers, but these have shape {points.shape}.")
    if target.is_category and value not in range(len(target.categories)):
        raise DataError(
            f"There is no class {value:g}: the classes are 0 to {len(target.categories) - 1}."
        )
    return np.column_stack([points, np.full(len(points), float(value))])


def _dealt(split: IntArray, count: int) -> IntArray:
    """Parts for ``count`` new rows, so that every part keeps its share."""
    shares = [float((split == part).mean()) for part in (TRAIN, VALIDATION, TEST)]
    have = np.array([(split == part).sum() for part in (TRAIN, VALIDATION, TEST)], dtype=float)
    parts = np.zeros(count, dtype=np.int8)
    for k in range(count):
        # The part that is most behind its share gets the row.
        behind = np.array(shares) * (have.sum() + 1) - have
        parts[k] = int(behind.argmax())
        have[parts[k]] += 1
    return parts
