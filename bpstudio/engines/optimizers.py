"""How a gradient becomes a step: a few lines over the parameter vector each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bpstudio.engines.base import State
from bpstudio.model.arrays import FloatArray
from bpstudio.model.config import TrainingConfig

Step = Callable[[State, FloatArray, TrainingConfig], None]


def sgd(state: State, gradient: FloatArray, config: TrainingConfig) -> None:
    """Formulas (5) and (23): every parameter moves by -eta dE/dparameter."""
    state.parameters -= config.learning_rate * gradient


def momentum(state: State, gradient: FloatArray, config: TrainingConfig) -> None:
    """Rumelhart, Hinton and Williams (1986), Nature 323, equation 9: a share of the last step stays."""
    velocity = state.slots.setdefault("velocity", np.zeros_like(state.parameters))
    velocity *= config.momentum
    velocity -= config.learning_rate * gradient
    state.parameters += velocity


STEPS: dict[str, Step] = {"sgd": sgd, "momentum": momentum}
"""By the names of ``model.config.OPTIMIZERS``."""
