"""Which engine a run uses."""

from __future__ import annotations

from collections.abc import Callable

from bpstudio.engines import compiled
from bpstudio.engines.base import Engine, State
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.topology import Topology

ENGINES: dict[str, Callable[..., Engine]] = {
    "compiled": compiled.CompiledEngine,
    "reference": ReferenceEngine,
}


def create_engine(
    topology: Topology, X: FloatArray, Y: FloatArray, config: TrainingConfig, state: State
) -> Engine:
    """The engine that ``config.engine`` names; ``auto`` is the fastest there is."""
    name = "reference" if config.engine == "auto" else config.engine
    return ENGINES[name](topology, X, Y, config, state)
