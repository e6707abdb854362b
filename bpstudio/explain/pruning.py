"""What cutting weak connections would cost, before anything is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpstudio.engines.base import Evaluation
from bpstudio.engines.evaluation import evaluate
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import TRAIN, VALIDATION
from bpstudio.model.project import Project
from bpstudio.model.wiring import at_disposal, prune, weak_connections


@dataclass(frozen=True)
class PruningCost:
    """``cut`` of ``connections`` would go; how well the network does on the ``part`` of the rows named
    (those held out, or the training rows where none are) before and after."""

    cut: int
    connections: int
    part: str
    before: Evaluation
    after: Evaluation


def magnitudes(project: Project) -> FloatArray:
    """The magnitudes of the weights of all connections at disposal, in rising order."""
    found = [
        np.abs(project.network.weights[link.key])[at_disposal(project.topology, link)]
        for link in project.topology.links
    ]
    return np.sort(np.concatenate(found)) if found else np.zeros(0)


def threshold_for(sorted_magnitudes: FloatArray, share: float) -> float:
    """The threshold below which this share (0 to 1) of the weights lies."""
    count = round(share * len(sorted_magnitudes))
    if count == 0 or not len(sorted_magnitudes):
        return 0.0
    # Just above the last one that goes, so that it is below the threshold.
    return float(np.nextafter(sorted_magnitudes[count - 1], np.inf))


def pruning_cost(
    project: Project, threshold: float, cancelled: Callable[[], bool] = lambda: False
) -> PruningCost | None:
    """What pruning every connection with a weight below the threshold would do; None once cancelled.

    Raises ProjectError if the project cannot be trained, for then it has no loss.
    """
    project.check()
    assert project.dataset is not None
    weak = weak_connections(project, threshold)
    pruned = prune(project, weak)
    held_out = project.dataset.rows(VALIDATION)
    rows, part = (
        (held_out, "held-out") if len(held_out) else (project.dataset.rows(TRAIN), "training")
    )
    found = []
    for one in (project, pruned):
        if cancelled():
            return None
        labels = project.dataset.labels
        found.append(
            evaluate(
                one.topology,
                one.network.parameters,
                project.dataset.inputs[rows],
                project.dataset.targets[rows],
                project.config.loss,
                None if labels is None else labels[rows],
            )
        )
    cut = sum(int(flags.sum()) for flags in weak.values())
    return PruningCost(cut, project.topology.connection_count, part, *found)
