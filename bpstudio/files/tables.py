"""Tables as text: CSV, TSV and their kin, with a header or without.

``read_table`` gives the columns as they are in the file, for a preview too; ``RawTable.dataset`` makes
a data set of them; ``load_table`` does both. What is refused is refused with one sentence that names
the file, the line as an editor counts it, and the column.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from bpstudio.files.columns import RawColumn
from bpstudio.files.errors import shown
from bpstudio.files.text import (
    MAX_COLUMNS,
    Format,
    check_text,
    decoded,
    detect,
    first_records,
    read_bytes,
    records,
    to_number,
)
from bpstudio.model.arrays import IntArray
from bpstudio.model.dataset import SCALINGS, Column, DataError, Dataset
from bpstudio.model.functions import choose

TARGET_NAMES = ("class", "target", "label", "species", "y", "好瓜")
"""A column called so is the target if none is named; else the last one is."""
TASKS = {
    "auto": "as the target suggests",
    "classification": "the target is a class",
    "regression": "the target is a number",
}
MAX_VALUES = 1_000_000_000
"""8 GB of network inputs and outputs: more is refused before memory is taken."""

Wanted = str | int | Sequence[str | int]
"""Columns: a name, a number from 1, several of them, or names with commas between."""

_FAST_CHARACTERS = 1_000_000
_PREVIEW_ROWS = 100


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as read: its columns, how the file is written, and the line each row stands on.

    ``lines`` is (rows,) or None where rows simply follow each other; ``preview`` the first 100 rows as
    text cells.
    """

    file: str
    columns: tuple[RawColumn, ...]
    format: Format
    rows: int
    preview: tuple[tuple[str, ...], ...]
    lines: IntArray | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def header(self) -> bool:
        """Whether the names come from the file's first row."""
        return self.format.header

    def line(self, row: int) -> int:
        """The line in the file of a row counted from 0."""
        return int(self.lines[row]) if self.lines is not None else row + 1 + self.header

    def column(self, name: str) -> RawColumn:
        return self.columns[self._place(name, "column")]

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """What each column is if nothing is said: input, target, or ignore for one that names rows."""
        target = self._targets(None)[0]
        return {
            column.name: "target"
            if k == target
            else ("ignore" if column.looks_like_id else "input")
            for k, column in enumerate(self.columns)
        }

    def dataset(
        self,
        target: Wanted | None = None,
        *,
        inputs: Wanted | None = None,
        ignore: Wanted = (),
        scaling: str = "standardise",
        task: str = "auto",
        validation: float = 0.2,
        test: float = 0.0,
        seed: int = 0,
        output_size: int | None = None,
        name: str | None = None,
    ) -> Dataset:
        """A data set of this table, as ``load_table`` describes."""
        choose(SCALINGS, scaling, "The scaling")
        choose(TASKS, task, "The task")
        targets = self._targets(target)
        sources = self._inputs(inputs, targets, self._places(ignore, "column"))
        self.check([self.columns[k] for k in sorted([*sources, *targets])])
        columns = [self._input_column(self.columns[k], scaling) for k in sources]
        alone = len(targets) == 1
        outputs = [
            self._target_column(self.columns[k], scaling, task, alone, output_size) for k in targets
        ]
        self._check_size(columns + outputs)
        values = np.column_stack(
            [
                self.columns[k].encoded(column)
                for k, column in zip([*sources, *targets], columns + outputs, strict=True)
            ]
        )
        title = Path(self.file).stem if name is None else name
        # Sums of squares of numbers beyond 1e154 overflow; what comes of it is refused below.
        with np.errstate(over="ignore", invalid="ignore"):
            data = Dataset.prepare(title, columns, outputs, values, validation, test, seed)
        for column in data.preparation.columns:
            if not np.isfinite([column.shift, column.scale]).all():
                raise DataError(
                    f"{self.file}: the numbers of column '{column.name}' are too large to scale: "
                    "divide them by a constant or leave the column out."
                )
        return data

    # Which columns

    def _targets(self, wanted: Wanted | None) -> list[int]:
        if len(self.columns) < 2:
            raise DataError(
                f"{self.file} has one column only, '{self.names[0]}': inputs and a target are needed, "
                "separated by commas, semicolons, tabs or bars."
            )
        if wanted is None:
            lowered = [name.lower() for name in self.names]
            named = [lowered.index(name) for name in TARGET_NAMES if name in lowered]
            return [named[0] if named else len(self.columns) - 1]
        places = self._places(wanted, "target")
        if not places:
            raise DataError(f"No target is named: choose from {self._known()}.")
        return places

    def _inputs(self, wanted: Wanted | None, targets: list[int], ignored: list[int]) -> list[int]:
        if wanted is None:
            unused = {*targets, *ignored}
            places = [
                k
                for k, column in enumerate(self.columns)
                if k not in unused and not column.looks_like_id
            ]
        else:
            places = [k for k in self._places(wanted, "input") if k not in ignored]
            for k in places:
                if k in targets:
                    raise DataError(
                        f"Column '{self.names[k]}' is both input and target: choose one."
                    )
        if not places:
            raise DataError(
                f"{self.file} has no input column left: use fewer targets or ignore fewer columns."
            )
        return places

    def _places(self, wanted: Wanted, what: str) -> list[int]:
        """Positions of the columns named, each once."""
        parts: Sequence[str | int]
        if isinstance(wanted, int):
            parts = [wanted]
        elif isinstance(wanted, str):
            parts = (
                [wanted] if wanted in self.names else [p for p in wanted.split(",") if p.strip()]
            )
        else:
            parts = wanted
        return list(dict.fromkeys(self._place(part, what) for part in parts))

    def _place(self, part: str | int, what: str) -> int:
        text = str(part).strip()
        if text in self.names:
            return self.names.index(text)
        if text.isdecimal() and 1 <= int(text[:9]) <= len(self.columns):
            return int(text) - 1
        alike = [k for k, name in enumerate(self.names) if name.lower() == text.lower()]
        if len(alike) == 1:
            return alike[0]
        raise DataError(f"{self.file} has no {what} '{text}': the columns are {self._known()}.")

    def _known(self, most: int = 20) -> str:
        more = f" and {len(self.names) - most} more" if len(self.names) > most else ""
        return ", ".join(self.names[:most]) + more

    # Are they fit for use?

    def check(self, used: Sequence[RawColumn]) -> None:
        """DataError at the first thing wrong in the columns that are used."""
        missing = [(column.missing[0], column) for column in used if column.missing]
        if missing:
            row, column = min(missing, key=lambda place: place[0])
            total = sum(len(column.missing) for column in used)
            rows = len({row for column in used for row in column.missing})
            raise DataError(
                f"{self.where(row, column)}: the value is missing; in all {total:,} "
                f"{'value is' if total == 1 else 'values are'} missing in {rows:,} "
                f"{'row' if rows == 1 else 'rows'}: fill in or leave out rows, or ignore the column."
            )
        problems = [(*column.problem, column) for column in used if column.problem]
        if problems:
            row, sentence, column = min(problems, key=lambda problem: problem[0])
            raise DataError(f"{self.where(row, column)}: {sentence}")

    def where(self, row: int, column: RawColumn) -> str:
        """The place of a cell, as the start of a sentence."""
        return f"{self.file}, line {self.line(row)}, column '{column.name}'"

    def _check_size(self, columns: Sequence[Column]) -> None:
        width = sum(column.width for column in columns)
        if width * self.rows > MAX_VALUES:
            raise DataError(
                f"{self.file} would need {self.rows:,} rows of {width:,} neurons, more than memory is "
                "taken for: leave out rows, or columns with many categories."
            )

    # What they become

    def _input_column(self, raw: RawColumn, scaling: str) -> Column:
        if raw.is_numeric:
            return Column(raw.name, scaling=scaling)
        return Column(raw.name, "one_hot", raw.categories())

    def _target_column(
        self, raw: RawColumn, scaling: str, task: str, alone: bool, output_size: int | None
    ) -> Column:
        """A class target, or a number; 0 and 1 are what outputs can give, so they are not scaled."""
        if task == "regression" and not raw.is_numeric:
            raise DataError(
                f"{self.file}: the target '{raw.name}' holds text like '{raw.cells[0]}', not numbers: "
                "use it for classification or choose another target."
            )
        classes = task == "classification" or (
            task == "auto" and raw.looks_like_classes and (alone or not raw.is_numeric)
        )
        distinct = len(np.unique(raw.numbers)) if raw.numbers is not None else len(set(raw.cells))
        if distinct == 1 and (classes or alone):
            raise DataError(
                f"{self.file}: the target '{raw.name}' is '{raw.texts()[0]}' in every row, "
                "so there is nothing to learn: choose another target."
            )
        if classes:
            one_neuron = distinct == 2 and (output_size != 2 or not alone)
            return Column(raw.name, "binary" if one_neuron else "one_hot", raw.categories())
        plain = raw.numbers is not None and np.isin(raw.numbers, (0, 1)).all()
        return Column(raw.name, scaling="none" if plain else scaling)


