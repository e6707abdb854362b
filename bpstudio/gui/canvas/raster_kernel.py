"""Curves into pixels, compiled: what ``raster_numpy`` does, bit for bit, without the global lock."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit

from bpstudio.gui.canvas.raster_numpy import DEEPEST, FRACTION, FRACTION_BITS, SHADES, Array

compiled: Callable[[Callable[..., None]], Callable[..., None]] = njit(
    nogil=True, error_model="numpy"
)
_F, _I4, _I8, _U = np.float32, np.int32, np.int64, np.uintp
_ONE, _HALF = _F(1), _F(0.5)
_FRACTIONS, _HALF_FRACTIONS = _F(FRACTION), _F(FRACTION / 2)


@compiled
def expose(
    plate: Array,
    course: Array,
    sources: Array,
    targets: Array,
    widths: Array,
    positive: Array,
    negative: Array,
) -> None:
    """See ``raster_numpy.expose``."""
    count = len(sources)
    bottom = _I4((plate.shape[1] - 2) * FRACTION)
    above, below = np.empty(count, np.int32), np.empty(count, np.int32)
    inks = np.empty(count, np.int64)
    for column in range(len(course)):
        share, slope, offset = course[column, 0], course[column, 1], course[column, 2]
        offset_slope, cover = course[column, 3], course[column, 4]
        rest = _ONE - share
        line = plate[column]
        for j in range(len(targets)):
            target = targets[j]
            start = target * share + offset
            # Two loops: the first has no branches and no scattered writes, so it becomes vector code.
            for i in range(count):
                steep = abs((target - sources[i]) * slope + offset_slope)
                tall = widths[j, i] * np.sqrt(_ONE + steep * steep)
                length = max(tall, steep)
                middle = (start + sources[i] * rest) * _FRACTIONS
                half = length * _HALF_FRACTIONS
                above[i] = min(max(_I4(middle - half), _I4(0)), bottom)
                below[i] = min(max(_I4(middle + half), _I4(0)), bottom)
                part = tall / length * cover
                more = _I8(_I4(positive[j, i] * part + _HALF))
                inks[i] = (more << 32) + _I8(_I4(negative[j, i] * part + _HALF))
            for i in range(count):
                ink = inks[i]
                row = _U(above[i] >> FRACTION_BITS)
                later = ink * _I8(above[i] & (FRACTION - 1))
                line[row] += (ink << FRACTION_BITS) - later
                line[row + _U(1)] += later
                row = _U(below[i] >> FRACTION_BITS)
                later = ink * _I8(below[i] & (FRACTION - 1))
                line[row] -= (ink << FRACTION_BITS) - later
                line[row + _U(1)] -= later


@compiled
def develop(plate: Array, unit: float, shades: Array, inks: Array, picture: Array) -> None:
    """See ``raster_numpy.develop``."""
    columns, rows = plate.shape[0], plate.shape[1] - 2
    step = _F(SHADES / DEEPEST / (unit * FRACTION))
    for column in range(columns):
        total = _I8(0)
        for row in range(rows):
            total += plate[column, row]
            if total == 0:
                picture[row, column] = np.uint32(0)
                continue
            positive, negative = _F(total >> 32), _F(total & 0xFFFFFFFF)
            both = positive + negative
            opacity = shades[min(_I4(both * step), _I4(SHADES - 1))]
            lead = (positive - negative) / both
            lead = lead * (_F(2) - abs(lead))
            end = 0 if lead > 0 else 2
            color = _U(opacity * _F(255) + _HALF) << _U(24)
            for k in range(3):
                level = (inks[1, k] + (inks[end, k] - inks[1, k]) * abs(lead)) * opacity
                color |= _U(level + _HALF) << _U(16 - 8 * k)
            picture[row, column] = np.uint32(color)


def compile_all() -> None:
    """Compile now rather than at the first picture."""
    plate, one = np.zeros((1, 3), dtype=np.int64), np.ones((1, 1), dtype=_F)
    line = np.ones(1, dtype=_F)
    expose(plate, np.ones((1, 5), dtype=_F), line, line, one, one, one)
    colors, shades = np.ones((3, 3), dtype=_F), np.ones(SHADES, dtype=_F)
    develop(plate, 1.0, shades, colors, np.zeros((1, 1), dtype=np.uint32))
