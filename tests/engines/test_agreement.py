"""The compiled engine against the reference, on networks large and odd enough to reach all of its
loops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.engines.base import State
from bpstudio.engines.choice import create_engine
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.model.arrays import BoolArray, FloatArray, IntArray
from bpstudio.model.config import OPTIMIZERS, TrainingConfig
from bpstudio.model.topology import Layer, Link, Topology

from ..strategies import HIDDEN, PAIRS, Problem, parameters_for, rows_for, seeds

LIMITS = {"float64": 1e-12, "float32": 1e-5}
SIZES = (1, 2, 3, 5, 8, 13, 16, 17, 33, 64, 70, 129)
ROWS = (1, 2, 4, 7, 12, 40, 131)


@st.composite
def networks(draw: st.DrawFn) -> Problem:
    """Layers from one neuron to more than two panels, skip links, and whatever training has to
    leave alone."""
    rng = np.random.default_rng(draw(seeds))
    output, loss = draw(st.sampled_from(PAIRS))
    hidden = draw(st.integers(0, 3))
    sizes = [draw(st.sampled_from(SIZES)) for _ in range(hidden + 2)]
    ids = ["input", *(f"hidden{k + 1}" for k in range(hidden)), "output"]
    plain = draw(st.booleans())
    layers = tuple(
        Layer(
            name,
            size,
            output if name == "output" else str(rng.choice(HIDDEN)),
            frozen=not plain and bool(rng.random() < 0.15),
            bias=plain or bool(rng.random() < 0.8),
        )
        for name, size in zip(ids, sizes, strict=True)
    )
    pairs = {(k, k + 1) for k in range(hidden + 1)}
    pairs |= {(a, b) for b in range(2, hidden + 2) for a in range(b - 1) if rng.random() < 0.3}
    links = []
    for a, b in sorted(pairs):
        mask, locked = (
            None if plain or rng.random() < 0.7 else rng.random((sizes[b], sizes[a])) < 0.5
            for _ in range(2)
        )
        links.append(Link(ids[a], ids[b], mask, locked))
    topology = Topology(layers, tuple(links))
    scale = 0.7 / np.sqrt(max(sizes))
    parameters = parameters_for(topology, draw(seeds), scale)
    for block in topology.blocks:
        if not block.layer.bias:
            parameters[block.start : block.stop] = 0.0
    X, Y = rows_for(topology, loss, draw(st.sampled_from(ROWS)), draw(seeds))
    return Problem(bp.Network(topology, parameters), X, Y, loss)


def epoch(problem: Problem, config: TrainingConfig, start: FloatArray) -> tuple[int, State]:
    """One epoch from these parameters, in the config's precision."""
    state = State.start(start, {}, config.dtype)
    X, Y = (np.ascontiguousarray(a, dtype=config.dtype) for a in (problem.X, problem.Y))
    engine = create_engine(problem.topology, X, Y, config, state)
    return engine.advance(order_of(problem)), state


def order_of(problem: Problem) -> IntArray:
    return np.random.default_rng(0).permutation(len(problem.X))


def distance(a: FloatArray, b: FloatArray) -> float:
    """Largest difference, relative to the largest number."""
    largest = np.abs(b).max(initial=0.0)
    return float(np.abs(a - b).max(initial=0.0) / largest) if largest > 0 else float(np.any(a))


def rounding(problem: Problem, config: TrainingConfig, expected: FloatArray) -> float:
    """How far rounding takes the reference: from more precise numbers, and from a start moved by a
    bit."""
    start = problem.network.parameters.astype(config.dtype)
    precise = State(start.astype(np.longdouble))
    rows = (a.astype(config.dtype).astype(np.longdouble) for a in (problem.X, problem.Y))
    ReferenceEngine(problem.topology, *rows, config, precise).advance(order_of(problem))
    apart = distance(expected, precise.parameters)
    for seed in range(3):
        towards = np.random.default_rng(seed).choice([-np.inf, np.inf], start.size)
        moved = np.where(start == 0, start, np.nextafter(start, towards.astype(start.dtype)))
        apart = max(apart, distance(epoch(problem, config, moved)[1].parameters, expected))
    return apart


