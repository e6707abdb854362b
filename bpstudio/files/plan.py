"""What is to become of a source's columns and rows: a value that a screen edits and a command makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bpstudio.files.columns import MAX_CATEGORIES, RawColumn
from bpstudio.files.source import Source
from bpstudio.model.dataset import SCALINGS, SPLITS, DataError
from bpstudio.model.preparation import FILLINGS

ROLES: dict[str, str] = {
    "input": "input",
    "target": "target",
    "ignore": "ignore",
    "split": "split",
}
NUMBER_TREATMENTS: dict[str, str] = dict(SCALINGS)
CATEGORY_TREATMENTS: dict[str, str] = {
    "one_hot": "one neuron per category",
    "ordinal": "rank, one neuron",
}
TARGET_TREATMENTS: dict[str, str] = {
    "classes": "classes",
    "one_hot": "classes, one neuron each",
}
TREATMENTS: dict[str, str] = {**NUMBER_TREATMENTS, **TARGET_TREATMENTS, **CATEGORY_TREATMENTS}
MISSING_TREATMENTS: dict[str, str] = {
    "refuse": "refuse",
    "drop": "leave out the row",
    **FILLINGS,
}
TARGET_NAMES = ("class", "target", "label", "species", "y", "diagnosis", "好瓜")
"""A column called so is the target if none is named; else the last one is."""
MARKER_NAMES = ("split", "set", "subset", "partition", "fold")
"""A column called so, holding words of ``SPLIT_WORDS`` alone, says which rows are for training."""
SPLIT_WORDS: dict[str, int] = {
    "train": 0, "training": 0, "0": 0,
    "validation": 1, "valid": 1, "val": 1, "dev": 1, "1": 1,
    "test": 2, "testing": 2, "2": 2,
}  # fmt: skip
FEW = 0.05
"""Up to this share of rows are left out for a missing value; with more, values are filled in."""


@dataclass(frozen=True)
class ColumnPlan:
    """One column's ``role`` (one of ``ROLES``) and ``treatment`` (of ``TREATMENTS``).

    ``low`` and ``high`` are the range that ``minmax`` scales to, from ``bounds`` if given, else from the
    least and largest value. ``missing`` is one of ``MISSING_TREATMENTS``; ``categories`` the order of an
    ordinal column's, () for the natural one.
    """

    name: str
    role: str = "input"
    treatment: str = "standardise"
    low: float = 0.0
    high: float = 1.0
    bounds: tuple[float, float] | None = None
    missing: str = "refuse"
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.role, ROLES, "role"),
            (self.treatment, TREATMENTS, "treatment"),
            (self.missing, MISSING_TREATMENTS, "treatment of missing values"),
        ):
            if value not in known:
                raise DataError(
                    f"Column '{self.name}': '{value}' is no {what}; choose from {', '.join(known)}."
                )

    @property
    def is_number(self) -> bool:
        """Whether its values enter as numbers."""
        return self.treatment in NUMBER_TREATMENTS


@dataclass(frozen=True)
class SplitPlan:
    """How rows come to train, validation and test: ``kind`` is one of ``SPLITS``.

    The shares are of all rows. By a column, the one whose role is split says it; with a ``test_file``
    its rows are the test rows, and the shares divide the others.
    """

    kind: str = "stratified"
    validation: float = 0.2
    test: float = 0.0
    seed: int = 0
    test_file: Path | None = None

    def __post_init__(self) -> None:
        if self.kind not in SPLITS:
            raise DataError(f"The split '{self.kind}' is not known: use {', '.join(SPLITS)}.")


@dataclass(frozen=True)
class Plan:
    """What is to become of every column, in the source's order, and of the rows."""

    columns: tuple[ColumnPlan, ...]
    split: SplitPlan = field(default_factory=SplitPlan)

    @cached_property
    def _by_name(self) -> dict[str, ColumnPlan]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> ColumnPlan:
        """DataError if there is none of that name."""
        if name not in self._by_name:
            raise DataError(f"The plan has no column '{name}'.")
        return self._by_name[name]

    def with_role(self, role: str) -> tuple[ColumnPlan, ...]:
        """The columns in a role."""
        return tuple(column for column in self.columns if column.role == role)

    @property
    def inputs(self) -> tuple[ColumnPlan, ...]:
        return self.with_role("input")

    @property
    def targets(self) -> tuple[ColumnPlan, ...]:
        return self.with_role("target")

    # Edits: each returns a new value

    def with_column(self, name: str, **changes: Any) -> Plan:
        """One column changed. A column that becomes the split marker is the only one, and the split
        goes by it."""
        changed = replace(self.column(name), **changes)
        columns = [changed if column.name == name else column for column in self.columns]
        split = self.split
        if changed.role == "split":
            columns = [
                replace(c, role="ignore") if c.role == "split" and c.name != name else c
                for c in columns
            ]
            split = replace(split, kind="column")
        elif split.kind == "column" and not any(c.role == "split" for c in columns):
            split = replace(split, kind="stratified")
        return Plan(tuple(columns), split)

    def with_columns(self, names: Sequence[str], **changes: Any) -> Plan:
        """Several columns changed alike."""
        for name in names[:-1]:
            self.column(name)
        chosen = frozenset(names[:-1])
        columns = tuple(replace(c, **changes) if c.name in chosen else c for c in self.columns)
        plan = replace(self, columns=columns)
        return plan.with_column(names[-1], **changes) if names else plan

    def with_split(self, **changes: Any) -> Plan:
        """The split changed; one that no longer goes by a column lets go of its marker."""
        plan = replace(self, split=replace(self.split, **changes))
        if plan.split.kind != "column":
            plan = replace(
                plan,
                columns=tuple(
                    replace(c, role="ignore") if c.role == "split" else c for c in plan.columns
                ),
            )
        return plan

    def with_target(self, source: Source, *names: str) -> Plan:
        """These columns as targets, treated as their values suggest; what was target is input."""
        plan = self
        for column in self.targets:
            if column.name not in names:
                raw = source.column(column.name)
                plan = plan.with_column(
                    column.name,
                    role="ignore" if _useless(raw) else "input",
                    treatment=_input_treatment(raw),
                    low=0.0,
                    high=1.0,
                )
        alone = len(names) == 1
        for name in names:
            raw = source.column(name)
            treatment = target_treatment(raw, alone)
            missing = plan.column(name).missing
            missing = missing if missing in ("refuse", "drop") else "drop"
            plan = plan.with_column(name, role="target", treatment=treatment, missing=missing)
        return plan


