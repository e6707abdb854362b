"""How a session's events reach another thread: three lanes, by how lossy each may be.

Metrics: bounded, halves its resolution as it fills. Snapshot: one slot, filled on request. Lifecycle:
a queue in which nothing is ever dropped. No lane blocks the session.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from bpstudio.training.events import EpochDone, Event, Lifecycle, Snapshot


class Sink(Protocol):
    """Where a session puts its events; called in the session's thread."""

    def post(self, event: Event) -> None: ...

    def wants_snapshot(self) -> bool:
        """Whether a copy of the parameters would be looked at."""


class MetricsBuffer:
    """Epochs in a bounded buffer: when it is full every second one goes, and only every second stays.

    The newest epoch is always there, so a reader sees where the run is.
    """

    def __init__(self, capacity: int = 4096) -> None:
        self._capacity = capacity
        self._kept: list[EpochDone] = []
        self._newest: EpochDone | None = None
        self._stride = 1

    def put(self, event: EpochDone) -> None:
        self._newest = event
        if event.epoch % self._stride:
            return
        self._kept.append(event)
        if len(self._kept) >= self._capacity:
            self._stride *= 2
            self._kept = [e for e in self._kept if e.epoch % self._stride == 0]

    def rows(self) -> list[EpochDone]:
        """What is kept, oldest first, the newest epoch last."""
        if self._newest is None or (self._kept and self._kept[-1] is self._newest):
            return list(self._kept)
        return [*self._kept, self._newest]

    def take(self) -> list[EpochDone]:
        """``rows``, and an empty buffer at full resolution."""
        rows, self._kept, self._newest, self._stride = self.rows(), [], None, 1
        return rows


class Mailbox:
    """A Sink that another thread empties when it likes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._metrics = MetricsBuffer()
        self._lifecycle: deque[Lifecycle] = deque()
        self._snapshot: Snapshot | None = None
        self._snapshot_wanted = False
        self._arrived = threading.Condition(self._lock)

    def post(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, EpochDone):
                self._metrics.put(event)
            elif isinstance(event, Snapshot):
                self._snapshot = event
                self._snapshot_wanted = False
            else:
                self._lifecycle.append(event)
                self._arrived.notify_all()

    def wants_snapshot(self) -> bool:
        return self._snapshot_wanted

    def request_snapshot(self) -> None:
        """Ask for the parameters; the next free moment of the session answers."""
        with self._lock:
            self._snapshot_wanted = self._snapshot is None

    def take_metrics(self) -> list[EpochDone]:
        with self._lock:
            return self._metrics.take()

    def take_snapshot(self) -> Snapshot | None:
        with self._lock:
            snapshot, self._snapshot = self._snapshot, None
            return snapshot

    def take_lifecycle(self) -> list[Lifecycle]:
        with self._lock:
            events = list(self._lifecycle)
            self._lifecycle.clear()
            return events

    def wait(self, timeout: float) -> None:
        """Until a lifecycle event is there, or the timeout, in seconds."""
        with self._lock:
            self._arrived.wait_for(lambda: bool(self._lifecycle), timeout)


class Callback:
    """A Sink that hands every event to a function at once."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        self._on_event = on_event

    def post(self, event: Event) -> None:
        if self._on_event is not None:
            self._on_event(event)

    def wants_snapshot(self) -> bool:
        return False
