"""Reading new rows for a network that exists: the columns of a fitted preparation, from a table."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from bpstudio.files.columns import RawColumn
from bpstudio.files.tables import RawTable, read_table
from bpstudio.files.text import to_number
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import Column, DataError, Preparation


def read_inputs(
    path: str | os.PathLike[str], preparation: Preparation, *, need_targets: bool = False
) -> tuple[FloatArray, FloatArray | None]:
    """Raw values of a table's rows: inputs (rows, input columns), and targets (rows, target columns)
    or None where the table does not hold them all.

    Columns are found by name. A table without a header may also hold just the inputs, or the inputs
    and then the targets, in the preparation's order. With ``need_targets`` what is wrong with the
    targets is an error. FileError if the file cannot be read, DataError if its data do not fit; the
    message names the line, the column, and for an unknown category those that are known.
    """
    texts = any(column.is_category for column in preparation.columns)
    names = [column.name for column in preparation.inputs]
    table = read_table(path, known=names, keep_cells=texts)
    inputs, targets = _matched(table, preparation)
    values = np.column_stack(_encoded(table, inputs, preparation.inputs))
    if targets is None:
        if need_targets:
            wanted = [column.name for column in preparation.targets]
            raise DataError(_absent(table, [n for n in wanted if n not in table.names]))
        return values, None
    try:
        return values, np.column_stack(_encoded(table, targets, preparation.targets))
    except DataError:
        if need_targets:
            raise
        return values, None


def _matched(
    table: RawTable, preparation: Preparation
) -> tuple[list[RawColumn], list[RawColumn] | None]:
    """The table's columns for the inputs, and for the targets if they are all there."""
    by_name = {column.name: column for column in table.columns}
    inputs, targets = preparation.inputs, preparation.targets
    absent = [column.name for column in inputs if column.name not in by_name]
    if not absent:
        found = [by_name[column.name] for column in inputs]
        whole = all(column.name in by_name for column in targets)
        return found, [by_name[column.name] for column in targets] if whole else None
    if table.header:
        raise DataError(_absent(table, absent))
    if len(table.columns) == len(inputs):
        return list(table.columns), None
    if len(table.columns) == len(preparation.columns):
        return list(table.columns[: len(inputs)]), list(table.columns[len(inputs) :])
    raise DataError(
        f"{table.file} has no header and {len(table.columns)} columns, but the network takes "
        f"{len(inputs)} inputs: add a header with the names {_list(inputs)}."
    )


def _absent(table: RawTable, names: Sequence[str]) -> str:
    what = f"column '{names[0]}'" if len(names) == 1 else f"columns {', '.join(names[:20])}"
    return (
        f"{table.file} lacks the {what}; it has {', '.join(table.names[:20])}: "
        "rename or add what is missing."
    )


def _list(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns[:20])


def _encoded(
    table: RawTable, found: Sequence[RawColumn], wanted: Sequence[Column]
) -> list[FloatArray]:
    table.check(found)
    return [_raw_values(table, raw, column) for raw, column in zip(found, wanted, strict=True)]


def _raw_values(table: RawTable, raw: RawColumn, column: Column) -> FloatArray:
    if not column.is_category:
        if raw.numbers is None:
            decimal = table.format.decimal
            row = next(k for k, cell in enumerate(raw.cells) if to_number(cell, decimal) is None)
            raise DataError(
                f"{table.where(row, raw)}: '{raw.cells[row]}' is no number, which '{column.name}' needs."
            )
        return raw.numbers
    index = {category: float(k) for k, category in enumerate(column.categories)}
    # As written first: a category may look like a number.
    texts = raw.texts()
    written = raw.cells or texts
    values = [index.get(a, index.get(b)) for a, b in zip(written, texts, strict=True)]
    for row, value in enumerate(values):
        if value is None:
            known = ", ".join(column.categories[:20])
            raise DataError(
                f"{table.where(row, raw)}: '{written[row]}' is not a category the network has learned; "
                f"they are: {known}."
            )
    return np.array(values, dtype=np.float64)
