"""Curves into pixels, to be compiled: what ``raster_numpy`` does, bit for bit.

Arrays come as addresses: one index for all of an array, row by row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.gui.canvas.raster_numpy import DEEPEST, FIELDS, FRACTION, FRACTION_BITS, SHADES

_F, _I4, _I8, _U4 = np.float32, np.int32, np.int64, np.uint32
_ONE, _HALF = _F(1), _F(0.5)
_FRACTIONS, _HALF_FRACTIONS = _F(FRACTION), _F(FRACTION / 2)


def expose(
    plate: Any, columns: int, rows: int, course: Any, sources: Any, n: int, targets: Any, m: int,
    widths: Any, positive: Any, negative: Any, above: Any, below: Any, inks: Any,
) -> float:  # fmt: skip
    """See ``raster_numpy.expose``; the plate has ``rows`` with the two that are not seen. ``above`` and
    ``below`` (n,) int32 and ``inks`` (n,) int64 are working room."""
    bottom = _I4((rows - 2) * FRACTION)
    for column in range(columns):
        at = column * FIELDS
        share, slope, offset = course[at], course[at + 1], course[at + 2]
        offset_slope, cover = course[at + 3], course[at + 4]
        rest = _ONE - share
        line = column * rows
        for j in range(m):
            target = targets[j]
            start = target * share + offset
            # Two loops: the first has no branches and no scattered writes, so it becomes vector code.
            for i in range(n):
                k = j * n + i
                steep = abs((target - sources[i]) * slope + offset_slope)
                tall = widths[k] * np.sqrt(_ONE + steep * steep)
                length = max(tall, steep)
                middle = (start + sources[i] * rest) * _FRACTIONS
                half = length * _HALF_FRACTIONS
                above[i] = min(max(_I4(middle - half), _I4(0)), bottom)
                below[i] = min(max(_I4(middle + half), _I4(0)), bottom)
                part = tall / length * cover
                more = _I8(_I4(positive[k] * part + _HALF))
                inks[i] = (more << 32) + _I8(_I4(negative[k] * part + _HALF))
            for i in range(n):
                ink = inks[i]
                row = line + (above[i] >> FRACTION_BITS)
                later = ink * _I8(above[i] & (FRACTION - 1))
                plate[row] += (ink << FRACTION_BITS) - later
                plate[row + 1] += later
                row = line + (below[i] >> FRACTION_BITS)
                later = ink * _I8(below[i] & (FRACTION - 1))
                plate[row] -= (ink << FRACTION_BITS) - later
                plate[row + 1] -= later
    return 0.0


def develop(
    plate: Any, columns: int, rows: int, unit: float, shades: Any, inks: Any, picture: Any
) -> float:
    """See ``raster_numpy.develop``; ``rows`` as in ``expose``."""
    step = _F(SHADES / DEEPEST / (unit * FRACTION))
    for column in range(columns):
        total = last = color = _I8(0)
        for row in range(rows - 2):
            total += plate[column * rows + row]
            # Between lines, and within a thick one, pixels are alike.
            if total != last:
                last, color = total, _I8(0)
                if total != 0:
                    positive, negative = _F(total >> 32), _F(total & 0xFFFFFFFF)
                    both = positive + negative
                    opacity = shades[min(_I4(both * step), _I4(SHADES - 1))]
                    lead = (positive - negative) / both
                    lead = lead * (_F(2) - abs(lead))
                    end = 0 if lead > 0 else 6
                    color = _I8(opacity * _F(255) + _HALF) << 24
                    for k in range(3):
                        level = (inks[3 + k] + (inks[end + k] - inks[3 + k]) * abs(lead)) * opacity
                        color |= _I8(level + _HALF) << (16 - 8 * k)
            picture[row * columns + column] = _U4(color)
    return 0.0
