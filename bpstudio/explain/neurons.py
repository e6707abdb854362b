"""What every neuron answers, as the canvas shows it: over the plane, as an image, or for one row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpstudio.explain.plane import centred, plane_of, responses
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import TRAIN, Dataset
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.project import Project

RESOLUTION, COARSE_RESOLUTION = 24, 12
MOST_PRODUCTS = 20_000_000
"""Weights times points of the plane that are computed for one picture of the network."""


@dataclass(frozen=True)
class LayerAnswer:
    """What the neurons of a layer answer.

    ``values`` (neurons,) are from -1 to 1 for one row of the data, ``outputs`` (neurons,) exact.
    ``images`` (neurons, rows, columns), from -1 to 1 with row 0 at the bottom: with two numeric inputs
    the answers over their plane, row 0 at the lowest y, ``smooth``; where the inputs are an image, the
    incoming weights, cell by cell.
    """

    images: FloatArray | None = None
    values: FloatArray | None = None
    outputs: FloatArray | None = None
    smooth: bool = True


def neuron_names(project: Project, layer_id: str) -> tuple[str, ...]:
    """What the data call the neurons of the input or the output; () for hidden ones, or without data."""
    topology = project.topology
    if project.dataset is None or len(topology.layers) < 2:
        return ()
    preparation = project.dataset.preparation
    if layer_id == topology.input.id:
        return preparation.input_names
    return preparation.output_names if layer_id == topology.output.id else ()


def image_shape(dataset: Dataset | None) -> tuple[int, int] | None:
    """(rows, columns) where the inputs are the cells of a square image."""
    return None if dataset is None else dataset.preparation.image_shape


def neuron_image(project: Project, layer_id: str, neuron: int) -> FloatArray | None:
    """The weights from an image to one neuron, cell by cell with the upper row first, from -1 to 1 of
    the largest: (rows, columns). None where the inputs are no image, or do not reach the neuron."""
    shape = image_shape(project.dataset)
    topology = project.topology
    if (
        shape is None
        or len(topology.layers) < 2
        or not topology.has_link(topology.input.id, layer_id)
    ):
        return None
    weights = project.network.weights[topology.input.id, layer_id]
    if weights.shape[1] != shape[0] * shape[1] or neuron >= weights.shape[0]:
        return None
    own = weights[neuron]
    largest = float(np.nan_to_num(np.abs(own)).max())
    image: FloatArray = (own / (largest or 1.0)).reshape(shape)
    return image


def shown_row(dataset: Dataset, row: int | None) -> int:
    """A row of the data, from 0; where there is no such row the first one of the training part."""
    if row is None or not 0 <= row < len(dataset):
        return int(dataset.rows(TRAIN)[0])
    return row


def answers(project: Project, row: int | None = None) -> dict[str, LayerAnswer]:
    """Answers of all neurons by layer id; empty ones where network and data do not fit.

    ``row`` is the row of the data, None the first one of the training part.
    """
    topology, dataset = project.topology, project.dataset
    nothing = {layer.id: LayerAnswer() for layer in topology.layers}
    if dataset is None or any(True for _ in topology.problems()):
        return nothing
    if topology.input.size != dataset.preparation.input_size:
        return nothing
    row = shown_row(dataset, row)
    with np.errstate(over="ignore", invalid="ignore"):
        outputs = project.network.forward(dataset.inputs[[row]])
        images = _over_the_plane(project, dataset)
        smooth = bool(images)
        if not images:
            images = _weights_as_images(project, dataset)
    result = {}
    for layer in topology.layers:
        activation = ACTIVATIONS["linear" if layer is topology.input else layer.activation]
        exact = outputs[layer.id][0]
        values = centred(exact, activation)
        result[layer.id] = LayerAnswer(images.get(layer.id), values, exact, smooth)
    return result


def _over_the_plane(project: Project, dataset: Dataset) -> dict[str, FloatArray]:
    plane = plane_of(dataset)
    if plane is None:
        return {}
    topology = project.topology
    most = MOST_PRODUCTS / max(topology.parameter_count, 1)
    fitting = [r for r in (RESOLUTION, COARSE_RESOLUTION) if r * r <= most]
    if not fitting:
        return {}
    images = {}
    for layer_id, outputs in responses(project.network, dataset, plane, fitting[0]).items():
        first = layer_id == topology.input.id
        activation = ACTIVATIONS["linear" if first else topology.layer(layer_id).activation]
        # Each neuron of a layer without bounds has its own scale, or one would hide the others.
        images[layer_id] = np.stack([centred(image, activation) for image in outputs])
    return images


def _weights_as_images(project: Project, dataset: Dataset) -> dict[str, FloatArray]:
    """Incoming weights of the neurons that the inputs reach, each on its own scale."""
    shape = image_shape(dataset)
    if shape is None:
        return {}
    images: dict[str, FloatArray] = {}
    first = project.topology.input.id
    for (source, target), weights in project.network.weights.items():
        if source == first:
            largest = np.abs(np.nan_to_num(weights)).max(axis=1, keepdims=True)
            shares = weights / np.where(largest > 0, largest, 1.0)
            images[target] = shares.reshape(-1, *shape)[:, ::-1]
    return images
