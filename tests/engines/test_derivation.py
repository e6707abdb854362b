"""Every formula of the derivation, (1) to (26): the engine's numbers against plain Python floats.

The scalar side is ``by_hand``, one sum at a time; where a formula is a derivative, a difference
quotient of the formulas before it stands for it as well, so that nothing rests on algebra alone.
"""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.engines import reference
from bpstudio.engines.base import State
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.model.arrays import FloatArray
from bpstudio.model.functions import ACTIVATIONS, LOSSES
from bpstudio.model.network import net_input

from ..strategies import Problem, problems
from . import by_hand
from .by_hand import OneHidden, sigmoid, sigmoid_slope
from .differences import slope

ETA = 0.3
EXACT = {"rel": 1e-12, "abs": 1e-14}
MEASURED = {"rel": 1e-8, "abs": 1e-10}


@pytest.fixture(params=range(3))
def case(request: pytest.FixtureRequest) -> OneHidden:
    return OneHidden.random(request.param)


@pytest.fixture
def network(case: OneHidden) -> bp.Network:
    return case.network()


@pytest.fixture
def gradient(case: OneHidden, network: bp.Network) -> bp.Network:
    """dE/dparameters by the engine, with the views of a network."""
    return network.with_parameters(bp.gradient(network, case.X, case.Y))


@pytest.fixture
def change(case: OneHidden, network: bp.Network) -> bp.Network:
    """What one update of the engine adds to every parameter."""
    return network.with_parameters(updated(network, case.X, case.Y) - network.parameters)


def updated(network: bp.Network, X: FloatArray, Y: FloatArray) -> FloatArray:
    """The parameters after one update of the engine, learning rate ETA."""
    state = State.start(network.parameters, {}, "float64")
    config = bp.TrainingConfig(learning_rate=ETA, batch_size="all")
    assert ReferenceEngine(network.topology, X, Y, config, state).advance(np.arange(len(X))) == len(
        X
    )
    return state.parameters


def net_inputs(network: bp.Network, X: FloatArray) -> list[FloatArray]:
    """z of every layer after the input."""
    outputs = reference.forward(network.topology, network.parameters, X)
    return [net_input(block, network.parameters, outputs) for block in network.topology.blocks]


def engine_deltas(network: bp.Network, X: FloatArray, Y: FloatArray, loss: str) -> list[FloatArray]:
    outputs = reference.forward(network.topology, network.parameters, X)
    return reference.deltas(network.topology, network.parameters, outputs, Y, LOSSES[loss])


def hidden_error_slopes(case: OneHidden, network: bp.Network) -> FloatArray:
    """dE/db_h as the engine has it: its hidden delta without the factor f'(alpha_h + gamma_h)."""
    hidden, _ = engine_deltas(network, case.X, case.Y, "squared_error")
    b = network.forward(case.X)["hidden1"]
    slopes: FloatArray = hidden[0] / ACTIVATIONS["sigmoid"].backward(b, np.ones_like(b))[0]
    return slopes


def all_hidden(case: OneHidden) -> range:
    return range(len(case.gamma))


def all_outputs(case: OneHidden) -> range:
    return range(len(case.theta))


def all_inputs(case: OneHidden) -> range:
    return range(len(case.x))


def error_with(case: OneHidden, letter: str, *index: int) -> float:
    """dE/d(letter at index), measured on the scalar formulas."""

    def error(shift: float) -> float:
        other = deepcopy(case)
        numbers = getattr(other, letter)
        for k in index[:-1]:
            numbers = numbers[k]
        numbers[index[-1]] += shift
        return other.error()

    return slope(error)


# The scalar form


def test_that_formula_1_is_the_squared_error(case: OneHidden, network: bp.Network) -> None:
    y_hat = network.predict(case.X)
    expected = 0.5 * sum((float(p) - t) ** 2 for p, t in zip(y_hat[0], case.y, strict=True))
    assert LOSSES["squared_error"].value(y_hat, case.Y)[0] == pytest.approx(expected, **EXACT)
    assert expected == pytest.approx(case.error(), **EXACT)


def test_that_formula_2_gives_the_outputs(case: OneHidden, network: bp.Network) -> None:
    outputs = network.predict(case.X)[0]
    for j in all_outputs(case):
        assert outputs[j] == pytest.approx(sigmoid(case.beta(j) + case.theta[j]), **EXACT)


