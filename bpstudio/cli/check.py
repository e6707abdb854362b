"""Check the gradient of this network on its data: back-propagation against central differences.

The exit code is 1 if they differ."""

from __future__ import annotations

import argparse

import numpy as np

from bpstudio.cli.options import Window, add_json, add_project
from bpstudio.cli.report import facts, network_text, print_json, table
from bpstudio.cli.scores import dataset_of
from bpstudio.explain.gradient_check import MAX_ROWS, GradientCheck, check_gradient
from bpstudio.files.project_file import load
from bpstudio.model.dataset import TRAIN
from bpstudio.model.functions import LOSSES
from bpstudio.model.project import Project

EXAMPLE = "bpstudio check iris.bps"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_json(parser)


def run(args: argparse.Namespace, window: Window) -> int:
    project = load(args.project)
    project.check()
    dataset = dataset_of(project)
    rows = dataset.rows(TRAIN)
    if len(rows) > MAX_ROWS:
        # Evenly over the file, which may be sorted by class.
        rows = rows[np.linspace(0, len(rows) - 1, MAX_ROWS).astype(int)]
    found = check_gradient(
        project.network, dataset.inputs[rows], dataset.targets[rows], project.config.loss
    )
    if args.json:
        print_json(_report(found))
    else:
        print("\n".join(_text(project, found)))
    return 0 if found.holds else 1


def _report(found: GradientCheck) -> dict[str, object]:
    return {
        "holds": found.holds,
        "largest_difference": found.worst_error,
        "where": found.worst,
        "tolerance": found.tolerance,
        "epsilon": found.epsilon,
        "parameters": found.parameters,
        "checked": len(found.positions),
        "kinks": int(found.kinks.sum()),
        "rows": found.rows,
    }


def _text(project: Project, found: GradientCheck) -> list[str]:
    checked = len(found.positions)
    which = f"all {checked:,}" if checked == found.parameters else f"{checked:,} chosen at random"
    pairs = [
        ("Network", network_text(project.topology)),
        ("Loss", f"{LOSSES[project.config.loss].label}, the mean of {found.rows} rows"),
        ("Checked", f"{which} parameters, with steps of {found.epsilon:g}"),
    ]
    header = ["relative difference", "checked", "at a kink", "largest"]
    rows = [
        [name, f"{count:,}", f"{k:,}" if k else "·", f"{error:.1e}" if k < count else "–"]
        for name, count, k, error in found.parts()
    ]
    return [*facts(pairs), "", *table(header, rows), "", *found.verdict()]
