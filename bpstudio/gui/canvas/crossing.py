"""Which connections of a link a stroke crosses."""

from __future__ import annotations

import numpy as np

from bpstudio.gui.canvas.bundle import Bundle
from bpstudio.model.arrays import BoolArray, FloatArray

Point = tuple[float, float]


def crossed(bundle: Bundle, start: Point, end: Point) -> BoolArray:
    """The connections that the short stroke from start to end crosses, (target size, source size).

    At both ends of the stroke each curve is above or below it: where that changes, it is crossed.
    Pruned connections count as well.
    """
    nothing = np.zeros((len(bundle.target_ys), len(bundle.source_ys)), dtype=bool)
    clipped = _within(bundle, start, end)
    if clipped is None:
        return nothing
    sides = [_above(bundle, point) for point in clipped]
    return (sides[0] * sides[1] <= 0.0) & (np.abs(sides[0]) + np.abs(sides[1]) > 0.0)


def _above(bundle: Bundle, point: Point) -> FloatArray:
    """How far each connection is below a point, (target size, source size)."""
    course = bundle.course(np.array([point[0]]))
    share, offset = float(course.share[0]), float(course.offset[0])
    ys: FloatArray = bundle.target_ys[:, None] * share + bundle.source_ys * (1 - share)
    return ys + (offset - point[1])


def _within(bundle: Bundle, start: Point, end: Point) -> tuple[Point, Point] | None:
    """The part of a stroke between the ends of a link; None if there is none."""
    left, right = sorted((bundle.start, bundle.end))
    (x0, y0), (x1, y1) = sorted((start, end))
    if x1 < left or x0 > right:
        return None

    def at(x: float) -> Point:
        share = (x - x0) / (x1 - x0) if x1 > x0 else 0.0
        return x, y0 + share * (y1 - y0)

    if x0 == x1:
        return start, end
    return at(max(x0, left)), at(min(x1, right))
