"""Many epochs in one call into the engine: the same run as one epoch at a time, event for event."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.engines.base import Watch
from bpstudio.engines.compiled import CompiledEngine
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.model.config import OPTIMIZERS, SCHEDULES
from bpstudio.model.dataset import Dataset
from bpstudio.training.control import Control
from bpstudio.training.events import EpochDone, Event, Result
from bpstudio.training.mailbox import Callback
from bpstudio.training.schedule import learning_rate, rates
from bpstudio.training.session import Session

from ..strategies import configs, datasets, parameters_for, seeds, topologies

ENGINES = {"compiled": CompiledEngine, "reference": ReferenceEngine}
FOR_EVER, NEVER = 1e3, 0.0


class InStep:
    """A sink that is told of each epoch before the next begins."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def post(self, event: Event) -> None:
        self.events.append(event)

    def wants_snapshot(self) -> bool:
        return False


def epochs_of(events: list[Event]) -> list[EpochDone]:
    return [replace(e, run_id=0) for e in events if isinstance(e, EpochDone)]


def both_ways(
    monkeypatch: pytest.MonkeyPatch, network: bp.Network, data: Dataset, config: bp.TrainingConfig
) -> tuple[Result, int]:
    """The result of a run with many epochs a call, after comparing it with one update or measure a call;
    and the epochs of its longest call."""
    lengths = [0]
    for engine in ENGINES.values():
        epochs = engine.epochs

        def counted(self: Any, orders: Any, *rest: Any, epochs: Any = epochs) -> Any:
            lengths.append(len(orders))
            return epochs(self, orders, *rest)

        monkeypatch.setattr(engine, "call_seconds", FOR_EVER)
        monkeypatch.setattr(engine, "epochs", counted)
    events: list[Event] = []
    many = Session(network, data, config, Callback(events.append)).run()
    for engine in ENGINES.values():
        monkeypatch.setattr(engine, "call_seconds", NEVER)
    longest, single = max(lengths), InStep()
    one = Session(network, data, config, single).run()
    assert repr(epochs_of(events)) == repr(epochs_of(single.events))  # NaN is not NaN
    assert many.network.parameters.tobytes() == one.network.parameters.tobytes()
    assert many.history == one.history
    assert many.progress == one.progress
    assert (many.stop_reason, many.message) == (one.stop_reason, one.message)
    assert (many.rows, many.best_epoch) == (one.rows, one.best_epoch)
    return many, longest


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), seeds, st.sampled_from(sorted(ENGINES)))
def test_that_epochs_in_one_call_give_the_bits_and_events_of_one_at_a_time(
    monkeypatch: pytest.MonkeyPatch, draw: st.DataObject, seed: int, engine: str
) -> None:
    topology = draw.draw(topologies(outputs=["sigmoid", "linear", "softmax"]))
    config = replace(draw.draw(configs()), engine=engine, epochs=draw.draw(st.integers(2, 12)))
    network = bp.Network(topology, parameters_for(topology, seed))
    with monkeypatch.context() as patch:
        both_ways(patch, network, draw.draw(datasets(topology)), config)


