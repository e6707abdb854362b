"""The same bits, however a run is cut, and stop rules and sentences that tell the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.engines.base import Engine
from bpstudio.engines.compiled import CompiledEngine
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.model.dataset import TRAIN, Dataset
from bpstudio.model.project import Progress
from bpstudio.training import session as sessions
from bpstudio.training.control import Control
from bpstudio.training.events import Event, Paused, Result
from bpstudio.training.session import Session

from ..strategies import configs, datasets, parameters_for, seeds, topologies


class Stepping:
    """A sink that lets a session make a number of updates, then goes on or stops it."""

    def __init__(self, updates: int, control: Control, then: Callable[[Control], None]) -> None:
        self._requests = chain(repeat(Control.step_sample, updates), repeat(then))
        self._control = control

    def post(self, event: Event) -> None:
        if isinstance(event, Paused):
            next(self._requests)(self._control)

    def wants_snapshot(self) -> bool:
        return False


def stepped(
    network: bp.Network,
    data: bp.Dataset,
    config: bp.TrainingConfig,
    updates: int,
    then: Callable[[Control], None],
) -> Result:
    """A run that makes some updates one by one, in this thread."""
    control = Control("pause")
    return Session(network, data, config, Stepping(updates, control, then), control).run()


@st.composite
def runs(draw: st.DrawFn) -> tuple[bp.Network, Dataset, bp.TrainingConfig]:
    topology = draw(topologies(outputs=["sigmoid", "linear", "softmax"]))
    network = bp.Network(topology, parameters_for(topology, draw(seeds)))
    return network, draw(datasets(topology)), draw(configs())


@settings(max_examples=25)
@given(run=runs(), updates=st.integers(1, 12))
def test_that_stepping_and_going_on_gives_the_bits_of_a_run_in_one_go(
    run: tuple[bp.Network, Dataset, bp.TrainingConfig], updates: int
) -> None:
    whole = bp.train(*run)
    parts = stepped(*run, updates=updates, then=Control.resume)
    assert (parts.stop_reason, parts.rows) == (whole.stop_reason, whole.rows)
    assert parts.network == whole.network
    assert parts.progress == whole.progress
    assert parts.history == whole.history


@settings(max_examples=25)
@given(run=runs(), updates=st.integers(1, 12))
def test_that_a_run_stopped_anywhere_and_continued_gives_the_bits_of_one_in_one_go(
    run: tuple[bp.Network, Dataset, bp.TrainingConfig], updates: int
) -> None:
    _, data, config = run
    whole = bp.train(*run)
    first = stepped(*run, updates=updates, then=Control.stop)
    left = config.epochs - first.progress.epoch
    if left == 0:
        assert first.network == whole.network
        return
    silent = Stepping(0, Control(), Control.resume)
    rest = Session(
        first.network, data, replace(config, epochs=left), silent, progress=first.progress
    ).run()
    assert rest.network == whole.network
    assert rest.progress == whole.progress
    assert first.history.extended(rest.history) == whole.history


@pytest.mark.parametrize("engine", [CompiledEngine, ReferenceEngine])
@pytest.mark.parametrize("seconds", [0.0, 1e-5, 1e3])
def test_that_the_length_of_a_call_into_the_engine_changes_no_bit(
    monkeypatch: pytest.MonkeyPatch, seconds: float, engine: type[Engine]
) -> None:
    rng = np.random.default_rng(0)
    data = bp.Dataset.from_arrays(rng.normal(size=(50, 2)), rng.random(50))
    network = bp.Network.create(bp.Topology.parse("2-3-1"))
    name = engine.__name__.removesuffix("Engine").lower()
    config = bp.TrainingConfig(epochs=4, batch_size=3, optimizer="momentum", engine=name)
    expected = bp.train(network, data, config)
    monkeypatch.setattr(engine, "call_seconds", seconds)
    assert bp.train(network, data, config).network == expected.network


def test_that_calls_into_the_engine_never_cut_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    create = sessions.create_engine

    def watched(*arguments: Any) -> Any:
        engine = create(*arguments)
        advance = engine.advance

        def counted(order: Any) -> int:
            sizes.append(len(order))
            return advance(order)

        monkeypatch.setattr(engine, "advance", counted, raising=True)
        return engine

    monkeypatch.setattr(sessions, "create_engine", watched)
    data = bp.Dataset.from_arrays(np.zeros((250, 1)), np.zeros(250))
    bp.train(bp.Network.create(bp.Topology.parse("1-1")), data, bp.TrainingConfig(8, epochs=1))
    assert sum(sizes) == 250
    assert sizes[0] == 8, "the first call is short: nothing is known of the speed yet"
    assert all(size % 8 in (0, 2) for size in sizes), "only the epoch's last batch is short"
    assert max(sizes) > 8, "later calls are longer"


@given(st.booleans(), seeds)
@settings(max_examples=10)
def test_that_the_order_of_rows_does_not_depend_on_when_the_run_began(
    shuffle: bool, seed: int
) -> None:
    data = bp.Dataset.from_arrays(np.arange(7.0), np.arange(7.0) / 7)
    network = bp.Network.create(bp.Topology.parse("1-1"), seed=1)
    config = bp.TrainingConfig(epochs=1, shuffle=shuffle, seed=seed)
    late = Stepping(0, Control(), Control.resume)
    # The third epoch, begun from the starting weights: another order than the first's if shuffled.
    third = Session(network, data, config, late, progress=Progress(2)).run()
    first = bp.train(network, data, config)
    assert third.history.epoch.tolist() == [2, 3]
    assert (third.network == first.network) is not shuffle


# Stop rules


def noise() -> bp.Dataset:
    """Nothing to learn: the validation loss is best early."""
    rng = np.random.default_rng(0)
    return bp.Dataset.from_arrays(
        rng.normal(size=(40, 2)), rng.integers(0, 2, 40), validation=0.4, seed=1
    )


NOISY = bp.TrainingConfig(epochs=2000, batch_size=4, learning_rate=1.0, patience=20)


def test_that_the_best_weights_come_without_the_momentum_of_the_last_ones() -> None:
    network = bp.Network.create(bp.Topology.parse("2-4-1", hidden="tanh"), seed=3)
    result = bp.train(network, noise(), replace(NOISY, optimizer="momentum", momentum=0.5))
    assert result.stop_reason == "early_stopping"
    assert result.best_epoch is not None
    assert result.best_epoch < result.progress.epoch
    assert not result.progress.slots
    assert f"the weights are those of epoch {result.best_epoch}" in result.message


def test_that_a_last_epoch_that_is_the_best_keeps_its_momentum() -> None:
    X = np.linspace(-1, 1, 20)
    data = bp.Dataset.from_arrays(X, X / 2, validation=0.25)
    network = bp.Network.create(bp.Topology.parse("1-1", output="linear"), seed=1)
    config = bp.TrainingConfig(
        epochs=3, learning_rate=0.01, optimizer="momentum", patience=5, momentum=0.5
    )
    result = bp.train(network, data, config)
    assert (result.stop_reason, result.best_epoch) == ("epochs", 3)
    assert result.network == bp.train(network, data, replace(config, patience=None)).network
    assert set(result.progress.slots) == {"velocity"}


def test_that_the_epoch_that_reaches_the_target_can_be_the_best() -> None:
    X = np.linspace(-1, 1, 20)
    data = bp.Dataset.from_arrays(X, X / 2, validation=0.25)
    network = bp.Network.create(bp.Topology.parse("1-1", output="linear"), seed=1)
    config = bp.TrainingConfig(epochs=500, learning_rate=0.01, target_loss=1e-4, patience=50)
    result = bp.train(network, data, config)
    assert result.stop_reason == "target_loss"
    assert result.best_epoch == result.progress.epoch
    rows = data.rows(TRAIN)
    difference = result.network.predict(data.inputs[rows]) - data.targets[rows]
    assert 0.5 * np.mean(difference**2) <= 1e-4


def test_that_patience_without_validation_rows_waits_for_nothing() -> None:
    data = bp.Dataset.from_arrays(np.arange(4.0), np.arange(4.0))
    network = bp.Network.create(bp.Topology.parse("1-1"))
    result = bp.train(network, data, bp.TrainingConfig(epochs=30, patience=1))
    assert (result.stop_reason, result.best_epoch) == ("epochs", None)
    assert np.isnan(result.history.validation_loss).all()


def test_that_a_network_that_is_good_enough_is_not_trained() -> None:
    data = bp.Dataset.from_arrays(np.zeros((3, 1)), np.zeros(3))
    network = bp.Network(bp.Topology.parse("1-1", output="linear"), np.zeros(2))
    result = bp.train(network, data, bp.TrainingConfig(target_loss=1e-3))
    assert (result.stop_reason, result.rows) == ("target_loss", 0)
    assert result.network == network


# Numbers that stop being finite


LINE = bp.Topology.parse("1-1", output="linear")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_that_a_bad_row_is_named_by_its_place_in_the_data(dtype: str) -> None:
    Y = np.zeros(10)
    Y[6] = 1e30 if dtype == "float32" else 1e200  # its square is infinite
    split = np.zeros(10)
    split[[0, 3, 5]] = 1  # so that the row's place among the training rows is another one
    made = bp.Dataset.from_arrays(np.ones(10), Y)
    data = replace(made, split=split)
    config = bp.TrainingConfig(shuffle=False, epochs=3, dtype=dtype)
    result = bp.train(bp.Network(LINE, np.zeros(2)), data, config)
    assert result.stop_reason == "diverged"
    assert "at row 7," in result.message
    assert np.isfinite(result.network.parameters).all()


@pytest.mark.parametrize("batch", [1, 4, "all"])
def test_that_an_exploding_run_names_epoch_row_and_remedy_and_keeps_finite_weights(
    batch: int,
) -> None:
    X = np.linspace(1, 2, 6)
    config = bp.TrainingConfig(batch, learning_rate=50.0, epochs=100_000)
    network = bp.Network.create(LINE, seed=1)
    result = bp.train(network, bp.Dataset.from_arrays(X, 100 * X), config)
    assert result.stop_reason == "diverged"
    assert np.isfinite(result.network.parameters).all()
    assert result.network != network
    epoch = result.progress.epoch + (0 if "after epoch" in result.message else 1)
    assert f"epoch {epoch}, at row " in result.message
    assert "try a smaller learning rate (it was 50)" in result.message


def test_that_an_update_whose_weights_overflow_is_named_by_its_rows() -> None:
    # The loss of row 2 is finite, its step is not: 1e150 (error) times 1e170 (input).
    data = bp.Dataset.from_arrays(np.array([1.0, 1e170, 2.0]), np.array([0.0, 1e150, 0.0]))
    network = bp.Network(LINE, np.array([0.0, 0.0]))
    config = bp.TrainingConfig(shuffle=False, epochs=1)
    with np.errstate(all="raise"):
        one = bp.train(network, data, config)
        all_rows = bp.train(network, data, replace(config, batch_size="all"))
    assert "in epoch 1, at row 2," in one.message
    assert one.progress.position == 1
    assert "at row 1 of an update with 3 rows" in all_rows.message
    assert (all_rows.progress.epoch, all_rows.progress.position) == (0, 0)
    assert all_rows.network == network
