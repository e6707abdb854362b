"""Which engine a run uses."""

from __future__ import annotations

from bpstudio.engines.base import Engine, State
from bpstudio.engines.levenberg import LevenbergEngine
from bpstudio.engines.reference import ReferenceEngine
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig
from bpstudio.model.topology import Topology

ENGINES = {"reference": ReferenceEngine}


def create_engine(
    topology: Topology, X: FloatArray, Y: FloatArray, config: TrainingConfig, state: State
) -> Engine:
    """The engine that ``config.engine`` names; ``auto`` is the fastest there is.

    Levenberg-Marquardt is no step along a gradient and has one of its own.
    """
    if config.optimizer == "lm":
        return LevenbergEngine(topology, X, Y, config, state)
    name = "reference" if config.engine == "auto" else config.engine
    return ENGINES[name](topology, X, Y, config, state)
