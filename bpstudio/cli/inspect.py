"""Say what is in a project: the network, the training, the data, and what is done to each column.

The same fitted preparation serves training, predictions and exports; here it stands in words. Of a
data file it says how it is read, what each column holds, and what is proposed for it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

import numpy as np

from bpstudio.cli.inspect_data import DataReport
from bpstudio.cli.options import Window, add_json
from bpstudio.cli.report import facts, method_text, print_json, project_facts, table
from bpstudio.cli.sources import LESSON, SAMPLE, is_project, load_project
from bpstudio.model.dataset import SPLIT_NAMES, SPLITS, Dataset
from bpstudio.model.preparation import Column
from bpstudio.model.project import Project
from bpstudio.model.ranges import range_problem

EXAMPLE = "bpstudio inspect iris.bps"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a project (.bps), lesson:NAME, sample:NAME or a file with data",
    )
    add_json(parser)


def run(args: argparse.Namespace, window: Window) -> int:
    if not is_project(args.file) and not args.file.startswith((LESSON, SAMPLE)):
        data = DataReport(args.file)
        if args.json:
            print_json(data.as_json())
        else:
            print("\n".join(data.lines()))
        return 0
    project = load_project(args.file)
    if args.json:
        print_json(_report(project))
    else:
        print("\n".join(_text(project)))
    return 0


def _report(project: Project) -> dict[str, Any]:
    dataset = project.dataset
    return {
        "topology": str(project.topology),
        "layers": [asdict(layer) for layer in project.topology.layers],
        "parameters": project.topology.parameter_count,
        "epochs": project.epoch,
        "config": asdict(project.config),
        "notes": project.notes,
        "problem": project.problem(),
        "data": None if dataset is None else _data_report(project, dataset),
    }


def _data_report(project: Project, dataset: Dataset) -> dict[str, Any]:
    preparation = dataset.preparation
    problem = range_problem(project.topology, dataset)
    return {
        "name": dataset.name,
        "rows": {name: len(dataset.rows(part)) for part, name in enumerate(SPLIT_NAMES)},
        "split": dataset.split_kind,
        "inputs": [_column_report(column) for column in preparation.inputs],
        "targets": [_column_report(column) for column in preparation.targets],
        "classes": list(dataset.class_names),
        "missing": {name: count for name, count in _missing(dataset) if count},
        "range_problem": None if problem is None else problem.sentence,
    }


def _column_report(column: Column) -> dict[str, Any]:
    return {**asdict(column), "neurons": column.width, "words": column.words}


def _text(project: Project) -> list[str]:
    pairs = [] if len(project.topology.layers) < 2 else [project_facts(project)[0]]
    pairs += [
        ("Method", method_text(project.config)),
        ("Trained", f"{project.epoch:,} epoch{'' if project.epoch == 1 else 's'}"),
    ]
    if project.notes:
        pairs.append(("Notes", " ".join(project.notes.split())))
    dataset = project.dataset
    if dataset is None:
        return facts([*pairs, ("Data", "none yet")])
    pairs += [project_facts(project)[-1], ("Split", SPLITS[dataset.split_kind])]
    if problem := project.problem():
        pairs.append(("Problem", problem))
    elif unreachable := range_problem(project.topology, dataset):
        pairs.append(("Careful", unreachable.sentence))
    return [*facts(pairs), "", *_columns(dataset)]


def _columns(dataset: Dataset) -> list[str]:
    """What is done to each column on its way into the network, inputs before targets."""
    preparation, missing = dataset.preparation, dict(_missing(dataset))
    rows = []
    for role, columns in (("input", preparation.inputs), ("target", preparation.targets)):
        for column in columns:
            gaps = missing[column.name]
            rows.append(
                [column.name, role, f"{column.width:,}", f"{gaps:,}" if gaps else "·", column.words]
            )
    # All but the last stand in columns; words run on to the end of the line.
    aligned = table(["column", "role", "neurons", "missing"], [row[:4] for row in rows])
    return [
        f"{line}  {words}"
        for line, words in zip(aligned, ["what is done", *(r[4] for r in rows)], strict=True)
    ]


def _missing(dataset: Dataset) -> list[tuple[str, int]]:
    """Each column's name and how many of its values are missing."""
    counts = np.isnan(dataset.values).sum(axis=0)
    return [
        (column.name, int(count))
        for column, count in zip(dataset.preparation.columns, counts, strict=True)
    ]
