"""One column of a text table while it grows: cells become numbers or codes as they come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.columns import MOST_CLASSES, MOST_ODD, RawColumn
from bpstudio.files.errors import quoted_cell
from bpstudio.files.text import MISSING, to_number
from bpstudio.model.arrays import FloatArray

MOSTLY = 0.9
"""A column is numeric if more than this share of its cells are numbers."""
_MARKS = frozenset(
    form for mark in {*MISSING, "-"} for form in (mark, mark.upper(), mark.title(), "N/a", "NaN")
)


@dataclass(eq=False)
class Builder:
    """Grows one column. ``kind`` is what the next cells are expected to be: "number" (nothing else),
    "marked" (numbers, and marks for missing ones) or "text". ``gaps`` are texts in lower case that stand
    for a missing value beside those always known."""

    name: str
    kind: str
    decimal: str
    forced: str | None = None
    gaps: frozenset[str] = frozenset()
    numbers: list[FloatArray] = field(default_factory=list)
    coded: list[NDArray[np.int32]] = field(default_factory=list)
    order: list[bool] = field(default_factory=list)
    """True where the next piece is in ``numbers``."""
    places: dict[str, int] = field(default_factory=dict)

    def add_numbers(self, values: FloatArray) -> None:
        self.numbers.append(values)
        self.order.append(True)

    def add_cells(self, cells: Sequence[str]) -> None:
        if self.kind != "text":
            values = _quick_numbers(cells, self.decimal)
            if values is not None:
                self.add_numbers(values)
                return
            self.kind = "text" if self.forced is None and self.coded else "marked"
        for cell in dict.fromkeys(cells):
            if cell not in self.places:
                self.places[cell] = len(self.places)
        codes = np.fromiter(map(self.places.__getitem__, cells), np.int32, len(cells))
        self.coded.append(codes)
        self.order.append(False)

    def finished(self) -> RawColumn | None:
        """The column; None if cells that were read as numbers turn out to be text."""
        if not self.coded and (self.forced != "text" or not self.numbers):
            values = _joined(self.numbers)
            if self.forced == "number" or not np.isnan(values).all():
                return RawColumn(self.name, values)
            return RawColumn.of_texts(self.name, [None] * len(values))
        texts = [text.strip() for text in self.places]
        found = [to_number(text, self.decimal) for text in texts]
        counts = sum((np.bincount(c, minlength=len(texts)) for c in self.coded), np.zeros(1))
        numeric = np.array([value is not None for value in found], dtype=bool)
        some = bool(self.numbers) or bool(numeric.any())
        marks = MISSING | {"-"} if some else MISSING
        treated = np.array([text.lower() in self.gaps for text in texts], dtype=bool)
        gaps = treated | np.array([text.lower() in marks for text in texts], dtype=bool)
        numeric &= ~treated
        odd = tuple(t for t, other in zip(texts, ~numeric & ~gaps, strict=True) if other)
        numbers = float(counts[numeric].sum()) + sum(
            int(np.isfinite(x).sum()) for x in self.numbers
        )
        others = float(counts[~numeric & ~gaps].sum())
        if self.forced == "number" or (
            self.forced is None and some and numbers > MOSTLY * (numbers + others)
        ):
            # What is wrong is not missing: it is infinite.
            values = np.array([np.inf if v is None else v for v in found])
            values[gaps] = np.nan
            column = self._numeric(values, ~np.isinf(values), texts)
            bad = tuple(t for t, v in zip(texts, values.tolist(), strict=True) if math.isinf(v))
            return replace(column, odd=_few(bad), treated=int(counts[treated].sum()))
        if self.numbers:
            return None
        column = _text_column(self.name, texts, gaps, _joined(self.coded))
        mixed = numbers >= others and len(texts) > MOST_CLASSES
        return replace(column, odd=_few(odd) if mixed else (), treated=int(counts[treated].sum()))

    def _numeric(
        self, values: FloatArray, good: NDArray[np.bool_], texts: Sequence[str]
    ) -> RawColumn:
        numbers, coded = iter(self.numbers), iter(self.coded)
        pieces: list[FloatArray] = []
        problem, at = None, 0
        for is_number in self.order:
            if is_number:
                pieces.append(next(numbers))
            else:
                codes = next(coded)
                if problem is None and not good[codes].all():
                    row = int(good[codes].argmin())
                    code = codes[row]
                    problem = at + row, _complaint(texts[code], self.decimal, self.forced)
                pieces.append(values[codes])
            at += len(pieces[-1])
        return RawColumn(self.name, _joined(pieces), problem=problem)


def _few(texts: tuple[str, ...]) -> tuple[str, ...]:
    return texts if len(texts) <= MOST_ODD else ()


def _joined(pieces: list[Any]) -> Any:
    """One array of all; the pieces are let go, so that memory holds them once."""
    if len(pieces) == 1:
        return pieces[0]
    whole = np.concatenate(pieces) if pieces else np.zeros(0)
    pieces.clear()
    return whole


def _text_column(
    name: str, texts: Sequence[str], gaps: NDArray[np.bool_], codes: NDArray[np.int32]
) -> RawColumn:
    """Cells that differ in outer spaces alone are the same; missing ones get the code -1."""
    places: dict[str, int] = {}
    new = [
        -1 if gap else places.setdefault(text, len(places))
        for text, gap in zip(texts, gaps.tolist(), strict=True)
    ]
    return RawColumn(name, None, np.array(new, dtype=np.int32)[codes], tuple(places))


def _quick_numbers(cells: Sequence[str], decimal: str) -> FloatArray | None:
    """Cells as numbers, NaN for the marks of missing ones; None if one is neither."""
    joined = "".join(cells)
    # float() also takes 1_000 and the digits of other scripts.
    if not joined.isascii() or "_" in joined:
        return None
    if decimal == ",":
        if "." in joined:
            return None
        cells = [cell.replace(",", ".") for cell in cells]
    try:
        values = np.fromiter(map(float, cells), float, len(cells))
    except ValueError:
        try:
            values = np.array([np.nan if (c := x.strip()) in _MARKS else float(c) for x in cells])
        except ValueError:
            return None
    # What is too large is told by its text.
    return None if np.isinf(values).any() else values


def _complaint(text: str, decimal: str, forced: str | None) -> str:
    """What is wrong with a cell that is no number, or an infinite one."""
    if to_number(text, decimal) is not None:
        what = f"'{quoted_cell(text)}' is infinite or too large"
        return f"{what}: use numbers up to 1.8e308, leave the row out or call it missing."
    why = "is no number" if forced else "is no number, as nearly all others are"
    return f"'{quoted_cell(text)}' {why}: correct it, leave the row out or call it missing."


def expected_kind(cells: Sequence[str], decimal: str, gaps: frozenset[str] = frozenset()) -> str:
    """What a column seems to hold, by its first cells; ``gaps`` stand for a missing value too."""
    values = [to_number(cell, decimal) for cell in cells]
    if all(value is not None for value in values):
        return "number"
    marked = all(
        value is not None or cell.lower() in MISSING or cell.lower() in gaps
        for value, cell in zip(values, cells, strict=True)
    )
    if not marked:
        return "text"
    # Cells with nothing in them are no hindrance for the quick way.
    return "number" if all(cell in ("", "nan", "NaN") or v is not None
                           for v, cell in zip(values, cells, strict=True)) else "marked"  # fmt: skip
