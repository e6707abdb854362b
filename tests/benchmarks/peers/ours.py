"""bpstudio through its engine, as a session calls it."""

from __future__ import annotations

from bpstudio.engines.base import State
from bpstudio.engines.choice import create_engine
from bpstudio.model.arrays import FloatArray, IntArray
from bpstudio.model.config import SETTINGS
from tests.benchmarks.works import Work


class Ours:
    """An engine on the whole data; ``advance`` gives it a whole epoch's order at once."""

    name = "bpstudio"
    loss = "squared_error"

    def __init__(self, work: Work, engine: str, loss: str = loss) -> None:
        self._start = work.start()
        self._state = State.start(self._start, {}, work.dtype)
        X, Y = work.data()
        config = work.config(engine, loss)
        self._engine = create_engine(work.topology, X, Y, config, self._state)
        self.name = f"bpstudio ({type(self._engine).__name__})"

    def prepare(self, order: IntArray) -> None:
        self._order = order

    def reset(self) -> None:
        self._state.parameters[:] = self._start
        for vector in self._state.slots.values():
            vector[:] = 0

    def advance(self) -> None:
        if self._engine.advance(self._order) != len(self._order):
            raise ArithmeticError("The run diverged.")

    def parameters(self) -> FloatArray:
        return self._state.parameters


def make(work: Work) -> list[Ours]:
    """The fastest engine, waited for; where it cannot be had, what then serves."""
    choices = SETTINGS["engine"].choices or {}
    try:
        return [Ours(work, "compiled" if "compiled" in choices else "auto")]
    except RuntimeError:
        return [Ours(work, "reference")]