def test_that_formula_3_gives_the_input_of_an_output_neuron(
    case: OneHidden, network: bp.Network
) -> None:
    z = net_inputs(network, case.X)[-1][0]
    for j in all_outputs(case):
        beta = sum(case.w[h][j] * case.b(h) for h in all_hidden(case))
        assert z[j] - case.theta[j] == pytest.approx(beta, **EXACT)


def test_that_formula_4_steps_against_the_slope_of_an_output_weight(
    case: OneHidden, change: bp.Network
) -> None:
    for h in all_hidden(case):
        for j in all_outputs(case):
            expected = -ETA * error_with(case, "w", h, j)
            assert change.weights["hidden1", "output"][j, h] == pytest.approx(expected, **MEASURED)


def test_that_formula_5_adds_the_change_to_the_weight(case: OneHidden, network: bp.Network) -> None:
    after = network.with_parameters(updated(network, case.X, case.Y))
    for h in all_hidden(case):
        for j in all_outputs(case):
            expected = case.w[h][j] + -ETA * case.output_term(j) * case.b(h)
            assert after.weights["hidden1", "output"][j, h] == pytest.approx(expected, **EXACT)


def test_that_formula_6_multiplies_three_slopes(case: OneHidden, gradient: bp.Network) -> None:
    for h in all_hidden(case):
        for j in all_outputs(case):
            error_by_output = case.y_hat(j) - case.y[j]
            output_by_input = sigmoid_slope(case.beta(j) + case.theta[j])
            input_by_weight = case.b(h)
            product = error_by_output * output_by_input * input_by_weight
            assert gradient.weights["hidden1", "output"][j, h] == pytest.approx(product, **EXACT)


def test_that_formula_7_is_the_slope_of_the_error(case: OneHidden, network: bp.Network) -> None:
    y_hat = network.predict(case.X)
    slopes = LOSSES["squared_error"].gradient(y_hat, case.Y)[0]
    for j in all_outputs(case):
        outputs = [case.y_hat(k) for k in all_outputs(case)]

        def error(shift: float, j: int = j, outputs: list[float] = outputs) -> float:
            moved = [p + shift * (k == j) for k, p in enumerate(outputs)]
            return 0.5 * sum((p - t) ** 2 for p, t in zip(moved, case.y, strict=True))

        assert slopes[j] == pytest.approx(case.y_hat(j) - case.y[j], **EXACT)
        assert slopes[j] == pytest.approx(slope(error), **MEASURED)


def test_that_formula_8_is_the_slope_of_the_output_function(
    case: OneHidden, network: bp.Network
) -> None:
    y_hat = network.predict(case.X)
    slopes = ACTIVATIONS["sigmoid"].backward(y_hat, np.ones_like(y_hat))[0]
    for j in all_outputs(case):
        z = case.beta(j) + case.theta[j]
        assert slopes[j] == pytest.approx(sigmoid(z) * (1 - sigmoid(z)), **EXACT)
        assert slopes[j] == pytest.approx(slope(sigmoid, z), **MEASURED)


def test_that_formula_9_is_the_output_of_the_hidden_neuron(
    case: OneHidden, network: bp.Network
) -> None:
    for h in all_hidden(case):
        for j in all_outputs(case):

            def beta(shift: float, h: int = h, j: int = j) -> float:
                moved = network.copy()
                moved.weights["hidden1", "output"][j, h] += shift
                return float(net_inputs(moved, case.X)[-1][0, j])

            assert slope(beta) == pytest.approx(case.b(h), **MEASURED)


def test_that_formula_10_changes_an_output_weight(case: OneHidden, change: bp.Network) -> None:
    for h in all_hidden(case):
        for j in all_outputs(case):
            f_slope = sigmoid_slope(case.beta(j) + case.theta[j])
            expected = -ETA * (case.y_hat(j) - case.y[j]) * f_slope * case.b(h)
            assert change.weights["hidden1", "output"][j, h] == pytest.approx(expected, **EXACT)


def test_that_formula_11_changes_an_output_bias(case: OneHidden, change: bp.Network) -> None:
    for j in all_outputs(case):
        f_slope = sigmoid_slope(case.beta(j) + case.theta[j])
        expected = -ETA * (case.y_hat(j) - case.y[j]) * f_slope
        assert change.biases["output"][j] == pytest.approx(expected, **EXACT)


