"""Work that takes longer than a frame: in a thread of its own, with progress, and an end on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

LOOK_MS = 30
NO_MEMORY = "There is not enough memory: take a part of the data."


@dataclass
class Task:
    """What the work sees: it tells how far it is, and asks whether it is still wanted."""

    fraction: float = 0.0
    result: Any = None
    error: Exception | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    _unwanted: threading.Event = field(default_factory=threading.Event)

    def progress(self, fraction: float) -> None:
        self.fraction = fraction

    def cancelled(self) -> bool:
        return self._unwanted.is_set()

    def cancel(self) -> None:
        self._unwanted.set()


Work: TypeAlias = Callable[[Task], Any]


class Background(QObject):
    """One piece of work at a time; what is started takes the place of what was there before.

    ``progressed(fraction)``, then ``done(result)`` or ``failed(error)``; after ``cancel`` neither. An
    error is a ValueError or OSError whose text is a sentence for people; anything else is raised here.
    """

    progressed = Signal(float)
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self._threads: list[threading.Thread] = []
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        return self._task is not None

    def start(self, work: Work) -> None:
        """Begin; what was going on is no longer wanted."""
        self.cancel()
        task = self._task = Task()
        thread = threading.Thread(target=_run, args=(work, task), name="bpstudio background")
        self._threads.append(thread)
        thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """Let go of the work at once; its thread ends when it next asks."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._timer.stop()
        self._threads = [thread for thread in self._threads if thread.is_alive()]

    def close(self) -> None:
        """Let go of the work and wait for its thread."""
        self.cancel()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _look(self) -> None:
        task = self._task
        if task is None:
            return
        if not task.ended.is_set():
            self.progressed.emit(task.fraction)
            return
        self.cancel()
        if task.error is None:
            self.done.emit(task.result)
        elif isinstance(task.error, MemoryError):
            self.failed.emit(ValueError(NO_MEMORY))
        elif isinstance(task.error, ValueError | OSError):
            self.failed.emit(task.error)
        else:
            raise task.error


def _run(work: Work, task: Task) -> None:
    try:
        task.result = work(task)
    except Exception as error:
        task.error = error
    finally:
        task.ended.set()
