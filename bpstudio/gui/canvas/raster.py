"""A picture of many connections: all of them, antialiased, by the compiled kernel or by NumPy.

No Qt in here, and no threads: a drawing is a value, and ``rasterise`` may be asked to stop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol, cast

import numpy as np

from bpstudio.gui.canvas import raster_numpy
from bpstudio.gui.canvas.bundle import Bundle
from bpstudio.gui.canvas.ink import Marker, Pen, depth_of, opacity_of, shares
from bpstudio.gui.canvas.raster_numpy import DEEPEST, SHADES, Array
from bpstudio.model.arrays import FloatArray

FINEST_UNIT, LARGEST_SUM = 2.0**14, 2.0**23
"""Steps of ink for depth 1, but fewer where all ink in one place would overflow."""
LEAST_SPAN = 40.0
"""Connections of a link spread over at least this many scene pixels."""
KEPT = 1 << 20
"""A plate has room for so many pixels at least, 8 MB: what a smaller picture needs is there already."""
SLICE = 1 << 21
"""Lines times columns between two looks at whether to stop: some milliseconds."""


@dataclass(frozen=True)
class Viewpoint:
    """What part of the scene is seen: device pixel = scene pixel * ``scale`` + (``dx``, ``dy``).

    ``pixel`` is how many device pixels make a pixel of the desktop.
    """

    scale: float
    dx: float
    dy: float
    columns: int
    rows: int
    pixel: float = 1.0


@dataclass(frozen=True, eq=False)
class Strokes:
    """The connections of one link: their curves, ``weights`` (target size, source size), the ``scale``
    that has full ink, and the pen. A part of them has a pen of its own: it is looked at alone. ``dash``
    is how long dashes and gaps are along x, in pixels of the desktop; None: the lines are whole.

    ValueError where the weights are not those of the curves."""

    bundle: Bundle
    weights: FloatArray
    scale: float
    pen: Pen
    dash: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        shape, kept = self.bundle.shape, self.bundle.kept
        if self.weights.shape != shape or (kept is not None and kept.shape != shape):
            raise ValueError(f"Weights {self.weights.shape} for curves of shape {shape}.")

    def of_source(self, neuron: int) -> Strokes:
        """Those that leave one neuron."""
        kept = self.bundle.kept
        part = replace(
            self.bundle,
            source_ys=self.bundle.source_ys[[neuron]],
            kept=None if kept is None else kept[:, [neuron]],
        )
        return replace(self, bundle=part, weights=self.weights[:, [neuron]], pen=pen_of(part))

    def of_target(self, neuron: int) -> Strokes:
        """Those that reach one neuron."""
        kept = self.bundle.kept
        part = replace(
            self.bundle,
            target_ys=self.bundle.target_ys[[neuron]],
            kept=None if kept is None else kept[[neuron]],
        )
        return replace(self, bundle=part, weights=self.weights[[neuron]], pen=pen_of(part))


def pen_of(bundle: Bundle, kind: type[Pen] = Pen) -> Pen:
    """The pen for all connections of a link."""
    spans = [float(ys[-1] - ys[0]) for ys in (bundle.source_ys, bundle.target_ys)]
    return kind(bundle.count, bundle.count / max(sum(spans) / 2, LEAST_SPAN))


def marks_of(bundle: Bundle, dash: tuple[float, float] | None = None) -> Strokes:
    """The connections of a link, each as strong as any other."""
    alike = np.broadcast_to(np.ones(1), bundle.shape)
    return Strokes(bundle, alike, 1.0, pen_of(bundle, Marker), dash)


class Backend(Protocol):
    """What ``raster_numpy`` does, by whatever means."""

    def expose(
        self,
        plate: Array,
        course: Array,
        sources: Array,
        targets: Array,
        widths: Array,
        positive: Array,
        negative: Array,
    ) -> None: ...

    def develop(
        self, plate: Array, unit: float, shades: Array, inks: Array, picture: Array
    ) -> None: ...


class _Kernel:
    """The compiled kernel of this process, once it is there."""

    found: Backend | None = None
    tried = False
    lock = threading.Lock()


def kernel_ready() -> bool:
    """Whether the compiled kernel is there; ``load_kernel`` fetches it."""
    return _Kernel.found is not None


def load_kernel(stopped: Callable[[], bool] = lambda: False) -> bool:
    """Fetch the compiled kernel, which takes some seconds where it was never compiled before; False
    where there is no compiler, or if it was stopped."""
    with _Kernel.lock:
        if not _Kernel.tried:
            try:
                from bpstudio.gui.canvas.raster_code import make_kernel  # noqa: PLC0415

                _Kernel.found = make_kernel(stopped)
            except (ImportError, RuntimeError, OSError):
                # NumPy draws the same pixels.
                _Kernel.found = None
            _Kernel.tried = kernel_ready() or not stopped()
    return kernel_ready()


def backend() -> Backend:
    """The compiled kernel if it is there, else NumPy: the same pixels."""
    return _Kernel.found or cast(Backend, raster_numpy)


@lru_cache(maxsize=1)
def _shades() -> Array:
    depths = (np.arange(SHADES) + 0.5) * DEEPEST / SHADES
    shades: Array = opacity_of(depths).astype(np.float32)
    shades[0] = 0
    return shades


def rasterise(
    strokes: Sequence[Strokes],
    view: Viewpoint,
    inks: Array,
    stopped: Callable[[], bool] = lambda: False,
    module: Backend | None = None,
) -> Array | None:
    """The connections as premultiplied ARGB, (rows, columns) uint32; None if it was stopped.

    ``inks`` (3, 3) are the colours of positive weights, of both signs alike, and of negative ones, from
    0 to 255.
    """
    module = module or backend()
    plates = [_Plate(s, view) for s in strokes if s.bundle.count]
    total = sum(plate.depth for plate in plates)
    unit = min(FINEST_UNIT, LARGEST_SUM / max(total, 1e-9))
    surface = _surface(view.columns, view.rows + 2)
    for plate in plates:
        if not plate.expose(surface, unit, module, stopped):
            return None
    picture = np.empty((view.rows, view.columns), dtype=np.uint32)
    module.develop(surface, unit, _shades(), inks.astype(np.float32), picture)
    return picture


class _Scratch(threading.local):
    """Memory that a thread uses again: new memory costs more than clearing the old."""

    def __init__(self) -> None:
        self.plate = np.zeros(0, dtype=np.int64)


_scratch = _Scratch()


def _surface(columns: int, rows: int) -> Array:
    """An empty plate (columns, rows), good until the thread's next picture."""
    if not columns * rows <= _scratch.plate.size <= max(4 * columns * rows, KEPT):
        _scratch.plate = np.empty(max(columns * rows, KEPT), dtype=np.int64)
    plate: Array = _scratch.plate[: columns * rows].reshape(columns, rows)
    plate.fill(0)
    return plate


