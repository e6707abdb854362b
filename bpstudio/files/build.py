"""From a source and a plan to a data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.columns import RawColumn
from bpstudio.files.errors import quoted_cell
from bpstudio.files.memory import check_memory
from bpstudio.files.plan import SPLIT_WORDS, ColumnPlan, Plan
from bpstudio.files.problems import dropped_rows, plan_problems
from bpstudio.files.source import Options, Request, Source, read_source
from bpstudio.files.textreader import Cancel, Progress
from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.dataset import TEST, Column, DataError, Dataset, Preparation
from bpstudio.model.preparation import FILLINGS, MISSING_CATEGORY

_BLOCK = 512


def build(
    source: Source,
    plan: Plan,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
    name: str | None = None,
) -> Dataset:
    """The data set that the plan makes of the source, called ``name`` or as its file.

    Scalings and fillings are fitted to the training rows. DataError with the first problem if there is
    one, Cancelled if ``cancelled`` says so; see ``read_source``.
    """
    for problem in plan_problems(source, plan):
        if problem.severity == "error":
            raise DataError(problem.sentence)
    request = Request(Options(), None, (), progress, cancelled)
    kept = ~dropped_rows(source, plan)
    columns = plan.inputs + plan.targets
    raws = [source.column(column.name) for column in columns]
    prepared = [
        replace(_column(c, r), gaps=source.options.gaps_of(c.name) if r.treated else ())
        for c, r in zip(columns, raws, strict=True)
    ]
    _check_memory(source, prepared)
    values = _values(source, raws, prepared, kept, request)
    inputs = tuple(prepared[: len(plan.inputs)])
    preparation = Preparation(inputs, tuple(prepared[len(inputs) :]))
    split, values = _split(source, plan, preparation, values, kept)
    title = source.stem if name is None else name
    # Sums of squares of numbers beyond 1e154 overflow; what comes of it is refused below.
    with np.errstate(over="ignore", invalid="ignore"):
        if split is None:
            unfitted = Dataset(title, preparation, values, np.zeros(len(values), np.int8))
            chosen = plan.split
            data = unfitted.resplit(chosen.validation, chosen.test, chosen.seed, chosen.kind)
        else:
            data = Dataset(title, preparation, values, split, plan.split.kind).refitted()
            if plan.split.kind == "file":
                data = data.resplit(plan.split.validation, 0.0, plan.split.seed)
    _check_scales(source, data)
    request.check(1.0)
    return data


def _check_memory(source: Source, columns: Sequence[Column]) -> None:
    width = len(columns) + sum(column.width for column in columns)
    check_memory(
        8.0 * width * source.rows,
        f"{source.name}: {source.rows:,} rows of {sum(c.width for c in columns):,} neurons",
        "leave out rows, or columns with many categories",
    )


def _column(plan: ColumnPlan, raw: RawColumn) -> Column:
    """The column before anything is fitted."""
    missing = plan.missing if plan.missing in FILLINGS else ""
    if plan.is_number:
        return Column(
            plan.name,
            scaling=plan.treatment,
            low=plan.low,
            high=plan.high,
            bounds=plan.bounds if plan.treatment == "minmax" else None,
            missing=missing,
        )
    categories = plan.categories or raw.categories()
    absent = [text for text in raw.counts if text not in categories]
    if absent:
        raise DataError(
            f"Column '{plan.name}': the order of its categories lacks "
            f"'{quoted_cell(absent[0])}': add it."
        )
    if missing == "category":
        categories = (*categories, MISSING_CATEGORY)
    if plan.treatment == "ordinal":
        return Column(plan.name, "ordinal", categories, "minmax", missing=missing)
    two = len(categories) == 2 and plan.treatment == "classes"
    return Column(plan.name, "binary" if two else "one_hot", categories, missing=missing)


def _values(
    source: Source,
    raws: Sequence[RawColumn],
    columns: Sequence[Column],
    kept: BoolArray,
    request: Request,
) -> FloatArray:
    """The raw values of the rows that are kept, (rows, columns)."""
    rows = np.flatnonzero(kept)
    whole = len(rows) == len(kept)
    values = np.empty((len(rows), len(columns)))
    plain: list[tuple[int, NDArray[Any]]] = []
    for k, (raw, column) in enumerate(zip(raws, columns, strict=True)):
        if raw.numbers is not None and not column.is_category:
            plain.append((k, raw.numbers))
            continue
        encoded = raw.encoded(column)
        values[:, k] = encoded if whole else encoded[rows]
        request.check()
    # A few rows of all columns at a time stay in the processor's cache.
    for start in range(0, len(rows), _BLOCK):
        request.check(start / len(rows))
        stop = min(start + _BLOCK, len(rows))
        for k, numbers in plain:
            values[start:stop, k] = numbers[start:stop] if whole else numbers[rows[start:stop]]
    values.flags.writeable = False
    return values


def _split(
    source: Source, plan: Plan, preparation: Preparation, values: FloatArray, kept: BoolArray
) -> tuple[IntArray | None, FloatArray]:
    """Which rows are for what, (rows,), if the data themselves say it; and the values with the rows of
    a test file below."""
    if plan.split.kind == "column":
        marker = source.column(plan.with_role("split")[0].name)
        parts = np.array([SPLIT_WORDS[text.lower()] for text in marker.texts()], dtype=np.int8)
        split = parts[kept]
        if not (split == 0).any():
            raise DataError(
                f"{source.name}: column '{marker.name}' leaves no whole row for training: "
                "split in another way."
            )
        return split, values
    if plan.split.kind != "file":
        return None, values
    if plan.split.test_file is None:
        if source.split is None:
            raise DataError("The test rows are to come from a file of their own: choose it.")
        return np.asarray(source.split, dtype=np.int8)[kept], values
    test = _test_values(source, plan.split.test_file, preparation)
    split = np.zeros(len(values) + len(test), dtype=np.int8)
    split[len(values) :] = TEST
    values = np.concatenate([values, test])
    values.flags.writeable = False
    return split, values


def _test_values(source: Source, path: Path, preparation: Preparation) -> FloatArray:
    from bpstudio.files.inputs import matched_values  # noqa: PLC0415

    options = replace(source.options, encoding=None, header=None, types={})
    test = read_source(path, options if source.kind == "text" else None, known=source.names)
    inputs, targets = matched_values(test, preparation, need_targets=True)
    assert targets is not None
    return np.hstack([inputs, targets])


def _check_scales(source: Source, data: Dataset) -> None:
    for column in data.preparation.columns:
        if not np.isfinite([column.shift, column.scale, column.fill]).all():
            raise DataError(
                f"{source.name}: the numbers of column '{column.name}' are too large to scale: "
                "divide them by a constant or leave the column out."
            )
