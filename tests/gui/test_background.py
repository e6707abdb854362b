"""Work in the background: its end, its failure, and that nothing of it comes late."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from bpstudio.gui.background import Background, Task


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    owner = QObject()
    background = Background(owner)
    yield background
    background.close()


def wait_until_unwanted(task: Task) -> str:
    while not task.cancelled():
        threading.Event().wait(0.001)
    return "late"


def test_that_the_result_comes_back_from_another_thread(
    background: Background, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(background.done) as done:
        background.start(lambda task: threading.current_thread())
        assert background.busy
    assert done.args[0] is not threading.main_thread()
    assert not background.busy


def test_that_progress_is_told_while_it_works(background: Background, qtbot: QtBot) -> None:
    def work(task: Task) -> None:
        task.progress(0.25)
        wait_until_unwanted(task)

    with qtbot.waitSignal(background.progressed, check_params_cb=lambda f: f == 0.25):
        background.start(work)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError("Row 3 is bad."), "Row 3 is bad."),
        (OSError("The disk is full."), "The disk is full."),
        (MemoryError(), "There is not enough memory: take a part of the data."),
    ],
)
def test_that_a_failure_is_a_sentence(
    background: Background, qtbot: QtBot, error: Exception, sentence: str
) -> None:
    def work(_task: Task) -> None:
        raise error

    with qtbot.waitSignal(background.failed) as failed:
        background.start(work)
    assert str(failed.args[0]) == sentence


def test_that_a_mistake_in_the_program_is_not_hidden(background: Background, qtbot: QtBot) -> None:
    with qtbot.captureExceptions() as raised:
        background.start(lambda _task: {}["absent"])
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is KeyError


def test_that_cancelled_work_tells_nothing_any_more(background: Background, qtbot: QtBot) -> None:
    heard: list[object] = []
    background.done.connect(heard.append)
    background.start(wait_until_unwanted)
    background.cancel()
    assert not background.busy
    with qtbot.waitSignal(background.done):
        background.start(lambda _task: "new")
    assert heard == ["new"]


def test_that_closing_waits_for_every_thread(background: Background) -> None:
    before = threading.active_count()
    for _ in range(3):
        background.start(wait_until_unwanted)
    background.close()
    assert threading.active_count() <= before
