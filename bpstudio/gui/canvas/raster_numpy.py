"""Curves into pixels with NumPy: the same pixels as the compiled kernel, slower.

The plate (columns, rows + 2) of 64-bit integers holds, while lines are drawn, the *changes* of ink from
row to row. A line crosses a column as an even bar: its ink begins at the bar's upper end and stops at
the lower one, so a bar of any length is four additions. The upper 32 bits hold the ink of positive
weights, the lower ones that of negative weights; sums of integers are the same in every order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FRACTION_BITS = 7
FRACTION = 1 << FRACTION_BITS
"""Positions between rows are told apart to this part of a pixel."""
FIELDS = 5
"""What is told of the curves in each column."""
SHADES = 4096
DEEPEST = 8.0
"""Ink is told apart up to this depth, in SHADES steps: beyond it everything is opaque."""

Array = NDArray[Any]
_F = np.float32


def expose(
    plate: Array,
    course: Array,
    sources: Array,
    targets: Array,
    widths: Array,
    positive: Array,
    negative: Array,
) -> None:
    """Add the lines of one link to some columns of a plate.

    ``course`` (columns, FIELDS) float32 holds for each column: share of the way, its slope, offset, its
    slope, and the part of the column that is covered. ``sources`` (n,) and ``targets`` (m,) are
    positions in rows; ``widths``, ``positive`` and ``negative`` (m, n) float32 the width in pixels
    and the ink.
    """
    rows = plate.shape[1] - 2
    bottom = np.int32(rows * FRACTION)
    rise = targets[:, None] - sources[None, :]
    for column in range(len(course)):
        share, slope, offset, offset_slope, cover = course[column]
        steep = np.abs(rise * slope + offset_slope)
        tall = widths * np.sqrt(_F(1) + steep * steep)
        length = np.maximum(tall, steep)
        middle = ((targets[:, None] * share + offset) + sources[None, :] * (_F(1) - share)) * _F(
            FRACTION
        )
        half = length * _F(FRACTION / 2)
        above = np.clip((middle - half).astype(np.int32), np.int32(0), bottom)
        below = np.clip((middle + half).astype(np.int32), np.int32(0), bottom)
        part = tall / length * cover
        ink = (positive * part + _F(0.5)).astype(np.int64) << 32
        ink += (negative * part + _F(0.5)).astype(np.int64)
        _add(plate[column], above, ink, 1)
        _add(plate[column], below, ink, -1)


def _add(line: Array, places: Array, ink: Array, sign: int) -> None:
    """Begin (1) or stop (-1) ink at places in fractions of a row."""
    rows = (places >> FRACTION_BITS).ravel()
    later = (ink * (places & (FRACTION - 1))).ravel() * sign
    np.add.at(line, rows, (ink << FRACTION_BITS).ravel() * sign - later)
    np.add.at(line, rows + 1, later)


def develop(plate: Array, unit: float, shades: Array, inks: Array, picture: Array) -> None:
    """Make a picture (rows, columns) uint32, premultiplied ARGB, of a plate.

    ``unit`` is the ink of depth 1, ``shades`` (SHADES,) float32 the opacity by depth, ``inks`` (3, 3)
    float32 the colours of positive, as much of both, and negative, 0 to 255.
    """
    rows = plate.shape[1] - 2
    total = np.cumsum(plate, axis=1)[:, :rows].T
    positive = (total >> 32).astype(_F)
    negative = (total & 0xFFFFFFFF).astype(_F)
    both = positive + negative
    step = _F(SHADES / DEEPEST / (unit * FRACTION))
    opacity = shades[np.minimum((both * step).astype(np.int32), SHADES - 1)]
    with np.errstate(invalid="ignore", divide="ignore"):
        lead = np.where(both > 0, (positive - negative) / both, _F(0))
    # Where both signs meet, already a small lead shows.
    lead = lead * (_F(2) - np.abs(lead))
    color = np.zeros(both.shape, dtype=np.uint32)
    for k in range(3):
        end = np.where(lead > 0, inks[0, k], inks[2, k])
        level = (inks[1, k] + (end - inks[1, k]) * np.abs(lead)) * opacity
        color |= (level + _F(0.5)).astype(np.uint32) << np.uint32(16 - 8 * k)
    alpha = (opacity * _F(255) + _F(0.5)).astype(np.uint32)
    picture[...] = color | (alpha << np.uint32(24))