def cost(strokes: Sequence[Strokes], view: Viewpoint) -> float:
    """Lines times columns: what the time of ``rasterise`` follows."""
    # Pruned ones take as long as the others: they only have no ink.
    sizes = [s.weights.size if s.bundle.count else 0 for s in strokes]
    spans = [abs(s.bundle.width) * view.scale for s in strokes]
    return sum(size * span for size, span in zip(sizes, spans, strict=True))


class _Plate:
    """The connections of one link in device pixels."""

    def __init__(self, strokes: Strokes, view: Viewpoint) -> None:
        bundle = strokes.bundle
        self.first, self.course = _course(bundle, view, strokes.dash)
        sources = bundle.source_ys * view.scale + view.dy
        targets = bundle.target_ys * view.scale + view.dy
        part = shares(strokes.weights.astype(np.float32), strokes.scale)
        widths = strokes.pen.widths(part)
        depths = depth_of(strokes.pen.opacities(part))
        if bundle.kept is not None:
            depths = np.where(bundle.kept, depths, 0)
        depths = depths * np.float32(strokes.pen.exposure(widths * depths))
        widths = widths * np.float32(view.scale)
        above = strokes.weights > 0
        inks = [np.where(above, depths, 0), np.where(above, 0, depths)]
        sources, widths, inks = _gathered(sources, widths, inks, view.pixel, axis=1)
        targets, widths, inks = _gathered(targets, widths, inks, view.pixel, axis=0)
        self.depth = float(inks[0].sum() + inks[1].sum())
        if len(targets) > len(sources):
            # The kernel is fast along the second axis.
            sources, targets = targets, sources
            widths, inks = widths.T, [ink.T for ink in inks]
            self.course[:, 0] = 1 - self.course[:, 0]
            self.course[:, 1] *= -1
        self.sources, self.targets = _single(sources), _single(targets)
        self.widths, self.inks = _single(widths), inks

    def expose(
        self, surface: Array, unit: float, module: Backend, stopped: Callable[[], bool]
    ) -> bool:
        """Draw into columns of a surface; False if it was stopped."""
        # The faintest has one step of ink at least: nothing that is there is left out.
        positive, negative = (
            _single(np.where(ink > 0, np.maximum(ink * np.float32(unit), 1), 0))
            for ink in self.inks
        )
        step = max(8, SLICE // max(self.widths.size, 1))
        for start in range(0, len(self.course), step):
            if stopped():
                return False
            course = self.course[start : start + step]
            columns = surface[self.first + start : self.first + start + len(course)]
            module.expose(
                columns, course, self.sources, self.targets, self.widths, positive, negative
            )
        return True


def _single(values: FloatArray) -> FloatArray:
    single: FloatArray = np.ascontiguousarray(values, dtype=np.float32)
    return single


def _course(
    bundle: Bundle, view: Viewpoint, dash: tuple[float, float] | None
) -> tuple[int, FloatArray]:
    """First column that is seen of a link, and the course of its curves in each: (columns, 5)."""
    ends = sorted((bundle.start, bundle.start + bundle.width))
    left, right = (x * view.scale + view.dx for x in ends)
    first, last = max(0, int(np.floor(left))), min(view.columns, int(np.ceil(right)))
    edges = np.arange(first, max(last, first) + 1)
    middles = (np.maximum(edges[:-1], left) + np.minimum(edges[1:], right)) / 2
    course = bundle.course((middles - view.dx) / view.scale)
    result = np.empty((len(middles), 5), dtype=np.float32)
    result[:, 0], result[:, 2] = course.share, course.offset * view.scale
    result[:, 1], result[:, 3] = course.share_slope / view.scale, course.offset_slope
    result[:, 4] = np.minimum(edges[1:], right) - np.maximum(edges[:-1], left)
    if dash is not None:
        # Counted from the link's end, so that dashes move with it.
        result[:, 4] *= np.mod((middles - left) / view.pixel, sum(dash)) < dash[0]
    return first, result


def _gathered(
    places: Array, widths: Array, inks: list[Array], pixel: float, axis: int
) -> tuple[Array, Array, list[Array]]:
    """Neurons that share a pixel of the desktop become one place: their connections, which lie on the
    same pixels, become one line with the ink of all of them."""
    if len(places) < 2 or places[1] - places[0] > pixel / 1.5:
        return places, widths, inks
    group = np.floor((places - places[0]) / pixel).astype(np.intp)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    counts = np.diff(starts, append=len(places))
    middles = np.add.reduceat(places, starts) / counts
    gathered = [np.add.reduceat(ink * widths, starts, axis=axis) / pixel for ink in inks]
    return middles, np.full(gathered[0].shape, pixel, dtype=np.float32), gathered
