"""What the import screen computes while nobody waits for it: reading, proposing, trying it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bpstudio.files.build import build
from bpstudio.files.errors import Cancelled
from bpstudio.files.plan import (
    ColumnPlan,
    Plan,
    missing_treatments,
    propose_plan,
    target_treatment,
    treatments,
)
from bpstudio.files.problems import Problem, dropped_rows, plan_problems
from bpstudio.files.source import Options, Source, read_source
from bpstudio.files.summary import ColumnSummary, Outcome, outcome_of, summary_of
from bpstudio.gui.background import Task
from bpstudio.model.adoption import Adoption, Wish, adopt
from bpstudio.model.dataset import DataError
from bpstudio.model.project import Project

HEAD_ROWS = 100
HEAD_BYTES = 1 << 20
"""From this size on the first rows are shown before the whole is read."""


@dataclass(frozen=True)
class Reading:
    """A source as read, what it holds, and the plan that it suggests; a head has neither of them."""

    source: Source
    summaries: tuple[ColumnSummary, ...] = ()
    plan: Plan | None = None


@dataclass(frozen=True)
class Trial:
    """What a plan would make: its problems, and if none forbids it the outcome and the project."""

    plan: Plan
    wish: Wish
    problems: tuple[Problem, ...]
    outcome: Outcome | None = None
    adoption: Adoption | None = None

    @property
    def possible(self) -> bool:
        return self.adoption is not None


def read_head(what: Path | str, options: Options, task: Task) -> Reading:
    """The first rows only: what is shown while the rest is read."""
    return Reading(read_source(what, options, limit=HEAD_ROWS, cancelled=task.cancelled))


def read_whole(what: Path | str, options: Options, seed: int, task: Task) -> Reading:
    """All of it, with a plan and what the columns hold."""
    source = read_source(what, options, progress=task.progress, cancelled=task.cancelled)
    summaries = []
    for column in source.columns:
        if task.cancelled():
            raise Cancelled
        summaries.append(summary_of(column))
    return Reading(source, tuple(summaries), propose_plan(source, seed=seed))


def is_large(what: Path | str) -> bool:
    """Whether reading takes so long that its head should be shown first."""
    if isinstance(what, str):
        return len(what) > HEAD_BYTES
    try:
        return what.is_file() and what.stat().st_size > HEAD_BYTES
    except OSError:
        return False


def try_plan(source: Source, plan: Plan, wish: Wish, project: Project, task: Task) -> Trial:
    """Build the data set and give it to the project, or say what forbids it."""
    problems = plan_problems(source, plan)
    if any(problem.severity == "error" for problem in problems):
        return Trial(plan, wish, problems)
    try:
        dataset = build(source, plan, progress=task.progress, cancelled=task.cancelled)
        adoption = adopt(project, dataset, wish)
    except DataError as error:
        return Trial(plan, wish, (Problem(str(error)), *problems))
    result = outcome_of(dataset, int(dropped_rows(source, plan).sum()))
    problems = plan_problems(source, plan, adoption.project.topology)
    return Trial(plan, wish, problems, result, adoption)


# Edits of a plan


def with_role(source: Source, plan: Plan, names: Sequence[str], role: str) -> Plan:
    """The plan with columns in another role, treated as it allows. Targets take the place of those
    there were."""
    if role == "target":
        return plan.with_target(source, *names)
    if role == "split":
        return plan.with_column(names[-1], role=role)
    return _replaced(
        plan, [_allowed(source, replace(plan.column(name), role=role)) for name in names]
    )


def with_changes(source: Source, plan: Plan, names: Sequence[str], changes: dict[str, Any]) -> Plan:
    """The plan with fields of columns changed, in those where the change is possible."""
    changed = []
    for name in names:
        column = replace(plan.column(name), **changes)
        if "treatment" not in changes or column.treatment in treatments(source, column):
            changed.append(_allowed(source, column))
    return _replaced(plan, changed)


def carried_over(source: Source, plan: Plan, before: Plan, edited: Plan) -> Plan:
    """A new proposal with what people had changed (``edited``) of the one ``before``."""
    old = {column.name: column for column in before.columns}
    names = set(source.names)
    changed = [c for c in edited.columns if c.name in names and c != old.get(c.name)]
    plan = _replaced(plan, [_allowed(source, column) for column in changed])
    if edited.split != before.split and edited.split.kind != "column":
        plan = replace(plan, split=edited.split)
    return plan


def _replaced(plan: Plan, changed: Sequence[ColumnPlan]) -> Plan:
    """The plan with these columns in the places of their names."""
    by_name = {column.name: column for column in changed}
    plan = replace(plan, columns=tuple(by_name.get(c.name, c) for c in plan.columns))
    if plan.split.kind == "column" and not plan.with_role("split"):
        return plan.with_split(kind="stratified")
    return plan


def _allowed(source: Source, column: ColumnPlan) -> ColumnPlan:
    """A column with a treatment that its role and values allow."""
    possible = treatments(source, column)
    if column.role in ("input", "target") and column.treatment not in possible:
        treatment = "standardise" if "standardise" in possible else possible[0]
        if column.role == "target":
            treatment = target_treatment(source.column(column.name), True)
        column = replace(column, treatment=treatment)
    missing = missing_treatments(column)
    if column.missing not in missing:
        column = replace(column, missing="drop" if "drop" in missing else missing[0])
    return column
