"""The record of a run: equal by value, frozen, and joined where two runs meet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstudio.model.history import History, SettingChange, joined


def history(first: int, last: int, loss: float = 1.0) -> History:
    epochs = np.arange(first, last + 1)
    return History(epochs, epochs * loss, *[np.full(len(epochs), np.nan)] * 3)


def test_that_an_empty_record_has_no_rows() -> None:
    assert len(History()) == 0
    assert all(History().column(name).shape == (0,) for name in History.COLUMNS)


def test_that_records_are_equal_by_value_also_where_nothing_was_measured() -> None:
    assert history(0, 3) == history(0, 3)
    assert history(0, 3) != history(0, 3, loss=2.0)
    assert history(0, 3) != history(0, 2)


def test_that_a_record_cannot_be_written_to_nor_changed_from_outside() -> None:
    epochs = np.arange(3.0)
    record = History(epochs, *[epochs] * 4)
    epochs[:] = 9
    assert record.epoch.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="read-only"):
        record.train_loss[0] = 1.0


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_that_two_runs_join_with_the_epoch_where_they_meet_once(
    first: int, overlap: int, rest: int
) -> None:
    before = history(0, first + overlap)
    after = history(first, first + overlap + rest, loss=7.0)
    joined = before.extended(after)
    assert joined.epoch.tolist() == list(range(first + overlap + rest + 1))
    assert joined.train_loss[first:].tolist() == after.train_loss.tolist()
    assert joined.train_loss[:first].tolist() == before.train_loss[:first].tolist()


def test_that_nothing_added_changes_nothing() -> None:
    assert history(0, 3).extended(History()) == history(0, 3)
    assert History().extended(history(0, 3)) == history(0, 3)


# Learning rates and changes


def rated(first: int, rates: list[float], changes: tuple[SettingChange, ...] = ()) -> History:
    epochs = np.arange(first, first + len(rates))
    nothing = [np.full(len(rates), np.nan)] * 3
    return History(epochs, epochs * 1.0, *nothing, np.array(rates), changes=changes)


def test_that_a_record_without_rates_has_none() -> None:
    assert np.isnan(history(0, 2).learning_rate).all()


def test_that_the_rate_of_the_epoch_where_runs_meet_is_that_of_the_first_one() -> None:
    joined_up = rated(0, [np.nan, 0.5, 0.4]).extended(rated(2, [np.nan, 0.3]))
    assert joined_up.learning_rate[1:].tolist() == [0.5, 0.4, 0.3]


def test_that_changes_of_both_runs_stand_in_order_and_those_undone_are_gone() -> None:
    one, two, three = (SettingChange(e, "l2", 0.0, 0.1 * e) for e in (1, 2, 4))
    first = rated(0, [np.nan, 0.5, 0.5, 0.5, 0.5, 0.5], (one, two, three))
    second = rated(2, [np.nan, 0.3], (SettingChange(2, "momentum", 0.9, 0.5),))
    assert first.extended(second).changes == (one, two, *second.changes)
    assert first.extended(History()).changes == first.changes
    assert first != rated(0, first.learning_rate.tolist())


def test_that_several_changes_of_a_setting_in_one_epoch_are_one() -> None:
    changes: tuple[SettingChange, ...] = ()
    for before, after in ((0.5, 0.4), (0.4, 0.3)):
        changes = joined(changes, SettingChange(7, "learning_rate", before, after))
    changes = joined(changes, SettingChange(7, "batch_size", 1, "all"))
    assert list(map(str, changes)) == ["learning_rate 0.5 → 0.3", "batch_size 1 → all"]
    back = joined(changes, SettingChange(7, "learning_rate", 0.3, 0.5))
    assert list(map(str, back)) == ["batch_size 1 → all"]
    later = joined(changes, SettingChange(8, "learning_rate", 0.3, 0.5))
    assert len(later) == 3
