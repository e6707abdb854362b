"""Who lets go of objects that hold each other."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from bpstudio.gui.sweeper import OLDER, Sweeper


class Ring:
    """Holds itself: only Python's search lets go of it."""

    def __init__(self) -> None:
        self.me = self


def many_objects() -> list[list[int]]:
    """More than Python makes between two searches."""
    return [[k] for k in range(4 * gc.get_threshold()[0])]


@pytest.fixture
def sweeper(qtbot: QtBot) -> Iterator[Sweeper]:
    sweeper = Sweeper()
    yield sweeper
    sweeper.stop()


def test_that_another_thread_lets_go_of_nothing_and_the_event_loop_does(
    sweeper: Sweeper, qtbot: QtBot
) -> None:
    gone_in: list[threading.Thread] = []
    weakref.finalize(Ring(), lambda: gone_in.append(threading.current_thread()))
    kept: list[list[list[int]]] = []
    thread = threading.Thread(target=lambda: kept.append(many_objects()))
    thread.start()
    thread.join()
    assert not gone_in
    qtbot.waitUntil(lambda: bool(gone_in))
    assert gone_in == [threading.main_thread()]


def test_that_old_objects_are_searched_in_their_turn(sweeper: Sweeper) -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect(0)
    gc.collect(1)
    del ring
    sweeps = 0
    while gone() is not None:
        sweeper.sweep()
        sweeps += 1
    assert sweeps == OLDER**2


def test_that_python_searches_again_after_the_end(qtbot: QtBot) -> None:
    Sweeper().stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
