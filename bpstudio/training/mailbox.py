"""How a session's events reach another thread: three lanes, by how lossy each may be.

Metrics: bounded, halves its resolution as it fills. Snapshot: one slot, filled on request. Lifecycle:
a queue in which nothing is ever dropped. No lane blocks the session.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np

from bpstudio.model.arrays import FloatArray, frozen
from bpstudio.model.history import History
from bpstudio.training.events import EpochDone, Epochs, Event, Lifecycle, Snapshot

FIRST_ROOM = 256
"""Epochs that there is room for at first."""


class Sink(Protocol):
    """Where a session puts its events; called in the session's thread.

    It is told of every epoch before the next one begins, unless it can take many at once.
    """

    def post(self, event: Event) -> None: ...

    def wants_snapshot(self) -> bool:
        """Whether a copy of the parameters would be looked at."""


@runtime_checkable
class BatchSink(Sink, Protocol):
    """A Sink that takes epochs as they come: many at once where they are short."""

    def post_epochs(self, epochs: Epochs) -> None: ...


class MetricsBuffer:
    """Epochs in a bounded buffer: when it is full every second one goes, and only every second stays.

    The newest epoch is always there, so a reader sees where the run is.
    """

    def __init__(self, capacity: int = 4096) -> None:
        self._capacity = capacity
        self._run_id = 0
        self._kept = np.empty((min(capacity, FIRST_ROOM), len(History.COLUMNS)))
        self._count = 0
        self._newest: FloatArray | None = None
        self._stride = 1

    def put(self, epochs: Epochs) -> None:
        """Add epochs that follow those before; a run other than the last one's takes over their name."""
        if not len(epochs):
            return
        self._run_id, self._newest = epochs.run_id, epochs.table[-1]
        new = self._thinned(epochs.table)
        while len(new):
            free = self._capacity - self._count
            self._append(new[:free])
            new = new[free:]
            if self._count == self._capacity:
                self._stride *= 2
                kept = self._thinned(self._kept[: self._count])
                self._count = len(kept)
                self._kept[: self._count] = kept
                new = self._thinned(new)

    def _thinned(self, table: FloatArray) -> FloatArray:
        return table if self._stride == 1 else table[table[:, 0] % self._stride == 0]

    def _append(self, table: FloatArray) -> None:
        needed = self._count + len(table)
        if needed > len(self._kept):
            room = np.empty((min(self._capacity, 2 * needed), self._kept.shape[1]))
            room[: self._count] = self._kept[: self._count]
            self._kept = room
        self._kept[self._count : needed] = table
        self._count = needed

    def rows(self) -> Epochs:
        """What is kept, oldest first, the newest epoch last; a copy."""
        kept = self._kept[: self._count]
        if self._newest is not None and (not len(kept) or kept[-1, 0] != self._newest[0]):
            kept = np.vstack([kept, self._newest])
        return Epochs(self._run_id, frozen(kept))

    def take(self) -> Epochs:
        """``rows``, and an empty buffer at full resolution."""
        rows = self.rows()
        self._count, self._newest, self._stride = 0, None, 1
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
                self._metrics.put(Epochs.of(event))
            elif isinstance(event, Snapshot):
                self._snapshot = event
                self._snapshot_wanted = False
            else:
                self._lifecycle.append(event)
                self._arrived.notify_all()

    def post_epochs(self, epochs: Epochs) -> None:
        with self._lock:
            self._metrics.put(epochs)

    def wants_snapshot(self) -> bool:
        return self._snapshot_wanted

    def request_snapshot(self) -> None:
        """Ask for the parameters; the next free moment of the session answers."""
        with self._lock:
            self._snapshot_wanted = self._snapshot is None

    def take_metrics(self) -> Epochs:
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

    def post_epochs(self, epochs: Epochs) -> None:
        if self._on_event is not None:
            for epoch in epochs:
                self._on_event(epoch)

    def wants_snapshot(self) -> bool:
        return False
