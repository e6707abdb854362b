"""The connections of one link as curves: geometry without Qt, for any number of them.

All connections of a link leave at the same x and arrive at the same x, so they share one S: at every x
they have gone the same share of their way, and a curve is y = y_source + (y_target - y_source) s(x).
Nothing here holds a value for each connection, but where one is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from bpstudio.gui.canvas.layout import LayerPlace
from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.topology import Topology

REACH, SKIP_REACH = 0.45, 0.3
"""How far the inner control points of a curve lie from its ends, as a share of its width."""
SKIP_GAP = 26.0
"""How far a skip link stays below the layers that it passes, in scene pixels."""
STROKE_STEP = 6.0
"""A stroke is looked at after every so many scene pixels for what it crosses."""
_STEPS = 512


@dataclass(frozen=True)
class Course:
    """Where the curves of a link are at some x, each array (positions,).

    ``share`` is how far from source to target (0 to 1), ``share_slope`` its derivative by x, ``offset``
    and ``offset_slope`` the same for how far a skip link swings out.
    """

    share: FloatArray
    share_slope: FloatArray
    offset: FloatArray
    offset_slope: FloatArray


@lru_cache(maxsize=2)
def _cubic(reach: float) -> tuple[FloatArray, FloatArray]:
    """Parameters t of a cubic from 0 to 1 whose x are even: (x, t), each (steps,)."""
    fine = np.linspace(0.0, 1.0, 4 * _STEPS)
    x = 3 * reach * fine * (1 - fine) ** 2 + 3 * (1 - reach) * fine**2 * (1 - fine) + fine**3
    even = np.linspace(0.0, 1.0, _STEPS)
    return even, np.interp(even, x, fine)


@dataclass(frozen=True, eq=False)
class Bundle:
    """The curves of one link from ``start`` to ``end`` (x), between ``source_ys`` (source size,) and
    ``target_ys`` (target size,). ``bend`` is 0, or how far the inner control points of a skip link are
    moved. ``kept`` (target size, source size) is False where a connection is pruned; None: all are kept.
    """

    source: str
    target: str
    start: float
    end: float
    source_ys: FloatArray
    target_ys: FloatArray
    bend: float = 0.0
    kept: BoolArray | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The link's key."""
        return self.source, self.target

    @property
    def shape(self) -> tuple[int, int]:
        """(target size, source size)."""
        return len(self.target_ys), len(self.source_ys)

    @property
    def count(self) -> int:
        """How many connections it has, pruned ones left out."""
        if self.kept is not None:
            return int(np.count_nonzero(self.kept))
        return len(self.source_ys) * len(self.target_ys)

    @property
    def width(self) -> float:
        """From start to end, signed; never so small that the curves would have no course."""
        width = self.end - self.start
        return width if abs(width) >= 1.0 else 1.0

    def course(self, x: FloatArray) -> Course:
        """Where the curves are at each x."""
        reach = SKIP_REACH if self.bend else REACH
        even, parameter = _cubic(reach)
        t = np.interp((x - self.start) / self.width, even, parameter)
        speed = 3 * (reach * (1 - t) ** 2 + 2 * (1 - 2 * reach) * t * (1 - t) + reach * t**2)
        speed = speed * self.width
        return Course(
            t * t * (3 - 2 * t),
            6 * t * (1 - t) / speed,
            3 * t * (1 - t) * self.bend,
            3 * (1 - 2 * t) * self.bend / speed,
        )

    def connections(self) -> tuple[IntArray, IntArray]:
        """(source neurons, target neurons) of all connections, each (connections,)."""
        if self.kept is not None:
            j, i = np.nonzero(self.kept)
        else:
            j, i = (k.ravel() for k in np.indices((len(self.target_ys), len(self.source_ys))))
        return i, j

    def curves(self, sources: IntArray, targets: IntArray) -> FloatArray:
        """Cubic Bézier points of the connections between these neurons: (connections, 4, 2)."""
        reach = (self.end - self.start) * (SKIP_REACH if self.bend else REACH)
        points = np.empty((len(sources), 4, 2))
        points[:, :, 0] = self.start, self.start + reach, self.end - reach, self.end
        points[:, 0, 1] = points[:, 1, 1] = self.source_ys[sources]
        points[:, 2, 1] = points[:, 3, 1] = self.target_ys[targets]
        points[:, 1:3, 1] += self.bend
        return points

    def point(self, source_neuron: int, target_neuron: int, share: float) -> tuple[float, float]:
        """A point of one connection, ``share`` of the way along x."""
        x = self.start + share * self.width
        course = self.course(np.array([x]))
        y0, y1 = self.source_ys[source_neuron], self.target_ys[target_neuron]
        return x, float(y0 + (y1 - y0) * course.share[0] + course.offset[0])

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all curves."""
        left, right = sorted((self.start, self.end))
        ys = np.concatenate([self.source_ys[[0, -1]], self.target_ys[[0, -1]]])
        low, high = float(ys.min()), float(ys.max())
        # The middle of a cubic moves by three quarters of what its inner control points do.
        return left, min(low, low + 0.75 * self.bend), right, max(high, high + 0.75 * self.bend)

    def nearest(self, x: float, y: float) -> tuple[int, int, float]:
        """(source neuron, target neuron, distance) of the connection nearest to a point.

        (-1, -1, infinity) where there is none. The distance is to the curve's tangent there.
        """
        nowhere = (-1, -1, float("inf"))
        left, right = sorted((self.start, self.end))
        if not left <= x <= right or self.count == 0:
            return nowhere
        course = self.course(np.array([x]))
        share, offset = float(course.share[0]), float(course.offset[0])
        from_target = self.target_ys * share + offset
        i, j = self._nearest_at(y, share, from_target)
        rise = self.target_ys[j] - self.source_ys[i]
        slope = rise * course.share_slope[0] + course.offset_slope[0]
        gap = abs(from_target[j] + self.source_ys[i] * (1 - share) - y)
        return int(i), int(j), float(gap / np.hypot(1.0, slope))

    def crossed(self, start: tuple[float, float], end: tuple[float, float]) -> BoolArray:
        """Which connections a straight stroke crosses: (target size, source size)."""
        targets, sources = len(self.target_ys), len(self.source_ys)
        stroke = self._inside(np.array(start, dtype=float), np.array(end, dtype=float))
        if stroke is None:
            return np.zeros((targets, sources), dtype=bool)
        # Of the curves into a neuron, those from the first sources pass above a point and the others
        # below. As the point goes along the stroke, the curves between the least and the most above it
        # have changed sides, and so have met it.
        least, most = np.full(targets, sources), np.zeros(targets, dtype=int)
        steps = 1 + int(np.abs(stroke[1] - stroke[0]).max() // STROKE_STEP)
        for x, y in np.linspace(stroke[0], stroke[1], steps + 1):
            course = self.course(np.array([x]))
            share, offset = course.share[0], course.offset[0]
            from_source, wanted = self.source_ys * (1 - share), y - self.target_ys * share - offset
            least = np.minimum(least, np.searchsorted(from_source, wanted, "left"))
            most = np.maximum(most, np.searchsorted(from_source, wanted, "right"))
        each = np.arange(sources)
        found: BoolArray = (each >= least[:, None]) & (each < most[:, None])
        return found if self.kept is None else found & self.kept

    def _inside(self, start: FloatArray, end: FloatArray) -> FloatArray | None:
        """The part of a stroke that is between the link's ends, (2, 2)."""
        left, right = sorted((self.start, self.end))
        if max(start[0], end[0]) < left or min(start[0], end[0]) > right:
            return None
        if abs(start[0] - end[0]) < 1e-6:
            return np.array([start, end])
        low, high = np.clip((np.array([left, right]) - start[0]) / (end[0] - start[0]), 0, 1)
        return np.array([start + low * (end - start), start + high * (end - start)])

    def _nearest_at(self, y: float, share: float, from_target: FloatArray) -> tuple[int, int]:
        """For every target neuron the best source neuron by bisection, then the best of these."""
        n = len(self.source_ys)
        # Where they all meet, the first one of each target neuron is as good as any.
        wanted = np.full(len(from_target), -np.inf)
        if share <= 1 - 1e-6:
            wanted = (y - from_target) / (1 - share)
        place = np.searchsorted(self.source_ys, wanted)
        if self.kept is None:
            sides = np.stack([np.maximum(place - 1, 0), np.minimum(place, n - 1)])
            there = np.ones(sides.shape, dtype=bool)
        else:
            every = np.arange(len(place))
            sides = np.stack([self._kept_before[every, place], self._kept_after[every, place]])
            there = (sides >= 0) & (sides < n)
            sides = np.where(there, sides, 0)
        gaps = np.abs(from_target + self.source_ys[sides] * (1 - share) - y)
        best = int(np.where(there, gaps, np.inf).argmin())
        side, j = divmod(best, len(place))
        return int(sides[side, j]), j

    @cached_property
    def _kept_before(self) -> IntArray:
        """The last source neuron before each place that is connected: (target size, source size + 1);
        -1 where there is none."""
        numbers = np.where(np.asarray(self.kept), np.arange(len(self.source_ys)), -1)
        before: IntArray = np.maximum.accumulate(numbers, axis=1)
        return np.pad(before, ((0, 0), (1, 0)), constant_values=-1)

    @cached_property
    def _kept_after(self) -> IntArray:
        """The first source neuron from each place on that is connected: (target size, source size + 1);
        the source's size where there is none."""
        n = len(self.source_ys)
        numbers = np.where(np.asarray(self.kept), np.arange(n), n)
        after: IntArray = np.minimum.accumulate(numbers[:, ::-1], axis=1)[:, ::-1]
        return np.pad(after, ((0, 0), (0, 1)), constant_values=n)


def bundle(
    topology: Topology,
    places: Mapping[str, LayerPlace],
    key: tuple[str, str],
    pruned: bool = False,
) -> Bundle:
    """The curves of a link between layers at these places: of its connections, or of the pruned ones."""
    source, target = places[key[0]], places[key[1]]
    kept = topology.link(*key).mask
    if pruned:
        kept = np.zeros((target.size, source.size), dtype=bool) if kept is None else ~kept
    side = 1.0 if target.x >= source.x else -1.0
    return Bundle(
        *key,
        start=source.x + side * source.tile / 2,
        end=target.x - side * target.tile / 2,
        source_ys=source.slots,
        target_ys=target.slots,
        bend=_bend(places, source, target),
        kept=kept,
    )


def _bend(places: Mapping[str, LayerPlace], source: LayerPlace, target: LayerPlace) -> float:
    """How far a link swings downward to pass the layers that stand between its ends."""
    between = [p for p in places.values() if source.x < p.x < target.x]
    if not between:
        return 0.0
    lowest = max(p.bottom for p in between)
    # A cubic's middle moves by three quarters of what its inner control points do.
    return max(0.0, (lowest + SKIP_GAP - (source.y + target.y) / 2) / 0.75)
