"""Connections as pixels: against Qt's own lines, and the compiled kernel against NumPy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from bpstudio.gui.canvas import raster_numpy
from bpstudio.gui.canvas.bundle import Bundle, bundle
from bpstudio.gui.canvas.ink import KNEE, Pen, depth_of, opacity_of
from bpstudio.gui.canvas.layout import arrange
from bpstudio.gui.canvas.raster import (
    Strokes,
    Viewpoint,
    backend,
    cost,
    kernel_ready,
    load_kernel,
    pen_of,
    rasterise,
)
from bpstudio.model.arrays import FloatArray
from bpstudio.model.topology import Topology

INKS = np.array([(255, 0, 0), (90, 90, 90), (0, 0, 255)], dtype=np.float32)
"""Positive is red, negative is blue."""


@dataclass(frozen=True)
class Steady(Pen):
    """A pen of one width and opacity."""

    count: int = 1
    density: float = 0.0
    width: float = 3.0
    opacity: float = 0.5

    def widths(self, shares: FloatArray) -> FloatArray:
        return np.full(shares.shape, self.width)

    def opacities(self, shares: FloatArray) -> FloatArray:
        return np.full(shares.shape, self.opacity)


def strokes_of(text: str, weights: FloatArray | None = None, pen: Pen | None = None) -> Strokes:
    """The link of a network with two layers."""
    topology = Topology.parse(text)
    curves = bundle(topology, arrange(topology, {}), ("input", "output"))
    shape = len(curves.target_ys), len(curves.source_ys)
    if weights is None:
        weights = np.random.default_rng(3).normal(size=shape)
    return Strokes(curves, weights, float(np.abs(weights).max()), pen or pen_of(curves))


def view(scale: float = 1.0, pixel: float = 1.0) -> Viewpoint:
    return Viewpoint(scale, 360 * scale, 260 * scale, int(720 * scale), int(520 * scale), pixel)


def drawn(strokes: Strokes, at: Viewpoint, module: Any = None) -> Any:
    picture = rasterise([strokes], at, INKS, module=module)
    assert picture is not None
    return picture


def alpha(picture: Any) -> Any:
    return (picture >> 24) / 255


def painted(curves: Bundle, at: Viewpoint, width: float, opacity: float) -> Any:
    """The opacities of one connection as Qt draws it."""
    image = QImage(at.columns, at.rows, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(at.dx, at.dy)
    painter.scale(at.scale, at.scale)
    color = QColor(Qt.GlobalColor.red)
    color.setAlphaF(opacity)
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    points = curves.curves(np.array([0]), np.array([0]))[0]
    start, one, two, end = (QPointF(*p) for p in points)
    path = QPainterPath(start)
    path.cubicTo(one, two, end)
    painter.strokePath(path, pen)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(at.rows, at.columns)
    return alpha(pixels)


@pytest.mark.parametrize("drop", [0.0, 20.0, 60.0, 300.0])
@pytest.mark.parametrize(("width", "opacity"), [(0.6, 0.4), (1.0, 0.6), (3.0, 0.5), (5.0, 0.85)])
def test_that_a_line_is_like_the_antialiased_one_that_qt_draws(
    drop: float, width: float, opacity: float
) -> None:
    curves = Bundle("a", "b", -150.3, 140.6, np.array([-40.2]), np.array([-40.2 + drop]))
    at, fine = Viewpoint(1.0, 160.0, 60.0, 320, 340), 8
    pen = Steady(width=width, opacity=opacity)
    ours = alpha(drawn(Strokes(curves, np.ones((1, 1)), 1.0, pen), at))
    # Qt's own thin lines at this size are up to a sixth too faint: measure with its enlarged ones.
    enlarged = Viewpoint(fine, fine * at.dx, fine * at.dy, fine * at.columns, fine * at.rows)
    theirs = painted(curves, enlarged, width, opacity)
    theirs = theirs.reshape(at.rows, fine, at.columns, fine).mean(axis=(1, 3))
    assert ours.sum() == pytest.approx(length(curves) * width * opacity, rel=0.04)
    assert np.abs(ours - theirs).max() < 0.27 * opacity
    assert np.abs(ours - theirs)[theirs > 0].mean() < 0.07 * opacity


def length(curves: Bundle) -> float:
    """How long the only connection is."""
    ends = np.linspace(0, 1, 2000)
    points = np.array([curves.point(0, 0, float(share)) for share in ends])
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


@settings(max_examples=12)
@given(
    text=st.sampled_from(["1-1", "3-7", "25-6", "6-25", "300-4", "4-300"]),
    scale=st.sampled_from([0.4, 1.0, 2.3]),
    move=st.floats(-300, 300),
    seed=st.integers(0, 99),
)
def test_that_the_kernel_draws_the_same_pixels_as_numpy(
    text: str, scale: float, move: float, seed: int
) -> None:
    if not load_kernel():
        pytest.skip("needs the compiler")
    kernel = backend()
    strokes = strokes_of(text)
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=strokes.weights.shape)
    strokes = Strokes(strokes.bundle, weights, 2.0, strokes.pen)
    at = Viewpoint(scale, 200 + move, 160 - move / 2, 400, 320, 1.0)
    assert np.array_equal(drawn(strokes, at, kernel), drawn(strokes, at, raster_numpy))


class InCrowd(Pen):
    """A pen of which the crowd has left very little."""

    def exposure(self, ink: FloatArray) -> float:
        return 0.0145


def test_that_no_kernel_is_given_weights_of_other_curves() -> None:
    strokes = strokes_of("3-7")
    for shape in ((3, 7), (6, 3), (7, 2)):
        with pytest.raises(ValueError, match="curves"):
            replace(strokes, weights=np.ones(shape))
    with pytest.raises(ValueError, match="curves"):
        replace(strokes, bundle=pruned(strokes.bundle, np.ones((7, 4), dtype=bool)))


@pytest.mark.parametrize("wrong", ["course", "widths", "positive", "negative", "plate"])
def test_that_the_kernel_refuses_arrays_that_do_not_fit(wrong: str) -> None:
    if not load_kernel():
        pytest.skip("needs the compiler")
    ink = np.ones((7, 3), dtype=np.float32)
    given = {
        "plate": np.zeros((10, 22), dtype=np.int64),
        "course": np.zeros((10, 5), dtype=np.float32),
        "sources": np.arange(3, dtype=np.float32),
        "targets": np.arange(7, dtype=np.float32),
        "widths": ink,
        "positive": ink,
        "negative": ink,
    }
    backend().expose(**given)
    given[wrong] = given[wrong][:-1]
    with pytest.raises(ValueError, match="do not fit"):
        backend().expose(**given)


def test_that_the_kernel_refuses_a_picture_that_does_not_fit() -> None:
    if not load_kernel():
        pytest.skip("needs the compiler")
    plate, shades = np.zeros((10, 22), dtype=np.int64), np.zeros(4096, dtype=np.float32)
    backend().develop(plate, 1.0, shades, INKS, np.zeros((20, 10), dtype=np.uint32))
    for shape in ((10, 20), (20, 9), (22, 10)):
        with pytest.raises(ValueError, match="does not fit"):
            backend().develop(plate, 1.0, shades, INKS, np.zeros(shape, dtype=np.uint32))


def test_that_every_connection_has_ink_even_in_a_crowd() -> None:
    strokes = strokes_of("784-1000")
    shares = np.array([[1e-6], [0.01], [1.0]])
    for j, weight in zip((0, 431, 999), shares.ravel(), strict=True):
        weights = np.zeros(strokes.weights.shape)
        weights[j, 300] = weight
        kept = weights > 0
        pen = InCrowd(strokes.pen.count, strokes.pen.density)
        assert plate_ink(Strokes(pruned(strokes.bundle, kept), weights, 1.0, pen)) > 0
    assert np.all(alpha(drawn(strokes_of("400-300"), view(0.6))) <= 1)


def pruned(curves: Bundle, kept: Any) -> Bundle:
    return replace(curves, kept=kept)


def plate_ink(strokes: Strokes) -> int:
    """All ink on the plate in the smallest steps, before it becomes colours."""
    total = []

    class Measured:
        expose = raster_numpy.expose

        @staticmethod
        def develop(plate: Any, *rest: Any) -> None:
            ink = np.cumsum(plate, axis=1)
            total.append(int((ink >> 32).sum() + (ink & 0xFFFFFFFF).sum()))

    rasterise([strokes], Viewpoint(0.6, 216, 156, 432, 312), INKS, module=Measured)  # type: ignore[arg-type]
    return total[0]


def test_that_a_pruned_connection_leaves_no_ink() -> None:
    strokes = strokes_of("1-1")
    gone = pruned(strokes.bundle, np.zeros((1, 1), dtype=bool))
    assert not drawn(Strokes(gone, strokes.weights, 1.0, strokes.pen), view()).any()


@pytest.mark.parametrize(("weight", "channel"), [(0.8, 16), (-0.8, 0)])
def test_that_the_colour_is_the_sign(weight: float, channel: int) -> None:
    picture = drawn(strokes_of("1-1", np.array([[weight]])), view())
    strong = picture[alpha(picture) > 0.5]
    assert len(strong) > 100
    assert np.all((strong >> channel) & 0xFF == strong >> 24)
    assert np.all((strong >> (16 - channel)) & 0xFF == 0)


def test_that_a_larger_weight_has_more_ink() -> None:
    pictures = [drawn(strokes_of("1-2", np.array([[w], [1.0]])), view()) for w in (0.1, 0.5, 0.9)]
    sums = [alpha(p).sum() for p in pictures]
    assert sums == sorted(sums)
    assert sums[0] < sums[1] < sums[2]


def test_that_a_picture_is_sharper_at_twice_the_pixels() -> None:
    weights = np.ones((1, 1))
    curves = Bundle("a", "b", -150.0, 150.0, np.array([0.0]), np.array([0.0]))
    for pixel in (1, 2):
        strokes = Strokes(curves, weights, 1.0, Steady())
        column = alpha(drawn(strokes, view(pixel, pixel)))[:, 360 * pixel]
        # Three scene pixels wide, and never smeared over more than one device pixel at each side.
        assert column.sum() / pixel == pytest.approx(3.0 * 0.5, rel=0.02)
        assert np.count_nonzero(column) <= 3 * pixel + 1


def test_that_ink_and_opacity_are_each_others_inverse() -> None:
    opacities = np.linspace(0, 0.95, 40)
    assert opacity_of(depth_of(opacities)) == pytest.approx(opacities)
    assert depth_of(np.array([KNEE / 2])) == pytest.approx(KNEE / 2)


def test_that_drawing_stops_when_asked() -> None:
    assert rasterise([strokes_of("30-30")], view(), INKS, stopped=lambda: True) is None


def test_that_the_cost_follows_the_connections_and_the_scale() -> None:
    small, large = strokes_of("10-10"), strokes_of("20-20")
    assert cost([large], view()) == pytest.approx(4 * cost([small], view()), rel=0.2)
    assert cost([small], view(2.0)) == pytest.approx(2 * cost([small], view()))


def test_that_there_is_a_backend_with_and_without_a_compiler() -> None:
    assert load_kernel() == kernel_ready() == (backend() is not raster_numpy)
    assert {"expose", "develop"} <= set(dir(backend()))