def test_that_formula_12_steps_against_the_slope_of_a_hidden_weight(
    case: OneHidden, change: bp.Network
) -> None:
    for i in all_inputs(case):
        for h in all_hidden(case):
            expected = -ETA * error_with(case, "v", i, h)
            assert change.weights["input", "hidden1"][h, i] == pytest.approx(expected, **MEASURED)


def test_that_formula_13_gives_the_input_of_a_hidden_neuron(
    case: OneHidden, network: bp.Network
) -> None:
    z = net_inputs(network, case.X)[0][0]
    for h in all_hidden(case):
        alpha = sum(case.v[i][h] * case.x[i] for i in all_inputs(case))
        assert z[h] - case.gamma[h] == pytest.approx(alpha, **EXACT)


def test_that_formula_14_gives_the_output_of_a_hidden_neuron(
    case: OneHidden, network: bp.Network
) -> None:
    hidden = network.forward(case.X)["hidden1"][0]
    for h in all_hidden(case):
        assert hidden[h] == pytest.approx(sigmoid(case.alpha(h) + case.gamma[h]), **EXACT)


def test_that_formula_15_multiplies_three_slopes(case: OneHidden, gradient: bp.Network) -> None:
    for i in all_inputs(case):
        for h in all_hidden(case):
            error_by_output = case.hidden_bracket(h)
            output_by_input = sigmoid_slope(case.alpha(h) + case.gamma[h])
            input_by_weight = case.x[i]
            product = error_by_output * output_by_input * input_by_weight
            assert gradient.weights["input", "hidden1"][h, i] == pytest.approx(product, **EXACT)


def test_that_formula_16_is_the_slope_of_the_hidden_function(
    case: OneHidden, network: bp.Network
) -> None:
    b = network.forward(case.X)["hidden1"]
    slopes = ACTIVATIONS["sigmoid"].backward(b, np.ones_like(b))[0]
    for h in all_hidden(case):
        z = case.alpha(h) + case.gamma[h]
        assert slopes[h] == pytest.approx(sigmoid(z) * (1 - sigmoid(z)), **EXACT)
        assert slopes[h] == pytest.approx(slope(sigmoid, z), **MEASURED)


def test_that_formula_17_is_the_input(case: OneHidden, network: bp.Network) -> None:
    for i in all_inputs(case):
        for h in all_hidden(case):

            def alpha(shift: float, i: int = i, h: int = h) -> float:
                moved = network.copy()
                moved.weights["input", "hidden1"][h, i] += shift
                return float(net_inputs(moved, case.X)[0][0, h])

            assert slope(alpha) == pytest.approx(case.x[i], **MEASURED)


def test_that_formula_18_sums_over_the_outputs(case: OneHidden, network: bp.Network) -> None:
    slopes = hidden_error_slopes(case, network)
    for h in all_hidden(case):

        def error(shift: float, h: int = h) -> float:
            b = [case.b(k) + shift * (k == h) for k in all_hidden(case)]
            outputs = [
                sigmoid(sum(case.w[k][j] * b[k] for k in all_hidden(case)) + case.theta[j])
                for j in all_outputs(case)
            ]
            return 0.5 * sum((p - t) ** 2 for p, t in zip(outputs, case.y, strict=True))

        total = 0.0
        for j in all_outputs(case):
            error_by_output = case.y_hat(j) - case.y[j]
            output_by_input = sigmoid_slope(case.beta(j) + case.theta[j])
            input_by_hidden = case.w[h][j]
            total += error_by_output * output_by_input * input_by_hidden
        assert slopes[h] == pytest.approx(total, **EXACT)
        assert slopes[h] == pytest.approx(slope(error), **MEASURED)


def test_that_formula_19_is_the_slope_at_a_hidden_output(
    case: OneHidden, network: bp.Network
) -> None:
    slopes = hidden_error_slopes(case, network)
    for h in all_hidden(case):
        expected = sum(
            (case.y_hat(j) - case.y[j]) * sigmoid_slope(case.beta(j) + case.theta[j]) * case.w[h][j]
            for j in all_outputs(case)
        )
        assert slopes[h] == pytest.approx(expected, **EXACT)


def test_that_formula_20_changes_a_hidden_weight(case: OneHidden, change: bp.Network) -> None:
    for i in all_inputs(case):
        for h in all_hidden(case):
            expected = -ETA * case.hidden_bracket(h) * case.hidden_slope(h) * case.x[i]
            assert change.weights["input", "hidden1"][h, i] == pytest.approx(expected, **EXACT)


