"""Where one parameter is in the vector, and the slope of the loss along it."""

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
class Slope:
    """dE/dw of one parameter with the penalty: the mean over ``rows`` of ``all_rows`` training rows."""

    value: float
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


def _mean_gradient(
    project: Project, rows: IntArray, cancelled: Callable[[], bool]
) -> FloatArray | None:
    """dE/dparameters with the penalties, mean over these rows: (parameters,); None once cancelled."""
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


def slope_of(
    project: Project,
    position: int,
    most_rows: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Slope | None:
    """The slope of the loss along the parameter at a position of the vector; None once cancelled.

    Of more training rows than ``most_rows`` so many are taken, evenly over the table. Raises
    ProjectError if the project cannot be trained.
    """
    project.check()
    assert project.dataset is not None
    rows = every = project.dataset.rows(TRAIN)
    if most_rows is not None and most_rows < len(every):
        rows = every[np.linspace(0, len(every) - 1, max(1, most_rows)).astype(np.intp)]
    found = _mean_gradient(project, rows, cancelled)
    return None if found is None else Slope(float(found[position]), len(rows), len(every))
