"""The worked example of the derivation, to the 9 decimals it is printed with."""

from __future__ import annotations

import numpy as np
import pytest

import bpstudio as bp
from bpstudio.model.functions import LOSSES

X = np.array([[0.05, 0.10]])
Y = np.array([[0.01, 0.99]])
HALF_A_UNIT = 0.5e-9 * (1 + 1e-6)


@pytest.fixture
def network() -> bp.Network:
    network = bp.Network.create(bp.Topology.parse("2-2-2"))
    network.weights["input", "hidden1"][:] = [[0.15, 0.20], [0.25, 0.30]]
    network.weights["hidden1", "output"][:] = [[0.40, 0.45], [0.50, 0.55]]
    network.biases["hidden1"][:] = 0.35
    network.biases["output"][:] = 0.60
    return network


@pytest.fixture
def trained(network: bp.Network) -> bp.Network:
    """The network after one update."""
    config = bp.TrainingConfig(learning_rate=0.5, batch_size=1, epochs=1)
    return bp.train(network, bp.Dataset.from_arrays(X, Y), config).network


def test_that_the_hidden_outputs_are_those_of_the_table(network: bp.Network) -> None:
    assert network.forward(X)["hidden1"][0] == pytest.approx(
        [0.593269992, 0.596884378], abs=HALF_A_UNIT
    )


def test_that_the_outputs_are_those_of_the_table(network: bp.Network) -> None:
    assert network.predict(X)[0] == pytest.approx([0.751365070, 0.772928465], abs=HALF_A_UNIT)


def test_that_the_error_is_that_of_the_table(network: bp.Network) -> None:
    value = LOSSES["squared_error"].value(network.predict(X), Y)
    assert value == pytest.approx([0.298371109], abs=HALF_A_UNIT)


def test_that_the_error_before_the_first_epoch_is_the_same(network: bp.Network) -> None:
    result = bp.train(network, bp.Dataset.from_arrays(X, Y), bp.TrainingConfig(epochs=1))
    assert result.history.train_loss[0] == pytest.approx(0.298371109, abs=HALF_A_UNIT)


def test_that_the_updated_output_weights_are_those_of_the_table(trained: bp.Network) -> None:
    w_11, w_21, w_12, w_22 = trained.weights["hidden1", "output"].ravel()
    assert [w_11, w_21, w_12, w_22] == pytest.approx(
        [0.358916480, 0.408666186, 0.511301270, 0.561370121], abs=HALF_A_UNIT
    )


def test_that_the_updated_hidden_weights_are_those_of_the_table(trained: bp.Network) -> None:
    v_11, v_21, v_12, v_22 = trained.weights["input", "hidden1"].ravel()
    assert [v_11, v_21, v_12, v_22] == pytest.approx(
        [0.149780716, 0.199561432, 0.249751144, 0.299502287], abs=HALF_A_UNIT
    )
