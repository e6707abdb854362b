"""A training run through its public face: events, control, stop rules, and the same bits always."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpstudio.files.samples import starter
from bpstudio.model.config import OPTIMIZERS, TrainingConfig
from bpstudio.model.dataset import VALIDATION, Dataset
from bpstudio.model.network import Network
from bpstudio.model.project import Progress, ProjectError
from bpstudio.model.topology import Topology
from bpstudio.training.changes import can_continue
from bpstudio.training.control import Control
from bpstudio.training.events import EpochDone, Event, Failed, Finished, Paused, Snapshot, Started
from bpstudio.training.mailbox import Mailbox
from bpstudio.training.session import Session, train

SECONDS = 20.0


@pytest.fixture
def data() -> Dataset:
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, (23, 2))
    return Dataset.from_arrays(X, (X[:, :1] * X[:, 1:] > 0) * 1.0, validation=0.25, seed=0)


@pytest.fixture
def network() -> Network:
    return Network.create(Topology.parse("2-4-1", hidden="tanh"), seed=3)


def config(**settings: object) -> TrainingConfig:
    return replace(TrainingConfig(epochs=5, batch_size=4, learning_rate=0.3), **settings)  # type: ignore[arg-type]


class Seen(Mailbox):
    """A mailbox that remembers every lifecycle event it was emptied of."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    def until(self, wanted: Callable[[Event], bool]) -> Event:
        """Wait for a lifecycle event."""
        while True:
            self.wait(SECONDS)
            arrived = self.take_lifecycle()
            assert arrived, "nothing arrived in time"
            self.events += arrived
            for event in arrived:
                if wanted(event):
                    return event


def paused(event: Event) -> bool:
    return isinstance(event, Paused)


def finished(event: Event) -> bool:
    return isinstance(event, Finished)


def test_that_events_come_in_order_with_one_record_for_every_epoch(
    network: Network, data: Dataset
) -> None:
    events: list[Event] = []
    result = train(network, data, config(), events.append)
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    epochs = [e for e in events if isinstance(e, EpochDone)]
    assert [e.epoch for e in epochs] == [0, 1, 2, 3, 4, 5]
    assert list(result.history.epoch) == [0, 1, 2, 3, 4, 5]
    assert list(result.history.train_loss) == [e.train_loss for e in epochs]
    assert len({e.run_id for e in epochs}) == 1
    assert result.stop_reason == "epochs"
    assert result.progress.epoch == 5


def test_that_the_recorded_losses_are_those_of_the_weights_at_that_epoch(
    network: Network, data: Dataset
) -> None:
    result = train(network, data, config())
    rows = data.rows(VALIDATION)
    difference = result.network.predict(data.inputs[rows]) - data.targets[rows]
    assert result.history.validation_loss[-1] == pytest.approx(0.5 * np.mean(difference**2))


def test_that_the_given_network_is_not_changed(network: Network, data: Dataset) -> None:
    before = network.parameters.copy()
    train(network, data, config())
    assert np.array_equal(network.parameters, before)


def test_that_the_same_seed_gives_the_same_bits_and_another_does_not(
    network: Network, data: Dataset
) -> None:
    one, two, other = (train(network, data, config(seed=s)).network for s in (0, 0, 1))
    assert one.parameters.tobytes() == two.parameters.tobytes()
    assert one.parameters.tobytes() != other.parameters.tobytes()


@settings(max_examples=15)
@given(
    st.integers(1, 4),
    st.sampled_from(sorted({*OPTIMIZERS} - {"lm"})),
    st.sampled_from([1, 4, "all"]),
)
def test_that_a_run_continued_from_its_progress_gives_the_bits_of_a_whole_one(
    cut: int, optimizer: str, batch: int | str
) -> None:
    project = starter("xor")
    assert project.dataset is not None
    how = replace(project.config, optimizer=optimizer, batch_size=batch, learning_rate=0.1)
    whole = train(project.network, project.dataset, replace(how, epochs=5))
    first = train(project.network, project.dataset, replace(how, epochs=cut))
    mailbox = Mailbox()
    rest = Session(
        first.network,
        project.dataset,
        replace(how, epochs=5 - cut),
        mailbox,
        progress=first.progress,
    ).run()
    assert rest.network.parameters.tobytes() == whole.network.parameters.tobytes()
    assert rest.progress == whole.progress


