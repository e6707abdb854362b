"""Check the gradient of this network on its data: back-propagation against central differences.

With --connection or --bias: one parameter, with the numbers. The exit code is 1 if they differ."""

from __future__ import annotations

import argparse

import numpy as np

from bpstudio.cli.options import UsageError, Window, add_json, add_project
from bpstudio.cli.parts import add_parameter, neuron
from bpstudio.cli.report import facts, network_text, print_json, table
from bpstudio.cli.scores import dataset_of
from bpstudio.cli.sources import load_project
from bpstudio.explain.gradient_check import (
    MAX_ROWS,
    GradientCheck,
    WeightCheck,
    check_gradient,
    check_weight,
)
from bpstudio.explain.plain_text import plain
from bpstudio.explain.slope import bias_position, weight_position
from bpstudio.model.dataset import TRAIN, Dataset
from bpstudio.model.functions import LOSSES
from bpstudio.model.project import Project

EXAMPLE = "bpstudio check iris.bps"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_parameter(parser)
    add_json(parser)


def run(args: argparse.Namespace, window: Window) -> int:
    project = load_project(args.project)
    project.check()
    dataset = dataset_of(project)
    rows = dataset.rows(TRAIN)
    if len(rows) > MAX_ROWS:
        # Evenly over the file, which may be sorted by class.
        rows = rows[np.linspace(0, len(rows) - 1, MAX_ROWS).astype(int)]
    X, Y, loss = dataset.inputs[rows], dataset.targets[rows], project.config.loss
    if args.connection or args.bias:
        position = _position(project, dataset, args)
        one = check_weight(project.network, X, Y, loss, position)
        return _tell(one, "b" if args.bias else "w", len(rows), args.json)
    found = check_gradient(project.network, X, Y, loss)
    if args.json:
        print_json(_report(found))
    else:
        print("\n".join(_text(project, found)))
    return 0 if found.holds else 1


def _position(project: Project, dataset: Dataset, args: argparse.Namespace) -> int:
    """Where the chosen parameter is in the vector; UsageError if it is pruned."""
    topology, preparation = project.topology, dataset.preparation
    texts = args.connection or [args.bias]
    ends = [neuron(topology, preparation, text) for text in texts]
    if args.connection:
        position = weight_position(topology, *ends[0], *ends[1])
    else:
        position = bias_position(topology, *ends[0])
    if topology.present is not None and not topology.present[position]:
        raise UsageError(f"{' '.join(texts)} is pruned or has no bias: there is nothing to check.")
    return position


def _tell(found: WeightCheck, symbol: str, rows: int, as_json: bool) -> int:
    """What came out for one parameter."""
    if as_json:
        print_json(
            {
                "holds": found.holds,
                "back_propagation": found.analytic,
                "central_difference": found.probe.numeric,
                "difference": found.error,
                "at_a_kink": found.probe.kink,
                "step": found.probe.step,
                "rows": rows,
            }
        )
    else:
        print(f"Loss: the mean of {rows} rows; h = {found.probe.step:g}\n")
        print("\n".join(plain(" ".join(line)) for line in found.equations(symbol)))
        print(f"\n{found.verdict()}")
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
