"""Can the output layer give the targets? If its activation has bounds that they exceed: what helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bpstudio.model.dataset import TRAIN, Dataset
from bpstudio.model.functions import ACTIVATIONS, LOSSES
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology

TOLERANCE = 1e-9
MARGIN = 0.1


@dataclass(frozen=True)
class RangeRemedy:
    """What helps, as a button would say it; ``apply`` makes the project in which it is done."""

    label: str
    apply: Callable[[Project], Project]


@dataclass(frozen=True)
class RangeProblem:
    """Targets out of the output activation's range: a sentence with the first row (from 0), and what
    helps."""

    sentence: str
    row: int
    remedies: tuple[RangeRemedy, ...]


def range_problem(topology: Topology, dataset: Dataset) -> RangeProblem | None:
    """The first target to train on, as the network sees it, that the output layer cannot give."""
    if len(topology.layers) < 2:
        return None
    layer = topology.output
    activation = ACTIVATIONS[layer.activation]
    Y = dataset.targets
    out = (activation.low - TOLERANCE > Y) | (activation.high + TOLERANCE < Y)
    out[dataset.split != TRAIN] = False
    if not out.any():
        return None
    row, output = (int(k) for k in np.argwhere(out)[0])
    low, high = reachable_range(activation.low, activation.high)
    name = dataset.preparation.output_names[output]
    sentence = (
        f"Row {row + 1} has the target {name} = {Y[row, output]:.4g}, but {activation.label} gives "
        f"{range_words(activation.low, activation.high)}: scale the target to {low:g} … {high:g}, or "
        "make the output linear."
    )
    remedies = [RangeRemedy("Make the output linear", _linear_output)]
    if not all(column.is_category for column in dataset.preparation.targets):

        def rescale(project: Project) -> Project:
            data = project.dataset
            return (
                project
                if data is None
                else replace(project, dataset=data.with_target_range(low, high))
            )

        remedies.insert(0, RangeRemedy(f"Scale the target to {low:g} … {high:g}", rescale))
    return RangeProblem(sentence, row, tuple(remedies))


def _linear_output(project: Project) -> Project:
    topology = project.topology.with_activation(project.topology.output.id, "linear")
    project = project.with_topology(topology)
    try:
        LOSSES[project.config.loss].check_output("linear", topology.output.id)
    except ValueError:
        return project.with_config(replace(project.config, loss="squared_error"))
    return project


def reachable_range(low: float, high: float) -> tuple[float, float]:
    """A range to scale targets to within these bounds, one of which may be infinite.

    A tenth of it is left free at a bound: a sigmoid only nears it, and held-out targets may lie beyond
    those that were trained on.
    """
    if np.isfinite(low) and np.isfinite(high):
        margin = MARGIN * (high - low)
        return low + margin, high - margin
    if np.isfinite(low):
        return low + MARGIN, low + 1
    return (high - 1, high - MARGIN) if np.isfinite(high) else (0.0, 1.0)


def range_words(low: float, high: float) -> str:
    """The outputs between these bounds, in words."""
    if np.isfinite(low) and np.isfinite(high):
        return f"outputs from {low:g} to {high:g}"
    return f"no output below {low:g}" if np.isfinite(low) else f"no output above {high:g}"
