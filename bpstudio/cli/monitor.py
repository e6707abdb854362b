"""A run watched in the terminal: a bar with the loss, and a small curve that grows."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

import numpy as np

from bpstudio.cli.options import TrainingError
from bpstudio.cli.plot import curves
from bpstudio.cli.report import number
from bpstudio.model.history import History
from bpstudio.training.control import Control
from bpstudio.training.events import EpochDone, Epochs, Failed, Finished, Note, Result, history_of
from bpstudio.training.mailbox import Mailbox, MetricsBuffer
from bpstudio.training.session import Session

INTERVAL = 0.1
_CURVE_HEIGHT = 7
_CURVE_WIDTH = 72
_POINTS = 512


class Monitor:
    """Draws a session's metrics again and again over the same lines of a terminal."""

    def __init__(self, stream: TextIO, first_epoch: int, epochs: int) -> None:
        self._stream = stream
        self._first, self._epochs = first_epoch, epochs
        self._began = time.monotonic()
        self._seen = MetricsBuffer(_POINTS)
        self._lines = 0
        self._plain = os.environ.get("TERM") == "dumb" or not _speaks_unicode(stream)

    def update(self, epochs: Epochs) -> None:
        self._seen.put(epochs)
        self._draw()

    def _draw(self) -> None:
        rows = self._seen.rows()
        if not rows:
            return
        terminal = shutil.get_terminal_size()
        width = max(terminal.columns - 1, 20)
        room = not self._plain and terminal.lines > _CURVE_HEIGHT + 3
        lines = curve_lines(history_of(rows), min(width, _CURVE_WIDTH)) if room else []
        lines.append(self._bar(rows[-1], width))
        # Back to where the last picture began, then line by line over it.
        up = f"\x1b[{self._lines - 1}A" if self._lines > 1 else ""
        erase = "" if self._plain else "\x1b[K"
        self._stream.write("\r" + up + "\n".join(line + erase for line in lines))
        self._stream.flush()
        self._lines = len(lines)

    def _bar(self, last: EpochDone, width: int) -> str:
        # Loaded for who sees a bar: the window needs none.
        from tqdm import tqdm  # noqa: PLC0415

        text: str = tqdm.format_meter(
            last.epoch - self._first,
            self._epochs,
            time.monotonic() - self._began,
            ncols=width,
            prefix="epochs",
            unit="",
            ascii=self._plain,
            postfix="loss " + number(last.train_loss, 4),
        )
        return text.ljust(width) if self._plain else text

    def close(self) -> None:
        if self._lines:
            self._stream.write("\n")
            self._stream.flush()


@contextmanager
def reading_bar(file: str) -> Iterator[Callable[[float], object] | None]:
    """A bar on a terminal while a large file is read; what to tell the share done to."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm  # noqa: PLC0415

    with tqdm(
        total=1.0,
        desc=f"reading {file}",
        delay=1.0,
        leave=False,
        bar_format="{desc}: {percentage:3.0f}% |{bar}|",
    ) as bar:

        def tell(share: float) -> None:
            bar.update(max(share - bar.n, 0.0))

        yield tell


def curve_lines(history: History, width: int = _CURVE_WIDTH) -> list[str]:
    """The losses of a record as a curve with a legend; empty for less than two epochs."""
    if len(history) < 2:
        return []
    train, validation = history.train_loss, history.validation_loss
    legend = f"loss: training {number(train[-1], 4)}"
    if np.isfinite(validation).any():
        legend += f" (line), validation {number(validation[-1], 4)} (dots)"
    drawn = curves(history.epoch, train, validation, width, _CURVE_HEIGHT - 1)
    return [legend, *drawn] if drawn else []


def run_session(session: Session, mailbox: Mailbox, first_epoch: int, epochs: int) -> Result:
    """Run a session in its thread until it ends, drawn on standard error if that is a terminal.

    Ctrl+C stops it and keeps what was learned. Raises TrainingError if the session fails.
    """
    monitor = Monitor(sys.stderr, first_epoch, epochs) if sys.stderr.isatty() else None
    with _stopped_by_interrupt(session.control):
        session.start()
        result = None
        while result is None:
            result = _outcome(mailbox, monitor)
        session.join()
    if monitor is not None:
        monitor.update(mailbox.take_metrics())
        monitor.close()
    return result


@contextmanager
def _stopped_by_interrupt(control: Control) -> Iterator[None]:
    """The first Ctrl+C asks for a stop, the second one is as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.getsignal(signal.SIGINT)

    def stop(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, usual)
        control.stop()

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    except BaseException:
        control.stop()
        raise
    finally:
        signal.signal(signal.SIGINT, usual)


def _outcome(mailbox: Mailbox, monitor: Monitor | None) -> Result | None:
    """Wait a moment, show what is new; the result if the run has ended."""
    mailbox.wait(INTERVAL)
    if monitor is not None:
        monitor.update(mailbox.take_metrics())
    for event in mailbox.take_lifecycle():
        if isinstance(event, Finished):
            return event.result
        if isinstance(event, Note):
            sys.stderr.write(event.message + "\n")
        if isinstance(event, Failed):
            if monitor is not None:
                monitor.close()
            raise TrainingError(event.message)
    return None


def _speaks_unicode(stream: TextIO) -> bool:
    try:
        "⣿█┤".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
