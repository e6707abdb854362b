"""A data set: raw columns, the fitted preparation that makes network inputs of them, and the split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray, frozen, sealed
from bpstudio.model.network import SPLIT_STREAM
from bpstudio.model.preparation import ENCODINGS, SCALINGS, Column, DataError, Preparation

__all__ = [
    "ENCODINGS",
    "SCALINGS",
    "SPLITS",
    "SPLIT_NAMES",
    "TEST",
    "TRAIN",
    "VALIDATION",
    "Column",
    "DataError",
    "Dataset",
    "Preparation",
    "classes_of",
    "folds_of",
    "split_rows",
]

TRAIN, VALIDATION, TEST = 0, 1, 2
SPLIT_NAMES = ("train", "validation", "test")
SPLITS: dict[str, str] = {
    "stratified": "at random, each class alike",
    "random": "at random",
    "ordered": "in the order of the rows",
    "column": "by a column",
    "file": "test rows from a file of their own",
}
"""How rows come to train, validation and test."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Raw values, (rows, columns) in the order inputs then targets, their preparation and the split.

    ``values`` holds numbers, and for categories their index; NaN where a value is missing in a column
    that says what to fill in. ``split`` holds for each row 0 (train), 1 (validation) or 2 (test), and
    ``split_kind``, one of ``SPLITS``, how that came about.
    """

    name: str
    preparation: Preparation
    values: FloatArray
    split: IntArray
    split_kind: str = "stratified"

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
        if self.split_kind not in SPLITS:
            raise DataError(f"The split '{self.split_kind}' is not known.")
        if not np.isfinite(values).all():
            self._check_missing(values)
        object.__setattr__(self, "values", frozen(values))
        object.__setattr__(self, "split", frozen(split))

    def _check_missing(self, values: FloatArray) -> None:
        """DataError for a value that is not finite, but NaN where a column says what to fill in."""
        for k, column in enumerate(self.preparation.columns):
            bad = ~np.isfinite(values[:, k])
            if column.missing:
                bad &= ~np.isnan(values[:, k])
            if bad.any():
                row = int(bad.argmax())
                raise DataError(
                    f"Row {row + 1}, column '{column.name}' is {values[row, k]}: "
                    "use a finite number or leave the row out."
                )

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

    def resplit(
        self, validation: float, test: float = 0.0, seed: int = 0, kind: str | None = None
    ) -> Dataset:
        """The same rows, split anew; what was fitted is fitted again to the new training rows.

        ``kind`` is "stratified", "random" or "ordered"; None keeps it, but a split by a column becomes
        stratified, and test rows from a file of their own stay.
        """
        if kind is None and self.split_kind == "file":
            return self._split_beside(validation, seed)
        if kind is None:
            kind = "stratified" if self.split_kind == "column" else self.split_kind
        split = split_rows(len(self.values), self.labels, validation, test, seed, kind)
        return replace(self, split=split, split_kind=kind).refitted()

    def _split_beside(self, validation: float, seed: int) -> Dataset:
        own = np.flatnonzero(self.split != TEST)
        labels = None if self.labels is None else self.labels[own]
        split = self.split.copy()
        split[own] = split_rows(len(own), labels, validation, 0.0, seed)
        return replace(self, split=split).refitted()

    def with_split(self, split: IntArray, kind: str) -> Dataset:
        """The same rows with this split, (rows,) of 0, 1 and 2, and fitted to its training rows."""
        return replace(self, split=split, split_kind=kind).refitted()

    def refitted(self) -> Dataset:
        """With the preparation fitted to the training rows."""
        train = self.split == TRAIN
        nothing = np.zeros(1)
        fitted = tuple(
            c.fitted(self.values[train, k] if c.needs_values else nothing)
            for k, c in enumerate(self.preparation.columns)
        )
        count = len(self.preparation.inputs)
        return replace(self, preparation=Preparation(fitted[:count], fitted[count:]))

    def with_target_encoding(self, encoding: str) -> Dataset:
        """Category targets encoded as ``one_hot`` or ``binary``."""
        targets = tuple(
            replace(c, encoding=encoding) if c.is_category else c for c in self.preparation.targets
        )
        return replace(self, preparation=replace(self.preparation, targets=targets))

    def with_target_range(self, low: float, high: float) -> Dataset:
        """Numeric targets scaled from their least and largest training value to low and high."""
        targets = tuple(
            c if c.is_category else replace(c, scaling="minmax", low=low, high=high, bounds=None)
            for c in self.preparation.targets
        )
        return replace(self, preparation=replace(self.preparation, targets=targets)).refitted()

    # Reading it

    def __len__(self) -> int:
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dataset):
            return NotImplemented
        return self is other or (
            self.name == other.name
            and self.preparation == other.preparation
            and np.array_equal(self.values, other.values, equal_nan=True)
            and np.array_equal(self.split, other.split)
            and self.split_kind == other.split_kind
        )

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def inputs(self) -> FloatArray:
        """What the input layer gets, (rows, input neurons), read-only."""
        count = len(self.preparation.inputs)
        return sealed(self.preparation.encode_inputs(self.values[:, :count]))

    @cached_property
    def targets(self) -> FloatArray:
        """What the output layer should give, (rows, output neurons), read-only."""
        count = len(self.preparation.inputs)
        return sealed(self.preparation.encode_targets(self.values[:, count:]))

    @cached_property
    def filled(self) -> FloatArray:
        """The raw values, (rows, columns), with the fill values for what is missing, read-only."""
        if not np.isnan(self.values).any():
            return self.values
        columns = self.preparation.columns
        return frozen(np.column_stack([c.filled(self.values[:, k]) for k, c in enumerate(columns)]))

    def rows(self, part: int) -> IntArray:
        """Indices of the rows in a part of the split: TRAIN, VALIDATION or TEST."""
        return np.flatnonzero(self.split == part)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that the outputs tell apart; empty for regression."""
        targets = self.preparation.targets
        if len(targets) == 1:
            if targets[0].is_category:
                return () if targets[0].encoding == "ordinal" else targets[0].categories
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
    count: int,
    labels: IntArray | None,
    validation: float,
    test: float,
    seed: int,
    kind: str = "stratified",
) -> IntArray:
    """A split, (rows,): by the seed, with labels of each class the same share (stratified), or the
    rows in order: first to train, then to validate, then to test."""
    if kind not in ("stratified", "random", "ordered"):
        raise DataError(f"Rows cannot be split '{kind}': use stratified, random or ordered.")
    for name, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise DataError(f"The {name} share is {share}: use a number from 0 to below 1.")
    if validation + test >= 1:
        raise DataError(
            "The validation and test shares leave no row for training: make them smaller."
        )
    order: IntArray = np.arange(count)[::-1]
    if kind != "ordered":
        order = np.random.default_rng([seed, SPLIT_STREAM]).permutation(count)
    if labels is not None and kind == "stratified":
        order = _interleaved(order, labels)
    held_test, held_validation = round(count * test), round(count * validation)
    split = np.full(count, TRAIN, dtype=np.int8)
    split[order[:held_test]] = TEST
    split[order[held_test : held_test + held_validation]] = VALIDATION
    if (split != TRAIN).all():
        split[order[-1]] = TRAIN
    return split


def folds_of(count: int, labels: IntArray | None, folds: int, seed: int) -> IntArray:
    """The fold of each row, (rows,), from 0: by the seed, and with labels each class dealt evenly.

    DataError if there are fewer than 2 folds or more than rows.
    """
    if not 2 <= folds <= count:
        raise DataError(f"{count:,} rows make 2 to {count:,} folds, not {folds:,}.")
    order: IntArray = np.random.default_rng([seed, SPLIT_STREAM]).permutation(count)
    if labels is not None:
        # Dealt like cards, class after class: every fold gets as many of each, give or take one.
        order = order[np.argsort(labels[order], kind="stable")]
    fold = np.empty(count, dtype=np.intp)
    fold[order] = np.arange(count) % folds
    return fold


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
