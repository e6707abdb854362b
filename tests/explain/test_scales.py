"""Round bounds, round ticks, and curves that are thinned without losing their peaks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstudio.explain.scales import (
    linear_ticks,
    log_ticks,
    loss_points,
    loss_range,
    round_bound,
    thinned,
    weight_bound,
)
from bpstudio.model.network import Network
from bpstudio.model.topology import Topology

sizes = st.floats(1e-9, 1e9)


@given(sizes)
def test_that_a_round_bound_holds_the_value_closely(value: float) -> None:
    bound = round_bound(value)
    assert value * (1 - 1e-9) <= bound <= 1.4 * value


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_that_what_has_no_size_is_bounded_by_one(value: float) -> None:
    assert round_bound(value) == 1


def test_that_a_networks_bound_holds_its_weights_and_its_biases() -> None:
    network = Network.create(Topology.parse("2-3-1"))
    network.parameters[:] = np.linspace(-0.4, 0.7, network.parameters.size)
    assert weight_bound(network) == 0.8
    network.biases["output"][:] = -4.7
    assert weight_bound(network) == 5
    assert weight_bound(Network(Topology(), np.zeros(0))) == 1


@given(st.floats(-1e6, 1e6), sizes, st.integers(2, 8))
def test_that_linear_ticks_are_few_and_lie_in_the_range(low: float, span: float, most: int) -> None:
    high = low + span
    ticks = linear_ticks(low, high, most)
    assert len(ticks) <= most
    slack = 1e-6 * max(abs(low), abs(high), span)
    assert all(low - slack <= tick <= high + slack for tick in ticks)


def test_that_a_range_of_nothing_has_no_ticks() -> None:
    assert linear_ticks(1.0, 1.0) == []
    assert linear_ticks(0.0, np.inf) == []


@given(st.floats(-8, 4), st.floats(0.25, 12), st.integers(3, 6))
def test_that_log_ticks_lie_in_the_range(low: float, span: float, most: int) -> None:
    ticks = log_ticks(low, low + span, most)
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 <= np.log10(tick) <= low + span + 1e-6 for tick in ticks)


def test_that_decades_are_preferred() -> None:
    assert log_ticks(-3, 0) == [0.001, 0.01, 0.1, 1.0]


@given(st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=50), st.booleans())
def test_that_a_loss_range_holds_all_losses(losses: list[float], log: bool) -> None:
    values = np.log10(losses) if log else np.array(losses)
    low, high = loss_range(values, log)
    assert low <= values.min()
    assert values.max() <= high


def test_that_losses_which_cannot_be_drawn_are_left_out() -> None:
    epochs, losses = np.arange(4.0), np.array([1.0, 0.0, np.nan, 0.1])
    assert loss_points(epochs, losses, log=True)[0].tolist() == [0, 3]
    assert loss_points(epochs, losses, log=False)[0].tolist() == [0, 1, 3]


@given(st.integers(0, 3000), st.integers(8, 400), st.integers(0, 1000))
def test_that_thinning_keeps_peaks_and_ends(size: int, most: int, seed: int) -> None:
    x = np.arange(float(size))
    y = np.random.default_rng(seed).normal(size=size)
    few_x, few_y = thinned(x, y, most)
    assert few_x.size <= max(most, 0) or size <= most
    if size:
        assert (few_x[0], few_x[-1]) == (0, size - 1)
        assert (few_y.min(), few_y.max()) == (y.min(), y.max())
        assert np.all(np.diff(few_x) > 0)
