"""What every neuron answers, as the canvas shows it: over the plane, or for one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bpstudio.explain.plane import centred, plane_of, responses
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import TRAIN
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project

PLANE_RESOLUTION = 24


@dataclass(frozen=True)
class LayerAnswer:
    """Answers of the chosen neurons of a layer.

    Where the data have two numeric inputs, ``images``: (neurons, rows, columns) from -1 to 1, row 0 at
    the lowest y. Else, for one row, ``values``: (neurons,) from -1 to 1, and ``outputs``: the exact ones
    of every neuron of the layer.
    """

    images: FloatArray | None = None
    values: FloatArray | None = None
    outputs: FloatArray | None = None


def answers(project: Project, shown: Mapping[str, Sequence[int]]) -> dict[str, LayerAnswer]:
    """Answers of the neurons ``shown`` of each layer; empty ones where network and data do not fit."""
    topology, dataset = project.topology, project.dataset
    nothing = {layer.id: LayerAnswer() for layer in topology.layers}
    if dataset is None or any(True for _ in topology.problems()):
        return nothing
    if topology.input.size != dataset.preparation.input_size:
        return nothing
    plane = plane_of(dataset)
    result = {}
    with np.errstate(over="ignore", invalid="ignore"):
        if plane is not None:
            outputs = responses(project.network, dataset, plane, PLANE_RESOLUTION)
        else:
            outputs = project.network.forward(dataset.inputs[dataset.rows(TRAIN)[:1]])
    for layer in topology.layers:
        activation = ACTIVATIONS[layer.activation]
        if layer is topology.input:
            activation = ACTIVATIONS["linear"]
        if plane is not None:
            some = outputs[layer.id][list(shown[layer.id])]
            # Each neuron of a layer without bounds has its own scale, or one would hide the others.
            images = np.stack([centred(image, activation) for image in some])
            result[layer.id] = LayerAnswer(images=images)
        else:
            values = outputs[layer.id][0]
            signed = centred(values, activation)
            result[layer.id] = LayerAnswer(values=signed[list(shown[layer.id])], outputs=values)
    return result