def load_table(
    path: str | os.PathLike[str],
    target: Wanted | None = None,
    *,
    inputs: Wanted | None = None,
    ignore: Wanted = (),
    scaling: str = "standardise",
    task: str = "auto",
    validation: float = 0.2,
    test: float = 0.0,
    seed: int = 0,
    output_size: int | None = None,
    header: bool | None = None,
    name: str | None = None,
) -> Dataset:
    """A data set from a CSV or TSV file (also ``;`` and ``|``), with a header or without.

    ``target``, ``inputs`` and ``ignore`` name columns, or number them from 1. Without a ``target`` it
    is the column in ``TARGET_NAMES``, else the last; without ``inputs`` all others but those that only
    name rows (``RawColumn.looks_like_id``). Numbers are scaled by ``scaling``: ``standardise``,
    ``minmax`` or ``none``, inputs and targets alike, fitted to the training rows. Text becomes
    categories, one-hot as input, classes as target: two classes take one output, or two if
    ``output_size`` is 2, more take one each. ``task`` overrules whether a numeric target is a class.
    ``validation`` and ``test`` are the shares of rows held out by ``seed``, of each class alike.

    FileError if the file cannot be read, DataError if its data cannot be used.
    """
    return read_table(path, header=header).dataset(
        target, inputs=inputs, ignore=ignore, scaling=scaling, task=task, validation=validation,
        test=test, seed=seed, output_size=output_size, name=name,
    )  # fmt: skip


