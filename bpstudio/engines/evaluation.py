"""How well a network does on rows: mean loss, and for classes the share that is right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpstudio.engines.base import Evaluation
from bpstudio.engines.forward import forward
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.dataset import classes_of
from bpstudio.model.functions import LOSSES
from bpstudio.model.topology import Topology

CHUNK_VALUES = 1 << 18
"""Activations held at once: bounds memory, and the time of one piece to a few milliseconds."""


def chunks(topology: Topology, rows: int) -> Iterator[slice]:
    """Slices of rows whose activations stay within CHUNK_VALUES."""
    width = sum(layer.size for layer in topology.layers)
    size = max(1, CHUNK_VALUES // max(width, 1))
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))


def predict(topology: Topology, vector: FloatArray, X: FloatArray) -> FloatArray:
    """Outputs (rows, outputs) for X (rows, inputs), computed in pieces."""
    parts = [forward(topology, vector, X[part])[-1] for part in chunks(topology, len(X))]
    return np.concatenate(parts) if parts else np.zeros((0, topology.output.size))


def evaluate(
    topology: Topology,
    vector: FloatArray,
    X: FloatArray,
    Y: FloatArray,
    loss: str,
    labels: IntArray | None = None,
) -> Evaluation:
    """Loss and accuracy on X (rows, inputs), Y (rows, outputs) and, for classes, labels (rows,)."""
    if len(X) == 0:
        return Evaluation(0, float("nan"), float("nan"))
    total, right = 0.0, 0
    value = LOSSES[loss].value
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for part in chunks(topology, len(X)):
            y_hat = forward(topology, vector, X[part])[-1]
            total += float(value(y_hat, Y[part]).sum(dtype=np.float64))
            if labels is not None:
                right += int(np.count_nonzero(classes_of(y_hat) == labels[part]))
    accuracy = right / len(X) if labels is not None else float("nan")
    return Evaluation(len(X), total / len(X), accuracy)


def confusion_matrix(labels: IntArray, predicted: IntArray, classes: int) -> IntArray:
    """Counts, (classes, classes): rows are the true classes, columns the predicted ones."""
    counts = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)
