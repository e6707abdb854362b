"""Where the connections of a link run, and which one is near a point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from bpstudio.gui.canvas.bundle import Bundle, bundle
from bpstudio.gui.canvas.layout import MAX_SHOWN, arrange, place_layer
from bpstudio.model.topology import Topology


def link(text: str, source: str, target: str, pruned: tuple[int, int] | None = None) -> Bundle:
    topology = Topology.parse(text)
    if not topology.has_link(source, target):
        topology = topology.with_link(source, target)
    if pruned is not None:
        topology = topology.without_connection(source, pruned[0], target, pruned[1])
    return bundle(topology, arrange(topology, {}), (source, target))


@pytest.mark.parametrize(("source", "target"), [("input", "hidden1"), ("input", "output")])
def test_that_a_course_is_the_bezier_curve_that_a_painter_draws(source: str, target: str) -> None:
    curves = link("3-5-2", source, target)
    points = curves.curves(np.array([2]), np.array([0]))[0]
    path = QPainterPath(QPointF(*points[0]))
    path.cubicTo(*(QPointF(*p) for p in points[1:]))
    for t in np.linspace(0, 1, 23):
        at = path.pointAtPercent(float(t))
        course = curves.course(np.array([at.x()]))
        rise = curves.target_ys[0] - curves.source_ys[2]
        y = curves.source_ys[2] + rise * course.share[0] + course.offset[0]
        assert y == pytest.approx(at.y(), abs=0.05)


def test_that_the_slope_of_a_course_is_its_derivative() -> None:
    curves = link("3-5-2", "input", "output")
    x = np.linspace(curves.start + 2, curves.end - 2, 50)
    here, there = curves.course(x - 0.5), curves.course(x + 0.5)
    assert curves.course(x).share_slope == pytest.approx(there.share - here.share, abs=1e-4)
    assert curves.course(x).offset_slope == pytest.approx(there.offset - here.offset, abs=0.02)


@settings(max_examples=30)
@given(
    text=st.sampled_from(["2-3-1", "30-4-1", "3-50-2"]),
    share=st.floats(0.05, 0.95),
    data=st.data(),
)
def test_that_the_nearest_connection_of_a_point_on_one_goes_through_it(
    text: str, share: float, data: st.DataObject
) -> None:
    curves = link(text, "input", "hidden1")
    i = data.draw(st.integers(0, len(curves.source_ys) - 1))
    j = data.draw(st.integers(0, len(curves.target_ys) - 1))
    x, y = curves.point(i, j, share)
    found_i, found_j, distance = curves.nearest(x, y)
    assert distance < 1e-6
    assert curves.point(found_i, found_j, share)[1] == pytest.approx(y)


def test_that_a_pruned_connection_is_not_found() -> None:
    x, y = link("2-3-1", "input", "hidden1").point(0, 2, 0.8)
    i, j, distance = link("2-3-1", "input", "hidden1", pruned=(0, 2)).nearest(x, y)
    assert (i, j) != (0, 2)
    assert distance > 5


@settings(max_examples=40)
@given(
    text=st.sampled_from(["1-1", "2-3-1", "7-4-1", "30-5-2"]),
    share=st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1)),
    height=st.floats(-200, 200),
    seed=st.integers(0, 99),
    kept=st.floats(0, 1),
)
def test_that_no_connection_that_is_there_is_nearer_than_the_nearest(
    text: str, share: float, height: float, seed: int, kept: float
) -> None:
    curves = link(text, "input", "hidden1" if text.count("-") > 1 else "output")
    mask = np.random.default_rng(seed).random(curves.shape) < kept
    curves = replace(curves, kept=mask if kept < 1 else None)
    x = curves.start + share * curves.width
    i, j, distance = curves.nearest(x, height)
    gaps = {
        (i, j): abs(curves.point(i, j, share)[1] - height)
        for i, j in zip(*curves.connections(), strict=True)
    }
    if not gaps:
        assert (i, j) == (-1, -1) and distance == np.inf
    else:
        assert gaps[i, j] == pytest.approx(min(gaps.values()), abs=1e-6)
        assert distance <= gaps[i, j] + 1e-9


def test_that_a_large_layer_is_a_strip_on_which_every_neuron_has_its_place() -> None:
    folded = place_layer("h", 784, 0, 10)
    assert folded.folded
    assert len(folded.slots) == 784
    assert folded.top < folded.slots[0] < folded.slots[-1] < folded.bottom
    assert folded.bottom - folded.top < 500
    assert [folded.neuron_at(float(folded.slots[k])) for k in (0, 400, 783)] == [0, 400, 783]
    assert folded.neuron_at(folded.bottom + 5) is None
    assert not place_layer("h", MAX_SHOWN, 0, 0).folded


def test_that_an_unfolded_layer_shows_every_neuron_apart() -> None:
    topology = Topology.parse("2-60-1")
    place = arrange(topology, {}, unfolded={"hidden1"})["hidden1"]
    assert not place.folded
    assert np.diff(place.slots).min() > place.tile


@pytest.mark.parametrize(
    ("start", "end", "hit"),
    [((1, -1), (1, 1), True), ((1, 1), (1, 3), False), ((-2, 0), (-1, 0), False),
     ((0, 0), (0, 0), True), ((3, -1), (5, 1), True), ((3, 1), (5, 1), False)],
)  # fmt: skip
def test_that_a_stroke_crosses_a_curve_where_lines_do(
    start: tuple[float, float], end: tuple[float, float], hit: bool
) -> None:
    line = Bundle("a", "b", 0.0, 4.0, np.zeros(1), np.zeros(1))
    assert line.crossed(start, end).tolist() == [[hit]]


@settings(max_examples=25)
@given(points=st.tuples(*[st.floats(-250, 250)] * 4), pruned=st.booleans())
def test_that_a_stroke_crosses_the_curves_whose_pieces_it_crosses(
    points: tuple[float, float, float, float], pruned: bool
) -> None:
    curves = link("4-6-2", "input", "output", pruned=(1, 1) if pruned else None)
    found = curves.crossed(points[:2], points[2:])
    assert found[1, 1] <= (not pruned)
    for i, j in zip(*curves.connections(), strict=True):
        way = np.array([curves.point(int(i), int(j), s) for s in np.linspace(0, 1, 200)])
        stroke = np.linspace(points[:2], points[2:], 300)
        near = np.hypot(*(way[:, None] - stroke[None]).transpose(2, 0, 1))
        # Where they only just touch, or twice, neither answer is wrong.
        crossings = pieces_crossed(way, np.array(points[:2]), np.array(points[2:]))
        if near.min() > 3.0:
            assert not found[j, i]
        elif crossings == 1 and min(near[:, 0].min(), near[:, -1].min()) > 2.0:
            assert found[j, i]


def pieces_crossed(way: np.ndarray, a: np.ndarray, b: np.ndarray) -> int:
    """How many pieces of a polyline a stroke crosses, by which side their ends are on."""

    def side(one: np.ndarray, two: np.ndarray, point: np.ndarray) -> np.ndarray:
        turn: np.ndarray = (two - one)[..., 0] * (point - one)[..., 1] - (two - one)[..., 1] * (
            point - one
        )[..., 0]
        return turn

    p, q = way[:-1], way[1:]
    apart = side(p, q, a) * side(p, q, b) < 0
    across = side(a, b, p) * side(a, b, q) < 0
    return int((apart & across).sum())
