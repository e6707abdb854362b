"""One raw column of a table: numbers or text, and what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.text import to_number
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.dataset import Column, DataError

MAX_CATEGORIES = 1000
MOST_CLASSES = 20
MOST_ODD = 20
"""So many different texts are not written by accident: they are what the column holds."""
ID_NAMES = frozenset(
    {"", "id", "index", "idx", "no", "no.", "nr", "row", "编号", "序号", "unnamed: 0"}
)


@dataclass(frozen=True, eq=False)
class RawColumn:
    """A column as read: numbers, or text.

    ``numbers`` is (rows,) of any numeric type, NaN where a value is missing; None for text. ``codes`` is
    then (rows,), the place of each cell's text in ``distinct``, -1 where it is missing. ``problem`` is
    what is wrong with a number: a row and a sentence. ``bounds`` are the range that the file's format
    gives the numbers (0 and 255 for pixels); ``declared`` the categories that the file names, in order.
    ``odd`` are the texts among numbers that are none, at most ``MOST_ODD``, in the order they come;
    ``treated`` is how many cells are missing because people said what their text means.
    """

    name: str
    numbers: NDArray[np.generic] | None = None
    codes: IntArray | None = None
    distinct: tuple[str, ...] = ()
    problem: tuple[int, str] | None = None
    bounds: tuple[float, float] | None = None
    declared: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    treated: int = 0

    @classmethod
    def of_texts(
        cls, name: str, texts: Iterable[str | None], declared: tuple[str, ...] = ()
    ) -> RawColumn:
        """Text; None is a missing cell."""
        places: dict[str, int] = {}
        codes = [-1 if t is None else places.setdefault(t, len(places)) for t in texts]
        return cls(name, None, np.array(codes, dtype=np.int32), tuple(places), declared=declared)

    def __len__(self) -> int:
        cells = self.numbers if self.numbers is not None else self.codes
        return 0 if cells is None else len(cells)

    @property
    def is_numeric(self) -> bool:
        return self.numbers is not None

    @cached_property
    def missing(self) -> IntArray:
        """The rows without a value, in order."""
        if self.numbers is None:
            assert self.codes is not None
            return np.flatnonzero(self.codes < 0)
        if self.numbers.dtype.kind != "f":
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero(np.isnan(self.numbers))

    @cached_property
    def present(self) -> NDArray[np.generic]:
        """The values that are there: numbers, or codes."""
        cells = self.numbers if self.numbers is not None else self.codes
        assert cells is not None
        return np.delete(cells, self.missing) if self.missing.size else cells

    @cached_property
    def counts(self) -> dict[str, int]:
        """How often each text comes, or each number as text (1, 1.0 and 01 are the same)."""
        values, counts = np.unique(self.present, return_counts=True)
        if self.numbers is not None:
            names = [number_text(value) for value in values.tolist()]
            # Numbers that differ in the 16th digit read alike.
            result: dict[str, int] = {}
            for name, count in zip(names, counts.tolist(), strict=True):
                result[name] = result.get(name, 0) + count
            return result
        return {self.distinct[k]: n for k, n in zip(values.tolist(), counts.tolist(), strict=True)}

    @cached_property
    def distinct_count(self) -> int:
        """How many different values there are."""
        if self.numbers is None:
            return len(self.counts)
        ordered = np.sort(self.present)
        return int(len(ordered) > 0) + int((ordered[1:] != ordered[:-1]).sum())

    @cached_property
    def is_constant(self) -> bool:
        """Whether all values that are there are the same."""
        if self.numbers is None:
            return self.distinct_count == 1
        return bool(len(self.present)) and bool(self.present.min() == self.present.max())

    @cached_property
    def looks_like_id(self) -> bool:
        """Whether it only names the rows: more than 20 texts that are all distinct, or a column called
        id or the like (``ID_NAMES``) that counts up from 0 or 1."""
        if self.numbers is None:
            return len(self) > 20 and len(self.distinct) == len(self)
        if self.name.lower() not in ID_NAMES or not len(self):
            return False
        counting = np.arange(len(self)) + self.numbers[0]
        return float(self.numbers[0]) in (0.0, 1.0) and np.array_equal(self.numbers, counting)

    @cached_property
    def looks_like_classes(self) -> bool:
        """Whether it holds text, or 2 to 20 integers without a gap from 0 or 1, each in 3 rows on
        average."""
        if self.numbers is None:
            return True
        if not len(self.present) or not _whole(self.present[: 10 * MOST_CLASSES]):
            return False
        distinct = np.unique(self.present)
        gapless = np.array_equal(distinct, np.arange(len(distinct)) + distinct[0])
        return (
            gapless
            and float(distinct[0]) in (0.0, 1.0)
            and 2 <= len(distinct) <= MOST_CLASSES
            and len(self) >= 3 * len(distinct)
        )

    def texts(self, rows: slice = slice(None)) -> tuple[str, ...]:
        """Cells as text, "" where a value is missing; 1, 1.0 and 01 in a numeric column are "1"."""
        if self.numbers is None:
            assert self.codes is not None
            names = (*self.distinct, "")
            return tuple(names[k] for k in self.codes[rows].tolist())
        return tuple("" if math.isnan(x) else number_text(x) for x in self.numbers[rows].tolist())

    def with_missing(self, texts: Iterable[str]) -> RawColumn:
        """The cells that hold one of these texts, or this number, are missing."""
        wanted = {text.strip().lower() for text in texts}
        if self.numbers is None:
            assert self.codes is not None
            found = np.array([*(text.lower() in wanted for text in self.distinct), False])
            hits = found[self.codes]
            codes = np.where(hits, np.int32(-1), self.codes)
            kept = RawColumn(self.name, None, codes, self.distinct, declared=self.declared)
        else:
            # What is no number stands as infinite here.
            found_numbers = (to_number(text) for text in wanted)
            values = [v for v in found_numbers if v is not None and math.isfinite(v)]
            hits = np.isin(self.numbers, values) if values else np.zeros(len(self), dtype=bool)
            if hits.any():
                numbers = np.where(hits, np.nan, self.numbers.astype(np.float64, copy=False))
                kept = replace(self, numbers=numbers)
        if not hits.any():
            return self
        return replace(kept, treated=self.treated + int(hits.sum()))

    def categories(self) -> tuple[str, ...]:
        """The distinct texts in natural order, or as the file declares; DataError if too many."""
        count = max(self.distinct_count, len(self.declared))
        if count > MAX_CATEGORIES:
            raise DataError(
                f"Column '{self.name}' has {count:,} different texts, more than "
                f"{MAX_CATEGORIES:,}: leave the column out or group them."
            )
        return self.declared or natural_order(self.counts)

    def encoded(self, column: Column) -> FloatArray:
        """Raw values, (rows,), for a column of a data set: numbers, or indices of its categories; NaN
        where one is missing or is no category."""
        if self.numbers is not None and not column.is_category:
            return self.numbers.astype(np.float64, copy=False)
        index = {category: float(k) for k, category in enumerate(column.categories)}
        if self.numbers is None:
            assert self.codes is not None
            # A category learned from a numeric column has its plain name: 1 for 01.
            known = [index.get(text, index.get(_plain(text), np.nan)) for text in self.distinct]
            return np.array([*known, np.nan])[self.codes]
        values, places = np.unique(self.numbers, return_inverse=True)
        known = [index.get(number_text(value), np.nan) for value in values.tolist()]
        return np.array(known)[places]


def number_text(value: float) -> str:
    """A number as the name of a category."""
    return f"{value + 0.0:.15g}"


def _plain(text: str) -> str:
    value = to_number(text)
    return text if value is None else number_text(value)


def _whole(values: NDArray[np.generic]) -> bool:
    return values.dtype.kind in "iub" or np.array_equal(values, np.rint(values.astype(float)))


def natural_order(texts: Iterable[str]) -> tuple[str, ...]:
    """Sorted as people do: numbers by their value, and a2 before a10."""
    numbers = {text: to_number(text) for text in texts}
    if all(value is not None for value in numbers.values()):
        return tuple(sorted(numbers, key=lambda text: (numbers[text], text)))
    return tuple(sorted(numbers, key=_natural_key))


def _natural_key(text: str) -> tuple[list[tuple[int, int, str]], str]:
    parts = re.findall(r"([0-9]+)|([^0-9]+)", text.casefold())
    # Digits compare by their number, which their count and then the digits themselves tell.
    key = [(0, len(n), n) if (n := d.lstrip("0")) or d else (1, 0, t) for d, t in parts]
    return key, text