def test_that_pause_step_and_resume_leave_the_bits_as_they_would_have_been(
    network: Network, data: Dataset
) -> None:
    whole = train(network, data, config(optimizer="momentum"))
    mailbox, control = Seen(), Control("update")
    session = Session(network, data, config(optimizer="momentum"), mailbox, control)
    session.start()
    first = mailbox.until(paused)
    assert isinstance(first, Paused)
    assert (first.result.progress.epoch, first.result.progress.position) == (0, 4)
    control.step_sample()
    second = mailbox.until(paused)
    assert isinstance(second, Paused) and second.result.progress.position == 8
    control.step_epoch()
    third = mailbox.until(paused)
    assert isinstance(third, Paused)
    assert (third.result.progress.epoch, third.result.progress.position) == (1, 0)
    control.resume()
    last = mailbox.until(finished)
    assert session.join(SECONDS)
    assert isinstance(last, Finished)
    assert last.result.network.parameters.tobytes() == whole.network.parameters.tobytes()


def test_that_a_run_stopped_within_an_epoch_goes_on_from_there(
    network: Network, data: Dataset
) -> None:
    whole = train(network, data, config(epochs=2))
    mailbox, control = Seen(), Control("update")
    session = Session(network, data, config(epochs=2), mailbox, control)
    session.start()
    mailbox.until(paused)
    control.stop()
    stopped = mailbox.until(finished)
    session.join(SECONDS)
    assert isinstance(stopped, Finished) and stopped.result.stop_reason == "user"
    middle = stopped.result
    assert middle.progress == Progress(0, 4, middle.progress.slots)
    rest = Session(
        middle.network, data, config(epochs=2), Mailbox(), progress=middle.progress
    ).run()
    assert rest.network.parameters.tobytes() == whole.network.parameters.tobytes()


def test_that_a_running_session_stops_when_told_and_says_so_once(
    network: Network, data: Dataset
) -> None:
    mailbox = Seen()
    session = Session(network, data, config(epochs=100_000_000), mailbox)
    session.start()
    session.control.stop()
    assert isinstance(mailbox.until(finished), Finished)
    assert session.join(SECONDS)
    assert sum(isinstance(e, Finished) for e in mailbox.events + mailbox.take_lifecycle()) == 1


def test_that_stop_is_final() -> None:
    control = Control()
    control.stop()
    control.resume()
    assert control.mode == "stop"


def test_that_a_changed_learning_rate_holds_from_the_next_update(
    network: Network, data: Dataset
) -> None:
    mailbox, control = Seen(), Control("epoch")
    session = Session(network, data, config(epochs=2), mailbox, control)
    session.start()
    mailbox.until(paused)
    control.change(config(learning_rate=0.01))
    control.resume()
    last = mailbox.until(finished)
    session.join(SECONDS)
    one = train(network, data, config(epochs=1))
    two = Session(
        one.network, data, config(epochs=1, learning_rate=0.01), Mailbox(), progress=one.progress
    ).run()
    assert isinstance(last, Finished)
    assert last.result.network.parameters.tobytes() == two.network.parameters.tobytes()


def test_that_only_what_may_change_lets_a_run_continue() -> None:
    project = starter("xor")
    faster = project.with_config(replace(project.config, learning_rate=0.9))
    assert can_continue(project, faster)
    assert can_continue(project, project.with_layout({"input": (0.0, 0.0)}))
    assert not can_continue(project, project.with_config(replace(project.config, seed=9)))
    assert not can_continue(project, project.with_topology(Topology.parse("2-3-1")))


def test_that_the_target_loss_ends_the_run(network: Network, data: Dataset) -> None:
    start = train(network, data, config(epochs=1)).history.train_loss[0]
    result = train(network, data, config(epochs=10_000, target_loss=start * 0.8))
    assert result.stop_reason == "target_loss"
    assert result.history.train_loss[-1] <= start * 0.8 < result.history.train_loss[-2]


