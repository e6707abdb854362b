"""Cross-validation: the same network trained anew on all folds but one, and measured on that one."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bpstudio.cli.report import confusion_lines, facts, number, percent, project_facts, table
from bpstudio.cli.scores import Score, dataset_of, score
from bpstudio.model.dataset import TEST, TRAIN, Dataset, folds_of
from bpstudio.model.project import Project, fit_problem
from bpstudio.training.session import train


@dataclass(frozen=True)
class Folds:
    """The score of each fold, and what the network is."""

    project: Project
    scores: tuple[Score, ...]

    @property
    def confusion(self) -> list[list[int]]:
        """Of all rows, each measured by the network that had not seen it."""
        total: list[list[int]] = np.sum([s.confusion for s in self.scores], axis=0).tolist()
        return total

    def mean(self, values: list[float]) -> tuple[float, float]:
        """The mean over the folds, and the deviation from fold to fold."""
        return float(np.mean(values)), float(np.std(values, ddof=1))

    def as_json(self) -> dict[str, Any]:
        losses, accuracies = ([getattr(s, k) for s in self.scores] for k in ("loss", "accuracy"))
        result: dict[str, Any] = {
            "folds": [s.as_json() for s in self.scores],
            "loss": dict(zip(("mean", "deviation"), self.mean(losses), strict=True)),
            "accuracy": dict(zip(("mean", "deviation"), self.mean(accuracies), strict=True)),
        }
        if self.scores[0].confusion:
            result["confusion_matrix"] = self.confusion
        for name in ("rmse", "r2"):
            if self.scores[0].rmse:
                result[name] = {
                    column: dict(
                        zip(
                            ("mean", "deviation"),
                            self.mean([getattr(s, name)[column] for s in self.scores]),
                            strict=True,
                        )
                    )
                    for column in self.scores[0].rmse
                }
        return result

    def lines(self) -> list[str]:
        """For people: a line for each fold, and what they come to."""
        columns = list(self.scores[0].rmse)
        header = ["fold", "rows", "loss", *(f"RMSE {c}" for c in columns)]
        header += [] if columns else ["accuracy"]
        rows = []
        for k, s in enumerate(self.scores):
            cells = [str(k + 1), f"{s.rows:,}", number(s.loss)]
            cells += [number(s.rmse[c]) for c in columns] if columns else [percent(s.accuracy)]
            rows.append(cells)
        series = [[s.loss for s in self.scores]]
        series += [[s.rmse[c] for s in self.scores] for c in columns]
        if not columns:
            series.append([s.accuracy for s in self.scores])
        shares = [False] * len(series) if columns else [False, True]
        for label, place in (("mean", 0), ("deviation", 1)):
            cells = [
                percent(self.mean(values)[place]) if share else number(self.mean(values)[place])
                for values, share in zip(series, shares, strict=True)
            ]
            rows.append([label, "", *cells])
        text = [*facts(project_facts(self.project)), "", *table(header, rows)]
        names = dataset_of(self.project).class_names
        if names and self.scores[0].confusion:
            text += ["", "Confusion matrix, all folds:", *confusion_lines(self.confusion, names)]
        return text


def cross_validate(project: Project, count: int) -> Folds:
    """Train ``count`` times from the project's starting weights, each time without one fold.

    Folds follow from the seed, classes dealt evenly. What is fitted, as scalings, is fitted to the rows
    trained on. No rows are held out for early stopping: every run takes the config's epochs.
    DataError if the rows cannot make so many folds.
    """
    dataset = dataset_of(project)
    config = replace(project.config, patience=None)
    fold = folds_of(len(dataset), dataset.labels, count, config.seed)
    start = project.reset().network
    scores = []
    for k in range(count):
        if sys.stderr.isatty():
            sys.stderr.write(f"\rfold {k + 1} of {count} ")
            sys.stderr.flush()
        data = _without_fold(dataset, fold == k)
        if problem := fit_problem(start.topology, data, config):
            raise ValueError(f"Fold {k + 1}: {problem}")
        result = train(start, data, config)
        trained = replace(project, network=result.network, dataset=data, config=config)
        rows, inputs = data.rows(TEST), len(data.preparation.inputs)
        scores.append(score(trained, data.values[rows, :inputs], data.values[rows, inputs:]))
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    return Folds(project, tuple(scores))


def _without_fold(dataset: Dataset, held: np.ndarray) -> Dataset:
    return dataset.with_split(np.where(held, TEST, TRAIN).astype(np.int8), "random")
