"""Reading new rows for a network that exists: the columns of a fitted preparation, from a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bpstudio.files.columns import RawColumn
from bpstudio.files.errors import quoted_cell
from bpstudio.files.source import Options, Source, read_source
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import Column, DataError, Preparation
from bpstudio.model.preparation import MISSING_CATEGORY


def read_inputs(
    path: str | os.PathLike[str], preparation: Preparation, *, need_targets: bool = False
) -> tuple[FloatArray, FloatArray | None]:
    """Raw values of a file's rows: inputs (rows, input columns), and targets (rows, target columns)
    or None where the file does not hold them all.

    Columns are found by name. A table without a header may also hold just the inputs, or the inputs
    and then the targets, in the preparation's order. A missing value is NaN where the preparation says
    what to fill in. With ``need_targets`` what is wrong with the targets is an error. FileError if the
    file cannot be read, DataError if its data do not fit; the message names the line, the column, and
    for an unknown category those that are known.
    """
    names = [column.name for column in preparation.inputs]
    texts = {column.name: "text" for column in preparation.columns if column.is_category}
    gaps = {column.name: column.gaps for column in preparation.columns if column.gaps}
    source = read_source(Path(path), Options(types=texts, gaps=gaps), known=names)
    return matched_values(source, preparation, need_targets)


def matched_values(
    source: Source, preparation: Preparation, need_targets: bool
) -> tuple[FloatArray, FloatArray | None]:
    """``read_inputs`` of a source that is read."""
    inputs, targets = _matched(source, preparation)
    values = np.column_stack(_encoded(source, inputs, preparation.inputs))
    if targets is None:
        if need_targets:
            wanted = [column.name for column in preparation.targets]
            raise DataError(_absent(source, [n for n in wanted if n not in source.names]))
        return values, None
    try:
        return values, np.column_stack(_encoded(source, targets, preparation.targets))
    except DataError:
        if need_targets:
            raise
        return values, None


def _matched(
    source: Source, preparation: Preparation
) -> tuple[list[RawColumn], list[RawColumn] | None]:
    """The source's columns for the inputs, and for the targets if they are all there."""
    by_name = {column.name: column for column in source.columns}
    inputs, targets = preparation.inputs, preparation.targets
    absent = [column.name for column in inputs if column.name not in by_name]
    if not absent:
        found = [by_name[column.name] for column in inputs]
        whole = all(column.name in by_name for column in targets)
        return found, [by_name[column.name] for column in targets] if whole else None
    if source.header:
        raise DataError(_absent(source, absent))
    if len(source.columns) == len(inputs):
        return list(source.columns), None
    if len(source.columns) == len(preparation.columns):
        return list(source.columns[: len(inputs)]), list(source.columns[len(inputs) :])
    raise DataError(
        f"{source.name} has no header and {len(source.columns)} columns, but the network takes "
        f"{len(inputs)} inputs: add a header with the names {_list(inputs)}."
    )


def _absent(source: Source, names: Sequence[str]) -> str:
    what = f"column '{names[0]}'" if len(names) == 1 else f"columns {', '.join(names[:20])}"
    return (
        f"{source.name} lacks the {what}; it has {source.known()}: rename or add what is missing."
    )


def _list(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns[:20])


def _encoded(
    source: Source, found: Sequence[RawColumn], wanted: Sequence[Column]
) -> list[FloatArray]:
    _check_missing(source, found, wanted)
    return [_raw_values(source, raw, column) for raw, column in zip(found, wanted, strict=True)]


def _check_missing(source: Source, found: Sequence[RawColumn], wanted: Sequence[Column]) -> None:
    """DataError at the first missing value that the preparation does not fill in."""
    gaps = [
        (int(raw.missing[0]), len(raw.missing), raw)
        for raw, column in zip(found, wanted, strict=True)
        if raw.missing.size and not column.missing
    ]
    if gaps:
        row, _, raw = min(gaps, key=lambda gap: gap[0])
        total = sum(count for _, count, _ in gaps)
        raise DataError(
            f"{source.where(row, raw)}: the value is missing"
            f"{f'; in all {total:,} values are missing' if total > 1 else ''}: "
            "fill in or leave out rows."
        )


def _raw_values(source: Source, raw: RawColumn, column: Column) -> FloatArray:
    if not column.is_category:
        if raw.problem is not None:
            raise DataError(f"{source.where(raw.problem[0], raw)}: {raw.problem[1]}")
        if raw.numbers is None and len(raw.missing) < len(raw):
            row = int(np.setdiff1d(np.arange(len(raw)), raw.missing)[0])
            text = quoted_cell(raw.texts(slice(row, row + 1))[0])
            raise DataError(
                f"{source.where(row, raw)}: '{text}' is no number, which '{column.name}' needs."
            )
        return raw.encoded(column) if raw.is_numeric else np.full(len(raw), np.nan)
    values = raw.encoded(column)
    unknown = np.isnan(values)
    unknown[raw.missing] = False
    if unknown.any():
        row = int(unknown.argmax())
        text = quoted_cell(raw.texts(slice(row, row + 1))[0])
        categories = [c for c in column.categories if c != MISSING_CATEGORY][:20]
        known = ", ".join(map(quoted_cell, categories))
        raise DataError(
            f"{source.where(row, raw)}: '{text}' is not a category the network has learned; "
            f"they are: {known}."
        )
    return values
