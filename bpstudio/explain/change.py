"""What one parameter is about to do: its gradient, and the step an update would make of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpstudio.engines.base import weight_positions
from bpstudio.engines.evaluation import chunks
from bpstudio.engines.reference import gradient
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import TRAIN
from bpstudio.model.project import Project
from bpstudio.model.topology import LayerBlock, Topology, TopologyError


@dataclass(frozen=True)
class Change:
    """One parameter: its ``value``, ``gradient`` dE/dw with the penalty, mean over ``rows`` rows, and
    ``step`` -eta dE/dw, formulas (4), (11) and (12); momentum is not in it."""

    value: float
    gradient: float
    step: float
    rows: int


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
    dataset, config, network = project.dataset, project.config, project.network
    project.check()
    assert dataset is not None
    rows = dataset.rows(TRAIN)
    total = np.zeros_like(network.parameters)
    for part in chunks(network.topology, len(rows)):
        some = rows[part]
        total += len(some) * gradient(
            network, dataset.inputs[some], dataset.targets[some], config.loss
        )
    total /= len(rows)
    weights = network.parameters * weight_positions(network.topology)
    return total + config.l1 * np.sign(weights) + config.l2 * weights


def change_of(project: Project, position: int) -> Change:
    """What accumulated BP would do next to the parameter at a position of the vector."""
    slope = float(training_gradient(project)[position])
    assert project.dataset is not None
    return Change(
        float(project.network.parameters[position]),
        slope,
        -project.config.learning_rate * slope,
        int((project.dataset.split == TRAIN).sum()),
    )
