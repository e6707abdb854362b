"""What is wrong with a plan for a source: sentences with their places, and what helps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bpstudio.files.columns import MAX_CATEGORIES, RawColumn
from bpstudio.files.errors import quoted_cell
from bpstudio.files.plan import (
    NUMBER_TREATMENTS,
    SPLIT_WORDS,
    ColumnPlan,
    Plan,
    missing_treatments,
    treatments,
)
from bpstudio.files.source import Options, Source
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.preparation import FILLINGS
from bpstudio.model.ranges import range_words, reachable_range
from bpstudio.model.topology import Topology

MAX_VALUES = 1_000_000_000
"""8 GB of network inputs and outputs: more is refused before memory is taken."""


@dataclass(frozen=True)
class Remedy:
    """What helps, as a button would say it. One of these says how: the ``plan`` to take instead, the
    ``options`` to read the source with, or the ``activation`` to give the output layer."""

    label: str
    plan: Plan | None = None
    options: Options | None = None
    activation: str | None = None


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what helps. ``row`` counts from 0, ``line`` is that of the file. With an
    "error" there can be no data set; a "warning" says what will happen."""

    sentence: str
    column: str | None = None
    row: int | None = None
    line: int | None = None
    severity: str = "error"
    remedies: tuple[Remedy, ...] = ()


def plan_problems(
    source: Source, plan: Plan, topology: Topology | None = None
) -> tuple[Problem, ...]:
    """All that is wrong, errors before warnings. With a topology the targets are held against what its
    output layer can give."""
    found = list(_role_problems(source, plan))
    if not found:
        found += _missing_problems(source, plan)
        for column in plan.columns:
            if column.role in ("input", "target"):
                found += _column_problems(source, plan, column, source.column(column.name))
            elif column.role == "split":
                found += _marker_problems(source, plan, column)
        found += _size_problems(source, plan)
        if topology is not None:
            found += _range_problems(source, plan, topology)
    return tuple(sorted(found, key=lambda problem: problem.severity != "error"))


def _role_problems(source: Source, plan: Plan) -> Iterator[Problem]:
    if len(source.columns) < 2:
        yield Problem(
            f"{source.name} has one column only, '{source.names[0]}': inputs and a target are needed, "
            "separated by commas, semicolons, tabs or bars."
        )
        return
    if not plan.targets and source.image_shape is not None and not source.targets:
        yield Problem(
            f"{source.name} holds images but no labels: put the file with their labels beside it."
        )
    elif not plan.targets:
        last = source.names[-1]
        yield Problem(
            f"No target is named: choose from {source.known()}.",
            remedies=(Remedy(f"Make '{last}' the target", plan.with_target(source, last)),),
        )
    if not plan.inputs:
        idle = [c.name for c in plan.columns if c.role == "ignore"]
        remedies: tuple[Remedy, ...] = ()
        if idle:
            remedies = (Remedy("Use all other columns", plan.with_columns(idle, role="input")),)
        yield Problem(
            f"{source.name} has no input column left: use fewer targets or ignore fewer columns.",
            remedies=remedies,
        )
    if plan.split.kind == "column" and not plan.with_role("split"):
        yield Problem(
            "The split goes by a column, but none has that role: choose one.",
            remedies=(Remedy("Split at random", plan.with_split(kind="stratified")),),
        )


def dropped_rows(source: Source, plan: Plan) -> np.ndarray:
    """(rows,), True where a row is left out because a value is missing."""
    dropped = np.zeros(source.rows, dtype=bool)
    for column in plan.columns:
        if column.role != "ignore" and column.missing == "drop":
            dropped[source.column(column.name).missing] = True
    return dropped


def _missing_problems(source: Source, plan: Plan) -> Iterator[Problem]:
    gaps = [
        (int(raw.missing[0]), raw, column)
        for column in plan.columns
        if column.role != "ignore"
        and (raw := source.column(column.name)).missing.size
        and column.missing == "refuse"
    ]
    if gaps:
        row, raw, _ = min(gaps, key=lambda gap: gap[0])
        total = sum(len(gap[1].missing) for gap in gaps)
        rows = len(np.unique(np.concatenate([gap[1].missing for gap in gaps])))
        in_all = f"in all {total:,} values are missing in {rows:,} {_rows(rows)}"
        yield Problem(
            f"{source.where(row, raw)}: the value is missing{f'; {in_all}' if total > 1 else ''}: "
            "fill in or leave out rows, or ignore the column.",
            raw.name,
            row,
            source.line(row),
            remedies=_missing_remedies(plan, [gap[2] for gap in gaps], rows),
        )
    dropped = dropped_rows(source, plan)
    count = int(dropped.sum())
    if count == source.rows:
        yield Problem(
            f"{source.name}: a value is missing in every row: fill in values or ignore columns."
        )
    elif count:
        row = int(dropped.argmax())
        line = source.line(row)
        place = f"line {line}" if line is not None else f"row {row + 1}"
        yield Problem(
            f"{count:,} {_rows(count)} with a missing value {'is' if count == 1 else 'are'} left out, "
            f"the first at {place}.",
            row=row,
            line=line,
            severity="warning",
        )