def propose_plan(source: Source, *, seed: int = 0, missing: str = "auto") -> Plan:
    """Roles and treatments as names and values suggest.

    The target is what the format says, a column in ``TARGET_NAMES``, or the last. Columns that only name
    rows are ignored. ``missing`` is one of ``MISSING_TREATMENTS``, used where it can be, or "auto": rows
    are left out where few have a gap, else gaps are filled in.
    """
    targets = source.targets
    if not targets and source.image_shape is None:
        targets = (source.columns[_target_place(source)].name,)
    marker = _split_marker(source, targets)
    incomplete = np.zeros(source.rows, dtype=bool)
    for raw in source.columns:
        incomplete[raw.missing] = True
    few = incomplete.mean() <= FEW
    columns = []
    for raw in source.columns:
        role = "target" if raw.name in targets else "input"
        if raw.name == marker:
            role = "split"
        elif role == "input" and _useless(raw):
            role = "ignore"
        if role == "target":
            treatment = target_treatment(raw, len(targets) == 1)
            if source.image_shape is not None and raw.distinct_count <= MAX_CATEGORIES:
                # What is said of images is what they show.
                treatment = "classes"
        else:
            treatment = _input_treatment(raw)
        plan = ColumnPlan(raw.name, role, treatment, bounds=raw.bounds)
        columns.append(replace(plan, missing=_proposed_missing(raw, plan, missing, few)))
    split = SplitPlan(seed=seed)
    if marker is not None:
        split = replace(split, kind="column")
    elif source.split is not None or source.test_file is not None:
        split = replace(split, kind="file", test_file=source.test_file)
    return Plan(tuple(columns), split)


def treatments(source: Source, column: ColumnPlan) -> tuple[str, ...]:
    """What can be done with a column in its role."""
    raw = source.column(column.name)
    few = raw.distinct_count <= MAX_CATEGORIES
    if column.role == "target":
        kinds = tuple(TARGET_TREATMENTS)
        return (*NUMBER_TREATMENTS, *(kinds if few else ())) if raw.is_numeric else kinds
    kinds = tuple(CATEGORY_TREATMENTS)
    return (*NUMBER_TREATMENTS, *(kinds if few else ())) if raw.is_numeric else kinds


def missing_treatments(column: ColumnPlan) -> tuple[str, ...]:
    """What can be done about missing values of a column in its role and treatment."""
    if column.role != "input":
        return ("refuse", "drop")
    if column.is_number:
        return ("refuse", "drop", "mean", "median", "most_frequent")
    return ("refuse", "drop", "most_frequent", "category")


def target_treatment(raw: RawColumn, alone: bool) -> str:
    """Classes, or a number; 0 and 1 are what outputs can give, so they are not scaled."""
    if raw.looks_like_classes and (alone or not raw.is_numeric):
        return "classes"
    plain = bool(np.isin(raw.present, (0, 1)).all())
    return "none" if plain else "standardise"


def _input_treatment(raw: RawColumn) -> str:
    if not raw.is_numeric:
        return "one_hot"
    return "standardise" if raw.bounds is None else "minmax"


def _useless(raw: RawColumn) -> bool:
    return raw.looks_like_id or len(raw.missing) == len(raw)


def _target_place(source: Source) -> int:
    lowered = [name.lower() for name in source.names]
    named = [lowered.index(name) for name in TARGET_NAMES if name in lowered]
    return named[0] if named else len(source.columns) - 1


def _split_marker(source: Source, targets: Sequence[str]) -> str | None:
    for raw in source.columns:
        if (
            raw.name.lower() in MARKER_NAMES
            and raw.name not in targets
            and raw.distinct_count <= len(SPLIT_WORDS)
            and {text.lower() for text in raw.counts} <= SPLIT_WORDS.keys()
            and any(SPLIT_WORDS[text.lower()] == 0 for text in raw.counts)
            and raw.distinct_count > 1
        ):
            return raw.name
    return None


def _proposed_missing(raw: RawColumn, plan: ColumnPlan, wanted: str, few: bool) -> str:
    possible = missing_treatments(plan)
    if wanted in possible:
        return wanted
    if wanted != "auto" and wanted in ("mean", "median") and plan.role == "input":
        # Categories have neither.
        return "most_frequent"
    if not raw.missing.size or few or plan.role != "input":
        return "drop"
    return "median" if plan.is_number else "most_frequent"
