"""Measure a project's network: on its own rows, or on a table with the same columns.

Classes get accuracy and a confusion matrix, numbers the root mean squared error in their own unit."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bpstudio.cli.options import Window, add_json, add_project
from bpstudio.cli.report import confusion_lines, facts, print_json, project_facts
from bpstudio.cli.scores import Score, dataset_of, score, score_lines, split_scores
from bpstudio.files.inputs import read_inputs
from bpstudio.files.project_file import load
from bpstudio.model.project import Project

EXAMPLE = "bpstudio evaluate iris.bps new-flowers.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "data", metavar="DATA", nargs="?", type=Path, help="a table; else the project's own rows"
    )
    add_json(parser)


def run(args: argparse.Namespace, window: Window) -> int:
    project = load(args.project)
    project.check()
    scores = split_scores(project) if args.data is None else {"data": _on_table(project, args.data)}
    if args.json:
        print_json(_report(project, scores, args.data))
    else:
        print("\n".join(_text(project, scores, args.data)))
    return 0


def _on_table(project: Project, path: Path) -> Score:
    inputs, targets = read_inputs(path, dataset_of(project).preparation, need_targets=True)
    assert targets is not None
    return score(project, inputs, targets)


def _report(project: Project, scores: dict[str, Score], data: Path | None) -> dict[str, Any]:
    head = {
        "topology": str(project.topology),
        "epochs": project.epoch,
        "loss_function": project.config.loss,
        "classes": list(dataset_of(project).class_names),
    }
    if data is not None:
        return {**head, "data": str(data), **scores["data"].as_json()}
    parts = {name: scores.get(name) for name in ("train", "validation", "test")}
    return head | {name: None if part is None else part.as_json() for name, part in parts.items()}


def _text(project: Project, scores: dict[str, Score], data: Path | None) -> list[str]:
    names = dataset_of(project).class_names
    pairs = [*project_facts(project), ("Trained", f"{project.epoch:,} epochs")]
    if data is not None:
        pairs.append(("Measured", str(data)))
    lines = [*facts(pairs), "", *score_lines(scores)]
    # The rows the network has learned least from say most.
    part, last = list(scores.items())[-1]
    if names and last.confusion:
        lines += ["", f"Confusion matrix, {part}:", *confusion_lines(last.confusion, names)]
    return lines
