"""Where everything on the canvas is: geometry from a topology and its layout, without Qt.

Units are scene pixels; x grows to the right, from input to output, and y downward.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bpstudio.model.arrays import FloatArray
from bpstudio.model.topology import Topology

COLUMN, WIDE_COLUMN, WIDTH = 200.0, 300.0, 660.0
"""Least and largest distance between the middles of columns, and the width the columns aim at."""
TURNED_SHARE = 0.65
SPAN = 420.0
"""Height that a layer of some size aims at."""
MAX_SPACING, MIN_SPACING = 78.0, 22.0
MAX_TILE = 46.0
MAX_SHOWN = 20
"""Layers with more neurons than this are folded into a strip, unless they are unfolded by hand."""
STRIP_LENGTH, STRIP_WIDTH = 420.0, 26.0
LABEL_GAP = 24.0
STROKE_PER_NEURON = 36.0
SAME_COLUMN = 30.0
"""Layers nearer than this in x stand above each other."""


@dataclass(frozen=True)
class LayerPlace:
    """One layer on the canvas: its middle, the distance between its neurons and the size of each.

    A ``folded`` layer is a strip on which every neuron has its place, but is not drawn by itself.
    """

    id: str
    size: int
    x: float
    y: float
    spacing: float
    tile: float
    folded: bool = False

    @property
    def slots(self) -> FloatArray:
        """y of each neuron, (size,)."""
        places: FloatArray = self.y + (np.arange(self.size) - (self.size - 1) / 2) * self.spacing
        return places

    @property
    def half_height(self) -> float:
        if self.folded:
            return self.size * self.spacing / 2
        return (self.size - 1) * self.spacing / 2 + self.tile / 2

    @property
    def top(self) -> float:
        return self.y - self.half_height

    @property
    def bottom(self) -> float:
        return self.y + self.half_height

    def neuron_at(self, y: float) -> int | None:
        """Index of the neuron nearest to y, within half a spacing; else None."""
        index = round((y - self.y) / self.spacing + (self.size - 1) / 2)
        return index if 0 <= index < self.size else None

    def neuron_under(self, x: float, y: float) -> int | None:
        """Index of the neuron whose disc or picture is at (x, y); None beside it, and on a strip."""
        index = None if self.folded else self.neuron_at(y)
        if index is None or abs(x - self.x) > self.tile / 2:
            return None
        return index if abs(y - self.y_of(index)) <= self.tile / 2 else None

    def y_of(self, index: int) -> float:
        """y of a neuron."""
        return self.y + (index - (self.size - 1) / 2) * self.spacing


def place_layer(layer_id: str, size: int, x: float, y: float, unfolded: bool = False) -> LayerPlace:
    """A layer around its middle, its neurons spread by how many there are."""
    if size > MAX_SHOWN and not unfolded:
        return LayerPlace(layer_id, size, x, y, STRIP_LENGTH / size, STRIP_WIDTH, True)
    spacing = min(MAX_SPACING, max(MIN_SPACING, SPAN / max(size, 1)))
    tile = min(MAX_TILE, 0.74 * spacing)
    return LayerPlace(layer_id, size, x, y, spacing, tile)


def columns(topology: Topology) -> dict[str, int]:
    """Column of each layer: the length of the longest way from the input."""
    column = {layer.id: 0 for layer in topology.layers}
    for link in topology.links:
        column[link.target] = max(column[link.target], column[link.source] + 1)
    if not topology.links:
        return {layer.id: k for k, layer in enumerate(topology.layers)}
    # The output stands last even where nothing reaches it yet.
    if len(topology.layers) > 1:
        last = topology.output.id
        others = [c for i, c in column.items() if i != last]
        column[last] = max(column[last], max(others) + 1)
    return column


def arrange(
    topology: Topology,
    layout: Mapping[str, tuple[float, float]],
    unfolded: Collection[str] = (),
    turned: bool = False,
) -> dict[str, LayerPlace]:
    """A place for every layer: by hand where the layout has one, else in even columns.

    Large layers are folded, but for those that are ``unfolded``. Columns that are seen ``turned``, as
    rows above each other, stand closer: a screen is wider than it is high.
    """
    column = columns(topology)
    by_column: dict[int, list[str]] = {}
    for layer_id, k in column.items():
        by_column.setdefault(k, []).append(layer_id)
    last = max(by_column, default=0)
    step = min(WIDE_COLUMN, max(COLUMN, WIDTH / max(last, 1))) * (TURNED_SHARE if turned else 1.0)
    places = {}
    for k, ids in by_column.items():
        middle = (k - last / 2) * step
        stack = [place_layer(i, topology.layer(i).size, middle, 0.0, i in unfolded) for i in ids]
        heights = [2 * p.half_height + 70.0 for p in stack]
        y = -sum(heights) / 2
        for place, height in zip(stack, heights, strict=True):
            x, at_y = layout.get(place.id, (place.x, y + height / 2))
            places[place.id] = replace(place, x=x, y=at_y)
            y += height
    return {layer.id: places[layer.id] for layer in topology.layers}


SNAP = 10.0
"""How near to a line a moved layer has to be to snap to it."""


def snap(
    at: tuple[float, float], still: Collection[LayerPlace]
) -> tuple[float | None, float | None]:
    """The x of a column and the y of a middle line, of layers or of all, that a layer at a place is near
    enough to snap to; None where there is none."""
    return _snapped(at[0], [p.x for p in still]), _snapped(at[1], [0.0, *(p.y for p in still)])


def _snapped(value: float, lines: Sequence[float]) -> float | None:
    near = [line for line in lines if abs(line - value) < SNAP]
    return min(near, key=lambda line: abs(line - value)) if near else None


def stroke_size(length: float) -> int:
    """How many neurons a vertical stroke of this length draws."""
    return max(1, 1 + round(length / STROKE_PER_NEURON))


def neighbours(
    places: Mapping[str, LayerPlace], x: float, y: float
) -> tuple[str | None, str | None]:
    """The layers left and right of a stroke around (x, y); None where there is none.

    A stroke above or below a layer that has neighbours on both sides gets the same neighbours. Of
    layers that stand above each other the one nearest in height counts.
    """
    same = [p for p in places.values() if abs(p.x - x) < SAME_COLUMN]
    left = [p for p in places.values() if p.x <= x and p not in same]
    right = [p for p in places.values() if p.x > x and p not in same]
    if not left or not right:
        left += [p for p in same if p.x <= x]
        right += [p for p in same if p.x > x]
    return _nearest(left, x, y), _nearest(right, x, y)


def _nearest(places: Sequence[LayerPlace], x: float, y: float) -> str | None:
    if not places:
        return None
    least = min(abs(p.x - x) for p in places)
    column = [p for p in places if abs(p.x - x) < least + SAME_COLUMN]
    return min(column, key=lambda p: max(p.top - y, y - p.bottom, 0.0)).id