@pytest.mark.parametrize("dtype", sorted(LIMITS))
@given(problem=networks(), data=st.data())
@settings(max_examples=120)
def test_that_an_epoch_gives_the_parameters_of_the_reference(
    dtype: str, problem: Problem, data: st.DataObject
) -> None:
    config = TrainingConfig(
        batch_size=data.draw(st.sampled_from([1, 1, 3, 10, 32, "all"])),
        learning_rate=data.draw(st.sampled_from([0.001, 0.02])),
        optimizer=data.draw(st.sampled_from(sorted({*OPTIMIZERS} - {"lm"}))),
        loss=problem.loss,
        l1=data.draw(st.sampled_from([0.0, 0.0, 0.01])),
        l2=data.draw(st.sampled_from([0.0, 0.0, 0.01])),
        clip=data.draw(st.sampled_from([None, None, 0.1])),
        dtype=dtype,
        engine="reference",
    )
    start = problem.network.parameters
    done, expected = epoch(problem, config, start)
    also, state = epoch(problem, replace(config, engine="compiled"), start)
    assert done == also == len(problem.X)
    assert_held(problem.topology, start.astype(dtype), state.parameters)
    assert state.slots.keys() == expected.slots.keys()
    apart = distance(state.parameters, expected.parameters)
    if apart > LIMITS[dtype]:
        # Where rounding alone takes the reference that far, nobody can do better.
        assert apart <= 4 * rounding(problem, config, expected.parameters)


def assert_held(topology: Topology, before: FloatArray, after: FloatArray) -> None:
    held: BoolArray = np.zeros(after.size, bool) if topology.free is None else ~topology.free
    assert after[held].tobytes() == before[held].tobytes()


@pytest.mark.parametrize("loss", sorted({loss for _, loss in PAIRS}))
@given(data=st.data())
@settings(max_examples=15)
def test_that_it_measures_what_the_reference_measures(loss: str, data: st.DataObject) -> None:
    problem = data.draw(networks().filter(lambda problem: problem.loss == loss))
    labels = problem.Y.argmax(axis=1)
    found: list[Any] = []
    for name in ("reference", "compiled"):
        config = TrainingConfig(loss=loss, engine=name)
        state = State.start(problem.network.parameters, {}, "float64")
        engine = create_engine(problem.topology, problem.X, problem.Y, config, state)
        found.append(engine.measure(problem.X, problem.Y, labels))
    assert found[1].loss == pytest.approx(found[0].loss, rel=1e-12)
    assert (found[1].accuracy, found[1].rows) == (found[0].accuracy, found[0].rows)


@pytest.mark.parametrize("dtype", sorted(LIMITS))
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
def test_that_far_from_zero_functions_are_those_of_the_reference(
    dtype: str, activation: str
) -> None:
    topology = bp.Topology.parse("1-1", output=activation)
    loss = "binary_cross_entropy" if activation == "sigmoid" else "squared_error"
    for z in (-1e6, -1000.0, -709.0, -707.0, -90.0, -20.0, -1e-9, 0.0, 1e-9, 20.0, 90.0, 1000.0):
        for y in (0.0, 1.0):
            X, Y = (np.array([[value]], dtype) for value in (z, y))
            costs = []
            for name in ("reference", "compiled"):
                config = TrainingConfig(loss=loss, engine=name, dtype=dtype)
                state = State.start(np.array([1.0, 0.0]), {}, dtype)
                costs.append(create_engine(topology, X, Y, config, state).measure(X, Y, None).loss)
            near = pytest.approx(costs[0], rel=LIMITS[dtype], abs=float(np.finfo(dtype).eps))
            assert costs[1] == near, (z, y)
