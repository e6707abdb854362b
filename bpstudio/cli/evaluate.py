"""Measure a project's network: on its own rows, on data with the same columns,
or by cross-validation.

Classes get accuracy and a confusion matrix, numbers the root mean squared error in their own unit."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bpstudio.cli.folds import cross_validate
from bpstudio.cli.options import UsageError, Window, add_json, add_project, whole_number
from bpstudio.cli.report import confusion_lines, facts, print_json, project_facts
from bpstudio.cli.scores import Score, dataset_of, score, score_lines, split_scores
from bpstudio.cli.sources import load_project
from bpstudio.files.inputs import read_inputs
from bpstudio.model.project import Project

EXAMPLE = "bpstudio evaluate iris.bps new-flowers.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "data", metavar="DATA", nargs="?", type=Path, help="data; else the project's own rows"
    )
    parser.add_argument(
        "--folds",
        metavar="K",
        type=whole_number,
        help="train K times on all rows but a Kth, and measure on that",
    )
    add_json(parser)


def run(args: argparse.Namespace, window: Window) -> int:
    project = load_project(args.project)
    project.check()
    if args.folds is not None:
        return _run_folds(project, args)
    scores = split_scores(project) if args.data is None else {"data": _on_table(project, args.data)}
    if args.json:
        print_json(_report(project, scores, args.data))
    else:
        print("\n".join(_text(project, scores, args.data)))
    return 0


def _run_folds(project: Project, args: argparse.Namespace) -> int:
    if args.data is not None:
        raise UsageError("--folds parts the project's own rows: leave out DATA or --folds.")
    folds = cross_validate(project, args.folds)
    if args.json:
        head = {"topology": str(project.topology), "classes": list(dataset_of(project).class_names)}
        print_json(head | folds.as_json())
    else:
        print("\n".join(folds.lines()))
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
