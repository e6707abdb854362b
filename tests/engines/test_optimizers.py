"""Every optimizer against an independent source: PyTorch's, or the published rule in plain loops."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bpstudio as bp
from bpstudio.engines.base import State
from bpstudio.engines.choice import ENGINES, create_engine
from bpstudio.engines.levenberg import MOST_TRIES
from bpstudio.engines.optimizers import SLOTS, STEPS
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import OPTIMIZERS
from bpstudio.model.methods import MAX_LM_PARAMETERS, SINGLE_SLOTS
from bpstudio.model.project import fit_problem

from . import by_hand, torch_numbers

NAMES = sorted(ENGINES)
STORED = json.loads(Path(__file__).with_name("torch_numbers.json").read_text())["parameters"]
ORDER = np.resize(np.arange(torch_numbers.ROWS), torch_numbers.STEPS * torch_numbers.BATCH)


def network() -> bp.Network:
    """The network of ``torch_numbers``."""
    topology = bp.Topology.parse("3-4-2", hidden="tanh", output="linear")
    return bp.Network(topology, np.array(torch_numbers.start()))


def rows() -> tuple[FloatArray, FloatArray]:
    return np.array(torch_numbers.inputs()), np.array(torch_numbers.targets())


def updates(engine: str, count: int = 1, **settings: Any) -> list[State]:
    """The states after each of ``count`` updates with batches of 4 rows, and the one before."""
    chosen = {"batch_size": 4, "learning_rate": torch_numbers.RATE, **settings}
    config = bp.TrainingConfig(engine=engine, **chosen)
    state = State.start(network().parameters, {}, config.dtype)
    made = create_engine(network().topology, *rows(), config, state)
    states = [State.start(state.parameters, state.slots, config.dtype)]
    for k in range(count):
        part = ORDER[4 * k : 4 * k + 4]
        assert made.advance(part) == 4
        states.append(State.start(state.parameters, state.slots, config.dtype))
    return states


def slope(parameters: FloatArray, k: int) -> list[float]:
    """The gradient of the k-th batch, by hand."""
    X, Y = rows()
    part = ORDER[4 * k : 4 * k + 4]
    here = network().with_parameters(np.array(parameters))
    return by_hand.gradient(here, X[part], Y[part], "squared_error")


# PyTorch


@pytest.mark.parametrize("case", torch_numbers.CASES)
@pytest.mark.parametrize("engine", NAMES)
def test_that_ten_steps_are_those_of_pytorch(engine: str, case: str) -> None:
    settings, _, _ = torch_numbers.CASES[case]
    last = updates(engine, torch_numbers.STEPS, **settings)[-1]
    assert last.parameters == pytest.approx(STORED[case], rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("case", torch_numbers.CASES)
def test_that_the_stored_numbers_are_those_of_the_pytorch_that_is_here(case: str) -> None:
    torch = pytest.importorskip("torch")
    computed = torch_numbers.trained(torch, torch_numbers.CASES[case])
    assert computed == pytest.approx(STORED[case], rel=1e-10, abs=1e-10)


def test_that_pytorch_covers_every_optimizer_but_levenberg_marquardt() -> None:
    assert {settings["optimizer"] for settings, _, _ in torch_numbers.CASES.values()} == set(STEPS)
    assert set(OPTIMIZERS) - set(STEPS) == {"lm"}


# The published rules


@pytest.mark.parametrize("engine", NAMES)
def test_that_nesterov_measures_the_slope_where_its_momentum_leads(engine: str) -> None:
    # Sutskever et al. (2013), equations 3 and 4: v <- m v - eta g(theta + m v), theta <- theta + v.
    # What the engine calls the parameters is theta + m v.
    theta, v = torch_numbers.start(), [0.0] * 26
    states = updates(engine, 6, optimizer="nesterov", momentum=0.7, learning_rate=0.1)
    for k, state in enumerate(states[1:]):
        ahead = [t + 0.7 * u for t, u in zip(theta, v, strict=True)]
        v = [0.7 * u - 0.1 * g for u, g in zip(v, slope(np.array(ahead), k), strict=True)]
        theta = [t + u for t, u in zip(theta, v, strict=True)]
        expected = [t + 0.7 * u for t, u in zip(theta, v, strict=True)]
        assert state.parameters == pytest.approx(expected, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("engine", NAMES)
def test_that_rprop_is_the_published_one(engine: str) -> None:
    # Igel and Huesken (2000), section 2.3: iRprop-.
    states = updates(engine, 10, optimizer="rprop", rprop_lowest=0.004, rprop_highest=0.1)
    w = torch_numbers.start()
    delta, before = [torch_numbers.RATE] * 26, [0.0] * 26
    shortened = lengthened = 0
    for k, state in enumerate(states[1:]):
        for i, g in enumerate(slope(np.array(w), k)):
            if before[i] * g > 0:
                delta[i] = min(delta[i] * 1.2, 0.1)
                lengthened += 1
                now = g
            elif before[i] * g < 0:
                delta[i] = max(delta[i] * 0.5, 0.004)
                shortened += 1
                now = 0.0
            else:
                now = g
            if now:
                w[i] -= math.copysign(delta[i], now)
            before[i] = now
        assert state.parameters == pytest.approx(w, rel=1e-10, abs=1e-12)
    assert shortened > 20 and lengthened > 20


@pytest.mark.parametrize("engine", NAMES)
@pytest.mark.parametrize("limit", [0.05, 1e6])
def test_that_a_long_gradient_is_shortened_and_a_short_one_left(engine: str, limit: float) -> None:
    state = updates(engine, optimizer="sgd", clip=limit, learning_rate=0.5)[-1]
    g = slope(np.array(torch_numbers.start()), 0)
    length = math.sqrt(sum(x * x for x in g))
    assert length > 0.05
    share = min(1.0, limit / length)
    moved = np.array(torch_numbers.start()) - state.parameters
    assert moved == pytest.approx([0.5 * share * x for x in g], rel=1e-10, abs=1e-12)


# Levenberg-Marquardt


def errors_and_slopes(parameters: FloatArray, part: FloatArray) -> tuple[FloatArray, FloatArray]:
    """e = y_hat - y (rows times outputs,) and de/dparameters, by central differences."""

    def errors(vector: FloatArray) -> FloatArray:
        X, Y = rows()
        here = network().with_parameters(vector)
        outputs = [by_hand.forward(here, row).x["output"] for row in X[part]]
        return (np.array(outputs) - Y[part]).ravel()

    steps = np.eye(parameters.size) * 1e-5
    columns = [(errors(parameters + h) - errors(parameters - h)) / 2e-5 for h in steps]
    return errors(parameters), np.column_stack(columns)


def test_that_levenberg_marquardt_is_the_published_one() -> None:
    # Hagan and Menhaj (1994), section III: steps 1 to 5, with their theta = 10 and mu = 0.01.
    states = updates("auto", 6, optimizer="lm", damping=0.01)
    w, mu = np.array(torch_numbers.start()), 0.01
    kinds = set()
    for k, state in enumerate(states[1:]):
        e, J = errors_and_slopes(w, ORDER[4 * k : 4 * k + 4])
        for tries in range(MOST_TRIES):
            # The damped step as a least-squares problem: no normal equations.
            stacked = np.vstack([J, math.sqrt(mu) * np.eye(26)])
            step = np.linalg.lstsq(stacked, np.concatenate([-e, np.zeros(26)]), rcond=None)[0]
            tried, _ = errors_and_slopes(w + step, ORDER[4 * k : 4 * k + 4])
            if tried @ tried < e @ e:
                w, mu = w + step, mu / 10
                kinds.add(tries > 0)
                break
            mu *= 10
        assert state.slots["damping"] == pytest.approx([mu])
        assert state.parameters == pytest.approx(w, rel=1e-5, abs=1e-6)
    assert len(kinds) == 2, "both steps that were taken at once and steps that needed more damping"


def batch_loss(parameters: FloatArray, l1: float = 0.0, l2: float = 0.0) -> float:
    X, Y = rows()
    here = network().with_parameters(parameters)
    difference = here.predict(X) - Y
    weights = parameters[np.array(by_hand.is_weight(here.topology))]
    penalty = l1 * np.abs(weights).sum() + l2 / 2 * (weights**2).sum()
    return float(0.5 * (difference**2).sum() / len(X) + penalty)


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.01, 0.0), (0.0, 0.1), (0.01, 0.1)])
@pytest.mark.parametrize("damping", [1e-9, 0.01, 1e4])
def test_that_levenberg_marquardt_never_makes_the_loss_larger(
    l1: float, l2: float, damping: float
) -> None:
    config = bp.TrainingConfig("all", optimizer="lm", l1=l1, l2=l2, damping=damping)
    state = State.start(network().parameters, {}, "float64")
    engine = create_engine(network().topology, *rows(), config, state)
    losses = [batch_loss(state.parameters, l1, l2)]
    for _ in range(15):
        assert engine.advance(np.arange(12)) == 12
        losses.append(batch_loss(state.parameters, l1, l2))
    assert all(after <= before * (1 + 1e-12) for before, after in pairwise(losses))
    assert losses[-1] < 0.9 * losses[0]


def test_that_levenberg_marquardt_fits_a_line_in_two_updates() -> None:
    X = np.linspace(-1, 1, 9)[:, None]
    topology = bp.Topology.parse("1-1", output="linear")
    config = bp.TrainingConfig("all", optimizer="lm", damping=1e-6, epochs=2)
    line = bp.train(bp.Network(topology, np.zeros(2)), bp.Dataset.from_arrays(X, 3 * X - 2), config)
    assert line.network.parameters == pytest.approx([3, -2], abs=1e-9)


@pytest.mark.parametrize(
    ("sizes", "loss", "wanted"),
    [
        (
            "2-3-1",
            "binary_cross_entropy",
            r"needs squared error.*change the loss or choose Adam\.$",
        ),
        ("2-700-1", "squared_error", r"up to 2,000 .* 2,801 can change here: choose RProp or Adam"),
    ],
)
def test_that_levenberg_marquardt_refuses_what_it_cannot_do(
    sizes: str, loss: str, wanted: str
) -> None:
    data = bp.Dataset.from_arrays(np.zeros((4, 2)), np.array([0.0, 1.0, 0.0, 1.0]))
    config = bp.TrainingConfig(optimizer="lm", loss=loss)
    with pytest.raises(ValueError, match=wanted):
        bp.train(bp.Network.create(bp.Topology.parse(sizes)), data, config)


@pytest.mark.parametrize("asked", range(6))
def test_that_an_update_of_levenberg_marquardt_can_be_given_up(asked: int) -> None:
    state = updates("auto", 2, optimizer="lm")[-1]
    config = bp.TrainingConfig(4, optimizer="lm")
    before = State.start(state.parameters, state.slots, "float64")
    engine = create_engine(network().topology, *rows(), config, state)
    answers = iter([False] * asked)
    engine.interrupt = lambda: next(answers, True)
    done = engine.advance(np.arange(12))
    assert engine.interrupted and done < 12 and done % 4 == 0
    engine.interrupt = lambda: False
    whole = create_engine(network().topology, *rows(), config, before)
    assert whole.advance(np.arange(done)) == done
    # As before the update that was given up, also in its damping.
    assert state.parameters.tobytes() == before.parameters.tobytes()
    assert state.slots["damping"] == before.slots["damping"]
    assert engine.advance(np.arange(done, 12)) == 12 - done
    assert not engine.interrupted


def test_that_frozen_layers_do_not_count_for_levenberg_marquardt() -> None:
    topology = bp.Topology.parse("2-700-1")
    data = bp.Dataset.from_arrays(np.zeros((4, 2)), np.zeros(4))
    config = bp.TrainingConfig(optimizer="lm")
    assert topology.parameter_count > MAX_LM_PARAMETERS
    assert fit_problem(topology, data, config) is not None
    assert fit_problem(topology.with_layer_options("hidden1", frozen=True), data, config) is None


# What an optimizer keeps


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_that_an_optimizer_keeps_the_vectors_its_table_names(optimizer: str, dtype: str) -> None:
    state = updates("auto", 2, optimizer=optimizer, dtype=dtype)[-1]
    assert set(state.slots) == set(SLOTS[optimizer])
    for name, vector in state.slots.items():
        assert vector.shape == ((1,) if name in SINGLE_SLOTS else (26,))
        assert vector.dtype == dtype
