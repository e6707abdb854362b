"""Where everything on the canvas is: geometry from a topology and its layout, without Qt.

Units are scene pixels; x grows to the right, from input to output, and y downward.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.topology import Topology

COLUMN, WIDE_COLUMN, WIDTH = 200.0, 300.0, 660.0
"""Least and largest distance between the middles of columns, and the width the columns aim at."""
SPAN = 420.0
"""Height that a layer of some size aims at."""
MAX_SPACING, MIN_SPACING = 78.0, 22.0
MAX_TILE = 46.0
MAX_SHOWN = 20
"""Layers with more neurons than this are folded: the first and last ones are drawn, with a gap."""
LABEL_GAP = 24.0
STROKE_PER_NEURON = 36.0
SAME_COLUMN = 30.0
"""Layers nearer than this in x stand above each other."""


@dataclass(frozen=True)
class LayerPlace:
    """One layer on the canvas. ``shown`` are the indices of the neurons drawn, in slots from the top;
    where they jump, the slot between is left for a count of those that are not."""

    id: str
    size: int
    x: float
    y: float
    spacing: float
    tile: float
    shown: tuple[int, ...]

    @property
    def folded(self) -> int:
        """How many neurons are not drawn."""
        return self.size - len(self.shown)

    @property
    def slots(self) -> FloatArray:
        """y of each neuron drawn, (shown,)."""
        count = len(self.shown)
        rows = np.arange(count, dtype=float)
        if self.folded:
            rows[count // 2 :] += 1
        places: FloatArray = self.y + (rows - (rows[-1] - rows[0]) / 2) * self.spacing
        return places

    @property
    def gap_y(self) -> float:
        """y of the count of neurons not drawn."""
        return self.y

    @property
    def half_height(self) -> float:
        count = len(self.shown) + (1 if self.folded else 0)
        return (count - 1) * self.spacing / 2 + self.tile / 2

    @property
    def top(self) -> float:
        return self.y - self.half_height

    @property
    def bottom(self) -> float:
        return self.y + self.half_height

    def neuron_at(self, y: float) -> int | None:
        """Index of the neuron drawn nearest to y, within half a spacing; else None."""
        distance = np.abs(self.slots - y)
        nearest = int(distance.argmin())
        return self.shown[nearest] if distance[nearest] <= self.spacing / 2 else None

    def neuron_under(self, x: float, y: float) -> int | None:
        """Index of the neuron whose disc or picture is at (x, y), else None."""
        distance = np.abs(self.slots - y)
        nearest = int(distance.argmin())
        inside = abs(x - self.x) <= self.tile / 2 and distance[nearest] <= self.tile / 2
        return self.shown[nearest] if inside else None


def place_layer(layer_id: str, size: int, x: float, y: float) -> LayerPlace:
    """A layer around its middle, its neurons spread by how many there are."""
    if size > MAX_SHOWN:
        half = MAX_SHOWN // 2 - 1
        shown = (*range(half), *range(size - half, size))
    else:
        shown = tuple(range(size))
    rows = len(shown) + (1 if size > MAX_SHOWN else 0)
    spacing = min(MAX_SPACING, max(MIN_SPACING, SPAN / max(rows, 1)))
    tile = min(MAX_TILE, 0.74 * spacing)
    return LayerPlace(layer_id, size, x, y, spacing, tile, shown)


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


def arrange(topology: Topology, layout: Mapping[str, tuple[float, float]]) -> dict[str, LayerPlace]:
    """A place for every layer: by hand where the layout has one, else in even columns."""
    column = columns(topology)
    by_column: dict[int, list[str]] = {}
    for layer_id, k in column.items():
        by_column.setdefault(k, []).append(layer_id)
    last = max(by_column, default=0)
    step = min(WIDE_COLUMN, max(COLUMN, WIDTH / max(last, 1)))
    places = {}
    for k, ids in by_column.items():
        stack = [place_layer(i, topology.layer(i).size, (k - last / 2) * step, 0.0) for i in ids]
        heights = [2 * p.half_height + 70.0 for p in stack]
        y = -sum(heights) / 2
        for place, height in zip(stack, heights, strict=True):
            x, at_y = layout.get(place.id, (place.x, y + height / 2))
            places[place.id] = place_layer(place.id, place.size, x, at_y)
            y += height
    return {layer.id: places[layer.id] for layer in topology.layers}


SNAP = 10.0
"""How near to a line a moved layer has to be to snap to it."""


def snap(value: float, lines: Sequence[float]) -> float | None:
    """The line nearest to a value, if it is near enough to snap to."""
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


@dataclass(frozen=True)
class Bundle:
    """The curves of one link.

    ``starts`` and ``ends`` are (curves, 2); ``bend`` is 0, or how far a skip link swings out to pass the
    layers between; ``rows`` and ``columns`` are each curve's entry in the weight matrix, (curves,).
    """

    source: str
    target: str
    starts: FloatArray
    ends: FloatArray
    bend: float
    rows: IntArray
    columns: IntArray

    def control_points(self) -> FloatArray:
        """Cubic Bézier points of every curve, (curves, 4, 2)."""
        points = np.empty((len(self.starts), 4, 2))
        points[:, 0], points[:, 3] = self.starts, self.ends
        reach = (self.ends[:, 0] - self.starts[:, 0]) * (0.45 if self.bend == 0 else 0.3)
        points[:, 1] = self.starts + np.stack([reach, np.zeros_like(reach)], axis=1)
        points[:, 2] = self.ends - np.stack([reach, np.zeros_like(reach)], axis=1)
        points[:, 1:3, 1] += self.bend
        return points

    def points(self, count: int = 20) -> FloatArray:
        """Points along every curve, (curves, count, 2), for finding the one near the pointer."""
        t = np.linspace(0, 1, count)[:, None]
        weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
        curves: FloatArray = np.einsum("tk,ckd->ctd", weights, self.control_points())
        return curves


def crossed(curves: FloatArray, start: tuple[float, float], end: tuple[float, float]) -> BoolArray:
    """Which curves, as points (curves, points, 2), the stroke from start to end crosses: (curves,)."""
    a, b = np.array(start), np.array(end)
    low, high = np.minimum(a, b), np.maximum(a, b)
    result = np.zeros(len(curves), dtype=bool)
    # Most curves are far away: look closely only at those whose box the stroke's box meets.
    near = ((curves.max(axis=1) >= low) & (curves.min(axis=1) <= high)).all(axis=1)
    p, q = curves[near, :-1], curves[near, 1:]

    def side(one: FloatArray, two: FloatArray, point: FloatArray) -> FloatArray:
        turn: FloatArray = (two[..., 0] - one[..., 0]) * (point[..., 1] - one[..., 1]) - (
            two[..., 1] - one[..., 1]
        ) * (point[..., 0] - one[..., 0])
        return turn

    apart = side(p, q, a) * side(p, q, b) <= 0
    across = side(a, b, p) * side(a, b, q) <= 0
    result[near] = (apart & across).any(axis=1)
    return result


def bundle(
    topology: Topology,
    places: Mapping[str, LayerPlace],
    key: tuple[str, str],
    pruned: bool = False,
) -> Bundle:
    """The curves of a link between the neurons drawn: of the connections there, or of pruned ones."""
    source, target = places[key[0]], places[key[1]]
    rows, columns_ = (a.ravel() for a in np.meshgrid(target.shown, source.shown, indexing="ij"))
    ys_target, ys_source = (
        a.ravel() for a in np.meshgrid(target.slots, source.slots, indexing="ij")
    )
    mask = topology.link(*key).mask
    kept = np.ones(len(rows), dtype=bool) if mask is None else mask[rows, columns_]
    if pruned:
        kept = ~kept
    starts = np.stack([np.full(kept.sum(), source.x + source.tile / 2), ys_source[kept]], axis=1)
    ends = np.stack([np.full(kept.sum(), target.x - target.tile / 2), ys_target[kept]], axis=1)
    bend = _bend(places, source, target)
    return Bundle(key[0], key[1], starts, ends, bend, rows[kept], columns_[kept])


def _bend(places: Mapping[str, LayerPlace], source: LayerPlace, target: LayerPlace) -> float:
    """How far a link swings downward to pass the layers that stand between its ends."""
    between = [p for p in places.values() if source.x < p.x < target.x]
    if not between:
        return 0.0
    lowest = max(p.bottom for p in between)
    # A cubic's middle moves by three quarters of what its inner control points do.
    return max(0.0, (lowest + 26.0 - (source.y + target.y) / 2) / 0.75)