def test_that_early_stopping_keeps_the_weights_with_the_best_validation_loss(
    network: Network, data: Dataset
) -> None:
    rng = np.random.default_rng(0)
    noise = Dataset.from_arrays(data.inputs, rng.integers(0, 2, len(data)), validation=0.4, seed=1)
    result = train(network, noise, config(epochs=5_000, patience=20, learning_rate=1.0))
    assert result.stop_reason == "early_stopping"
    losses = result.history.validation_loss
    assert result.best_epoch == result.history.epoch[losses.argmin()]
    assert result.progress.epoch == result.best_epoch + 20
    best = train(network, noise, config(epochs=result.best_epoch, learning_rate=1.0))
    assert result.network.parameters.tobytes() == best.network.parameters.tobytes()


@pytest.mark.parametrize("batch", [1, "all"])
def test_that_a_run_that_diverges_keeps_the_last_finite_weights_and_says_where(
    batch: int | str,
) -> None:
    X = np.linspace(1, 2, 6)[:, None]
    data = Dataset.from_arrays(X, 100 * X)
    network = Network.create(Topology.parse("1-3-1", hidden="relu", output="linear"), seed=1)
    network.parameters[:] = np.abs(network.parameters)
    result = train(network, data, config(batch_size=batch, learning_rate=50.0, epochs=100_000))
    assert result.stop_reason == "diverged"
    assert np.isfinite(result.network.parameters).all()
    assert "epoch" in result.message and "row" in result.message
    assert "learning rate" in result.message
    again = train(result.network, data, config(batch_size=batch, learning_rate=50.0, epochs=1))
    assert again.stop_reason == "diverged" or np.isfinite(again.network.parameters).all()


def test_that_what_does_not_go_together_is_refused_before_anything_runs(data: Dataset) -> None:
    events: list[Event] = []
    with pytest.raises(ProjectError, match="'input' has 3 neurons"):
        train(Network.create(Topology.parse("3-2-1")), data, config(), events.append)
    with pytest.raises(ProjectError, match="cross-entropy"):
        network = Network.create(Topology.parse("2-2-1", output="tanh"))
        train(network, data, config(loss="binary_cross_entropy"), events.append)
    assert not events


def test_that_an_error_in_the_thread_is_told_as_failed(network: Network, data: Dataset) -> None:
    class Broken(Seen):
        def wants_snapshot(self) -> bool:
            raise RuntimeError("the disk is full")

    mailbox = Broken()
    session = Session(network, data, config(), mailbox)
    session.start()
    failed = mailbox.until(lambda e: isinstance(e, Failed))
    session.join(SECONDS)
    assert isinstance(failed, Failed)
    assert "the disk is full" in failed.message
    assert "RuntimeError" in failed.details


def test_that_float32_runs_in_float32_and_comes_back_exactly(
    network: Network, data: Dataset
) -> None:
    result = train(network, data, config(dtype="float32"))
    parameters = result.network.parameters
    assert parameters.dtype == np.float64
    assert np.array_equal(parameters, parameters.astype(np.float32).astype(np.float64))
    exact = train(network, data, config()).network.parameters
    assert np.allclose(parameters, exact, atol=1e-4)
    assert not np.array_equal(parameters, exact)


def test_that_a_snapshot_is_only_made_on_request_and_cannot_be_written(
    network: Network, data: Dataset
) -> None:
    mailbox = Seen()
    session = Session(network, data, config(epochs=100_000_000), mailbox)
    assert mailbox.take_snapshot() is None
    mailbox.request_snapshot()
    session.start()
    snapshot: Snapshot | None = None
    while snapshot is None:
        snapshot = mailbox.take_snapshot()
    assert not mailbox.wants_snapshot()
    with pytest.raises(ValueError, match="read-only"):
        snapshot.parameters[0] = 1.0
    session.control.stop()
    mailbox.until(finished)
    assert session.join(SECONDS)


def test_that_a_held_session_gives_way_and_goes_on_by_itself_in_the_end(
    network: Network, data: Dataset
) -> None:
    mailbox, control = Seen(), Control()
    control.hold()
    session = Session(network, data, config(epochs=2), mailbox, control)
    session.start()
    last = mailbox.until(finished)
    assert session.join(SECONDS)
    assert isinstance(last, Finished)
    whole = train(network, data, config(epochs=2))
    assert last.result.network.parameters.tobytes() == whole.network.parameters.tobytes()
