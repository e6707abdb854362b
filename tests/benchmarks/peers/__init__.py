"""Who runs a work: bpstudio and its peers, each doing the same mathematics from the same weights."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol

from bpstudio.model.arrays import FloatArray, IntArray
from tests.benchmarks.works import FANN, JAX, PRODUCT, PYTORCH, SKLEARN, C, Work


class MissingError(Exception):
    """A peer that this machine does not have; the message says what it lacks."""


class Runner(Protocol):
    """One way to do a work.

    ``loss`` names the loss it minimises, by bpstudio's names; "" if it learns nothing.
    """

    name: str
    loss: str

    def prepare(self, order: IntArray) -> None:
        """Get ready, untimed, to learn from the rows ``order`` names; a whole number of batches."""

    def reset(self) -> None:
        """Back to the work's starting weights, untimed."""

    def advance(self) -> None:
        """Learn from the prepared rows once: the timed part."""

    def parameters(self) -> FloatArray | None:
        """The weights and biases in bpstudio's layout; None if it has none."""


Maker = Callable[[Work], list[Runner]]


def _maker(module: str) -> Maker:
    def make(work: Work) -> list[Runner]:
        runners: list[Runner] = import_module(f"tests.benchmarks.peers.{module}").make(work)
        return runners

    return make


OURS: Maker = _maker("ours")
PEERS: dict[str, Maker] = {
    C: _maker("c"),
    FANN: _maker("fann"),
    JAX: _maker("jax_scan"),
    PYTORCH: _maker("pytorch"),
    SKLEARN: _maker("sklearn_mlp"),
    PRODUCT: _maker("product"),
}
"""By name, each imported when it is asked for. A maker gives no runner for work it is not made for, and
raises MissingError or ImportError where the peer is not installed."""
