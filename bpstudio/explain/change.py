"""What one parameter is about to do: its gradient, and the step an update would make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpstudio.engines.base import weight_positions
from bpstudio.engines.evaluation import chunks
from bpstudio.engines.reference import gradient
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.dataset import TRAIN
from bpstudio.model.project import Project
from bpstudio.model.topology import LayerBlock, Topology, TopologyError


@dataclass(frozen=True)
class Change:
    """One parameter: its ``value``, ``gradient`` dE/dw with the penalty, mean over ``rows`` of
    ``all_rows`` training rows, and ``step`` -eta dE/dw, formulas (4), (11) and (12); momentum is not in
    it."""

    value: float
    gradient: float
    step: float
    rows: int
    all_rows: int


def weight_position(topology: Topology, source: str, i: int, target: str, j: int) -> int:
    """Where the weight from neuron i of ``source`` to neuron j of ``target`` is in the vector."""
    for b in _block(topology, target).incoming:
        if b.link.source == source:
            return b.start + j * b.shape[1] + i
    raise TopologyError(f"There is no link from '{source}' to '{target}'.")


def bias_position(topology: Topology, layer: str, j: int) -> int:
    """Where the bias of neuron j of ``layer`` is in the vector."""
    return _block(topology, layer).start + j


def _block(topology: Topology, layer: str) -> LayerBlock:
    position = topology.position(layer)
    if position == 0:
        raise TopologyError(f"Layer '{layer}' is the input: it has no weights and no biases.")
    return topology.blocks[position - 1]


def training_gradient(project: Project) -> FloatArray:
    """dE/dparameters with the penalties, mean over all training rows: (parameters,)."""
    project.check()
    assert project.dataset is not None
    found = _mean_gradient(project, project.dataset.rows(TRAIN), lambda: False)
    assert found is not None
    return found


def _mean_gradient(
    project: Project, rows: IntArray, cancelled: Callable[[], bool]
) -> FloatArray | None:
    dataset, config, network = project.dataset, project.config, project.network
    assert dataset is not None
    total = np.zeros_like(network.parameters)
    # Weights that grow without bounds are the run's to report.
    with np.errstate(over="ignore", invalid="ignore"):
        for part in chunks(network.topology, len(rows)):
            if cancelled():
                return None
            some = rows[part]
            total += len(some) * gradient(
                network, dataset.inputs[some], dataset.targets[some], config.loss
            )
        total /= len(rows)
        weights = network.parameters * weight_positions(network.topology)
        penalised: FloatArray = total + config.l1 * np.sign(weights) + config.l2 * weights
    return penalised


def change_of(
    project: Project,
    position: int,
    most_rows: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Change | None:
    """What accumulated BP would do next to the parameter at a position of the vector; None once
    cancelled.

    Of more training rows than ``most_rows`` so many are taken, evenly over the table. Raises
    ProjectError if the project cannot be trained.
    """
    project.check()
    assert project.dataset is not None
    rows = every = project.dataset.rows(TRAIN)
    if most_rows is not None and most_rows < len(every):
        rows = every[np.linspace(0, len(every) - 1, max(1, most_rows)).astype(np.intp)]
    found = _mean_gradient(project, rows, cancelled)
    if found is None:
        return None
    slope = float(found[position])
    return Change(
        float(project.network.parameters[position]),
        slope,
        -project.config.learning_rate * slope,
        len(rows),
        len(every),
    )
