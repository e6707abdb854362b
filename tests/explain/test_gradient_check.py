"""The gradient check: it agrees with a right gradient, sees a wrong one, and knows kinks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from bpstudio.engines.reference import gradient
from bpstudio.explain.gradient_check import check_gradient, check_weight, parameter_name
from bpstudio.model.arrays import FloatArray
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology
from tests.explain.arithmetic import work_out
from tests.explain.example import example_network
from tests.explain.latex import check_formula
from tests.strategies import Problem, problems

RNG = np.random.default_rng(1)
X = RNG.normal(size=(20, 3))
Y = np.eye(2)[RNG.integers(0, 2, 20)]


@pytest.mark.parametrize(
    ("hidden", "output", "loss"),
    [
        ("tanh", "softmax", "categorical_cross_entropy"),
        ("sigmoid", "sigmoid", "binary_cross_entropy"),
        ("softplus", "linear", "squared_error"),
        ("sigmoid", "softmax", "squared_error"),
    ],
)
def test_that_the_gradient_holds(hidden: str, output: str, loss: str) -> None:
    topology = Topology.parse("3-5-2", hidden, output).with_link("input", "output")
    found = check_gradient(Network.create(topology, 3), X, Y, loss)
    assert found.holds and found.worst_error < 1e-7
    assert len(found.positions) == found.parameters == topology.parameter_count
    assert not found.kinks.any()
    assert sum(count for _, count, _, _ in found.parts()) == found.parameters


def test_that_one_wrong_parameter_is_named() -> None:
    found = check_gradient(Network.create(Topology.parse("3-5-2"), 3), X, Y, "squared_error")
    analytic = found.analytic.copy()
    analytic[16] *= 1.001
    wrong = replace(found, analytic=analytic)
    assert not wrong.holds
    assert wrong.worst == parameter_name(found.topology, 16) == "the bias of hidden 1 · 2"


def test_that_kinks_are_told_apart_from_errors() -> None:
    topology = Topology.parse("3-4-2", hidden="relu", output="linear")
    network = Network.create(topology, 3)
    # A net input of exactly 0 for the first row, at the kink of hidden neuron 1.
    network.biases["hidden1"][0] = -(network.weights["input", "hidden1"][0] @ X[0])
    found = check_gradient(network, X, Y, "squared_error")
    assert found.kinks[12] and found.holds
    assert not found.kinks[-2:].any()


def test_that_a_large_network_is_sampled_and_pruned_weights_are_left_out() -> None:
    topology = Topology.parse("3-5-2").without_connection("input", 0, "hidden1", 0)
    network = Network.create(topology)
    found = check_gradient(network, X, Y, "squared_error", max_parameters=10)
    assert len(found.positions) == 10 and found.parameters == topology.parameter_count - 1
    again = check_gradient(network, X, Y, "squared_error", max_parameters=10)
    np.testing.assert_array_equal(found.positions, again.positions)
    whole = check_gradient(network, X, Y, "squared_error")
    assert 0 not in whole.positions


def test_that_float32_is_checked_in_float64() -> None:
    network = Network.create(Topology.parse("3-5-2"))
    single = network.with_parameters(network.parameters.astype(np.float32))
    assert check_gradient(single, X, Y, "squared_error").holds
    assert single.parameters.dtype == np.float32


# For one link, and for one weight


@given(problems(rows=2))
@settings(max_examples=10)
def test_that_the_errors_of_the_links_are_those_of_the_whole(problem: Problem) -> None:
    found = check_gradient(problem.network, problem.X, problem.Y, problem.loss)
    topology = problem.topology
    pieces = []
    for block in topology.blocks:
        for b in block.incoming:
            errors = found.link_errors(*b.link.key)
            assert errors.shape == b.shape
            if b.link.mask is not None:
                assert np.isnan(errors[~b.link.mask]).all()
            pieces.append(errors.ravel())
        pieces.append(found.bias_errors(block.layer.id))
    whole = np.concatenate(pieces)
    assert np.array_equal(whole[found.positions[~found.kinks]], found.errors[~found.kinks])
    assert int(np.isfinite(whole).sum()) == int((~found.kinks).sum())


def test_that_one_weight_is_checked_with_its_numbers() -> None:
    network = example_network()
    x, y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    for position in range(12):
        found = check_weight(network, x, y, "squared_error", position)
        assert found.holds and found.error < 1e-6 and "holds" in found.verdict()
        signs = found.verdict().replace("back-propagation", "").count("−")
        assert signs == (2 if found.analytic < 0 else 0) and "-0" not in found.verdict()
        lines = [" ".join(filter(None, line)) for line in found.equations("w_{11}")]
        for line in lines:
            check_formula(line)
        assert work_out(lines[1].removeprefix("= ")) == pytest.approx(found.probe.numeric, rel=1e-9)
        assert found.probe.numeric == pytest.approx(found.analytic, rel=1e-5)
    with pytest.raises(IndexError, match="no parameter 12"):
        check_weight(network, x, y, "squared_error", 12)


def test_that_a_wrong_gradient_is_seen_for_one_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*args: Any, **kwargs: Any) -> FloatArray:
        return gradient(*args, **kwargs) * 1.01

    monkeypatch.setattr("bpstudio.explain.gradient_check.gradient", wrong)
    found = check_weight(example_network(), np.ones((1, 2)), np.ones((1, 2)), "squared_error", 3)
    assert not found.holds and "NOT" in found.verdict()
