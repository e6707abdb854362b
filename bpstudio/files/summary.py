"""What a source holds, column by column, and what a plan makes of it: figures for a screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpstudio.files.build import build
from bpstudio.files.columns import RawColumn
from bpstudio.files.plan import Plan
from bpstudio.files.problems import dropped_rows
from bpstudio.files.source import Source
from bpstudio.model.dataset import TEST, TRAIN, VALIDATION, Dataset

MOST_BINS = 24
MOST_TOP = 12


@dataclass(frozen=True)
class ColumnSummary:
    """One column in figures. ``kind`` is "number" or "text"; for text the numbers are NaN.

    ``histogram`` counts the values between ``edges`` (one more); ``top`` are the most frequent values
    with their counts.
    """

    name: str
    kind: str
    rows: int
    missing: int
    distinct: int
    low: float = math.nan
    high: float = math.nan
    mean: float = math.nan
    deviation: float = math.nan
    median: float = math.nan
    histogram: tuple[int, ...] = ()
    edges: tuple[float, ...] = ()
    top: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a plan gives: rows of each part, rows left out, neurons, and for classes how many rows of
    each come to train, validation and test."""

    train: int
    validation: int
    test: int
    dropped: int
    inputs: int
    outputs: int
    classes: tuple[tuple[str, int, int, int], ...] = ()


def summarise(source: Source) -> tuple[ColumnSummary, ...]:
    """Every column in figures."""
    return tuple(summary_of(raw) for raw in source.columns)


def summary_of(raw: RawColumn) -> ColumnSummary:
    """One column in figures."""
    counts = len(raw), len(raw.missing), raw.distinct_count
    if not raw.is_numeric:
        return ColumnSummary(raw.name, "text", *counts, top=_top(raw))
    values = raw.present.astype(float)
    values = values[np.isfinite(values)]
    if not values.size:
        return ColumnSummary(raw.name, "number", *counts)
    with np.errstate(over="ignore", invalid="ignore"):
        heights, edges = _histogram(values)
        return ColumnSummary(
            raw.name,
            "number",
            *counts,
            float(values.min()),
            float(values.max()),
            float(values.mean()),
            float(values.std()),
            float(np.median(values)),
            heights,
            edges,
            _top(raw) if raw.distinct_count <= 1000 else (),
        )


def _histogram(values: np.ndarray) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Bins of equal width; one to a value where there are few whole numbers."""
    low, high = float(values.min()), float(values.max())
    if not math.isfinite(high - low):
        return (), ()
    span = high - low
    whole = span < MOST_BINS and bool((values == np.rint(values)).all())
    if whole:
        edges = np.arange(low - 0.5, high + 1)
    else:
        edges = np.linspace(low, high if span > 0 else low + 1, MOST_BINS + 1)
    if not (np.diff(edges) > 0).all():
        return (len(values),), (low, high)
    heights, edges = np.histogram(values, edges)
    return tuple(heights.tolist()), tuple(edges.tolist())


def _top(raw: RawColumn) -> tuple[tuple[str, int], ...]:
    ordered = sorted(raw.counts.items(), key=lambda pair: -pair[1])
    return tuple(ordered[:MOST_TOP])


def outcome(source: Source, plan: Plan) -> Outcome:
    """What ``build`` would give. DataError if the plan has an error."""
    data = build(source, plan)
    return outcome_of(data, int(dropped_rows(source, plan).sum()))


def outcome_of(data: Dataset, dropped: int = 0) -> Outcome:
    """The figures of a data set that is built."""
    train, validation, test = (
        int((data.split == part).sum()) for part in (TRAIN, VALIDATION, TEST)
    )
    classes: list[tuple[str, int, int, int]] = []
    if data.labels is not None:
        size = len(data.class_names)
        counts = [
            np.bincount(data.labels[data.split == part], minlength=size)
            for part in (TRAIN, VALIDATION, TEST)
        ]
        classes = [
            (name, int(counts[0][k]), int(counts[1][k]), int(counts[2][k]))
            for k, name in enumerate(data.class_names)
        ]
    preparation = data.preparation
    return Outcome(
        train,
        validation,
        test,
        dropped,
        preparation.input_size,
        preparation.output_size,
        tuple(classes),
    )
