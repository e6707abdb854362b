"""How the compiled engine finds back to numbers that are finite."""

from __future__ import annotations

import time

from bpstudio.engines.base import State
from bpstudio.model.arrays import IntArray
from bpstudio.model.config import TrainingConfig

CHECKPOINT_SECONDS = 0.1
"""How often the state of a large network is copied."""


class Checkpoint:
    """A copy of the state some calls ago, and these calls: they give the same bits again.

    A copy for every call would cost a large network as much time as a tenth of the updates themselves.
    """

    def __init__(self, works_on_copies: bool) -> None:
        self._works_on_copies = works_on_copies
        self._kept: State | None = None
        self._calls: list[tuple[TrainingConfig, IntArray]] = []
        self._since = 0.0

    def before(self, order: IntArray, config: TrainingConfig, state: State) -> None:
        """A call with this order is about to be made."""
        now = time.perf_counter()
        if self._works_on_copies:
            # What is not finite is not written back then: the state itself will do.
            self._kept, self._calls = State(state.parameters, dict(state.slots)), []
        elif self._kept is None or now - self._since > CHECKPOINT_SECONDS:
            self._kept = State.start(state.parameters, state.slots, config.dtype)
            self._calls, self._since = [], now
        self._calls.append((config, order))

    def without_last(self) -> None:
        """The last call was given up and has changed nothing."""
        self._calls.pop()

    def forget(self) -> None:
        """Updates are made that are not among the calls."""
        self._kept, self._calls = None, []

    def taken(self) -> tuple[State, list[tuple[TrainingConfig, IntArray]]]:
        """The copy, and the calls from there to the last one, which is not among them; both are
        used up."""
        kept, calls = self._kept, self._calls[:-1]
        assert kept is not None
        self._kept, self._calls = None, []
        return kept, calls
