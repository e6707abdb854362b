"""Activations and losses: their values, bounds, precision, and what they are defined for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstudio.model.functions import ACTIVATIONS, LOSSES, choose

from ..strategies import PAIRS

VALUES = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "linear": lambda z: z,
    "softplus": lambda z: math.log(1 + math.exp(z)),
}


@pytest.mark.parametrize("name", VALUES)
def test_that_an_activation_has_its_published_values(name: str) -> None:
    z = np.linspace(-6, 6, 25)[None, :]
    assert ACTIVATIONS[name](z)[0] == pytest.approx([VALUES[name](v) for v in z[0]], rel=1e-12)


def test_that_every_activation_has_a_test_of_its_values() -> None:
    assert set(ACTIVATIONS) == {*VALUES, "softmax"}


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=6))
def test_that_softmax_gives_shares_of_the_exponentials(z: list[float]) -> None:
    shares = ACTIVATIONS["softmax"](np.array([z]))[0]
    powers = [math.exp(v - max(z)) for v in z]
    assert shares == pytest.approx([p / math.fsum(powers) for p in powers], rel=1e-12)
    assert math.fsum(shares) == pytest.approx(1)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_that_huge_net_inputs_stay_finite_and_within_the_bounds(name: str) -> None:
    activation = ACTIVATIONS[name]
    with np.errstate(over="raise", invalid="raise"):
        y = activation(np.array([[-1e3, -40.0, 0.0, 40.0, 1e3]]))
        delta = activation.backward(y, np.ones_like(y))
    assert np.isfinite(y).all() and np.isfinite(delta).all()
    assert (y >= activation.low).all() and (y <= activation.high).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_that_float32_stays_float32(name: str) -> None:
    y = ACTIVATIONS[name](np.array([[-1.0, 0.0, 2.0]], dtype=np.float32))
    assert y.dtype == np.float32
    assert ACTIVATIONS[name].backward(y, np.ones_like(y)).dtype == np.float32


def test_that_only_softmax_is_for_the_output_alone() -> None:
    assert [a.name for a in ACTIVATIONS.values() if a.output_only] == ["softmax"]


def test_that_cross_entropy_has_its_published_values() -> None:
    y_hat, y = np.array([[0.8, 0.1]]), np.array([[1.0, 0.0]])
    binary = LOSSES["binary_cross_entropy"].value(y_hat, y)
    assert binary == pytest.approx([-math.log(0.8) - math.log(0.9)], rel=1e-12)
    categorical = LOSSES["categorical_cross_entropy"].value(np.array([[0.8, 0.2]]), y)
    assert categorical == pytest.approx([-math.log(0.8)], rel=1e-12)


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_that_a_saturated_wrong_output_has_a_finite_loss_and_delta(output: str, loss: str) -> None:
    activation = ACTIVATIONS[output]
    y_hat = activation(np.array([[1000.0, -1000.0]]))
    y = np.array([[0.0, 1.0]])
    assert np.isfinite(LOSSES[loss].value(y_hat, y)).all()
    assert np.isfinite(LOSSES[loss].delta(activation, y_hat, y)).all()


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "categorical_cross_entropy"])
def test_that_a_saturated_wrong_output_still_learns(loss: str) -> None:
    (output,) = LOSSES[loss].outputs or ()
    activation = ACTIVATIONS[output]
    y_hat, y = activation(np.array([[1000.0, -1000.0]])), np.array([[0.0, 1.0]])
    assert LOSSES[loss].delta(activation, y_hat, y).tolist() == [[1.0, -1.0]]


@pytest.mark.parametrize(("output", "loss"), [p for p in PAIRS if p[1] != "squared_error"])
def test_that_the_joint_delta_is_the_product_of_its_factors(output: str, loss: str) -> None:
    rng = np.random.default_rng(0)
    activation = ACTIVATIONS[output]
    y_hat, y = activation(rng.normal(size=(4, 3))), rng.dirichlet(np.ones(3), size=4)
    product = activation.backward(y_hat, LOSSES[loss].gradient(y_hat, y))
    assert LOSSES[loss].delta(activation, y_hat, y) == pytest.approx(product, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_that_a_loss_takes_only_the_outputs_it_is_defined_for(activation: str, loss: str) -> None:
    if (activation, loss) in PAIRS:
        LOSSES[loss].check_output(activation, "output")
    else:
        with pytest.raises(ValueError, match=r"but layer 'last' is .*: change its activation"):
            LOSSES[loss].check_output(activation, "last")


def test_that_squared_error_takes_every_output_and_cross_entropies_theirs() -> None:
    allowed = {loss: {a for a, of in PAIRS if of == loss} for loss in LOSSES}
    assert allowed == {
        "squared_error": set(ACTIVATIONS),
        "binary_cross_entropy": {"sigmoid"},
        "categorical_cross_entropy": {"softmax"},
    }


def test_that_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="Loss 'x' is not known; choose one of: squared_error, "):
        choose(LOSSES, "x", "Loss")
