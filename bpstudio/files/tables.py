"""From a table to a data set in one call: ``load_table``, for scripts and the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bpstudio.files.build import build
from bpstudio.files.plan import MISSING_TREATMENTS, Plan, propose_plan
from bpstudio.files.source import Options, Source, read_source
from bpstudio.files.textreader import Cancel, Progress
from bpstudio.model.dataset import SCALINGS, SPLITS, DataError, Dataset
from bpstudio.model.functions import choose

TASKS = {
    "auto": "as the target suggests",
    "classification": "the target is a class",
    "regression": "the target is a number",
}

Wanted = str | int | Sequence[str | int]
"""Columns: a name, a number from 1, several of them, or names with commas between."""


def load_table(
    path: str | os.PathLike[str],
    target: Wanted | None = None,
    *,
    inputs: Wanted | None = None,
    ignore: Wanted = (),
    scaling: str | None = None,
    task: str = "auto",
    missing: str = "refuse",
    split: str | None = None,
    test_file: str | os.PathLike[str] | None = None,
    validation: float = 0.2,
    test: float = 0.0,
    seed: int = 0,
    output_size: int | None = None,
    options: Options | None = None,
    header: bool | None = None,
    name: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Dataset:
    """A data set from a file of any known format, or a folder of images.

    ``target``, ``inputs`` and ``ignore`` name columns, or number them from 1. Without a ``target`` it
    is what the file says, or a column called class, target or the like, else the last; without
    ``inputs`` all others but those that only name rows. Numbers are scaled by ``scaling``:
    ``standardise``, ``minmax`` or ``none``, inputs and targets alike, fitted to the training rows;
    pixels by their range if nothing is said. Text becomes categories, one-hot as input, classes as
    target: two classes take one output, or two if ``output_size`` is 2, more take one each. ``task``
    overrules whether a numeric target is a class. ``missing`` says what becomes of missing values (one
    of ``MISSING_TREATMENTS``). ``split`` is one of ``SPLITS``, or a column that marks the rows;
    ``validation`` and ``test`` are the shares of rows held out by ``seed``; the rows of ``test_file``
    are test rows. ``options`` overrule how the file is read.

    FileError if the file cannot be read, DataError if its data cannot be used.
    """
    options = options or Options()
    if header is not None:
        options = replace(options, header=header)
    source = read_source(Path(path), options, progress=progress, cancelled=cancelled)
    plan = plan_table(
        source, target, inputs=inputs, ignore=ignore, scaling=scaling, task=task, missing=missing,
        split=split, test_file=test_file, validation=validation, test=test, seed=seed,
        output_size=output_size,
    )  # fmt: skip
    return build(source, plan, cancelled=cancelled, name=name)


def plan_table(
    source: Source,
    target: Wanted | None = None,
    *,
    inputs: Wanted | None = None,
    ignore: Wanted = (),
    scaling: str | None = None,
    task: str = "auto",
    missing: str = "refuse",
    split: str | None = None,
    test_file: str | os.PathLike[str] | None = None,
    validation: float = 0.2,
    test: float = 0.0,
    seed: int = 0,
    output_size: int | None = None,
) -> Plan:
    """The proposed plan with what ``load_table`` is asked for."""
    if scaling is not None:
        choose(SCALINGS, scaling, "The scaling")
    choose(TASKS, task, "The task")
    choose(MISSING_TREATMENTS, missing, "The treatment of missing values")
    plan = propose_plan(source, seed=seed, missing=missing)
    plan = _with_roles(source, plan, target, inputs, _places(source, ignore, "column"))
    for column in plan.targets:
        plan = plan.with_column(column.name, treatment=_target(source, plan, column.name, task))
    if output_size == 2 and len(plan.targets) == 1 and plan.targets[0].treatment == "classes":
        plan = plan.with_column(plan.targets[0].name, treatment="one_hot")
    if scaling is not None:
        scaled = [
            c.name
            for c in (*plan.inputs, *plan.targets)
            if c.is_number and (c.role == "input" or c.treatment != "none")
        ]
        plan = plan.with_columns(scaled, treatment=scaling)
    return _with_split(source, plan, split, test_file, validation, test)


def _with_roles(
    source: Source,
    plan: Plan,
    target: Wanted | None,
    inputs: Wanted | None,
    ignored: Sequence[str],
) -> Plan:
    targets = [column.name for column in plan.targets]
    if target is not None:
        targets = _places(source, target, "target")
        if not targets:
            raise DataError(f"No target is named: choose from {source.known()}.")
        plan = plan.with_target(source, *targets)
    if inputs is not None:
        chosen = [name for name in _places(source, inputs, "input") if name not in ignored]
        for name in chosen:
            if name in targets:
                raise DataError(f"Column '{name}' is both input and target: choose one.")
        others = [name for name in source.names if name not in (*chosen, *targets)]
        plan = plan.with_columns(others, role="ignore").with_columns(chosen, role="input")
        places = {name: k for k, name in enumerate([*chosen, *others, *targets])}
        ordered = sorted(plan.columns, key=lambda column: places[column.name])
        plan = replace(plan, columns=tuple(ordered))
    if target is not None:
        places = {name: k for k, name in enumerate(targets)}
        ordered = sorted(plan.columns, key=lambda column: places.get(column.name, -1))
        plan = replace(plan, columns=tuple(ordered))
    free = [name for name in ignored if name not in targets]
    return plan.with_columns(free, role="ignore")


def _target(source: Source, plan: Plan, name: str, task: str) -> str:
    """The treatment of a target for a task."""
    proposed = plan.column(name).treatment
    if task == "classification":
        return "classes"
    if task == "regression" and proposed == "classes":
        return "standardise"
    return proposed


def _with_split(
    source: Source,
    plan: Plan,
    split: str | None,
    test_file: str | os.PathLike[str] | None,
    validation: float,
    test: float,
) -> Plan:
    plan = plan.with_split(validation=validation, test=test)
    if plan.split.kind == "file" and (test or split not in (None, "file")):
        plan = plan.with_split(kind="stratified", test_file=None)
    if test_file is not None:
        if split not in (None, "file"):
            raise DataError("The test rows come from a file of their own: leave out the split.")
        return plan.with_split(kind="file", test_file=Path(test_file))
    if split is None:
        return plan
    if split in SPLITS and split != "column":
        return plan.with_split(kind=split)
    return plan.with_column(source.names[source.place(split)], role="split")


def _places(source: Source, wanted: Wanted, what: str) -> list[str]:
    """Names of the columns wanted, each once."""
    parts: Sequence[str | int]
    if isinstance(wanted, int):
        parts = [wanted]
    elif isinstance(wanted, str):
        parts = [wanted] if wanted in source.names else [p for p in wanted.split(",") if p.strip()]
    else:
        parts = wanted
    return list(dict.fromkeys(source.names[source.place(part, what)] for part in parts))
