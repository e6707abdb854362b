"""A network and settings that suit a data set: where to start, with the reason in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bpstudio.model.config import TrainingConfig, usual_values
from bpstudio.model.dataset import TRAIN, Dataset
from bpstudio.model.functions import LOSSES
from bpstudio.model.topology import Topology

MOST_HIDDEN = 64
FEW_ROWS = 1000
FEWEST_WOUND, MOST_WOUND = 50, 500
ROWS_PER_RUN = 100_000
"""About how many rows a proposed run learns from: seconds, also with the readable engine."""


@dataclass(frozen=True)
class Proposal:
    """A topology and a config that fit a data set; ``reason`` says why, in one sentence."""

    topology: Topology
    config: TrainingConfig
    reason: str


def proposal(dataset: Dataset, hidden: Sequence[int] | None = None, **settings: Any) -> Proposal:
    """Propose a network for the data. ``hidden`` gives sizes of hidden layers, ``settings`` fields of
    TrainingConfig; what is not given follows from the data.

    Targets that are classes get outputs from 0 to 1 and a cross-entropy, all others linear outputs
    and the squared error.
    """
    inputs, outputs = dataset.preparation.input_size, dataset.preparation.output_size
    activation, loss, reason, measures = _output(dataset)
    chosen = settings.get("loss", loss)
    if chosen != loss:
        LOSSES[chosen].check_output(activation, "output")
        loss, measures = chosen, f"the {LOSSES[chosen].label} measures how far outputs are off"
    reason = f"{reason}, and {measures}"
    start: dict[str, Any] = {}
    if hidden is None:
        size = round(2 * float(np.sqrt(inputs * outputs)))
        hidden = [min(max(size, 4), MOST_HIDDEN)]
        if _interwoven(dataset):
            hidden, start = [16, 16], {"initialiser": "normal"}
            reason += "; they are wound around each other, which two hidden layers have room for"
    rows = int((dataset.split == TRAIN).sum())
    # A few rows in many dimensions are soon learned by heart; in two or three they fill the space.
    sparse = bool(dataset.class_names) and inputs > 3 and rows <= FEW_ROWS
    batch = 32 if rows > FEW_ROWS else 10 if sparse else 4
    proposed = TrainingConfig(
        batch_size=min(batch, rows),
        # An update from a single row is noisy: smaller steps average over more of them.
        learning_rate=0.03 if settings.get("batch_size") == 1 else 0.1,
        epochs=int(np.clip(round(ROWS_PER_RUN / rows, -1), 20, 500)),
        loss=loss,
        l2=min(0.001 * inputs, 0.01) if sparse else 0.0,
        **start,
    )
    topology = Topology.chain([inputs, *hidden, outputs], "tanh", activation)
    settings = usual_values(settings.get("optimizer", proposed.optimizer)) | settings
    return Proposal(topology, replace(proposed, **settings), reason + ".")


def _interwoven(dataset: Dataset) -> bool:
    """Whether points of two or three inputs are of their nearest neighbour's class, though no curve of
    the second degree parts the classes: as in two spirals."""
    rows = dataset.rows(TRAIN)
    if dataset.labels is None or not 2 <= dataset.preparation.input_size <= 3:
        return False
    if len(rows) < FEWEST_WOUND:
        return False
    rows = rows[:: -(-len(rows) // MOST_WOUND)]
    X, labels = dataset.inputs[rows], dataset.labels[rows]
    apart = ((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    near = float((labels[apart.argmin(axis=1)] == labels).mean())
    count = X.shape[1]
    products = [X[:, j] * X[:, k] for j in range(count) for k in range(j, count)]
    terms = np.column_stack([np.ones(len(X)), X, *products])
    one_hot = labels[:, None] == np.arange(len(dataset.class_names))
    fit = terms @ np.linalg.lstsq(terms, one_hot.astype(float), rcond=None)[0]
    curved = float((fit.argmax(axis=1) == labels).mean())
    return near >= 0.75 and curved <= near - 0.15


def _output(dataset: Dataset) -> tuple[str, str, str, str]:
    """Output activation and loss, the reason for the one, and what the other measures."""
    names = dataset.class_names
    width = dataset.preparation.output_size
    if names and width == 1:
        return (
            "sigmoid",
            "binary_cross_entropy",
            f"Two classes: one sigmoid output is the probability of '{names[-1]}'",
            "cross-entropy measures probabilities",
        )
    if names:
        return (
            "softmax",
            "categorical_cross_entropy",
            f"{len(names)} classes: softmax makes the {width} outputs probabilities that sum to 1",
            "cross-entropy measures probabilities",
        )
    Y = dataset.targets
    if np.all((Y == 0) | (Y == 1)):
        return (
            "sigmoid",
            "binary_cross_entropy",
            f"{width} targets of 0 or 1: each gets a sigmoid output",
            "cross-entropy measures probabilities",
        )
    return (
        "linear",
        "squared_error",
        "The targets are numbers: linear outputs reach every value",
        "the squared error measures the distance",
    )