def test_that_formula_20_with_an_input_of_1_changes_a_hidden_bias(
    case: OneHidden, change: bp.Network
) -> None:
    for h in all_hidden(case):
        expected = -ETA * case.hidden_bracket(h) * case.hidden_slope(h) * 1.0
        assert change.biases["hidden1"][h] == pytest.approx(expected, **EXACT)


def test_that_hidden_weights_move_by_the_old_output_weights(
    case: OneHidden, network: bp.Network
) -> None:
    # With the new ones in (19), this step would be another one.
    after = network.with_parameters(updated(network, case.X, case.Y))
    wrong = deepcopy(case)
    for h in all_hidden(case):
        for j in all_outputs(case):
            wrong.w[h][j] = float(after.weights["hidden1", "output"][j, h])
    for h in all_hidden(case):
        assert case.hidden_bracket(h) != pytest.approx(wrong.hidden_bracket(h), rel=1e-6)
        step = after.biases["hidden1"][h] - case.gamma[h]
        assert step == pytest.approx(
            -ETA * case.hidden_bracket(h) * case.hidden_slope(h), rel=1e-11
        )


# The vector form


@pytest.fixture(params=range(3))
def deep(request: pytest.FixtureRequest) -> Problem:
    """Three layers of weights in a row, one sample, sigmoids and the squared error."""
    rng = np.random.default_rng([9, request.param])
    topology = bp.Topology.parse("3-4-5-2")
    network = bp.Network(topology, rng.normal(size=topology.parameter_count))
    return Problem(network, rng.normal(size=(1, 3)), rng.random((1, 2)), "squared_error")


def test_that_formula_21_is_the_output_layer_as_one_product(
    case: OneHidden, network: bp.Network
) -> None:
    b = network.forward(case.X)["hidden1"][0]
    product = network.weights["hidden1", "output"] @ b + network.biases["output"]
    outputs = network.predict(case.X)[0]
    assert outputs == pytest.approx(1 / (1 + np.exp(-product)), **EXACT)
    assert outputs == pytest.approx([case.y_hat(j) for j in all_outputs(case)], **EXACT)


def test_that_formula_22_runs_through_every_layer(deep: Problem) -> None:
    expected = by_hand.forward(deep.network, deep.X[0])
    outputs = deep.network.forward(deep.X)
    zs = net_inputs(deep.network, deep.X)
    for layer, z in zip(deep.topology.layers[1:], zs, strict=True):
        assert z[0] == pytest.approx(expected.z[layer.id], **EXACT)
        assert outputs[layer.id][0] == pytest.approx(expected.x[layer.id], **EXACT)


def test_that_formula_23_is_the_outer_product_of_delta_and_input(deep: Problem) -> None:
    parts = by_hand.backward(deep.network, deep.X[0], deep.Y[0], deep.loss)
    after = deep.network.with_parameters(updated(deep.network, deep.X, deep.Y))
    for link in deep.topology.links:
        delta, x = parts.delta[link.target], parts.x[link.source]
        for j in range(len(delta)):
            for i in range(len(x)):
                expected = deep.network.weights[link.key][j, i] - ETA * delta[j] * x[i]
                assert after.weights[link.key][j, i] == pytest.approx(expected, **EXACT)
        before = deep.network.biases[link.target]
        expected_biases = [b - ETA * d for b, d in zip(before, delta, strict=True)]
        assert after.biases[link.target] == pytest.approx(expected_biases, **EXACT)


def test_that_formula_24_is_the_slope_of_the_error_at_a_net_input(deep: Problem) -> None:
    deltas = engine_deltas(deep.network, deep.X, deep.Y, deep.loss)
    for layer, delta in zip(deep.topology.layers[1:], deltas, strict=True):
        for k in range(layer.size):

            def error(shift: float, layer_id: str = layer.id, k: int = k) -> float:
                # z and the bias move as one.
                moved = deep.network.copy()
                moved.biases[layer_id][k] += shift
                y_hat = by_hand.forward(moved, deep.X[0]).x["output"]
                return by_hand.error(deep.loss, y_hat, deep.Y[0].tolist())

            assert delta[0, k] == pytest.approx(slope(error), **MEASURED)