def _missing_remedies(plan: Plan, columns: list[ColumnPlan], rows: int) -> tuple[Remedy, ...]:
    names = [column.name for column in columns]
    dropping = plan.with_columns(names, missing="drop")
    remedies = [Remedy(f"Leave out {'the row' if rows == 1 else f'the {rows:,} rows'}", dropping)]
    filled = plan
    for column in columns:
        wanted = "median" if column.is_number else "most_frequent"
        usable = wanted in missing_treatments(column)
        filled = filled.with_column(column.name, missing=wanted if usable else "drop")
    if filled != dropping:
        remedies.append(Remedy("Fill in the median or the most frequent value", filled))
    if not any(column.role == "target" for column in columns):
        names_text = f"'{names[0]}'" if len(names) == 1 else f"the {len(names)} columns"
        remedies.append(Remedy(f"Ignore {names_text}", plan.with_columns(names, role="ignore")))
    return tuple(remedies)


def _column_problems(
    source: Source, plan: Plan, column: ColumnPlan, raw: RawColumn
) -> Iterator[Problem]:
    if raw.problem is not None:
        row, sentence = raw.problem
        types = {**source.options.types, raw.name: "text"}
        as_text = Remedy(f"Read '{raw.name}' as text", options=replace(source.options, types=types))
        yield Problem(
            f"{source.where(row, raw)}: {sentence}",
            raw.name,
            row,
            source.line(row),
            remedies=(*_treating(source, raw), *_ignoring(plan, column), as_text),
        )
        return
    if raw.odd and not column.is_number:
        yield _mixed(source, plan, column, raw)
    number = column.is_number and raw.is_numeric
    if not number and column.treatment not in treatments(source, column):
        yield _wrong_treatment(source, plan, column, raw)
        return
    if not column.is_number and max(raw.distinct_count, len(raw.declared)) > MAX_CATEGORIES:
        yield Problem(
            f"Column '{raw.name}' has {raw.distinct_count:,} different texts, more than "
            f"{MAX_CATEGORIES:,}: leave the column out or group them.",
            raw.name,
            remedies=_ignoring(plan, column),
        )
    if column.missing not in missing_treatments(column):
        yield Problem(
            f"Column '{raw.name}': missing values cannot become {FILLINGS[column.missing]} here; "
            "choose another treatment.",
            raw.name,
            remedies=(Remedy("Leave out these rows", plan.with_column(raw.name, missing="drop")),),
        )
    if raw.is_constant:
        yield from _constant_problems(source, plan, column, raw)


def _treating(source: Source, raw: RawColumn) -> tuple[Remedy, ...]:
    """To take the texts that are no numbers for missing values."""
    if not raw.odd:
        return ()
    more = f" and {len(raw.odd) - 1} more" if len(raw.odd) > 1 else ""
    known = source.options.gaps.get(raw.name, ())
    options = source.options.with_gaps(raw.name, (*known, *raw.odd))
    return (Remedy(f"Treat '{quoted_cell(raw.odd[0], 20)}'{more} as missing", options=options),)


def _mixed(source: Source, plan: Plan, column: ColumnPlan, raw: RawColumn) -> Problem:
    """Numbers that are read as text, for some cells are none."""
    count = sum(raw.counts[text] for text in raw.odd)
    assert raw.codes is not None
    row = int((raw.codes == raw.distinct.index(raw.odd[0])).argmax())
    return Problem(
        f"{source.where(row, raw)}: '{quoted_cell(raw.odd[0])}' is no number, so the column is read as "
        f"text; {count:,} of {len(raw):,} cells are like this.",
        raw.name,
        row,
        source.line(row),
        "warning",
        (*_treating(source, raw), *_ignoring(plan, column)),
    )


def _ignoring(plan: Plan, column: ColumnPlan) -> tuple[Remedy, ...]:
    """To leave an input out always helps."""
    if column.role != "input":
        return ()
    return (Remedy(f"Ignore '{column.name}'", plan.with_column(column.name, role="ignore")),)


def _constant_problems(
    source: Source, plan: Plan, column: ColumnPlan, raw: RawColumn
) -> Iterator[Problem]:
    value = quoted_cell(next(iter(raw.counts)))
    if column.role == "input":
        # Pixels at the border of every image are black.
        if raw.bounds is not None:
            return
        yield Problem(
            f"Column '{raw.name}' is '{value}' in every row, so it tells nothing.",
            raw.name,
            severity="warning",
            remedies=_ignoring(plan, column),
        )
    elif len(plan.targets) == 1 or not column.is_number:
        yield Problem(
            f"{source.name}: the target '{raw.name}' is '{value}' in every row, "
            "so there is nothing to learn: choose another target.",
            raw.name,
        )


