"""A data set as a small picture: a few points that people recognise it by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpstudio.explain.outputs import evenly, target_limit
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.dataset import Dataset

MOST_POINTS, MOST_GRID_ROWS, MOST_GRID_COLUMNS = 110, 8, 8
LEAST_IMAGE_SIDE = 6
MOSAIC = 2, 3
"""Rows and columns of small images."""


@dataclass(frozen=True)
class Thumbnail:
    """Points (points,) with x to the right and y up, 0 to 1; ``label`` is -1 without classes.

    ``value`` is -1 to 1 by the target, ``size`` 0 to 1. ``image`` (height, width), 0 to 1, takes the
    points' place where the rows are images.
    """

    x: FloatArray
    y: FloatArray
    label: IntArray
    value: FloatArray
    size: FloatArray
    image: FloatArray | None = None


def thumbnail(dataset: Dataset) -> Thumbnail:
    """The picture of a data set: the plane of two numbers, the curve over one, the two main directions
    of many, a table of dots where everything is 0 or 1, or a few of the images themselves."""
    side = image_side(dataset)
    if side:
        return _images(dataset, side)
    inputs = dataset.inputs
    numeric = [k for k, c in enumerate(dataset.preparation.inputs) if not c.is_category]
    rows = evenly(np.arange(len(dataset)), MOST_POINTS)
    if len(numeric) > 2 and bool(np.all((inputs[rows] == 0) | (inputs[rows] == 1))):
        return _table(dataset)
    if len(numeric) == 2:
        x, y = dataset.filled[rows][:, numeric].T
    elif inputs.shape[1] == 1:
        x, y = inputs[rows, 0], dataset.targets[rows, 0]
    elif len(numeric) > 2:
        x, y = _main_directions(dataset.filled[rows][:, numeric]).T
    else:
        return _table(dataset)
    return _pictured(dataset, rows, _spread(x), _spread(y), np.ones(rows.size))


def image_side(dataset: Dataset) -> int:
    """The side of the square images that the input columns are the pixels of; 0 if they are none."""
    columns = dataset.preparation.inputs
    side = math.isqrt(len(columns))
    if side < LEAST_IMAGE_SIDE or side * side != len(columns):
        return 0
    if any(column.is_category for column in columns):
        return 0
    pixels = dataset.filled[evenly(np.arange(len(dataset)), MOST_POINTS), : side * side]
    # Pixels share one scale from black; columns of measurements hardly ever do.
    whole = pixels.min() == 0 and bool(np.all(pixels == np.round(pixels)))
    return side if whole or (pixels.min() >= 0 and pixels.max() <= 1) else 0


def _images(dataset: Dataset, side: int) -> Thumbnail:
    """The first images, of different classes where there are any, side by side."""
    down, across = MOSAIC
    rows: IntArray = np.arange(len(dataset))
    if dataset.labels is not None:
        rows = np.unique(dataset.labels, return_index=True)[1]
    rows = np.resize(rows, down * across)
    pixels = dataset.filled[rows, : side * side].reshape(down, across, side, side)
    framed = np.pad(pixels, ((0, 0), (0, 0), (0, 1), (0, 1)))
    image = framed.transpose(0, 2, 1, 3).reshape(down * (side + 1), across * (side + 1))
    nothing = np.zeros(0)
    none = np.zeros(0, dtype=np.intp)
    top = float(image.max()) or 1.0
    return Thumbnail(nothing, nothing, none, nothing, nothing, image[:-1, :-1] / top)


def _table(dataset: Dataset) -> Thumbnail:
    """Rows under each other, a dot for every input, small for 0 and large for 1."""
    rows = np.arange(min(len(dataset), MOST_GRID_ROWS))
    cells = dataset.inputs[rows][:, :MOST_GRID_COLUMNS]
    down, across = np.indices(cells.shape)
    # A narrow table stands in the middle.
    width = min(1.0, 0.25 * (cells.shape[1] - 1)) or 1.0
    x = 0.5 + width * (across / max(cells.shape[1] - 1, 1) - 0.5)
    y = 1 - down / max(len(rows) - 1, 1)
    size = np.where(cells > 0, 1.0, 0.35)
    return _pictured(dataset, rows[down.ravel()], x.ravel(), y.ravel(), size.ravel())


def _pictured(
    dataset: Dataset, rows: IntArray, x: FloatArray, y: FloatArray, size: FloatArray
) -> Thumbnail:
    labels = dataset.labels
    label = np.full(rows.size, -1) if labels is None else labels[rows]
    value = dataset.targets[rows, 0] / target_limit(dataset)
    return Thumbnail(x, y, label, value, size)


def _spread(values: FloatArray) -> FloatArray:
    low, high = float(values.min()), float(values.max())
    spread: FloatArray = (values - low) / (high - low) if high > low else np.full(values.shape, 0.5)
    return spread


def _main_directions(values: FloatArray) -> FloatArray:
    """Rows along the two directions in which standardised columns vary most, (rows, 2)."""
    scale = values.std(axis=0)
    centred = (values - values.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    # The sign of a direction is arbitrary: make it one that every machine agrees on.
    first = directions[:2]
    signs = np.sign(first[np.arange(2), np.abs(first).argmax(axis=1)])
    projected: FloatArray = centred @ (first * signs[:, None]).T
    return projected
