"""Loss curves in a terminal: drawn with braille dots, two across and four down in every character."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_LABEL = 9
_LOG_RATIO = 30
"""Losses that span more than this are drawn on a logarithmic scale."""


def curves(
    x: FloatArray, solid: FloatArray, dotted: FloatArray, width: int = 64, height: int = 8
) -> list[str]:
    """Lines of text with two curves over x, all (points,); ``dotted`` may be NaN throughout.

    Empty if there is nothing to draw.
    """
    values = np.concatenate([solid, dotted])
    values = values[np.isfinite(values)]
    if not values.size or width < 20:
        return []
    columns = width - _LABEL - 2
    low, high = float(values.min()), float(values.max())
    log = low > 0 and high > _LOG_RATIO * low
    cells = np.zeros((height, columns), dtype=int)
    for series, every in ((solid, 1), (dotted, 3)):
        for column, dot in _dots(x, series, (low, high), log, columns, height):
            if column % every == 0:
                cells[dot // 4, column // 2] |= _DOTS[column % 2][dot % 4]
    labels = {0: f"{high:.3g}", height - 1: f"{low:.3g}"}
    if log:
        labels[height // 2] = "log"
    lines = [
        f"{labels.get(k, ''):>{_LABEL}} ┤" + "".join(chr(0x2800 + c) for c in row).rstrip("\u2800")
        for k, row in enumerate(cells.tolist())
    ]
    first, last = f"{x[0]:,.0f}", f"{x[-1]:,.0f}"
    return [*lines, " " * (_LABEL + 2) + first + last.rjust(columns - len(first))]


def _dots(
    x: FloatArray,
    y: FloatArray,
    bounds: tuple[float, float],
    log: bool,
    columns: int,
    height: int,
) -> Sequence[tuple[int, int]]:
    """Where a curve has dots: (column, row from the top), joined so that no gap is left."""
    finite = np.isfinite(y)
    if not finite.any():
        return []
    grid = np.linspace(x[0], x[-1], 2 * columns)
    values = np.interp(grid, x[finite], y[finite])
    low, high = (math.log(b) if log else b for b in bounds)
    if log:
        values = np.log(np.clip(values, *bounds))
    share = (values - low) / (high - low) if high > low else np.full(len(grid), 0.5)
    rows: IntArray = np.rint((1 - share) * (4 * height - 1)).astype(int)
    dots = []
    for column, row in enumerate(rows.tolist()):
        before = rows[column - 1] if column else row
        step = 1 if row >= before else -1
        dots += [
            (column, k) for k in range(int(before) + (step if row != before else 0), row, step)
        ]
        dots.append((column, row))
    return dots
