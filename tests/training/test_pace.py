"""How much goes into one call of an engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bpstudio.training.pace import EPOCHS_SHARE, Pace

ENGINE: Any = SimpleNamespace(call_seconds=0.01)
LONGEST = EPOCHS_SHARE * ENGINE.call_seconds


def timed(seconds: float) -> Pace:
    """A pace that has seen one whole epoch."""
    pace = Pace()
    pace.begin_epoch()
    pace.worked(seconds)
    return pace


def test_that_no_whole_epoch_goes_into_a_call_before_one_was_timed() -> None:
    pace = Pace()
    assert pace.epochs(ENGINE) == 0
    pace.worked(0.001)
    assert pace.epochs(ENGINE) == 0, "that was part of an epoch"


def test_that_calls_double_until_they_last_as_long_as_they_may() -> None:
    pace, seconds, counts = timed(0.001), 0.001, []
    for _ in range(6):
        counts.append(pace.epochs(ENGINE))
        pace.did_epochs(counts[-1], counts[-1] * seconds)
    assert counts[:4] == [2, 4, 8, 16]
    assert counts[4] == counts[5] > 16
    assert max(counts) * seconds <= LONGEST


def test_that_an_epoch_that_lasts_too_long_is_cut() -> None:
    assert timed(LONGEST * 1.1).epochs(ENGINE) == 0


def test_that_one_slow_call_is_believed_only_if_the_next_is_slow_too() -> None:
    pace = timed(0.001)
    for _ in range(5):
        count = pace.epochs(ENGINE)
        pace.did_epochs(count, 0.001 * count)
    pace.did_epochs(pace.epochs(ENGINE), 1.0)
    assert pace.epochs(ENGINE) >= 5
    pace.did_epochs(5, 1.0)
    pace.did_epochs(5, 1.0)
    pace.did_epochs(5, 1.0)
    assert pace.epochs(ENGINE) <= 1


def test_that_rows_double_until_a_call_is_long_enough() -> None:
    pace = Pace()
    assert pace.rows(10) == 10
    pace.trained(ENGINE, 10, 10, 10, 0.0001)
    assert pace.rows(10) == 20
    pace.trained(ENGINE, 10, 20, 20, 0.02)
    assert pace.rows(10) == 10
    pace.forget()
    assert pace.rows(4) == 4
