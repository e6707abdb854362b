"""The gradient against central differences and PyTorch, for every activation and loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model.arrays import FloatArray
from bpstudio.model.topology import TopologyError

from ..strategies import HIDDEN, PAIRS, Problem, parameters_for, problems, rows_for
from .differences import KinkError, Slopes, directions


def assert_gradient_fits(problem: Problem, gradient: FloatArray, limit: int = 25) -> None:
    """Compare directional derivatives, relative to those of a gradient that is not all rounding."""
    slopes = Slopes(problem)
    floor = 1e-4 * (1 + np.abs(problem.Y).max())
    for direction in directions(gradient.size, limit, seed=gradient.size):
        try:
            measured = slopes.along(direction)
        except KinkError:
            reject()
        expected = float(gradient @ direction)
        assert abs(measured - expected) < 1e-6 * max(abs(measured), abs(expected), floor)


@pytest.mark.parametrize("activation", HIDDEN)
@settings(max_examples=15)
@given(data=st.data())
def test_that_the_gradient_is_the_slope_for_every_hidden_activation(
    activation: str, data: st.DataObject
) -> None:
    problem = data.draw(problems([activation]))
    gradient = bp.gradient(problem.network, problem.X, problem.Y, loss=problem.loss)
    assert_gradient_fits(problem, gradient)


@pytest.mark.parametrize(("output", "loss"), PAIRS)
@settings(max_examples=15)
@given(data=st.data())
def test_that_the_gradient_is_the_slope_for_every_output_and_loss(
    output: str, loss: str, data: st.DataObject
) -> None:
    problem = data.draw(problems(pairs=[(output, loss)]))
    gradient = bp.gradient(problem.network, problem.X, problem.Y, loss=problem.loss)
    assert_gradient_fits(problem, gradient)


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_that_every_single_component_is_the_slope(output: str, loss: str) -> None:
    topology = bp.Topology.parse("3-4-2", hidden="tanh", output=output).with_link("input", "output")
    topology = topology.without_connection("input", 0, "hidden1", 1)
    network = bp.Network(topology, parameters_for(topology, 5))
    problem = Problem(network, *rows_for(topology, loss, 4, 6), loss)
    gradient = bp.gradient(network, problem.X, problem.Y, loss=loss)
    assert gradient[topology.layer("input").size] == 0.0  # row 1, column 0: pruned
    assert np.count_nonzero(gradient) > topology.parameter_count // 2
    slopes = Slopes(problem)
    measured = [slopes.along(direction) for direction in np.eye(gradient.size)]
    assert gradient == pytest.approx(measured, rel=1e-6, abs=1e-9)


@given(problems())
@settings(max_examples=40)
def test_that_a_pruned_connection_has_no_gradient(problem: Problem) -> None:
    gradient = problem.network.with_parameters(
        bp.gradient(problem.network, problem.X, problem.Y, loss=problem.loss)
    )
    for link in problem.topology.links:
        if link.mask is not None:
            assert not gradient.weights[link.key][~link.mask].any()


@given(problems())
@settings(max_examples=40)
def test_that_pytorch_autograd_gives_the_same_gradient(problem: Problem) -> None:
    pytest.importorskip("torch")
    expected = autograd(problem)
    measured = bp.gradient(problem.network, problem.X, problem.Y, loss=problem.loss)
    assert measured == pytest.approx(expected, rel=1e-9, abs=1e-12)


def autograd(problem: Problem) -> FloatArray:
    """PyTorch's gradient of the mean loss, in the layout of the parameter vector."""
    import torch
    from torch.nn import functional as F

    functions = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
        "linear": lambda z: z,
        "softplus": F.softplus,
        "softmax": lambda z: torch.softmax(z, dim=1),
    }
    topology, network = problem.topology, problem.network
    weights = {k: torch.tensor(w, requires_grad=True) for k, w in network.weights.items()}
    biases = {k: torch.tensor(b, requires_grad=True) for k, b in network.biases.items()}
    x = {topology.input.id: torch.tensor(problem.X)}
    for layer in topology.layers[1:]:
        z = biases[layer.id]
        for link in topology.links:
            if link.target == layer.id:
                W = weights[link.key]
                if link.mask is not None:
                    W = W * torch.tensor(link.mask)
                z = z + x[link.source] @ W.T
        x[layer.id] = functions[layer.activation](z)
    y_hat, y = x[topology.output.id], torch.tensor(problem.Y)
    if problem.loss == "squared_error":
        value = 0.5 * ((y_hat - y) ** 2).sum()
    elif problem.loss == "binary_cross_entropy":
        value = F.binary_cross_entropy(y_hat, y, reduction="sum")
    else:
        value = -(y * torch.log(y_hat)).sum()
    (value / len(problem.X)).backward()
    for layer in topology.layers[1:]:
        biases[layer.id].grad *= layer.bias
    parts: list[FloatArray] = []
    for layer in topology.layers[1:]:
        incoming = [weights[link.key] for link in topology.links if link.target == layer.id]
        parts += [W.grad.numpy().ravel() for W in incoming]
        parts.append(biases[layer.id].grad.numpy())
    return np.concatenate(parts)


# What is refused


def test_that_rows_of_another_width_are_refused() -> None:
    network = bp.Network.create(bp.Topology.parse("3-2-1"))
    with pytest.raises(ValueError, match=r"3 inputs and 1 targets.*\(4, 2\)"):
        bp.gradient(network, np.zeros((4, 2)), np.zeros((4, 1)))
    with pytest.raises(ValueError, match="needs rows of"):
        bp.gradient(network, np.zeros((4, 3)), np.zeros((3, 1)))


def test_that_an_unknown_loss_is_refused_with_those_there_are() -> None:
    network = bp.Network.create(bp.Topology.parse("1-1"))
    with pytest.raises(ValueError, match=r"'hinge' is not known.*squared_error"):
        bp.gradient(network, np.zeros((1, 1)), np.zeros((1, 1)), loss="hinge")


def test_that_cross_entropy_against_a_tanh_output_is_refused_with_the_layers_name() -> None:
    network = bp.Network.create(bp.Topology.parse("1-1", output="tanh"))
    with pytest.raises(ValueError, match="layer 'output' is tanh"):
        bp.gradient(network, np.zeros((1, 1)), np.zeros((1, 1)), loss="binary_cross_entropy")


def test_that_an_unfinished_network_has_no_gradient() -> None:
    topology = bp.Topology.parse("1-2-1").without_link("input", "hidden1")
    with pytest.raises(TopologyError, match="Layer 'input' leads nowhere"):
        bp.gradient(bp.Network.create(topology), np.zeros((1, 1)), np.zeros((1, 1)))
