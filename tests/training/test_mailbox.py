"""The three lanes between a session and its readers, and the order of rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bpstudio.training.events import EpochDone, Epochs, Snapshot, Started
from bpstudio.training.mailbox import Mailbox, MetricsBuffer
from bpstudio.training.schedule import Schedule


def epoch(number: int) -> EpochDone:
    return EpochDone(1, number, 1.0 / (number + 1), 0.0, 0.0, 0.0)


@given(st.integers(0, 500), st.integers(2, 40))
def test_that_metrics_stay_bounded_in_order_and_keep_the_first_and_the_newest(
    last: int, capacity: int
) -> None:
    buffer = MetricsBuffer(capacity)
    for number in range(last + 1):
        buffer.put(Epochs.of(epoch(number)))
    epochs = [e.epoch for e in buffer.rows()]
    assert len(epochs) <= capacity + 1
    assert epochs == sorted(set(epochs))
    assert epochs[0] == 0 and epochs[-1] == last
    if last < capacity - 1:
        assert epochs == list(range(last + 1)), "nothing is dropped while there is room"


def test_that_full_metrics_halve_their_resolution() -> None:
    buffer = MetricsBuffer(8)
    for number in range(9):
        buffer.put(Epochs.of(epoch(number)))
    assert [e.epoch for e in buffer.rows()] == [0, 2, 4, 6, 8]
    assert [e.epoch for e in buffer.take()] == [0, 2, 4, 6, 8]
    assert not buffer.rows()


def test_that_lifecycle_events_are_never_dropped() -> None:
    mailbox = Mailbox()
    for run in range(5_000):
        mailbox.post(Started(run))
    assert [event.run_id for event in mailbox.take_lifecycle()] == list(range(5_000))
    assert mailbox.take_lifecycle() == []


def test_that_the_snapshot_lane_holds_one_and_the_latest_wins() -> None:
    mailbox = Mailbox()
    assert not mailbox.wants_snapshot()
    mailbox.request_snapshot()
    assert mailbox.wants_snapshot()
    for number in (1, 2):
        mailbox.post(Snapshot(1, number, 0, np.zeros(1), 0, 0.0))
    mailbox.request_snapshot()
    assert not mailbox.wants_snapshot(), "no copy is made while one waits to be looked at"
    taken = mailbox.take_snapshot()
    assert taken is not None and taken.epoch == 2
    assert mailbox.take_snapshot() is None


@given(st.integers(1, 300), st.integers(0, 600), st.integers(0, 5))
def test_that_an_epochs_order_is_a_permutation_decided_by_seed_and_epoch_alone(
    rows: int, number: int, seed: int
) -> None:
    order = Schedule(rows, seed, True).order(number)
    assert sorted(order) == list(range(rows))
    other = Schedule(rows, seed, True)
    other.order(0)
    assert np.array_equal(other.order(number), order)
    assert list(Schedule(rows, seed, False).order(number)) == list(range(rows))


@given(st.integers(1, 3000), st.integers(0, 700), st.integers(1, 400), st.booleans())
def test_that_orders_of_many_epochs_are_those_of_each(
    rows: int, number: int, most: int, shuffle: bool
) -> None:
    many = Schedule(rows, 3, shuffle).orders(number, most)
    assert 1 <= len(many) <= most and many.shape[1] == rows
    single = Schedule(rows, 3, shuffle)
    for k in {0, len(many) // 2, len(many) - 1}:
        assert np.array_equal(single.order(number + k), many[k])


def test_that_epochs_put_together_are_kept_like_epochs_put_one_by_one() -> None:
    together, alone = MetricsBuffer(16), MetricsBuffer(16)
    table = np.column_stack([np.arange(100), *np.random.default_rng(0).random((5, 100))])
    for start, stop in ((0, 1), (1, 7), (7, 60), (60, 61), (61, 100)):
        together.put(Epochs(1, table[start:stop]))
    for k in range(100):
        alone.put(Epochs(1, table[k : k + 1]))
    assert np.array_equal(together.rows().table, alone.rows().table)


def test_that_epochs_are_a_sequence_of_what_was_told() -> None:
    epochs = Epochs(4, np.array([[k, 0.5, 0.25, 1.0, 0.75, 0.1] for k in range(3)]))
    assert epochs[1] == EpochDone(4, 1, 0.5, 0.25, 1.0, 0.75, 0.1)
    assert [e.epoch for e in epochs[1:]] == [1, 2]
    assert Epochs.of(epochs[2])[0] == epochs[2]