def test_that_formula_25_gives_the_output_deltas(deep: Problem) -> None:
    parts = by_hand.forward(deep.network, deep.X[0])
    delta = engine_deltas(deep.network, deep.X, deep.Y, deep.loss)[-1][0]
    for j, (z, y_hat) in enumerate(zip(parts.z["output"], parts.x["output"], strict=True)):
        expected = (y_hat - float(deep.Y[0, j])) * sigmoid_slope(z)
        assert delta[j] == pytest.approx(expected, **EXACT)


def test_that_formula_26_carries_the_deltas_back(deep: Problem) -> None:
    parts = by_hand.forward(deep.network, deep.X[0])
    deltas = engine_deltas(deep.network, deep.X, deep.Y, deep.loss)
    following = dict(zip(["hidden1", "hidden2"], ["hidden2", "output"], strict=True))
    by_layer = dict(zip(["hidden1", "hidden2", "output"], deltas, strict=True))
    for layer_id, next_id in following.items():
        W = deep.network.weights[layer_id, next_id]
        for h, z in enumerate(parts.z[layer_id]):
            bracket = sum(float(W[j, h]) * float(d) for j, d in enumerate(by_layer[next_id][0]))
            assert by_layer[layer_id][0, h] == pytest.approx(bracket * sigmoid_slope(z), **EXACT)


# Both at once, and the general case


def test_that_scalar_form_10_20_and_vector_form_21_26_make_the_same_step(
    case: OneHidden, network: bp.Network
) -> None:
    x, y = np.array(case.x), np.array(case.y)
    V, W = (network.weights[link.key] for link in network.topology.links)
    b = 1 / (1 + np.exp(-(V @ x + network.biases["hidden1"])))  # (22)
    y_hat = 1 / (1 + np.exp(-(W @ b + network.biases["output"])))  # (21)
    delta_out = (y_hat - y) * y_hat * (1 - y_hat)  # (25)
    delta_hidden = (W.T @ delta_out) * b * (1 - b)  # (26)
    vector = network.copy()
    vector.weights["input", "hidden1"][:] -= ETA * np.outer(delta_hidden, x)  # (23)
    vector.biases["hidden1"][:] -= ETA * delta_hidden
    vector.weights["hidden1", "output"][:] -= ETA * np.outer(delta_out, b)
    vector.biases["output"][:] -= ETA * delta_out

    scalar = network.copy()
    for h in all_hidden(case):
        for i in all_inputs(case):
            step = -ETA * case.hidden_bracket(h) * case.hidden_slope(h) * case.x[i]  # (20)
            scalar.weights["input", "hidden1"][h, i] += step
        scalar.biases["hidden1"][h] += -ETA * case.hidden_bracket(h) * case.hidden_slope(h)
        for j in all_outputs(case):
            step = -ETA * case.output_term(j) * case.b(h)  # (10)
            scalar.weights["hidden1", "output"][j, h] += step
    for j in all_outputs(case):
        scalar.biases["output"][j] += -ETA * case.output_term(j)  # (11)

    assert scalar.parameters == pytest.approx(vector.parameters, **EXACT)
    assert updated(network, case.X, case.Y) == pytest.approx(scalar.parameters, **EXACT)


@given(problems(rows=1))
@settings(max_examples=60)
def test_that_deltas_add_up_over_skip_links_and_pass_by_pruned_connections(
    problem: Problem,
) -> None:
    parts = by_hand.backward(problem.network, problem.X[0], problem.Y[0], problem.loss)
    deltas = engine_deltas(problem.network, problem.X, problem.Y, problem.loss)
    for layer, delta in zip(problem.topology.layers[1:], deltas, strict=True):
        assert delta[0] == pytest.approx(parts.delta[layer.id], rel=1e-9, abs=1e-12)


@given(problems())
@settings(max_examples=60)
def test_that_the_gradient_is_the_mean_over_the_samples(problem: Problem) -> None:
    expected = by_hand.gradient(problem.network, problem.X, problem.Y, problem.loss)
    measured = bp.gradient(problem.network, problem.X, problem.Y, loss=problem.loss)
    assert measured == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.integers(1, 5), st.integers(0, 99))
def test_that_softmax_with_cross_entropy_has_the_difference_as_delta(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    topology = bp.Topology.chain([2, size], output="softmax")
    network = bp.Network(topology, rng.normal(size=topology.parameter_count))
    X, Y = rng.normal(size=(1, 2)), rng.dirichlet(np.ones(size), size=1)
    (delta,) = engine_deltas(network, X, Y, "categorical_cross_entropy")
    assert delta == pytest.approx(network.predict(X) - Y, **EXACT)
