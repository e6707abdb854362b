"""One raw column of a table: numbers or text, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bpstudio.files.text import MISSING, to_number
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import Column, DataError

MAX_CATEGORIES = 1000
MOST_CLASSES = 20
ID_NAMES = frozenset(
    {"", "id", "index", "idx", "no", "no.", "nr", "row", "编号", "序号", "unnamed: 0"}
)

_MOSTLY = 0.9


@dataclass(frozen=True, eq=False)
class RawColumn:
    """A column as read. ``numbers``, (rows,), holds its values if it is numeric, else None; ``cells``
    its text, empty where a large numeric table was read without keeping it.

    ``missing`` names the rows without a value, from 0. ``problem`` is what else is wrong: a row and a
    sentence.
    """

    name: str
    numbers: FloatArray | None
    cells: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()
    problem: tuple[int, str] | None = None

    @classmethod
    def parse(cls, name: str, cells: Sequence[str], decimal: str = ".") -> RawColumn:
        """Decide what the column is from its cells: numeric if more than 90 % of them are numbers."""
        kept = tuple(cells)
        numbers = _all_numbers(kept) if decimal == "." else None
        if numbers is not None:
            return cls(name, numbers, kept)
        values = [to_number(cell, decimal) for cell in kept]
        count = sum(value is not None for value in values)
        # A lone minus sign stands for "nothing" among numbers, but is a class beside a plus sign.
        marks = MISSING | {"-"} if count else MISSING
        missing = tuple(k for k, cell in enumerate(kept) if cell.lower() in marks)
        present = len(kept) - len(missing)
        if not present:
            return cls(name, None, kept, missing)
        text = _first(k for k, v in enumerate(values) if v is None and kept[k].lower() not in marks)
        if text is not None and count <= _MOSTLY * present:
            return cls(name, None, kept, missing)
        filled = np.array([np.nan if value is None else value for value in values])
        infinite = _first(np.flatnonzero(np.isinf(filled)))
        problem = None
        if text is not None:
            what = f"'{_short(kept[text])}' is no number, as nearly all others are"
            problem = text, f"{what}: correct it or leave the row out."
        elif infinite is not None:
            what = f"'{_short(kept[infinite])}' is infinite or too large"
            problem = infinite, f"{what}: use numbers up to 1.8e308 or leave the row out."
        return cls(name, filled, kept, missing, problem)

    @property
    def is_numeric(self) -> bool:
        return self.numbers is not None

    @property
    def looks_like_id(self) -> bool:
        """Whether it only names the rows: more than 20 texts that are all distinct, or a column called
        id or the like (``ID_NAMES``) that counts up from 0 or 1."""
        if self.numbers is None:
            return len(self.cells) > 20 and len(set(self.cells)) == len(self.cells)
        if self.name.lower() not in ID_NAMES or not len(self.numbers):
            return False
        counting = np.arange(len(self.numbers)) + self.numbers[0]
        return self.numbers[0] in (0, 1) and np.array_equal(self.numbers, counting)

    @property
    def looks_like_classes(self) -> bool:
        """Whether it holds text, or 2 to 20 integers without a gap from 0 or 1, each in 3 rows on
        average."""
        if self.numbers is None:
            return True
        distinct = np.unique(self.numbers)
        gapless = np.array_equal(distinct, np.arange(len(distinct)) + distinct[0])
        return (
            gapless
            and distinct[0] in (0, 1)
            and 2 <= len(distinct) <= MOST_CLASSES
            and len(self.numbers) >= 3 * len(distinct)
        )

    def texts(self) -> tuple[str, ...]:
        """Every cell as the name of a category; 1, 1.0 and 01 in a numeric column are the same."""
        if self.numbers is None:
            return self.cells
        distinct, places = np.unique(self.numbers + 0.0, return_inverse=True)
        names = [f"{value:.15g}" for value in distinct]
        return tuple(names[k] for k in places)

    def categories(self) -> tuple[str, ...]:
        """The distinct texts in natural order; DataError if there are too many."""
        distinct = set(self.texts())
        if len(distinct) > MAX_CATEGORIES:
            raise DataError(
                f"Column '{self.name}' has {len(distinct):,} different texts, more than "
                f"{MAX_CATEGORIES:,}: leave the column out or group them."
            )
        return natural_order(distinct)

    def encoded(self, column: Column) -> FloatArray:
        """Raw values, (rows,), for a column of a data set: numbers, or indices of its categories."""
        if self.numbers is not None and not column.is_category:
            return self.numbers
        index = {category: k for k, category in enumerate(column.categories)}
        return np.array([index[text] for text in self.texts()], dtype=np.float64)


def _all_numbers(cells: tuple[str, ...]) -> FloatArray | None:
    """The cells as finite numbers, (rows,), or None if one is none: the quick way."""
    try:
        values = np.array(list(map(float, cells)))
    except ValueError:
        return None
    # float() also takes 1_000 and the digits of other scripts.
    plain = "".join(cells)
    return values if plain.isascii() and "_" not in plain and np.isfinite(values).all() else None


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


def _first(rows: Iterable[int]) -> int | None:
    return next((int(row) for row in rows), None)


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
