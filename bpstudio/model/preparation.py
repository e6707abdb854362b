"""What is done to raw columns on their way into the network, and back: one fitted value.

Training, prediction, the explanation and every export use this same value, so an exported network gives
the outputs that were on the screen, from the raw columns.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bpstudio.model.arrays import FloatArray

LEAST_SIDE = 8
"""Inputs are an image if they are as many as a square of at least this side has cells."""
_CELL = re.compile(r"(?P<stem>\D*)\d+(\D+\d+)?")

SCALINGS: dict[str, str] = {
    "none": "as it is",
    "standardise": "mean 0, deviation 1",
    "minmax": "to a range",
}
ENCODINGS: dict[str, str] = {
    "number": "a number",
    "one_hot": "one neuron per category",
    "binary": "one neuron, 0 or 1",
    "ordinal": "one neuron, the category's rank",
}
FILLINGS: dict[str, str] = {
    "mean": "the mean",
    "median": "the median",
    "most_frequent": "the most frequent value",
    "category": "a category of its own",
}
"""What a missing value is replaced by; fitted to the training rows."""
MISSING_CATEGORY = "(missing)"


class DataError(ValueError):
    """Data that cannot be used; the message says what, where and what to do."""


@dataclass(frozen=True)
class Column:
    """One raw column and how it enters the network.

    A missing value, raw NaN, first becomes ``fill``. Then a number x is encoded as (x - shift) / scale,
    and so is the index of an ordinal category. Another category, raw as its index in ``categories``, is
    one-hot, or for two categories a single 0 or 1.

    ``low`` and ``high`` are the range that ``minmax`` scales to, from ``bounds`` if they are known (as 0
    and 255 for pixels), else from the least and the largest training value. ``missing`` says how
    ``fill`` is fitted (one of ``FILLINGS``); "" where no value may be missing. ``gaps`` are texts, or
    numbers as text, that stand for a missing value in tables, beside those that always do.
    """

    name: str
    encoding: str = "number"
    categories: tuple[str, ...] = ()
    scaling: str = "none"
    shift: float = 0.0
    scale: float = 1.0
    low: float = 0.0
    high: float = 1.0
    bounds: tuple[float, float] | None = None
    missing: str = ""
    fill: float = 0.0
    gaps: tuple[str, ...] = ()

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
        if not -np.inf < self.low < self.high < np.inf:
            raise DataError(
                f"Column '{self.name}' is scaled from {self.low:g} to {self.high:g}: "
                "the second number must be larger."
            )
        if self.bounds is not None and not -np.inf < self.bounds[0] < self.bounds[1] < np.inf:
            raise DataError(
                f"Column '{self.name}' is said to lie from {self.bounds[0]:g} to {self.bounds[1]:g}: "
                "the second number must be larger."
            )
        self._check_missing()

    def _check_missing(self) -> None:
        if self.missing not in ("", *FILLINGS):
            raise DataError(f"Column '{self.name}': missing values cannot be '{self.missing}'.")
        if self.missing in ("mean", "median") and self.is_category:
            raise DataError(
                f"Column '{self.name}' holds categories, which have no {self.missing}: "
                "fill in the most frequent one."
            )
        if self.missing == "category" and MISSING_CATEGORY not in self.categories:
            raise DataError(
                f"Column '{self.name}' has no category for missing values: use another filling."
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

    @property
    def needs_values(self) -> bool:
        """Whether what is fitted depends on the training rows."""
        known = self.bounds is not None or self.encoding == "ordinal"
        plain = self.scaling == "none" or self.encoding in ("one_hot", "binary")
        return self.missing not in ("", "category") or not (
            plain or (known and self.scaling == "minmax")
        )

    def fitted(self, raw: FloatArray) -> Column:
        """With fill, shift and scale fitted to these raw values, (rows,)."""
        filled = replace(self, fill=self._fill(raw) if self.missing else 0.0)
        raw = filled.filled(raw)
        if self.encoding in ("one_hot", "binary") or self.scaling == "none" or raw.size == 0:
            return replace(filled, shift=0.0, scale=1.0)
        if self.scaling == "standardise":
            shift, scale = float(raw.mean()), float(raw.std())
            # A constant column has no scale: it is only shifted. Its mean may be off by a rounding.
            scale = scale if raw.min() < raw.max() else 0.0
        else:
            first, last = self._range(raw)
            scale = (last - first) / (self.high - self.low)
            shift = first - self.low * scale
        return replace(filled, shift=shift, scale=scale if scale > 0 else 1.0)

    def _range(self, raw: FloatArray) -> tuple[float, float]:
        if self.bounds is not None:
            return self.bounds
        if self.encoding == "ordinal":
            return 0.0, float(len(self.categories) - 1)
        return float(raw.min()), float(raw.max())

    def _fill(self, raw: FloatArray) -> float:
        if self.missing == "category":
            return float(self.categories.index(MISSING_CATEGORY))
        present = raw[~np.isnan(raw)]
        if present.size == 0:
            return 0.0
        if self.missing == "mean":
            return float(present.mean())
        if self.missing == "median":
            return float(np.median(present))
        values, counts = np.unique(present, return_counts=True)
        return float(values[counts.argmax()])

    def filled(self, raw: FloatArray) -> FloatArray:
        """(rows,) raw values with the fill value for what is missing; the same array if nothing is."""
        if not self.missing:
            return raw
        gaps = np.isnan(raw)
        result: FloatArray = np.where(gaps, self.fill, raw) if gaps.any() else raw
        return result

    def encode(self, raw: FloatArray) -> FloatArray:
        """(rows,) raw values to (rows, width)."""
        raw = self.filled(raw)
        if self.encoding in ("number", "ordinal"):
            scaled: FloatArray = (raw - self.shift) / self.scale
            return scaled[:, None]
        if self.encoding == "binary":
            return raw.astype(float)[:, None]
        one_hot: FloatArray = np.zeros((len(raw), len(self.categories)))
        one_hot[np.arange(len(raw)), raw.astype(np.intp)] = 1.0
        return one_hot

    def decode(self, outputs: FloatArray) -> FloatArray:
        """(rows, width) outputs to (rows,) numbers, or indices of the likeliest category."""
        if self.encoding in ("number", "ordinal"):
            numbers: FloatArray = outputs[:, 0] * self.scale + self.shift
            if self.encoding == "number":
                return numbers
            ranks: FloatArray = np.clip(np.rint(numbers), 0, len(self.categories) - 1)
            return ranks
        if self.encoding == "binary":
            above: FloatArray = (outputs[:, 0] >= 0.5).astype(float)
            return above
        likeliest: FloatArray = outputs.argmax(axis=1).astype(float)
        return likeliest

    def text(self, value: float) -> str:
        """A raw value as people read it; nothing for a missing one."""
        if np.isnan(value):
            return ""
        return self.categories[int(value)] if self.is_category else f"{value:.10g}"

    # In words

    @property
    def words(self) -> str:
        """What is done to the column, with the fitted numbers, in a clause."""
        parts = [self._encoding_words(), self._gap_words(), self._missing_words()]
        return "; ".join(part for part in parts if part)

    def _encoding_words(self) -> str:
        if self.encoding == "one_hot":
            return f"one neuron per category: {_some(self.categories)}"
        if self.encoding == "binary":
            return f"one neuron: 0 = {self.categories[0]}, 1 = {self.categories[1]}"
        ranks = ""
        if self.encoding == "ordinal":
            ranks = _some([f"{k} = {name}" for k, name in enumerate(self.categories)])
            ranks = f"the rank {ranks}"
        if self.scaling == "none":
            return ranks or "as it is"
        formula = f"(x {_minus(self.shift)}) / {self.scale:.6g}"
        if self.scaling == "standardise":
            formula = f"standardised: {formula}"
        else:
            formula = f"to the range {self.low:g} to {self.high:g}: {formula}"
        return f"{ranks}, {formula}" if ranks else formula

    def _gap_words(self) -> str:
        if not self.gaps:
            return ""
        return f"{' or '.join(self.gaps)} {'counts' if len(self.gaps) == 1 else 'count'} as missing"

    def _missing_words(self) -> str:
        if not self.missing:
            return ""
        if self.missing == "category":
            return f"missing values are the category {MISSING_CATEGORY}"
        return f"missing values become {self.text(self.fill)}, {FILLINGS[self.missing]}"


def _minus(shift: float) -> str:
    return f"− {shift:.6g}" if shift >= 0 else f"+ {-shift:.6g}"


def _some(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


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
        for column in self.targets:
            if column.missing:
                raise DataError(
                    f"Column '{column.name}' is a target, whose missing values cannot be filled in: "
                    "leave out these rows."
                )

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.inputs + self.targets

    @cached_property
    def image_shape(self) -> tuple[int, int] | None:
        """(rows, columns) where the inputs are the cells of a square image: all of them numbers, named
        alike with a number for each cell."""
        side = math.isqrt(len(self.inputs))
        if side < LEAST_SIDE or side * side != len(self.inputs):
            return None
        if any(column.is_category for column in self.inputs):
            return None
        cells = [_CELL.fullmatch(column.name) for column in self.inputs]
        stems = {cell["stem"] if cell else None for cell in cells}
        return (side, side) if len(stems) == 1 and None not in stems else None

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

    @cached_property
    def input_size(self) -> int:
        return sum(column.width for column in self.inputs)

    @cached_property
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

    def words(self) -> tuple[tuple[str, str], ...]:
        """Each column's name and what is done to it, inputs before targets."""
        return tuple((column.name, column.words) for column in self.columns)


def _encode(columns: Sequence[Column], raw: FloatArray) -> FloatArray:
    if raw.ndim != 2 or raw.shape[1] != len(columns):
        raise DataError(f"{len(columns)} columns are needed, but the rows have {raw.shape[-1]}.")
    encoded = np.empty((len(raw), sum(column.width for column in columns)))
    if all(column.encoding == "number" and not column.missing for column in columns):
        # The same as below for all columns at once, which matters where there are many.
        np.subtract(raw, np.array([column.shift for column in columns]), out=encoded)
        encoded /= np.array([column.scale for column in columns])
        return encoded
    at = 0
    for k, column in enumerate(columns):
        encoded[:, at : at + column.width] = column.encode(raw[:, k])
        at += column.width
    return encoded