def noise(validation: float = 0.4) -> bp.Dataset:
    """Nothing to learn: the validation loss is best early."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(40, 2)), rng.integers(0, 2, 40)
    return bp.Dataset.from_arrays(X, Y, validation=validation, seed=1)


NOISY = bp.TrainingConfig(4, 1.0, epochs=300)
SMALL = bp.Topology.parse("2-4-1", hidden="tanh")


@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("batch", [1, 7, "all"])
def test_that_early_stopping_ends_a_call_with_its_best_weights(
    monkeypatch: pytest.MonkeyPatch, engine: str, batch: int | str
) -> None:
    config = replace(NOISY, patience=25, engine=engine, batch_size=batch)
    result, longest = both_ways(monkeypatch, bp.Network.create(SMALL, seed=3), noise(), config)
    assert longest > 8
    if result.stop_reason == "early_stopping":
        assert result.best_epoch == result.progress.epoch - 25


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_that_the_target_loss_ends_a_call(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    network = bp.Network.create(SMALL, seed=3)
    first = bp.train(network, noise(), replace(NOISY, epochs=100)).history.train_loss
    config = replace(NOISY, target_loss=float(first.min()) * 1.02, engine=engine)
    result, longest = both_ways(monkeypatch, network, noise(), config)
    assert longest > 2
    assert result.stop_reason == "target_loss"
    assert result.history.train_loss[-1] <= config.target_loss < result.history.train_loss[-2]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "rprop"])
def test_that_every_epoch_of_a_call_has_its_rate(
    monkeypatch: pytest.MonkeyPatch, schedule: str, optimizer: str
) -> None:
    config = replace(
        NOISY, epochs=60, schedule=schedule, schedule_epochs=6, optimizer=optimizer,
        learning_rate=0.5 if optimizer == "sgd" else 0.05, l2=0.01,
    )  # fmt: skip
    network = bp.Network.create(SMALL, seed=3)
    result, longest = both_ways(monkeypatch, network, noise(), config)
    assert longest > 1
    if optimizer != "rprop":
        falling = np.unique(result.history.learning_rate[1:]).size
        assert falling > 1 or schedule == "constant"


def test_that_an_online_run_has_the_rate_of_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(NOISY, epochs=30, batch_size=1, schedule="cosine", learning_rate=0.1)
    for dtype in ("float64", "float32"):
        one = replace(config, dtype=dtype)
        with monkeypatch.context() as patch:
            both_ways(patch, bp.Network.create(SMALL, seed=3), noise(), one)


@pytest.mark.parametrize("inputs", [1, 40_000])
@pytest.mark.parametrize("batch", [1, 4, "all"])
def test_that_a_run_that_diverges_within_a_call_is_told_as_one_that_does_between(
    monkeypatch: pytest.MonkeyPatch, inputs: int, batch: int | str
) -> None:
    # The larger network is worked on in place, and has to be put back.
    X = np.linspace(1, 2, 6)[:, None] * np.ones(inputs) / math.sqrt(inputs)
    topology = bp.Topology.parse(f"{inputs}-1", output="linear")
    network = bp.Network(topology, np.zeros(inputs + 1))
    config = bp.TrainingConfig(batch, 2.0, epochs=400, engine="compiled")
    data = bp.Dataset.from_arrays(X, np.arange(6.0))
    result, longest = both_ways(monkeypatch, network, data, config)
    assert longest > 8
    assert result.stop_reason == "diverged"
    assert result.progress.epoch > 8
    assert np.isfinite(result.network.parameters).all()


def test_that_levenberg_marquardt_runs_in_calls_of_many_epochs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "lm" in OPTIMIZERS
    config = bp.TrainingConfig("all", optimizer="lm", epochs=20)
    _, longest = both_ways(monkeypatch, bp.Network.create(SMALL, seed=3), noise(), config)
    assert longest > 2


def test_that_a_pause_between_calls_of_many_epochs_changes_no_bit() -> None:
    network, control, seen = bp.Network.create(SMALL, seed=3), Control(), []
    config = replace(NOISY, epochs=2000)
    whole = bp.train(network, noise(), config)

    def pausing(event: Event) -> None:
        seen.append(type(event).__name__)
        if isinstance(event, EpochDone) and event.epoch in (3, 40, 900):
            control.pause()
        elif type(event).__name__ == "Paused":
            control.resume()

    result = Session(network, noise(), config, Callback(pausing), control).run()
    assert seen.count("Paused") == 3
    assert result.network == whole.network
    assert result.history == whole.history


# What ends a call


def test_that_a_watch_keeps_the_best_weights_and_counts_from_there() -> None:
    watch = Watch(patience=2)
    for loss in (3.0, 2.0, 2.5):
        assert not watch.after(1.0, loss, np.array([loss]))
    assert watch.best is not None and watch.best.tolist() == [2.0]
    assert watch.after(1.0, 2.0, np.array([9.0]))
    assert (watch.best_loss, watch.waited, watch.best.tolist()) == (2.0, 2, [2.0])


def test_that_a_watch_without_rules_ends_nothing_but_what_is_not_finite() -> None:
    watch = Watch()
    assert not any(watch.after(loss, math.nan, np.zeros(1)) for loss in (1.0, 0.0, 5.0))
    assert watch.after(math.nan, math.nan, np.zeros(1))


@given(st.integers(0, 9), st.integers(1, 30), st.sampled_from(sorted(SCHEDULES)))
@settings(max_examples=30)
def test_that_rates_known_ahead_are_those_of_each_epoch(
    epoch: int, most: int, schedule: str
) -> None:
    config = bp.TrainingConfig(4, 0.5, epochs=40, schedule=schedule, schedule_epochs=4)
    ahead = rates(config, epoch, most)
    assert ahead.tolist() == [learning_rate(config, epoch + k) for k in range(most)]
