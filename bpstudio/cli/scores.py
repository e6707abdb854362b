"""How well a network does on rows, as the reports tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bpstudio.cli.report import number, percent, table
from bpstudio.engines.evaluation import confusion_matrix, evaluate, predict
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import SPLIT_NAMES, Dataset, classes_of
from bpstudio.model.project import Project


@dataclass(frozen=True)
class Score:
    """``loss`` is the mean; for classes ``accuracy`` and ``confusion`` (rows true, columns
    predicted), for numbers ``rmse`` in the raw unit and ``r2`` of each target column. What does not
    apply is NaN or empty."""

    rows: int
    loss: float
    accuracy: float
    confusion: list[list[int]]
    rmse: dict[str, float]
    r2: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """What applies, by name."""
        result: dict[str, Any] = {"rows": self.rows, "loss": self.loss, "accuracy": self.accuracy}
        if self.confusion:
            result["confusion_matrix"] = self.confusion
        if self.rmse:
            result |= {"rmse": self.rmse, "r2": self.r2}
        return result


def score(project: Project, raw_inputs: FloatArray, raw_targets: FloatArray) -> Score:
    """The project's network on raw rows, (rows, input columns) and (rows, target columns)."""
    dataset = dataset_of(project)
    preparation = dataset.preparation
    X = preparation.encode_inputs(raw_inputs)
    Y = preparation.encode_targets(raw_targets)
    topology, vector = project.topology, project.network.parameters
    names = dataset.class_names
    labels = classes_of(Y) if names else None
    found = evaluate(topology, vector, X, Y, project.config.loss, labels)
    confusion: list[list[int]] = []
    rmse, r2 = {}, {}
    outputs = predict(topology, vector, X)
    if labels is not None:
        confusion = confusion_matrix(labels, classes_of(outputs), len(names)).tolist()
    else:
        decoded = preparation.decode_outputs(outputs)
        for k, column in enumerate(preparation.targets):
            if not column.is_category:
                rmse[column.name], r2[column.name] = _fit(decoded[:, k], raw_targets[:, k])
    return Score(found.rows, found.loss, found.accuracy, confusion, rmse, r2)


def _fit(predicted: FloatArray, true: FloatArray) -> tuple[float, float]:
    """Root mean squared error, and the share of the variance that is explained (NaN without any)."""
    # The last finite weights of a diverged run can give outputs that have no finite square.
    with np.errstate(over="ignore"):
        squares = float(np.mean((predicted - true) ** 2))
    variance = float(np.var(true))
    return squares**0.5, 1 - squares / variance if variance > 0 else float("nan")


def dataset_of(project: Project) -> Dataset:
    """The project's data; ValueError if it has none."""
    if project.dataset is None:
        raise ValueError("The project has no data: open it in the window and choose some.")
    return project.dataset


def split_scores(project: Project) -> dict[str, Score]:
    """The score of each part of the split that has rows: train, validation, test."""
    dataset = dataset_of(project)
    count = len(dataset.preparation.inputs)
    parts = {name: dataset.values[dataset.rows(k)] for k, name in enumerate(SPLIT_NAMES)}
    return {
        name: score(project, values[:, :count], values[:, count:])
        for name, values in parts.items()
        if len(values)
    }


def score_lines(scores: dict[str, Score]) -> list[str]:
    """A table with a line for each part; columns only for what applies."""
    header = ["", "rows", "loss"]
    some = next(iter(scores.values()))
    columns = list(some.rmse)
    header += [f"RMSE {name}" for name in columns] + [f"R² {name}" for name in columns]
    if not columns:
        header.append("accuracy")
    rows = []
    for name, part in scores.items():
        cells = [name, f"{part.rows:,}", number(part.loss)]
        cells += [number(part.rmse[c]) for c in columns] + [number(part.r2[c], 4) for c in columns]
        rows.append(cells if columns else [*cells, percent(part.accuracy)])
    return table(header, rows)
