"""Networks: one vector and its views, prediction, and edits that keep what was learned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model.arrays import FloatArray
from bpstudio.model.topology import Layer

from ..engines import by_hand
from ..strategies import Problem, parameters_for, problems, seeds, topologies

TOPOLOGY = bp.Topology.parse("2-3-1").with_link("input", "output")


# One vector, and views into it


def test_that_the_views_have_the_layout_of_the_design() -> None:
    network = bp.Network(TOPOLOGY, np.arange(15.0))
    assert network.weights["input", "hidden1"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert network.biases["hidden1"].tolist() == [6, 7, 8]
    assert network.weights["input", "output"].tolist() == [[9, 10]]
    assert network.weights["hidden1", "output"].tolist() == [[11, 12, 13]]
    assert network.biases["output"].tolist() == [14]


def test_that_writing_to_a_view_writes_to_the_vector_and_back() -> None:
    network = bp.Network(TOPOLOGY, np.zeros(15))
    network.weights["input", "hidden1"][1, 0] = 7.0
    network.biases["output"][:] = 5.0
    assert np.flatnonzero(network.parameters).tolist() == [2, 14]
    network.parameters[11:14] = 3.0
    assert network.weights["hidden1", "output"].tolist() == [[3, 3, 3]]


@given(topologies())
def test_that_every_parameter_lies_in_exactly_one_view(topology: bp.Topology) -> None:
    network = bp.Network(topology, np.zeros(topology.parameter_count))
    for view in (*network.weights.values(), *network.biases.values()):
        assert np.shares_memory(view, network.parameters)
        view[...] += 1.0
    assert network.parameters.tolist() == [1.0] * topology.parameter_count


def test_that_the_views_cannot_be_exchanged() -> None:
    network: Any = bp.Network.create(TOPOLOGY)
    with pytest.raises(TypeError):
        network.weights["input", "hidden1"] = np.zeros((3, 2))


def test_that_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"network 2-3-1 has 15 parameters, but .* \(14,\)"):
        bp.Network(TOPOLOGY, np.zeros(14))


def test_that_a_copy_is_on_its_own() -> None:
    network = bp.Network.create(TOPOLOGY)
    network.parameters.flags.writeable = False
    copy = network.copy()
    copy.parameters[:] = 0.0
    assert network.parameters.any()


def test_that_networks_are_equal_by_their_bits() -> None:
    network = bp.Network.create(TOPOLOGY, seed=1)
    assert network == network.copy()
    assert network != bp.Network.create(TOPOLOGY, seed=2)
    assert network != network.with_parameters(network.parameters.astype("float32"))
    zeros = network.with_parameters(np.zeros(15))
    assert zeros != network.with_parameters(-np.zeros(15))
    nans = network.with_parameters(np.full(15, np.nan))
    assert nans == nans.copy()


# Prediction


@given(problems())
def test_that_outputs_are_those_computed_by_hand(problem: Problem) -> None:
    outputs = problem.network.forward(problem.X)
    assert list(outputs) == [layer.id for layer in problem.topology.layers]
    for k, row in enumerate(problem.X):
        expected = by_hand.forward(problem.network, row)
        for layer_id, values in expected.x.items():
            assert outputs[layer_id][k] == pytest.approx(values, rel=1e-9, abs=1e-12)
    assert np.array_equal(problem.network.predict(problem.X), outputs[problem.topology.output.id])


def test_that_a_single_row_is_a_batch_of_one() -> None:
    network = bp.Network.create(TOPOLOGY)
    assert np.array_equal(network.predict(np.array([1.0, 2])), network.predict([[1.0, 2]]))


def test_that_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="input layer has 2 neurons, but the rows have 3 values"):
        bp.Network.create(TOPOLOGY).predict(np.zeros((4, 3)))


def test_that_no_rows_give_no_outputs() -> None:
    assert bp.Network.create(TOPOLOGY).predict(np.zeros((0, 2))).shape == (0, 1)


def test_that_prediction_does_not_write_to_its_inputs() -> None:
    X = np.ones((2, 2))
    X.flags.writeable = False
    network = bp.Network.create(bp.Topology.parse("2-2", output="linear"))
    network.predict(X)[:] = 9.0
    assert X.tolist() == [[1, 1], [1, 1]]


# Edits that keep what was learned


@given(topologies(), seeds, st.data())
def test_that_a_new_neuron_leaves_the_outputs_as_they_were(
    topology: bp.Topology, seed: int, data: st.DataObject
) -> None:
    network = bp.Network(topology, parameters_for(topology, seed))
    grown_layer = data.draw(st.sampled_from(topology.hidden))
    extra = data.draw(st.integers(1, 3))
    grown = network.adapted(topology.with_size(grown_layer.id, grown_layer.size + extra))
    X = np.random.default_rng(seed).normal(size=(3, topology.input.size))
    assert grown.predict(X) == pytest.approx(network.predict(X), rel=1e-9, abs=1e-12)


@given(topologies(), seeds, st.integers(1, 7), st.data())
def test_that_kept_weights_and_biases_are_kept_bit_for_bit(
    topology: bp.Topology, seed: int, size: int, data: st.DataObject
) -> None:
    network = bp.Network(topology, parameters_for(topology, seed))
    layer = data.draw(st.sampled_from(topology.layers))
    adapted = network.adapted(topology.with_size(layer.id, size))
    for key, old in network.weights.items():
        assert same_bits(adapted.weights[key], old)
    for layer_id, biases in network.biases.items():
        assert same_bits(adapted.biases[layer_id], biases)


def same_bits(new: FloatArray, old: FloatArray) -> bool:
    common = tuple(slice(0, min(a, b)) for a, b in zip(new.shape, old.shape, strict=True))
    return new[common].tobytes() == old[common].tobytes()


@given(topologies(), seeds)
def test_that_the_same_topology_keeps_every_bit(topology: bp.Topology, seed: int) -> None:
    network = bp.Network(topology, parameters_for(topology, seed))
    assert network.adapted(topology) == network


def test_that_a_new_neuron_gets_weights_for_what_comes_in() -> None:
    network = bp.Network.create(bp.Topology.parse("2-3-1"))
    grown = network.adapted(network.topology.with_size("hidden1", 5))
    assert grown.weights["input", "hidden1"][3:].all()
    assert not grown.weights["hidden1", "output"][:, 3:].any()


def test_that_a_new_link_says_nothing_yet() -> None:
    network = bp.Network.create(bp.Topology.parse("2-3-1"), seed=4)
    linked = network.adapted(TOPOLOGY)
    assert not linked.weights["input", "output"].any()
    X = np.random.default_rng(0).normal(size=(5, 2))
    assert linked.predict(X) == pytest.approx(network.predict(X), rel=1e-12)


def test_that_a_new_layer_can_learn_at_once() -> None:
    network = bp.Network.create(bp.Topology.parse("2-3-1"))
    topology = network.topology.with_inserted(Layer("new", 4, "tanh"), after="hidden1", keep=True)
    grown = network.adapted(topology)
    assert grown.weights["hidden1", "new"].all()
    assert not grown.weights["new", "output"].any()
    gradient = grown.with_parameters(bp.gradient(grown, np.ones((1, 2)), np.zeros((1, 1))))
    assert gradient.weights["new", "output"].all()


def test_that_a_pruned_weight_becomes_zero_and_a_restored_one_starts_there() -> None:
    network = bp.Network.create(bp.Topology.parse("2-3-1"), seed=3)
    pruned = network.adapted(network.topology.without_connection("input", 1, "hidden1", 2))
    assert pruned.weights["input", "hidden1"][2, 1] == 0.0
    restored = pruned.adapted(network.topology)
    assert np.flatnonzero(restored.parameters != network.parameters).tolist() == [5]


def test_that_renamed_layers_keep_their_weights() -> None:
    network = bp.Network.create(bp.Topology.parse("2-3-4-1"), seed=3)
    names = {"hidden1": "a", "hidden2": "b"}
    renamed = network.adapted(network.topology.renamed(names), names=names)
    assert renamed.parameters.tobytes() == network.parameters.tobytes()
