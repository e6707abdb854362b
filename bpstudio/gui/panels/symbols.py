"""Data points: a colour and a shape for every class, filled for training, hollow when held out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from bpstudio.explain.outputs import evenly, target_limit
from bpstudio.gui.theme import CLASS_SYMBOLS, Theme
from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.dataset import TRAIN, Dataset

MOST_POINTS = 1500
FILLED, HOLLOW = "training", "held out"


@dataclass(frozen=True)
class Points:
    """Points in raw units: x and y (points,), their class or -1, and whether they are held out.

    ``value`` colours points without a class, -1 to 1.
    """

    x: FloatArray = field(default_factory=lambda: np.zeros(0))
    y: FloatArray = field(default_factory=lambda: np.zeros(0))
    label: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    held_out: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    value: FloatArray | None = None

    @property
    def radius(self) -> float:
        """Smaller where there are many."""
        return 3.2 if self.x.size <= 400 else 2.4


def points_of(dataset: Dataset, x: FloatArray, y: FloatArray) -> Points:
    """Points for (rows,) values of all rows: at most MOST_POINTS of them, evenly spread.

    Without classes they carry the size of their first target.
    """
    rows = evenly(np.arange(len(dataset)), MOST_POINTS)
    labels, held_out = dataset.labels, dataset.split[rows] != TRAIN
    if labels is not None:
        return Points(x[rows], y[rows], labels[rows], held_out)
    value = dataset.targets[rows, 0] / target_limit(dataset)
    return Points(x[rows], y[rows], np.full(rows.size, -1), held_out, value)


@lru_cache(maxsize=64)
def symbol(index: int, radius: float) -> QPainterPath:
    """The shape of a class around the origin; -1 is a plain circle."""
    name = CLASS_SYMBOLS[index % len(CLASS_SYMBOLS)] if index >= 0 else "o"
    side = 2 * radius * (1.0 if name == "o" else 0.9 if name == "s" else 1.15)
    path: QPainterPath = QTransform.fromScale(side, side).map(Symbols[name])
    return path


def draw_symbol(
    painter: QPainter,
    theme: Theme,
    at: QPointF,
    index: int,
    radius: float,
    hollow: bool,
    color: QColor | None = None,
    rim: QColor | None = None,
) -> None:
    """One point: training rows filled, with a rim (of the surface's colour), held-out ones hollow."""
    if color is None:
        color = theme.class_color(index) if index >= 0 else theme.color("secondary")
    surface = theme.color("surface")
    painter.setPen(QPen(color, 1.5) if hollow else QPen(rim or surface, 1))
    painter.setBrush(surface if hollow else color)
    painter.drawPath(symbol(index, radius - 0.6 if hollow else radius).translated(at))