def read_table(
    path: str | os.PathLike[str],
    *,
    header: bool | None = None,
    known: Sequence[str] = (),
    keep_cells: bool = False,
) -> RawTable:
    """The columns of a table as they are. ``header`` overrules whether the first row holds names;
    ``known`` are names that make it a header; ``keep_cells`` keeps the text of large numeric tables."""
    path = Path(path)
    file = shown(Path(path.name))
    text, encoding = decoded(read_bytes(path), file)
    check_text(text, file)
    tabs = path.suffix.lower() in (".tsv", ".tab") and "\t" in text
    form = replace(detect(text, file, header, known, tabs), encoding=encoding)
    table = None
    if len(text) > _FAST_CHARACTERS and not keep_cells:
        table = _numeric_table(text, file, form)
    return table or _table(text, file, form)


def _table(text: str, file: str, form: Format) -> RawTable:
    """Any table, row by row."""
    rows, lines = [], []
    width = 0
    for line, cells in records(text, form.delimiter, file):
        width = width or _checked_width(cells, file)
        if len(cells) != width:
            raise DataError(
                f"{file}, line {line}: this row has {len(cells)} {_cells(len(cells))}, but the first "
                f"row has {width}: correct the row, or put quotes around text with a separator in it."
            )
        rows.append(cells)
        lines.append(line)
    names = _names(rows[0] if form.header else [""] * width, file, form)
    if form.header:
        del rows[0], lines[0]
    if not rows:
        raise DataError(f"{file} has a header but no rows: add data below line 1.")
    cells_by_column = list(zip(*rows, strict=True))
    if width > 2 and not any(cells_by_column[-1]) and names[-1] == f"column{width}":
        # A separator at the end of every row makes no column.
        names, cells_by_column = names[:-1], cells_by_column[:-1]
    columns = tuple(
        RawColumn.parse(name, cells, form.decimal)
        for name, cells in zip(names, cells_by_column, strict=True)
    )
    preview = tuple(tuple(row) for row in rows[:_PREVIEW_ROWS])
    return RawTable(file, columns, form, len(rows), preview, np.array(lines))


def _numeric_table(text: str, file: str, form: Format) -> RawTable | None:
    """A large table of nothing but numbers, converted at once; None if it is anything else."""
    head = first_records(text, form.delimiter, file)
    width = _checked_width(head[0][1], file)
    first = head[0]
    body = head[form.header :]
    simple = '"' not in text and not (form.decimal == "," and "." in text)
    if (
        not simple
        or not body
        or not all(to_number(c, form.decimal) is not None for _, row in body for c in row)
    ):
        return None
    stream = io.StringIO(text if form.decimal == "." else text.replace(",", "."))
    if form.header:
        for _ in range(first[0]):
            next(stream)
    try:
        values = np.loadtxt(stream, delimiter=form.delimiter, comments=None, ndmin=2)
    except ValueError:
        return None
    if values.shape[1] != width or not np.isfinite(values).all():
        return None
    names = _names(first[1] if form.header else [""] * width, file, form)
    columns = np.ascontiguousarray(values.T)
    preview = tuple(tuple(row) for _, row in body[:_PREVIEW_ROWS])
    raw = tuple(RawColumn(name, column) for name, column in zip(names, columns, strict=True))
    return RawTable(file, raw, form, len(values), preview)


def _checked_width(cells: Sequence[str], file: str) -> int:
    if len(cells) > MAX_COLUMNS:
        raise DataError(
            f"{file} has {len(cells):,} columns, more than {MAX_COLUMNS:,}: leave some out."
        )
    return len(cells)


def _cells(count: int) -> str:
    return "cell" if count == 1 else "cells"


def _names(cells: Sequence[str], file: str, form: Format) -> list[str]:
    """The header's names, column3 for the third if it has none; DataError if two are alike."""
    names = [cell or f"column{k + 1}" for k, cell in enumerate(cells)]
    seen: dict[str, int] = {}
    for k, name in enumerate(names):
        if name in seen:
            raise DataError(
                f"{file}, line 1: columns {seen[name] + 1} and {k + 1} are both called '{name}': "
                "rename one of them."
            )
        seen[name] = k
    return names
