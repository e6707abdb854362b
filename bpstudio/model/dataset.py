"""A data set: raw columns, the fitted preparation that makes network inputs of them, and the split.

The preparation (scalers, categories) is one value. Training, prediction and every export use this same
value, so an exported network gives the outputs that were on the screen, from the raw columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray, frozen
from bpstudio.model.network import SPLIT_STREAM

SCALINGS: dict[str, str] = {
    "none": "as it is",
    "standardise": "mean 0, deviation 1",
    "minmax": "from 0 to 1",
}
ENCODINGS: dict[str, str] = {
    "number": "a number",
    "one_hot": "one neuron per category",
    "binary": "one neuron, 0 or 1",
}
TRAIN, VALIDATION, TEST = 0, 1, 2
SPLIT_NAMES = ("train", "validation", "test")


class DataError(ValueError):
    """Data that cannot be used; the message says what, where and what to do."""


@dataclass(frozen=True)
class Column:
    """One raw column and how it enters the network.

    A number x is encoded as (x - shift) / scale. A category, raw as its index in ``categories``, is
    one-hot, or for two categories a single 0 or 1.
    """

    name: str
    encoding: str = "number"
    categories: tuple[str, ...] = ()
    scaling: str = "none"
    shift: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.encoding not in ENCODINGS:
            raise DataError(f"Column '{self.name}': encoding '{self.encoding}' is not known.")
        if self.scaling not in SCALINGS:
            raise DataError(f"Column '{self.name}': scaling '{self.scaling}' is not known.")
        if (self.encoding == "number") == bool(self.categories):
            raise DataError(f"Column '{self.name}': categories go with a category's encoding.")
        if self.encoding == "binary" and len(self.categories) != 2:
            raise DataError(
                f"Column '{self.name}' has {len(self.categories)} categories: "
                "one neuron can tell two apart; use one_hot."
            )

    @property
    def is_category(self) -> bool:
        return self.encoding != "number"

    @property
    def width(self) -> int:
        """How many neurons the column takes."""
        return len(self.categories) if self.encoding == "one_hot" else 1

    @property
    def neuron_names(self) -> tuple[str, ...]:
        if self.encoding == "one_hot":
            return tuple(f"{self.name}={category}" for category in self.categories)
        if self.encoding == "binary":
            return (f"{self.name}={self.categories[1]}",)
        return (self.name,)

    def fitted(self, raw: FloatArray) -> Column:
        """With shift and scale fitted to these raw values, (rows,)."""
        if self.is_category or self.scaling == "none" or raw.size == 0:
            return replace(self, shift=0.0, scale=1.0)
        if self.scaling == "standardise":
            shift, scale = float(raw.mean()), float(raw.std())
        else:
            shift, scale = float(raw.min()), float(np.ptp(raw))
        # A constant column has no scale: it is only shifted.
        return replace(self, shift=shift, scale=scale if scale > 0 else 1.0)

    def encode(self, raw: FloatArray) -> FloatArray:
        """(rows,) raw values to (rows, width)."""
        if self.encoding == "number":
            scaled: FloatArray = (raw - self.shift) / self.scale
            return scaled[:, None]
        if self.encoding == "binary":
            return raw.astype(float)[:, None]
        one_hot: FloatArray = np.eye(len(self.categories))[raw.astype(np.intp)]
        return one_hot

    def decode(self, outputs: FloatArray) -> FloatArray:
        """(rows, width) outputs to (rows,) numbers, or indices of the likeliest category."""
        if self.encoding == "number":
            numbers: FloatArray = outputs[:, 0] * self.scale + self.shift
            return numbers
        if self.encoding == "binary":
            above: FloatArray = (outputs[:, 0] >= 0.5).astype(float)
            return above
        likeliest: FloatArray = outputs.argmax(axis=1).astype(float)
        return likeliest

    def text(self, value: float) -> str:
        """A raw value as people read it."""
        return self.categories[int(value)] if self.is_category else f"{value:.10g}"


@dataclass(frozen=True)
class Preparation:
    """The input and target columns with what was fitted: from raw columns to neurons and back."""

    inputs: tuple[Column, ...]
    targets: tuple[Column, ...]

    def __post_init__(self) -> None:
        if not self.inputs:
            raise DataError("The data have no input column: choose at least one.")
        if not self.targets:
            raise DataError("The data have no target column: choose at least one.")

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.inputs + self.targets

    @property
    def input_names(self) -> tuple[str, ...]:
        """One name per input neuron."""
        return tuple(name for column in self.inputs for name in column.neuron_names)

    @property
    def output_names(self) -> tuple[str, ...]:
        """One name per output neuron; a single category column names its classes, the second class
        alone for one neuron."""
        if len(self.targets) == 1 and self.targets[0].is_category:
            return self.targets[0].categories[-self.targets[0].width :]
        return tuple(name for column in self.targets for name in column.neuron_names)

    @property
    def input_size(self) -> int:
        return sum(column.width for column in self.inputs)

    @property
    def output_size(self) -> int:
        return sum(column.width for column in self.targets)

    def encode_inputs(self, raw: FloatArray) -> FloatArray:
        """(rows, input columns) raw to (rows, input neurons)."""
        return _encode(self.inputs, raw)

    def encode_targets(self, raw: FloatArray) -> FloatArray:
        """(rows, target columns) raw to (rows, output neurons)."""
        return _encode(self.targets, raw)

    def decode_outputs(self, outputs: FloatArray) -> FloatArray:
        """(rows, output neurons) to (rows, target columns): numbers, or indices of categories."""
        parts, at = [], 0
        for column in self.targets:
            parts.append(column.decode(outputs[:, at : at + column.width]))
            at += column.width
        return np.stack(parts, axis=1)


def _encode(columns: Sequence[Column], raw: FloatArray) -> FloatArray:
    if raw.ndim != 2 or raw.shape[1] != len(columns):
        raise DataError(f"{len(columns)} columns are needed, but the rows have {raw.shape[-1]}.")
    return np.hstack([column.encode(raw[:, k]) for k, column in enumerate(columns)])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Raw values, (rows, columns) in the order inputs then targets, their preparation and the split.

    ``values`` holds numbers, and for categories their index. ``split`` holds for each row 0 (train),
    1 (validation) or 2 (test).
    """

    name: str
    preparation: Preparation
    values: FloatArray
    split: IntArray

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        split = np.asarray(self.split, dtype=np.int8)
        columns = self.preparation.columns
        if values.ndim != 2 or values.shape[1] != len(columns):
            raise DataError(f"The data need {len(columns)} columns, but have shape {values.shape}.")
        if values.shape[0] == 0:
            raise DataError("The data have no rows: choose a file with at least one.")
        if split.shape != values.shape[:1] or split.min() < TRAIN or split.max() > TEST:
            raise DataError("The split needs 0, 1 or 2 for every row.")
        if not (split == TRAIN).any():
            raise DataError("No row is left for training: make the held-out share smaller.")
        bad = np.argwhere(~np.isfinite(values))
        if bad.size:
            row, column = bad[0]
            raise DataError(
                f"Row {row + 1}, column '{columns[column].name}' is {values[row, column]}: "
                "use a finite number or leave the row out."
            )
        object.__setattr__(self, "values", frozen(values))
        object.__setattr__(self, "split", frozen(split))

    # Making one

    @classmethod
    def from_arrays(
        cls,
        X: FloatArray,
        Y: FloatArray,
        name: str = "data",
        validation: float = 0.0,
        test: float = 0.0,
        seed: int = 0,
        input_names: Sequence[str] | None = None,
        target_names: Sequence[str] | None = None,
    ) -> Dataset:
        """Numbers as they are: X (rows, inputs) and Y (rows, outputs); nothing is scaled.

        ``validation`` and ``test`` are shares of the rows, held out at random by ``seed``, alike for
        each class where Y holds classes.
        """
        x, y = (np.asarray(a, dtype=np.float64) for a in (X, Y))
        x, y = (a[:, None] if a.ndim == 1 else a for a in (x, y))
        if x.ndim != 2 or y.ndim != 2 or len(x) != len(y):
            raise DataError(
                f"X and Y need the same number of rows, but have shapes {x.shape} and {y.shape}."
            )
        inputs = _named(input_names, x.shape[1], "x")
        targets = _named(target_names, y.shape[1], "y")
        return cls.prepare(
            name, inputs, targets, np.hstack([x, y]), validation=validation, test=test, seed=seed
        )

    @classmethod
    def prepare(
        cls,
        name: str,
        inputs: Sequence[Column],
        targets: Sequence[Column],
        values: FloatArray,
        validation: float = 0.0,
        test: float = 0.0,
        seed: int = 0,
    ) -> Dataset:
        """Split the rows, then fit the columns' scaling to the training rows alone."""
        unfitted = cls(
            name, Preparation(tuple(inputs), tuple(targets)), values, np.zeros(len(values), np.int8)
        )
        return unfitted.resplit(validation, test, seed)

    def resplit(self, validation: float, test: float = 0.0, seed: int = 0) -> Dataset:
        """The same rows, split anew; scaling is fitted again to the new training rows."""
        split = split_rows(len(self.values), self.labels, validation, test, seed)
        return replace(self, split=split)._fitted()

    def _fitted(self) -> Dataset:
        train = self.values[self.split == TRAIN]
        fitted = tuple(c.fitted(train[:, k]) for k, c in enumerate(self.preparation.columns))
        count = len(self.preparation.inputs)
        return replace(self, preparation=Preparation(fitted[:count], fitted[count:]))

    def with_target_encoding(self, encoding: str) -> Dataset:
        """Category targets encoded as ``one_hot`` or ``binary``."""
        targets = tuple(
            replace(c, encoding=encoding) if c.is_category else c for c in self.preparation.targets
        )
        return replace(self, preparation=replace(self.preparation, targets=targets))

    # Reading it

    def __len__(self) -> int:
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dataset):
            return NotImplemented
        return self is other or (
            self.name == other.name
            and self.preparation == other.preparation
            and np.array_equal(self.values, other.values)
            and np.array_equal(self.split, other.split)
        )

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def inputs(self) -> FloatArray:
        """What the input layer gets, (rows, input neurons), read-only."""
        count = len(self.preparation.inputs)
        return frozen(self.preparation.encode_inputs(self.values[:, :count]))

    @cached_property
    def targets(self) -> FloatArray:
        """What the output layer should give, (rows, output neurons), read-only."""
        count = len(self.preparation.inputs)
        return frozen(self.preparation.encode_targets(self.values[:, count:]))

    def rows(self, part: int) -> IntArray:
        """Indices of the rows in a part of the split: TRAIN, VALIDATION or TEST."""
        return np.flatnonzero(self.split == part)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that the outputs tell apart; empty for regression."""
        targets = self.preparation.targets
        if len(targets) == 1:
            if targets[0].is_category:
                return targets[0].categories
            column = self.values[:, -1]
            if targets[0].scaling == "none" and np.all((column == 0) | (column == 1)):
                return (f"not {targets[0].name}", targets[0].name)
            return ()
        if any(c.is_category or c.scaling != "none" for c in targets):
            return ()
        Y = self.values[:, len(self.preparation.inputs) :]
        one_hot = np.all((Y == 0) | (Y == 1)) and np.all(Y.sum(axis=1) == 1)
        return tuple(c.name for c in targets) if one_hot else ()

    @cached_property
    def labels(self) -> IntArray | None:
        """The class index of each row, (rows,); None for regression."""
        return classes_of(self.targets) if self.class_names else None


def classes_of(outputs: FloatArray) -> IntArray:
    """Class indices from outputs or targets, (rows, outputs): the largest, or one output above ½."""
    if outputs.shape[1] == 1:
        return (outputs[:, 0] >= 0.5).astype(np.intp)
    largest: IntArray = outputs.argmax(axis=1)
    return largest


def split_rows(
    count: int, labels: IntArray | None, validation: float, test: float, seed: int
) -> IntArray:
    """A seeded split, (rows,); with labels each class is held out in the same share (stratified)."""
    for name, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise DataError(f"The {name} share is {share}: use a number from 0 to below 1.")
    if validation + test >= 1:
        raise DataError(
            "The validation and test shares leave no row for training: make them smaller."
        )
    rng = np.random.default_rng([seed, SPLIT_STREAM])
    order: IntArray = rng.permutation(count)
    if labels is not None:
        order = _interleaved(order, labels)
    held_test, held_validation = round(count * test), round(count * validation)
    split = np.full(count, TRAIN, dtype=np.int8)
    split[order[:held_test]] = TEST
    split[order[held_test : held_test + held_validation]] = VALIDATION
    if (split != TRAIN).all():
        split[order[-1]] = TRAIN
    return split


def _interleaved(order: IntArray, labels: IntArray) -> IntArray:
    """Reorder so that every stretch holds the classes in their proportion.

    Row r of a class with n rows gets the place (r + ½) / n; sorting by it deals the classes evenly.
    """
    place = np.empty(len(order))
    for label in np.unique(labels):
        members = order[labels[order] == label]
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    result: IntArray = order[np.argsort(place[order], kind="stable")]
    return result


def _named(names: Sequence[str] | None, count: int, letter: str) -> list[Column]:
    names = names if names is not None else [f"{letter}{k + 1}" for k in range(count)]
    if len(names) != count:
        raise DataError(f"{len(names)} names were given for {count} columns.")
    return [Column(name) for name in names]
