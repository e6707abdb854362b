"""Starting weights: their published spread, and that a seed decides them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model.initialise import INITIALISERS, initial_parameters

from ..strategies import seeds, topologies

FAN_IN, FAN_OUT = 300, 200
WIDE = bp.Topology.parse(f"{FAN_IN}-{FAN_OUT}-1")
UNIFORM = {
    "xavier_uniform": (6 / (FAN_IN + FAN_OUT)) ** 0.5,
    "he_uniform": (6 / FAN_IN) ** 0.5,
    "uniform": 0.5,
}
NORMAL = {
    "xavier_normal": (2 / (FAN_IN + FAN_OUT)) ** 0.5,
    "he_normal": (2 / FAN_IN) ** 0.5,
    "normal": 1.0,
}


@pytest.mark.parametrize(("name", "limit"), UNIFORM.items())
def test_that_uniform_weights_fill_their_published_range(name: str, limit: float) -> None:
    weights = bp.Network.create(WIDE, 1, name).weights["input", "hidden1"]
    assert np.abs(weights).max() <= limit
    # 60,000 draws: the largest is within a thousandth of the limit, the deviation is limit/sqrt(3).
    assert np.abs(weights).max() > 0.999 * limit
    assert weights.std() == pytest.approx(limit / 3**0.5, rel=0.01)
    assert abs(weights.mean()) < 0.01 * limit


@pytest.mark.parametrize(("name", "deviation"), NORMAL.items())
def test_that_normal_weights_have_their_published_deviation(name: str, deviation: float) -> None:
    weights = bp.Network.create(WIDE, 1, name).weights["input", "hidden1"]
    assert weights.std() == pytest.approx(deviation, rel=0.01)
    assert abs(weights.mean()) < 0.02 * deviation
    within = np.mean(np.abs(weights) < deviation)
    assert within == pytest.approx(0.6827, abs=0.01)


def test_that_zeros_are_zeros() -> None:
    assert not bp.Network.create(WIDE, 1, "zeros").parameters.any()


def test_that_every_initialiser_has_a_test_of_its_spread() -> None:
    assert set(INITIALISERS) == {*UNIFORM, *NORMAL, "zeros"}


@pytest.mark.parametrize("name", INITIALISERS)
def test_that_biases_are_drawn_where_the_initialiser_says_so(name: str) -> None:
    biases = bp.Network.create(WIDE, 1, name).biases["hidden1"]
    assert bool(biases.any()) == INITIALISERS[name].biases == (name in ("uniform", "normal"))


def test_that_the_fan_in_counts_every_incoming_link() -> None:
    topology = bp.Topology.parse("300-200-100").with_link("input", "output")
    network = bp.Network.create(topology, 1, "he_uniform")
    limit = (6 / 500) ** 0.5
    for key in (("input", "output"), ("hidden1", "output")):
        assert 0.999 * limit < np.abs(network.weights[key]).max() <= limit


@pytest.mark.parametrize("name", INITIALISERS)
@given(topology=topologies(), seed=seeds)
def test_that_the_same_seed_gives_the_same_bits_and_pruned_weights_are_zero(
    name: str, topology: bp.Topology, seed: int
) -> None:
    network = bp.Network.create(topology, seed, name)
    assert network == bp.Network.create(topology, seed, name)
    for link in topology.links:
        if link.mask is not None:
            assert not network.weights[link.key][~link.mask].any()


@given(st.integers(0, 1000))
def test_that_another_seed_gives_other_weights(seed: int) -> None:
    topology = bp.Topology.parse("2-3-1")
    assert bp.Network.create(topology, seed) != bp.Network.create(topology, seed + 1)


def test_that_pruning_does_not_change_what_the_other_weights_start_with() -> None:
    topology = bp.Topology.parse("3-4-2")
    pruned = topology.without_connection("input", 0, "hidden1", 0)
    whole, gap = bp.Network.create(topology, 1), bp.Network.create(pruned, 1)
    assert np.flatnonzero(whole.parameters != gap.parameters).tolist() == [0]


def test_that_an_unknown_initialiser_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="Initialiser 'magic' is not known; choose one of: xavier"):
        initial_parameters(WIDE, np.random.default_rng(0), "magic")


def test_that_a_layers_own_initialiser_goes_first_and_no_bias_means_0() -> None:
    topology = bp.Topology.parse("3-4-2").with_layer_options("hidden1", initialiser="zeros")
    topology = topology.with_layer_options("output", bias=False)
    network = bp.Network.create(topology, initialiser="normal")
    assert not network.weights["input", "hidden1"].any()
    assert network.weights["hidden1", "output"].all()
    assert not network.biases["output"].any()


def test_that_an_edit_that_takes_biases_away_sets_them_to_0() -> None:
    network = bp.Network.create(bp.Topology.parse("3-4-2"), initialiser="normal")
    edited = network.adapted(network.topology.with_layer_options("hidden1", bias=False))
    assert not edited.biases["hidden1"].any()
    assert edited.biases["output"].tolist() == network.biases["output"].tolist()
