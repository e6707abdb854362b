"""What flows through a network for one row: outputs forward, deltas back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bpstudio.engines.forward import forward
from bpstudio.engines.reference import deltas
from bpstudio.explain.neurons import shown_row
from bpstudio.model.arrays import FloatArray
from bpstudio.model.functions import LOSSES
from bpstudio.model.project import Project


@dataclass(frozen=True)
class Flow:
    """By layer id: ``outputs`` of all layers and ``deltas`` dE/dz (24) of all but the input, each
    (neurons,). By link: ``carried`` w x, what each connection brings to a net input (22), and
    ``returned`` w delta, what it brings back (26), each (target size, source size)."""

    outputs: Mapping[str, FloatArray]
    deltas: Mapping[str, FloatArray]
    carried: Mapping[tuple[str, str], FloatArray]
    returned: Mapping[tuple[str, str], FloatArray]


def flow_of(project: Project, row: int | None = None) -> Flow | None:
    """What flows for a row of the data, None: the first one of the training part.

    None where the project cannot be trained.
    """
    dataset, network = project.dataset, project.network
    if dataset is None or project.problem() is not None:
        return None
    row = shown_row(dataset, row)
    topology = project.topology
    # Weights that grow without bounds are the run's to report.
    with np.errstate(over="ignore", invalid="ignore"):
        layers = forward(topology, network.parameters, dataset.inputs[[row]])
        errors = deltas(
            topology,
            network.parameters,
            layers,
            dataset.targets[[row]],
            LOSSES[project.config.loss],
        )
        outputs = {
            layer.id: values[0] for layer, values in zip(topology.layers, layers, strict=True)
        }
        back = {
            block.layer.id: values[0] for block, values in zip(topology.blocks, errors, strict=True)
        }
        carried = {key: w * outputs[key[0]] for key, w in network.weights.items()}
        returned = {key: w * back[key[1]][:, None] for key, w in network.weights.items()}
    return Flow(outputs, back, carried, returned)
