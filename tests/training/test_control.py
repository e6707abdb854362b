"""Requests that cross with a session's work: none is lost, none is answered twice.

A scripted sink asks at a known moment of the session's own thread, so the crossing happens every time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

import bpstudio as bp
from bpstudio.training.control import Control, Mode
from bpstudio.training.events import EpochDone, Event, Failed, Finished, Paused, Started
from bpstudio.training.mailbox import Mailbox
from bpstudio.training.session import Session

SECONDS = 20.0
CONFIG = bp.TrainingConfig(epochs=5, batch_size=4, learning_rate=0.3, optimizer="momentum")


@pytest.fixture
def data() -> bp.Dataset:
    """Twenty rows to train on, nothing held out: five updates an epoch."""
    X = np.random.default_rng(1).uniform(-1, 1, (20, 2))
    return bp.Dataset.from_arrays(X, (X[:, :1] * X[:, 1:] > 0) * 1.0)


@pytest.fixture
def network() -> bp.Network:
    return bp.Network.create(bp.Topology.parse("2-4-1", hidden="tanh"), seed=3)


class Script:
    """A sink that answers each event of some types, but not epoch 0, with the next action."""

    def __init__(
        self,
        actions: Iterable[Callable[[Control], None]],
        control: Control,
        on: tuple[type, ...],
    ) -> None:
        self.events: list[Event] = []
        self._actions, self._control, self._on = iter(actions), control, on

    def post(self, event: Event) -> None:
        self.events.append(event)
        before_training = isinstance(event, EpochDone) and event.epoch == 0
        if isinstance(event, self._on) and not before_training:
            next(self._actions, lambda _: None)(self._control)

    def wants_snapshot(self) -> bool:
        return False

    @property
    def places(self) -> list[tuple[int, int]]:
        """Where the session paused: whole epochs and rows."""
        results = [e.result.progress for e in self.events if isinstance(e, Paused)]
        return [(progress.epoch, progress.position) for progress in results]

    @property
    def last(self) -> Finished:
        last = self.events[-1]
        assert isinstance(last, Finished)
        return last


def played(
    network: bp.Network,
    data: bp.Dataset,
    *actions: Callable[[Control], None],
    mode: Mode = "pause",
    config: bp.TrainingConfig = CONFIG,
    on: tuple[type, ...] = (Paused,),
) -> Script:
    """Run a session in its thread by a script, which has to end it."""
    control = Control(mode)
    script = Script(actions, control, on)
    session = Session(network, data, config, script, control)
    session.start()
    ended = session.join(SECONDS)
    control.stop()
    session.join()
    assert ended, f"the session waits for ever after {script.events[-1]}"
    assert [type(e) for e in script.events].count(Started) == 1
    assert not any(isinstance(e, Failed) for e in script.events)
    return script


def both(*asked: Callable[[Control], None]) -> Callable[[Control], None]:
    """Several requests, or none, before the session looks again."""

    def ask(control: Control) -> None:
        for one in asked:
            one(control)

    return ask


def test_that_a_paused_session_can_be_stopped(network: bp.Network, data: bp.Dataset) -> None:
    script = played(network, data, Control.stop)
    assert [type(event) for event in script.events] == [Started, EpochDone, Paused, Finished]
    assert script.last.result.stop_reason == "user"
    assert script.last.result.network == network


def test_that_a_pause_right_after_resume_is_answered(network: bp.Network, data: bp.Dataset) -> None:
    # Who resumed shows a running session, and would wait for the second Paused for ever.
    script = played(network, data, both(Control.resume, Control.pause), Control.stop)
    assert script.places == [(0, 0), (0, 0)]


def test_that_a_step_asked_for_during_a_step_is_made_too(
    network: bp.Network, data: bp.Dataset
) -> None:
    script = played(
        network,
        data,
        Control.step_sample,
        both(),
        Control.stop,
        mode="update",
        config=replace(CONFIG, batch_size="all"),
        on=(EpochDone, Paused),
    )
    # Each update is an epoch here: the second step was asked for within the first.
    assert [e.epoch for e in script.events if isinstance(e, EpochDone)] == [0, 1, 2]
    assert script.places == [(2, 0)]


def test_that_a_stop_during_a_step_ends_the_run_without_a_pause(
    network: bp.Network, data: bp.Dataset
) -> None:
    script = played(network, data, Control.stop, mode="epoch", on=(EpochDone,))
    assert script.places == []
    assert script.last.result.progress.epoch == 1


def test_that_a_run_asked_for_during_a_step_goes_on(network: bp.Network, data: bp.Dataset) -> None:
    script = played(network, data, Control.resume, mode="epoch", on=(EpochDone,))
    assert script.places == []
    assert script.last.result.stop_reason == "epochs"


def test_that_steps_of_samples_and_epochs_go_where_they_say(
    network: bp.Network, data: bp.Dataset
) -> None:
    script = played(
        network,
        data,
        Control.step_sample,
        Control.step_sample,
        Control.step_epoch,
        Control.step_epoch,
        Control.stop,
    )
    assert script.places == [(0, 0), (0, 4), (0, 8), (1, 0), (2, 0)]


def test_that_the_last_epoch_stepped_through_ends_the_run(
    network: bp.Network, data: bp.Dataset
) -> None:
    config = replace(CONFIG, epochs=2)
    script = played(network, data, Control.step_epoch, Control.step_epoch, config=config)
    assert script.places == [(0, 0), (1, 0)]
    assert script.last.result.stop_reason == "epochs"
    whole = bp.train(network, data, config)
    assert script.last.result.network == whole.network


def test_that_settings_changed_before_a_request_hold_for_it(
    network: bp.Network, data: bp.Dataset
) -> None:
    def change(control: Control) -> None:
        control.change(replace(CONFIG, batch_size=10, learning_rate=0.1, seed=99))

    script = played(network, data, both(change, Control.step_sample), Control.stop)
    assert script.places == [(0, 0), (0, 10)]
    quick = bp.TrainingConfig(epochs=1, batch_size=10, learning_rate=0.1, optimizer="momentum")
    once = played(network, data, Control.stop, mode="update", config=quick)
    assert script.last.result.network == once.last.result.network


def test_that_the_seed_does_not_change_within_a_run(network: bp.Network, data: bp.Dataset) -> None:
    def change(control: Control) -> None:
        control.change(replace(CONFIG, seed=99, epochs=1, loss="binary_cross_entropy"))

    script = played(network, data, both(change, Control.resume))
    assert script.last.result.network == bp.train(network, data, CONFIG).network


def test_that_every_result_is_read_only(network: bp.Network, data: bp.Dataset) -> None:
    script = played(network, data, Control.step_sample, Control.resume)
    results = [e.result for e in script.events if isinstance(e, Paused | Finished)]
    assert len(results) == 3
    for result in results:
        arrays = [result.network.parameters, result.history.train_loss]
        arrays += [result.network.weights["input", "hidden1"], *result.progress.slots.values()]
        assert not any(array.flags.writeable for array in arrays)


def test_that_a_pause_is_a_copy_that_the_run_leaves_alone(
    network: bp.Network, data: bp.Dataset
) -> None:
    script = played(network, data, Control.step_epoch, Control.resume)
    _, middle = (e.result for e in script.events if isinstance(e, Paused))
    assert middle.network == bp.train(network, data, replace(CONFIG, epochs=1)).network
    assert middle.history.epoch.tolist() == [0, 1]


# The requests alone


def test_that_the_latest_request_holds_and_a_done_one_pauses() -> None:
    control = Control()
    control.step_sample()
    mode, number = control.latest()
    assert mode == "update"
    control.done(number)
    assert control.mode == "pause"


def test_that_a_request_made_meanwhile_is_not_ended_by_the_one_before() -> None:
    control = Control("update")
    _, number = control.latest()
    control.step_sample()
    control.done(number)
    assert control.mode == "update"


def test_that_pausing_what_is_paused_is_no_new_request() -> None:
    control = Control("pause")
    before = control.latest()
    control.pause()
    assert control.latest() == before, "the session would say Paused again"


def test_that_a_config_is_handed_over_once_and_the_latest_wins() -> None:
    control = Control()
    assert control.take_config() is None
    control.change(replace(CONFIG, learning_rate=0.1))
    control.change(replace(CONFIG, learning_rate=0.2))
    assert control.take_config() == replace(CONFIG, learning_rate=0.2)
    assert control.take_config() is None


# A pace to watch


def test_that_a_run_at_a_pace_begins_no_more_epochs_a_second_and_learns_the_same(
    network: bp.Network, data: bp.Dataset
) -> None:
    control = Control()
    control.keep_pace(50.0)
    began = time.monotonic()
    paced = Session(network, data, CONFIG, Mailbox(), control).run()
    # The first waits for nothing, and one that came late is made up for.
    assert time.monotonic() - began >= (CONFIG.epochs - 2) / 50
    free = Session(network, data, CONFIG, Mailbox()).run()
    assert paced.network == free.network
    assert paced.history == free.history


@pytest.mark.parametrize("ask", [Control.pause, Control.stop, Control.step_sample])
def test_that_a_run_that_waits_for_its_next_epoch_hears_every_request(
    ask: Callable[[Control], None], network: bp.Network, data: bp.Dataset
) -> None:
    control, news = Control(), Mailbox()
    control.keep_pace(1e-6)
    session = Session(network, data, CONFIG, news, control)
    session.start()
    told: list[int] = []

    def has_begun() -> bool:
        told.extend(epoch.epoch for epoch in news.take_metrics())
        return 1 in told

    wait_until(has_begun)
    news.take_lifecycle()
    ask(control)
    news.wait(SECONDS)
    (answer,) = news.take_lifecycle()
    assert isinstance(answer, Paused | Finished)
    control.stop()
    assert session.join(SECONDS)


def test_that_a_run_that_waits_goes_on_at_once_at_another_pace(
    network: bp.Network, data: bp.Dataset
) -> None:
    control, news = Control(), Mailbox()
    control.keep_pace(1e-6)
    session = Session(network, data, CONFIG, news, control)
    session.start()
    control.keep_pace(None)
    assert session.join(SECONDS)
    assert isinstance(news.take_lifecycle()[-1], Finished)


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < limit, "nothing came in time"
        threading.Event().wait(0.001)
