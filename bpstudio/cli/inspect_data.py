"""What a data file holds, how it is read, and what is proposed for each column."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from bpstudio.cli.monitor import reading_bar
from bpstudio.cli.report import facts, number, table
from bpstudio.files.build import build
from bpstudio.files.plan import MISSING_TREATMENTS, TREATMENTS, Plan, propose_plan
from bpstudio.files.problems import Problem, dropped_rows, plan_problems
from bpstudio.files.source import SOURCE_KINDS, Source, read_source
from bpstudio.files.summary import ColumnSummary, Outcome, outcome_of, summarise
from bpstudio.files.text import DELIMITERS, ENCODINGS
from bpstudio.model.dataset import SPLITS
from bpstudio.model.proposal import proposal

_MOST_COLUMNS = 200


class DataReport:
    """A source, its proposed plan, and what comes of it."""

    def __init__(self, path: str) -> None:
        with reading_bar(path) as progress:
            self.source: Source = read_source(Path(path), progress=progress)
        self.plan: Plan = propose_plan(self.source)
        self.problems: tuple[Problem, ...] = plan_problems(self.source, self.plan)
        self.columns: tuple[ColumnSummary, ...] = summarise(self.source)
        self.outcome: Outcome | None = None
        self.reason = ""
        if not any(problem.severity == "error" for problem in self.problems):
            data = build(self.source, self.plan)
            self.outcome = outcome_of(data, int(dropped_rows(self.source, self.plan).sum()))
            self.reason = proposal(data).reason

    def as_json(self) -> dict[str, Any]:
        source = self.source
        return {
            "file": source.name,
            "format": source.kind,
            "options": {k: v for k, v in asdict(source.options).items() if v not in (None, {})},
            "rows": source.rows,
            "columns": [
                {
                    **asdict(column),
                    "role": self.plan.column(column.name).role,
                    "treatment": self.plan.column(column.name).treatment,
                    "missing_treatment": self.plan.column(column.name).missing,
                }
                for column in self.columns
            ],
            "notes": list(source.notes),
            "problems": [
                {"sentence": p.sentence, "severity": p.severity, "line": p.line, "column": p.column}
                for p in self.problems
            ],
            "split": self.plan.split.kind,
            "outcome": None if self.outcome is None else asdict(self.outcome),
            "proposal": self.reason,
        }

    def lines(self) -> list[str]:
        """For people."""
        source = self.source
        pairs = [("File", f"{source.name} · {SOURCE_KINDS[source.kind]}{_written(source)}")]
        pairs.append(("Rows", f"{source.rows:,} of {len(source.columns):,} columns"))
        pairs += [("Note", note) for note in source.notes]
        if self.outcome is not None:
            o = self.outcome
            dropped = f", {o.dropped:,} left out" if o.dropped else ""
            parts = f"{o.train:,} train, {o.validation:,} validation, {o.test:,} test{dropped}"
            pairs.append(("Split", f"{SPLITS[self.plan.split.kind]}: {parts}"))
            pairs.append(
                ("Neurons", f"{_counted(o.inputs, 'input')}, {_counted(o.outputs, 'output')}")
            )
        for problem in self.problems[:10]:
            what = "Problem" if problem.severity == "error" else "Careful"
            pairs.append((what, problem.sentence))
        if self.reason:
            pairs.append(("Proposed", self.reason))
        return [*facts(pairs), "", *self._columns()]

    def _columns(self) -> list[str]:
        header = ["column", "role", "missing", "distinct", "least", "mean", "largest"]
        rows, words = [], ["what is proposed"]
        for column in self.columns[:_MOST_COLUMNS]:
            plan = self.plan.column(column.name)
            figures = [number(value, 4) for value in (column.low, column.mean, column.high)]
            rows.append(
                [
                    column.name,
                    plan.role,
                    f"{column.missing:,}" if column.missing else "·",
                    f"{column.distinct:,}",
                    *figures,
                ]
            )
            proposed = TREATMENTS[plan.treatment] if plan.role in ("input", "target") else ""
            if proposed and column.missing:
                proposed += f"; missing: {MISSING_TREATMENTS[plan.missing]}"
            words.append(proposed)
        lines = [
            f"{line}  {said}".rstrip()
            for line, said in zip(table(header, rows), words, strict=True)
        ]
        more = len(self.columns) - _MOST_COLUMNS
        return [*lines, f"and {more:,} more"] if more > 0 else lines


def _written(source: Source) -> str:
    """How a text table is written."""
    options = source.options
    if source.kind != "text" or options.delimiter is None or options.encoding is None:
        return ""
    parts = [ENCODINGS[options.encoding], f"{DELIMITERS[options.delimiter]} between cells"]
    if options.decimal == ",":
        parts.append("decimal comma")
    parts.append("header" if options.header else "no header")
    return ", " + ", ".join(parts)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}"