def _wrong_treatment(source: Source, plan: Plan, column: ColumnPlan, raw: RawColumn) -> Problem:
    if column.role == "target" and column.treatment in NUMBER_TREATMENTS:
        text = quoted_cell(next(iter(raw.texts(slice(0, 1))), ""))
        return Problem(
            f"{source.name}: the target '{raw.name}' holds text like '{text}', not numbers: "
            "use it for classification or choose another target.",
            raw.name,
            remedies=(
                Remedy("Treat it as classes", plan.with_column(raw.name, treatment="classes")),
            ),
        )
    if raw.is_numeric and raw.distinct_count > MAX_CATEGORIES:
        return Problem(
            f"Column '{raw.name}' has {raw.distinct_count:,} different numbers, more than "
            f"{MAX_CATEGORIES:,} categories: treat it as a number.",
            raw.name,
            remedies=(
                Remedy("Treat as a number", plan.with_column(raw.name, treatment="standardise")),
            ),
        )
    possible = treatments(source, column)
    what = "a number" if column.is_number else "that"
    return Problem(
        f"{source.name}: column '{raw.name}' cannot be treated as {what} ({column.treatment}): "
        f"choose from {', '.join(possible)}.",
        raw.name,
        remedies=(
            *_ignoring(plan, column),
            Remedy("Choose", plan.with_column(raw.name, treatment=possible[0])),
        ),
    )


def _marker_problems(source: Source, plan: Plan, column: ColumnPlan) -> Iterator[Problem]:
    raw = source.column(column.name)
    random = Remedy("Split at random", plan.with_split(kind="stratified"))
    odd = [text for text in raw.counts if text.lower() not in SPLIT_WORDS]
    if odd:
        row = raw.texts().index(odd[0])
        yield Problem(
            f"{source.where(row, raw)}: '{quoted_cell(odd[0])}' says of no row what it is for: "
            "use train, validation or test.",
            raw.name,
            row,
            source.line(row),
            remedies=(random,),
        )
    elif not any(SPLIT_WORDS[text.lower()] == 0 for text in raw.counts):
        yield Problem(
            f"{source.name}: column '{raw.name}' marks no row for training: split in another way.",
            raw.name,
            remedies=(random,),
        )


def _size_problems(source: Source, plan: Plan) -> Iterator[Problem]:
    width = sum(
        1 if column.is_number or column.treatment == "ordinal" else raw.distinct_count
        for column in (*plan.inputs, *plan.targets)
        for raw in [source.column(column.name)]
    )
    if width * source.rows > MAX_VALUES:
        yield Problem(
            f"{source.name} would need {source.rows:,} rows of {width:,} neurons, more than memory is "
            "taken for: leave out rows, or columns with many categories."
        )


def _range_problems(source: Source, plan: Plan, topology: Topology) -> Iterator[Problem]:
    """Targets that the output layer's activation cannot give."""
    if len(topology.layers) < 2:
        return
    activation = ACTIVATIONS[topology.output.activation]
    bounds = activation.low, activation.high
    for column in plan.targets:
        raw = source.column(column.name)
        if not column.is_number or raw.problem is not None or not raw.present.size:
            continue
        with np.errstate(over="ignore", invalid="ignore"):
            low, high, row = _target_range(raw, column, bounds)
        if low >= bounds[0] and high <= bounds[1]:
            continue
        numbers = [c.name for c in plan.targets if c.is_number]
        at, to = reachable_range(*bounds)
        scaled = plan.with_columns(numbers, treatment="minmax", low=at, high=to, bounds=None)
        yield Problem(
            f"{source.where(row, raw)}: the targets lie from {low:.4g} to {high:.4g} as they are "
            f"treated, but {activation.label} gives {range_words(*bounds)}: scale the target to that "
            "range, or use a linear output.",
            raw.name,
            row,
            source.line(row),
            "warning",
            (
                Remedy(f"Scale the target to {at:g} … {to:g}", scaled),
                Remedy("Make the output linear", activation="linear"),
            ),
        )
        return


def _target_range(
    raw: RawColumn, column: ColumnPlan, bounds: tuple[float, float]
) -> tuple[float, float, int]:
    """The least and largest target after its treatment, and the row of one that is out of bounds."""
    assert raw.numbers is not None
    values = raw.numbers.astype(float)
    if column.treatment == "standardise":
        values = (values - np.nanmean(values)) / (np.nanstd(values) or 1.0)
    elif column.treatment == "minmax":
        first, last = column.bounds or (np.nanmin(values), np.nanmax(values))
        values = column.low + (values - first) / ((last - first) or 1.0) * (
            column.high - column.low
        )
    tolerance = 1e-9
    out = (values < bounds[0] - tolerance) | (values > bounds[1] + tolerance)
    row = int(out.argmax()) if out.any() else 0
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (
        max(low, bounds[0]) if low > bounds[0] - tolerance else low,
        min(high, bounds[1]) if high < bounds[1] + tolerance else high,
        row,
    )


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
