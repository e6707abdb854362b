"""What every engine has to do, whichever way it computes: add one to ENGINES and it is tested here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.engines.base import Engine, State
from bpstudio.engines.choice import ENGINES, create_engine
from bpstudio.engines.optimizers import STEPS
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import OPTIMIZERS

from ..strategies import PAIRS, Problem, parameters_for, problems, rows_for
from . import by_hand
from .differences import KinkError, Slopes, directions
from .test_worked_example import HALF_A_UNIT

NAMES = sorted(ENGINES)
CLOSE = {"rel": 1e-9, "abs": 1e-12}

Make: TypeAlias = Callable[..., tuple[Engine, State]]


@pytest.fixture(params=NAMES)
def make(request: pytest.FixtureRequest) -> Make:
    """Make an engine of the kind under test, with its state, for a problem and settings."""

    def made(problem: Problem, **settings: Any) -> tuple[Engine, State]:
        return engine_for(request.param, problem, **settings)

    return made


def engine_for(name: str, problem: Problem, **settings: Any) -> tuple[Engine, State]:
    config = bp.TrainingConfig(**{"loss": problem.loss, "engine": name, **settings})
    state = State.start(problem.network.parameters, {}, config.dtype)
    X, Y = (np.ascontiguousarray(a, dtype=config.dtype) for a in (problem.X, problem.Y))
    return create_engine(problem.topology, X, Y, config, state), state


@pytest.fixture
def problem() -> Problem:
    """Seven rows, a skip link, pruned connections, weights, biases and gradients that are not 0."""
    topology = bp.Topology.parse("3-4-3-2", hidden="tanh").with_link("input", "output")
    topology = topology.without_connection("input", 0, "hidden1", 1)
    topology = topology.without_connection("hidden2", 2, "output", 0)
    network = bp.Network(topology, parameters_for(topology, 1))
    return Problem(network, *rows_for(topology, "squared_error", 7, 2), "squared_error")


def rows(problem: Problem) -> Any:
    return np.arange(len(problem.X))


def mean_gradient(problem: Problem, parameters: FloatArray, part: slice) -> FloatArray:
    network = problem.network.with_parameters(parameters)
    return bp.gradient(network, problem.X[part], problem.Y[part], loss=problem.loss)


# The numbers are right


def test_that_the_worked_example_comes_out(make: Make) -> None:
    network = bp.Network(
        bp.Topology.parse("2-2-2"),
        np.array([0.15, 0.2, 0.25, 0.3, 0.35, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.6]),
    )
    example = Problem(network, np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]]), "squared_error")
    engine, state = make(example, learning_rate=0.5)
    assert engine.advance(np.array([0])) == 1
    weights = network.with_parameters(state.parameters).weights
    assert weights["hidden1", "output"].ravel() == pytest.approx(
        [0.358916480, 0.408666186, 0.511301270, 0.561370121], abs=HALF_A_UNIT
    )
    assert weights["input", "hidden1"].ravel() == pytest.approx(
        [0.149780716, 0.199561432, 0.249751144, 0.299502287], abs=HALF_A_UNIT
    )


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=5)
@given(data=st.data())
def test_that_an_update_goes_against_the_measured_slope(
    name: str, pair: tuple[str, str], data: st.DataObject
) -> None:
    problem = data.draw(problems(pairs=[pair]))
    engine, state = engine_for(name, problem, learning_rate=1.0, batch_size="all")
    assert engine.advance(rows(problem)) == len(problem.X)
    gradient = problem.network.parameters - state.parameters
    slopes = Slopes(problem)
    floor = 1e-4 * (1 + np.abs(problem.Y).max())
    for direction in directions(gradient.size, limit=10, seed=gradient.size):
        try:
            measured = slopes.along(direction)
        except KinkError:
            reject()
        expected = float(gradient @ direction)
        assert abs(measured - expected) < 1e-6 * max(abs(measured), abs(expected), floor)


@pytest.mark.parametrize("name", NAMES)
@given(problem=problems(rows=4))
@settings(max_examples=25)
def test_that_an_epoch_is_the_one_computed_by_hand(name: str, problem: Problem) -> None:
    engine, state = engine_for(name, problem, learning_rate=0.1, batch_size=2)
    order = rows(problem)[::-1]
    assert engine.advance(order) == len(order)
    network = problem.network.copy()
    for start in range(0, len(order), 2):
        part = order[start : start + 2]
        gradient = by_hand.gradient(network, problem.X[part], problem.Y[part], problem.loss)
        network.parameters[:] -= 0.1 * np.array(gradient)
    assert state.parameters == pytest.approx(network.parameters, **CLOSE)


# What an update is


def test_that_standard_bp_updates_after_every_row(make: Make, problem: Problem) -> None:
    engine, state = make(problem, learning_rate=0.1, batch_size=1)
    engine.advance(np.array([2, 0]))
    expected = problem.network.parameters.copy()
    for row in (2, 0):
        expected -= 0.1 * mean_gradient(problem, expected, slice(row, row + 1))
    assert state.parameters == pytest.approx(expected, **CLOSE)


def test_that_accumulated_bp_updates_once_with_the_mean(make: Make, problem: Problem) -> None:
    engine, state = make(problem, learning_rate=0.1, batch_size="all")
    assert engine.advance(rows(problem)) == 7
    before = problem.network.parameters
    expected = before - 0.1 * mean_gradient(problem, before, slice(None))
    assert state.parameters == pytest.approx(expected, **CLOSE)


def test_that_a_batch_steps_by_its_own_mean_even_the_short_last_one(
    make: Make, problem: Problem
) -> None:
    engine, state = make(problem, learning_rate=0.1, batch_size=3)
    assert engine.advance(rows(problem)) == 7
    expected = problem.network.parameters.copy()
    for part in (slice(0, 3), slice(3, 6), slice(6, 7)):
        expected -= 0.1 * mean_gradient(problem, expected, part)
    assert state.parameters == pytest.approx(expected, **CLOSE)


def test_that_a_batch_larger_than_the_data_is_accumulated_bp(make: Make, problem: Problem) -> None:
    engine, state = make(problem, batch_size=1000)
    accumulated, expected = make(problem, batch_size="all")
    assert engine.advance(rows(problem)) == accumulated.advance(rows(problem)) == 7
    assert state.parameters.tobytes() == expected.parameters.tobytes()


def test_that_no_rows_change_nothing(make: Make, problem: Problem) -> None:
    engine, state = make(problem)
    assert engine.advance(np.array([], dtype=np.intp)) == 0
    assert state.parameters.tobytes() == problem.network.parameters.tobytes()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_that_cutting_a_call_between_batches_changes_no_bit(
    make: Make, problem: Problem, optimizer: str
) -> None:
    whole, expected = make(problem, batch_size=2, optimizer=optimizer)
    whole.advance(rows(problem))
    cut, state = make(problem, batch_size=2, optimizer=optimizer)
    for part in (rows(problem)[:4], rows(problem)[4:6], rows(problem)[6:]):
        assert cut.advance(part) == len(part)
    assert state.parameters.tobytes() == expected.parameters.tobytes()


def test_that_another_config_holds_from_the_next_call(make: Make, problem: Problem) -> None:
    engine, state = make(problem, learning_rate=0.1)
    engine.advance(rows(problem)[:1])
    between = state.parameters.copy()
    engine.config = replace(engine.config, learning_rate=0.02, batch_size=2, l2=0.5)
    engine.advance(rows(problem)[1:3])
    step = mean_gradient(problem, between, slice(1, 3))
    step += 0.5 * between * by_hand.is_weight(problem.topology)
    assert state.parameters == pytest.approx(between - 0.02 * step, **CLOSE)


def test_that_float32_stays_float32_and_close_to_float64(make: Make, problem: Problem) -> None:
    exact, expected = make(problem, optimizer="momentum", l1=0.01, l2=0.01)
    single, state = make(problem, optimizer="momentum", l1=0.01, l2=0.01, dtype="float32")
    exact.advance(rows(problem))
    single.advance(rows(problem))
    assert {v.dtype for v in (state.parameters, *state.slots.values())} == {np.dtype("float32")}
    assert state.parameters == pytest.approx(expected.parameters, rel=1e-4, abs=1e-5)


# Momentum and penalties


def test_that_momentum_keeps_a_share_of_the_last_step(make: Make, problem: Problem) -> None:
    # Rumelhart, Hinton and Williams (1986), equation 9.
    engine, state = make(problem, optimizer="momentum", momentum=0.7, learning_rate=0.1)
    engine.advance(rows(problem)[:4])
    expected, step = problem.network.parameters.copy(), np.zeros(state.parameters.size)
    for row in range(4):
        gradient = mean_gradient(problem, expected, slice(row, row + 1))
        step = -0.1 * gradient + 0.7 * step
        expected += step
    assert state.parameters == pytest.approx(expected, **CLOSE)


def test_that_momentum_goes_on_with_the_vectors_of_an_earlier_run(
    make: Make, problem: Problem
) -> None:
    first, middle = make(problem, optimizer="momentum")
    first.advance(rows(problem)[:3])
    parameters, slots = middle.exported()
    first.advance(rows(problem)[3:])
    second, _ = make(problem, optimizer="momentum")
    resumed = State.start(parameters, slots, "float64")
    second = create_engine(problem.topology, problem.X, problem.Y, second.config, resumed)
    second.advance(rows(problem)[3:])
    assert resumed.parameters.tobytes() == middle.parameters.tobytes()


def test_that_momentum_of_0_is_sgd(make: Make, problem: Problem) -> None:
    plain, expected = make(problem, optimizer="sgd")
    engine, state = make(problem, optimizer="momentum", momentum=0.0)
    plain.advance(rows(problem))
    engine.advance(rows(problem))
    assert state.parameters == pytest.approx(expected.parameters, **CLOSE)


@pytest.mark.parametrize(
    ("l1", "l2"), [(0.05, 0.0), (0.0, 0.2), (0.05, 0.2)], ids=["L1", "L2", "both"]
)
def test_that_penalties_pull_weights_and_not_biases(
    make: Make, problem: Problem, l1: float, l2: float
) -> None:
    plain, without = make(problem, learning_rate=0.1, batch_size="all")
    engine, state = make(problem, learning_rate=0.1, batch_size="all", l1=l1, l2=l2)
    plain.advance(rows(problem))
    engine.advance(rows(problem))
    before = problem.network.parameters
    pull = [
        -0.1 * (l1 * np.sign(w) + l2 * w) if weight else 0.0
        for w, weight in zip(before, by_hand.is_weight(problem.topology), strict=True)
    ]
    assert state.parameters - without.parameters == pytest.approx(pull, **CLOSE)


# Pruned connections


@pytest.mark.parametrize("name", NAMES)
@given(problem=problems(), optimizer=st.sampled_from(sorted(STEPS)))
@settings(max_examples=40)
def test_that_a_pruned_connection_stays_zero(name: str, problem: Problem, optimizer: str) -> None:
    engine, state = engine_for(name, problem, learning_rate=0.01, optimizer=optimizer, l1=0.1, l2=1)
    for _ in range(3):
        engine.advance(rows(problem))
    network = problem.network.with_parameters(state.parameters)
    for link in problem.topology.links:
        if link.mask is not None:
            assert not network.weights[link.key][~link.mask].any()


@pytest.mark.parametrize("name", NAMES)
@given(problem=problems(held=True), optimizer=st.sampled_from(sorted(OPTIMIZERS)))
@settings(max_examples=40)
def test_that_what_is_pruned_locked_or_frozen_does_not_change(
    name: str, problem: Problem, optimizer: str
) -> None:
    engine, state = engine_for(name, problem, learning_rate=0.01, optimizer=optimizer, l1=0.1, l2=1)
    for _ in range(3):
        engine.advance(rows(problem))
    held = ~np.array(by_hand.may_change(problem.topology))
    before = problem.network.parameters
    assert state.parameters[held].tobytes() == before[held].tobytes()


# Numbers that stop being finite


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_that_an_infinite_loss_leaves_the_state_before_it(
    make: Make, problem: Problem, optimizer: str
) -> None:
    Y = problem.Y.copy()
    Y[3] = 1e200  # its square is infinite
    calm, expected = make(replace(problem, Y=Y), optimizer=optimizer)
    calm.advance(rows(problem)[:3])
    engine, state = make(replace(problem, Y=Y), optimizer=optimizer)
    assert engine.advance(rows(problem)) == 3
    assert np.isfinite(state.parameters).all()
    assert state.parameters.tobytes() == expected.parameters.tobytes()
    assert state.slots.keys() == expected.slots.keys()
    for name, vector in state.slots.items():
        assert vector.tobytes() == expected.slots[name].tobytes()


# RProp's steps are bounded whatever the gradient, and Levenberg-Marquardt refuses such a step.
@pytest.mark.parametrize("optimizer", sorted({*OPTIMIZERS} - {"rprop", "lm"}))
def test_that_an_infinite_weight_leaves_the_state_before_it(make: Make, optimizer: str) -> None:
    # Row 1's loss is finite, but its step overflows: 1e150 (error) times 1e170 (input).
    topology = bp.Topology.parse("1-1", output="linear")
    network = bp.Network(topology, np.array([1e-30, 0.0]))
    problem = Problem(
        network, np.array([[1.0], [1e170]]), np.array([[0.5], [1e150]]), "squared_error"
    )
    calm, expected = make(problem, optimizer=optimizer)
    calm.advance(np.array([0]))
    expected.parameters[0] = 1e-30
    engine, state = make(problem, optimizer=optimizer)
    engine.advance(np.array([0]))
    state.parameters[0] = 1e-30
    assert engine.advance(np.array([1])) == 0
    assert state.parameters.tobytes() == expected.parameters.tobytes()
    for name, vector in state.slots.items():
        assert vector.tobytes() == expected.slots[name].tobytes()


def test_that_a_failing_batch_is_counted_from_its_first_row(make: Make, problem: Problem) -> None:
    Y = problem.Y.copy()
    Y[5] = 1e200
    engine, state = make(replace(problem, Y=Y), batch_size=2)
    assert engine.advance(rows(problem)) == 4
    assert np.isfinite(state.parameters).all()


# The choice


def test_that_auto_is_an_engine_there_is(problem: Problem) -> None:
    engine, _ = engine_for("auto", problem)
    assert type(engine).__name__ in ("CompiledEngine", "ReferenceEngine")


@pytest.mark.parametrize("name", NAMES)
def test_that_every_engine_can_be_chosen_by_its_name(name: str, problem: Problem) -> None:
    engine, _ = engine_for(name, problem)
    assert type(engine).__name__ == f"{name.capitalize()}Engine"
