"""The record of a run: equal by value, frozen, and joined where two runs meet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpstudio.model.history import History


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
