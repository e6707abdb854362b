"""What other threads may ask of a session. The session looks between native calls."""

from __future__ import annotations

import threading
import time
from typing import Literal, TypeAlias

from bpstudio.model.config import TrainingConfig

WAY_SECONDS = 0.05
"""How long a session gives way at most: it goes on, slowly, even if nobody takes hold() back."""

Mode: TypeAlias = Literal["run", "update", "epoch", "pause", "stop"]


class Control:
    """Run, one update, one epoch, pause or stop: the latest request holds; stop is final."""

    def __init__(self, mode: Mode = "run") -> None:
        self._changed = threading.Condition()
        self._mode: Mode = mode
        self._number = 0
        self._config: TrainingConfig | None = None
        self._free = threading.Event()
        self._free.set()
        self._pace: float | None = None
        self._due = 0.0

    @property
    def mode(self) -> Mode:
        return self._mode

    def latest(self) -> tuple[Mode, int]:
        """The latest request, and the number that tells it from an equal one made later."""
        with self._changed:
            return self._mode, self._number

    def ask(self, mode: Mode) -> None:
        """Make this the latest request."""
        with self._changed:
            if self._mode != "stop" and not mode == self._mode == "pause":
                self._mode = mode
                self._number += 1
                self._changed.notify_all()

    def resume(self) -> None:
        self.ask("run")

    def pause(self) -> None:
        self.ask("pause")

    def stop(self) -> None:
        self.ask("stop")

    def step_sample(self) -> None:
        """Make one update (one sample in standard BP), then pause."""
        self.ask("update")

    def step_epoch(self) -> None:
        """Go to the end of the epoch, then pause."""
        self.ask("epoch")

    def done(self, number: int) -> None:
        """The session did what the request of this number asked for: pause, unless there is another."""
        with self._changed:
            if self._number == number:
                self._mode = "pause"

    def wait_for_another(self, number: int) -> None:
        """Until there is a request later than the one of this number.

        Not until the mode changes: who resumes and pauses again before the session wakes up waits for
        a second Paused.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._number != number)

    def hold(self) -> None:
        """Ask the session to give way: another thread needs the interpreter now."""
        self._free.clear()

    def release(self) -> None:
        """The other thread is idle again."""
        self._free.set()

    def give_way(self) -> None:
        """Wait while another thread holds the session, WAY_SECONDS at most."""
        self._free.wait(WAY_SECONDS)

    @property
    def pace(self) -> float | None:
        """Epochs a second at most; None: as many as can be."""
        return self._pace

    def keep_pace(self, pace: float | None) -> None:
        """Begin no more epochs a second than this, so that people can watch; None: as many as can be."""
        with self._changed:
            self._pace, self._due = pace, 0.0
            self._changed.notify_all()

    def wait_for_epoch(self, number: int) -> bool:
        """Until the next epoch may begin; False if there is a later request than that of the number."""
        with self._changed:
            while self._number == number and self._pace is not None:
                left = self._due - time.monotonic()
                if left <= 0:
                    # One that came late may be made up for, more would be a rush.
                    self._due = time.monotonic() + 1 / self._pace + max(left, -1 / self._pace)
                    break
                self._changed.wait(left)
            return self._number == number

    def change(self, config: TrainingConfig) -> None:
        """Go on with another learning rate, momentum, batch size, L1 or L2."""
        with self._changed:
            self._config = config

    def take_config(self) -> TrainingConfig | None:
        """The config asked for since the last call, if any."""
        if self._config is None:
            return None
        with self._changed:
            config, self._config = self._config, None
            return config
