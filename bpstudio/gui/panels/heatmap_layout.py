"""Where the heatmaps of a network's links go in a rectangle; no Qt in here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LARGEST_CELL = 22.0
SHRINKING = 0.94
"""Cells are tried smaller and smaller by this factor until everything fits."""
BIAS_GAP, BLOCK_GAP, ROW_GAP, LABEL_HEIGHT = 4, 20, 10, 17
LEAST_BIAS = 4.0


@dataclass(frozen=True)
class Block:
    """One heatmap: rows of target neurons, columns of source neurons, the label's width."""

    rows: int
    columns: int
    has_bias: bool
    label_width: float


@dataclass(frozen=True)
class Place:
    """Where a block is drawn: the corner, the side of a cell and the width of the bias column."""

    x: float
    y: float
    cell: float
    rows: int
    columns: int
    bias_width: float

    @property
    def width(self) -> float:
        return self.columns * self.cell

    @property
    def height(self) -> float:
        return self.rows * self.cell

    @property
    def bias_x(self) -> float:
        return self.x + self.width + BIAS_GAP

    @property
    def whole_width(self) -> float:
        return self.width + (BIAS_GAP + self.bias_width if self.bias_width else 0.0)


def arrange(blocks: Sequence[Block], width: float, height: float) -> list[Place]:
    """Places from left to right, wrapping, with cells as large as fit."""
    cell = LARGEST_CELL
    while True:
        places, used = _flow(blocks, width, cell)
        if used <= height or cell < 0.01:
            return places
        cell *= SHRINKING


def _flow(blocks: Sequence[Block], width: float, cell: float) -> tuple[list[Place], float]:
    """Places for cells up to this size, and the height they take."""
    places: list[Place] = []
    x = y = row_height = 0.0
    for block in blocks:
        place = _sized(block, width, cell)
        needed = max(place.whole_width, block.label_width)
        if x > 0 and x + needed > width:
            x, y, row_height = 0.0, y + row_height + ROW_GAP, 0.0
        places.append(Place(x, y, place.cell, block.rows, block.columns, place.bias_width))
        x += needed + BLOCK_GAP
        row_height = max(row_height, place.height + LABEL_HEIGHT)
    return places, y + row_height


def _sized(block: Block, width: float, cell: float) -> Place:
    bias = max(math.floor(cell * 0.6), LEAST_BIAS) if block.has_bias else 0.0
    room = width - (BIAS_GAP + bias if bias else 0.0)
    cell = min(cell, max(room, 1.0) / block.columns)
    # Whole pixels where a cell has several: all cells are then of one size.
    cell = math.floor(cell) if cell >= 3 else cell
    return Place(0, 0, cell, block.rows, block.columns, bias)
