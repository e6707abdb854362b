"""The curve and the bar in the terminal, and the text tables."""

from __future__ import annotations

import io

import numpy as np
import pytest

from bpstudio.cli.monitor import Monitor, curve_lines, run_session
from bpstudio.cli.options import TrainingError
from bpstudio.cli.plot import curves
from bpstudio.cli.report import confusion_lines, plain, table
from bpstudio.engines.base import Engine
from bpstudio.files.samples import starter
from bpstudio.model.history import History
from bpstudio.training import session as sessions
from bpstudio.training.events import EpochDone, Epochs
from bpstudio.training.mailbox import Mailbox
from bpstudio.training.session import Session

NONE = np.full(9, np.nan)


def test_that_a_falling_loss_falls() -> None:
    x = np.arange(9.0)
    lines = curves(x, 9 - x, NONE, width=40, height=5)
    assert len(lines) == 6
    assert {len(line) <= 40 for line in lines} == {True}
    starts = [len(line) - len(line[11:].lstrip("\u2800")) for line in lines[:5]]
    assert starts == sorted(starts) and starts[0] == 11
    assert lines[0].strip().startswith("9 ┤") and lines[4].strip().startswith("1 ┤")
    assert lines[5].split() == ["0", "8"]


def test_that_a_wide_range_is_logarithmic() -> None:
    x = np.arange(9.0)
    assert any(line.strip().startswith("log") for line in curves(x, 10.0**-x, NONE))
    assert not any("log" in line for line in curves(x, 10 - x, NONE))


@pytest.mark.parametrize("y", [np.zeros(9), np.ones(9), np.full(9, np.nan), np.full(9, np.inf)])
def test_that_every_record_can_be_drawn(y: np.ndarray) -> None:
    x = np.arange(9.0)
    assert len(curves(x, y, NONE)) in (0, 9)
    assert curves(x, y, NONE, width=10) == []
    curve_lines(History(x, y, NONE, NONE, NONE))


def test_that_a_record_of_one_epoch_has_no_curve() -> None:
    one = np.zeros(1)
    assert curve_lines(History(one, one, one, one, one)) == []


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_that_the_monitor_draws_over_itself(encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    monitor = Monitor(stream, 0, 50)
    for epoch in range(0, 51, 10):
        monitor.update(Epochs.of(EpochDone(1, epoch, 1 / (1 + epoch), float("nan"), 1.0, 1.0)))
    monitor.close()
    text = stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
    assert text.count("50/50") == 1 and text.endswith("\n")
    assert text.count("\r") == 6
    assert ("┤" in text) == (encoding == "utf-8")


def test_that_an_error_in_a_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    project = starter()
    assert project.dataset is not None
    mailbox = Mailbox()
    session = Session(project.network, project.dataset, project.config, mailbox)

    def broken(*_: object) -> Engine:
        raise MemoryError("no memory")

    monkeypatch.setattr(sessions, "create_engine", broken)
    with pytest.raises(TrainingError, match="Training stopped by an error: no memory"):
        run_session(session, mailbox, 0, 1)


def test_that_wide_characters_take_two_columns() -> None:
    lines = table(["", "行"], [["好瓜", "1"], ["ab", "22"]])
    assert lines == ["      行", "好瓜   1", "ab    22"]


def test_the_confusion_matrix() -> None:
    lines = confusion_lines([[3, 1], [0, 0]], ["no", "yes"])
    assert lines[1].split() == ["no", "3", "1", "75.0", "%"]
    assert lines[2].split() == ["yes", "·", "·", "–"]


def test_that_json_holds_no_nan() -> None:
    assert plain({"a": [float("nan"), 1.0], "b": float("inf")}) == {"a": [None, 1.0], "b": None}
