"""What a network answers on its data, ready to be drawn: surfaces, curves, hits and misses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpstudio.engines.evaluation import confusion_matrix, predict
from bpstudio.explain.plane import centred, plane_of
from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.dataset import TRAIN, Dataset, classes_of
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.network import Network

MARGIN = 0.06
"""How far a curve reaches beyond the data, as a share of their range."""


def views_of(dataset: Dataset) -> tuple[str, ...]:
    """Which pictures suit the data: of ``surface``, ``curve``, ``confusion`` and ``scatter``."""
    views = []
    inputs = dataset.preparation.inputs
    if plane_of(dataset) is not None:
        views.append("surface")
    elif len(inputs) == 1 and not inputs[0].is_category:
        views.append("curve")
    if dataset.class_names:
        views.append("confusion")
    return tuple(views) or ("scatter",)


def output_title(dataset: Dataset, index: int | None = None) -> str:
    """What the output stands for: the class that one output says yes to, or the target column."""
    names = dataset.class_names
    if index is not None and dataset.preparation.output_size > 1:
        return dataset.preparation.output_names[index]
    if names and dataset.preparation.output_size == 1:
        return names[-1]
    return dataset.preparation.targets[0].name


def evenly(rows: IntArray, most: int) -> IntArray:
    """At most ``most`` of the rows, evenly spread."""
    if len(rows) <= most:
        return rows
    spread: IntArray = rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
    return spread


# Colours of a surface, as numbers


def target_limit(dataset: Dataset) -> float:
    """The largest size of an encoded target: the full colour of a predicted number."""
    return float(np.max(np.abs(dataset.targets))) or 1.0


def decision_values(
    values: FloatArray, activation: str, is_decision: bool, limit: float | None = None
) -> FloatArray:
    """Responses as -1…1 around the middle of what the neuron can say, any shape.

    Where one output decides between two classes the middle is ½, whatever its activation. A ``limit``
    goes before that: numbers are divided by it. All others are ``centred``.
    """
    if limit is not None:
        limited: FloatArray = np.clip(values / limit, -1.0, 1.0)
        return limited
    if is_decision:
        decided: FloatArray = np.clip(2 * values - 1, -1.0, 1.0)
        return decided
    return centred(values, ACTIVATIONS[activation])


def likeliest(outputs: FloatArray) -> tuple[IntArray, FloatArray]:
    """From outputs (classes, …) the class with the largest, and how clearly it leads, 0 to 1."""
    top = np.sort(np.clip(outputs, 0.0, None), axis=0)[-2:]
    total = np.maximum(np.clip(outputs, 0.0, None).sum(axis=0), 1e-12)
    lead: FloatArray = (top[-1] - top[0]) / total
    return outputs.argmax(axis=0), lead


# Classes


@dataclass(frozen=True)
class Confusion:
    """Counts (classes, classes), rows the true classes; ``rows`` of ``total`` were looked at."""

    counts: IntArray
    rows: int
    total: int

    @property
    def accuracy(self) -> float:
        """The share that is right; NaN without rows."""
        return float(np.trace(self.counts)) / self.rows if self.rows else float("nan")

    @property
    def shares(self) -> FloatArray:
        """Counts divided by the number of rows of their true class, 0 to 1."""
        sums = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        shares: FloatArray = self.counts / sums
        return shares


class Counting:
    """Counts hits and misses on a part of the split, so many rows at a time as one likes; on at most
    ``most`` of its rows, evenly spread."""

    def __init__(self, network: Network, dataset: Dataset, part: int, most: int) -> None:
        if dataset.labels is None:
            raise ValueError("The targets are no classes.")
        self.network = network
        self._inputs, self._labels = dataset.inputs, dataset.labels
        self._total = len(dataset.rows(part))
        self._rows = evenly(dataset.rows(part), most)
        classes = len(dataset.class_names)
        self._counts = np.zeros((classes, classes), dtype=np.intp)
        self._done = 0

    def step(self, rows: int) -> Confusion | None:
        """Count so many more; the result if these were the last."""
        part = self._rows[self._done : self._done + rows]
        network = self.network
        predicted = classes_of(predict(network.topology, network.parameters, self._inputs[part]))
        self._counts += confusion_matrix(self._labels[part], predicted, len(self._counts))
        self._done += len(part)
        if self._done < len(self._rows):
            return None
        return Confusion(self._counts, len(self._rows), self._total)


def confusion(network: Network, dataset: Dataset, part: int, most: int = 1 << 14) -> Confusion:
    """Hits and misses on a part of the split; on at most ``most`` of its rows, evenly spread."""
    result = Counting(network, dataset, part, most).step(most)
    assert result is not None
    return result


# Numbers


def target_values(dataset: Dataset, outputs: FloatArray) -> FloatArray:
    """Outputs (rows, outputs) in the units of the target columns; categories stay encoded."""
    parts, at = [], 0
    for column in dataset.preparation.targets:
        own = outputs[:, at : at + column.width]
        parts.append(own if column.is_category else column.decode(own)[:, None])
        at += column.width
    return np.hstack(parts)


@dataclass(frozen=True)
class Curve:
    """The network's answers along its one input: x (points,), y (points, outputs), in raw units."""

    x: FloatArray
    y: FloatArray


def answer_curve(network: Network, dataset: Dataset, points: int = 200) -> Curve:
    """The curve of a network with one numeric input over the range of its data."""
    raw = dataset.filled[:, 0]
    low, high = float(raw.min()), float(raw.max())
    margin = (high - low) * MARGIN or 0.5
    x = np.linspace(low - margin, high + margin, points)
    encoded = dataset.preparation.encode_inputs(x[:, None])
    answers = predict(network.topology, network.parameters, encoded)
    return Curve(x, target_values(dataset, answers))


@dataclass(frozen=True)
class Fit:
    """True and predicted values (rows,) of one target in raw units; which rows are held out."""

    true: FloatArray
    predicted: FloatArray
    held_out: BoolArray

    def r_squared(self, held_out: bool) -> float:
        """1 - residual / total sum of squares on one kind of rows; NaN where it has no meaning."""
        rows = self.held_out == held_out
        true, predicted = self.true[rows], self.predicted[rows]
        total = float(np.sum((true - true.mean()) ** 2)) if true.size else 0.0
        if total == 0:
            return float("nan")
        return 1 - float(np.sum((true - predicted) ** 2)) / total


def fit_of(network: Network, dataset: Dataset, index: int = 0, most: int = 2000) -> Fit:
    """How well output ``index`` meets its target, on at most ``most`` rows, evenly spread."""
    rows = evenly(np.arange(len(dataset)), most)
    answers = predict(network.topology, network.parameters, dataset.inputs[rows])
    predicted = target_values(dataset, answers)[:, index]
    true = target_values(dataset, dataset.targets[rows])[:, index]
    return Fit(true, predicted, dataset.split[rows] != TRAIN)
