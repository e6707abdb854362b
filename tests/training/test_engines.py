"""Which engine a session works with, and how it hands over."""

from __future__ import annotations

import numpy as np
import pytest

import bpstudio as bp
from bpstudio.engines import choice
from bpstudio.engines.compiled import CompiledEngine
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.training import session as sessions
from bpstudio.training.control import Control
from bpstudio.training.events import EpochDone, Event, Note, Started
from bpstudio.training.mailbox import Callback
from bpstudio.training.session import Session


@pytest.fixture
def data() -> bp.Dataset:
    rng = np.random.default_rng(1)
    return bp.Dataset.from_arrays(rng.normal(size=(40, 3)), rng.random((40, 2)))


@pytest.fixture
def network() -> bp.Network:
    return bp.Network.create(bp.Topology.parse("3-5-2"))


def notes(events: list[Event]) -> list[str]:
    return [event.message for event in events if isinstance(event, Note)]


def test_that_auto_is_the_compiled_engine_where_it_is_at_hand(
    network: bp.Network, data: bp.Dataset
) -> None:
    events: list[Event] = []
    session = Session(network, data, bp.TrainingConfig(epochs=2), Callback(events.append))
    session.run()
    assert isinstance(session._engine, CompiledEngine)
    assert not notes(events)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_that_a_run_hands_over_when_the_compiled_engine_is_ready(
    monkeypatch: pytest.MonkeyPatch, network: bp.Network, data: bp.Dataset, optimizer: str
) -> None:
    config = bp.TrainingConfig(epochs=9, batch_size=4, learning_rate=0.05, optimizer=optimizer)
    expected = bp.train(network, data, config)
    ready = [False]
    monkeypatch.setattr(choice, "is_at_hand", lambda dtype: ready[0])
    monkeypatch.setattr(sessions, "is_at_hand", lambda dtype: ready[0])
    monkeypatch.setattr(sessions, "is_ready", lambda dtype: ready[0])
    monkeypatch.setattr(sessions, "prepare", lambda dtype: None)
    engines: list[type] = []
    events: list[Event] = []

    def seen(event: Event) -> None:
        events.append(event)
        if isinstance(event, EpochDone):
            if type(session._engine) not in engines:
                engines.append(type(session._engine))
            ready[0] = event.epoch > 3

    session = Session(network, data, config, Callback(seen), Control())
    result = session.run()
    assert engines == [ReferenceEngine, CompiledEngine]
    assert isinstance(events[0], Started) and len(notes(events)) == 1
    assert result.network.parameters == pytest.approx(expected.network.parameters, rel=1e-11)
    assert result.progress.epoch == 9


def test_that_a_run_goes_on_without_an_engine_that_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, network: bp.Network, data: bp.Dataset
) -> None:
    monkeypatch.setattr(choice, "_compiled", lambda: None)
    events: list[Event] = []
    config = bp.TrainingConfig(epochs=2, engine="compiled")
    result = bp.train(network, data, config, events.append)
    assert result.stop_reason == "epochs"
    assert notes(events) == [
        "The compiled engine needs numba, which cannot be imported. The readable engine serves, slower."
    ]
