"""How a gradient becomes a step: a few lines over the parameter vector each.

A step is given the gradient of loss and penalties, 0 wherever a parameter is held, and changes
``state.parameters`` and its own vectors in ``state.slots``, which it makes when they are first needed.
Levenberg-Marquardt needs more than a gradient and is in ``engines.levenberg``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpstudio.engines.base import State
from bpstudio.model.arrays import BoolArray, FloatArray
from bpstudio.model.config import TrainingConfig

Step = Callable[[State, FloatArray, TrainingConfig], None]


def sgd(state: State, gradient: FloatArray, config: TrainingConfig) -> None:
    """Formulas (5) and (23): every parameter moves by -eta dE/dparameter."""
    state.parameters -= config.learning_rate * gradient


def momentum(state: State, gradient: FloatArray, config: TrainingConfig) -> None:
    """Rumelhart, Hinton and Williams (1986), Nature 323, equation 9: a share of the last step stays."""
    velocity = _slot(state, "velocity")
    velocity *= config.momentum
    velocity -= config.learning_rate * gradient
    state.parameters += velocity


def nesterov(state: State, gradient: FloatArray, config: TrainingConfig) -> None:
    """Sutskever, Martens, Dahl and Hinton (2013), ICML, in the form of Bengio, Boulanger-Lewandowski
    and Pascanu (2013), ICASSP, equation 7: the parameters are those looked ahead to."""
    velocity = _slot(state, "velocity")
    velocity *= config.momentum
    velocity -= config.learning_rate * gradient
    state.parameters += config.momentum * velocity - config.learning_rate * gradient


def rprop(state: State, gradient: FloatArray, config: TrainingConfig) -> None:
    """iRprop-, Igel and Huesken (2000), NC: only signs count. The first steps are the learning rate."""
    size = _slot(state, "step_size", config.learning_rate)
    previous = _slot(state, "previous_gradient")
    agreement = np.sign(gradient) * np.sign(previous)
    size[agreement > 0] *= config.rprop_increase
    size[agreement < 0] *= config.rprop_decrease
    np.clip(size, config.rprop_lowest, config.rprop_highest, out=size)
    previous[:] = np.where(agreement < 0, 0, gradient)
    state.parameters -= np.sign(previous) * size


def rmsprop(state: State, gradient: FloatArray, config: TrainingConfig) -> None:
    """Tieleman and Hinton (2012), Coursera lecture 6.5: steps divided by the gradient's usual size."""
    mean_square = _slot(state, "mean_square")
    mean_square *= config.decay
    mean_square += (1 - config.decay) * gradient * gradient
    root = np.sqrt(mean_square) + config.epsilon
    state.parameters -= config.learning_rate * gradient / root


def adam(state: State, gradient: FloatArray, config: TrainingConfig) -> None:
    """Kingma and Ba (2015), ICLR, algorithm 1. AdamW is the same after ``decoupled_decay``."""
    first, second = _slot(state, "first_moment"), _slot(state, "second_moment")
    updates = state.slots.setdefault("updates", np.zeros(1, dtype=gradient.dtype))
    updates += 1
    t = float(updates[0])
    first *= config.beta1
    first += (1 - config.beta1) * gradient
    second *= config.beta2
    second += (1 - config.beta2) * gradient * gradient
    root = np.sqrt(second / (1 - config.beta2**t)) + config.epsilon
    state.parameters -= config.learning_rate / (1 - config.beta1**t) * first / root


def _slot(state: State, name: str, start: float = 0.0) -> FloatArray:
    """One of the optimizer's vectors, as long as the parameters; filled with ``start`` at first."""
    if name not in state.slots:
        state.slots[name] = np.full_like(state.parameters, start)
    return state.slots[name]


@dataclass(frozen=True, slots=True)
class Optimizer:
    """``step`` makes one update; ``slots`` names the vectors it keeps from one to the next.

    With ``decoupled`` L2 is no part of the gradient: see ``decoupled_decay``.
    """

    step: Step
    slots: tuple[str, ...] = ()
    decoupled: bool = False


_MOMENTS = ("first_moment", "second_moment", "updates")

STEPS: dict[str, Optimizer] = {
    "sgd": Optimizer(sgd),
    "momentum": Optimizer(momentum, ("velocity",)),
    "nesterov": Optimizer(nesterov, ("velocity",)),
    "rprop": Optimizer(rprop, ("step_size", "previous_gradient")),
    "rmsprop": Optimizer(rmsprop, ("mean_square",)),
    "adam": Optimizer(adam, _MOMENTS),
    "adamw": Optimizer(adam, _MOMENTS, decoupled=True),
}
"""By the names of ``model.methods.OPTIMIZERS``, all but ``lm``."""

SLOTS: dict[str, tuple[str, ...]] = {
    **{name: optimizer.slots for name, optimizer in STEPS.items()},
    "lm": ("damping",),
}
"""The vectors of every optimizer: as long as the parameters, or one number (``SINGLE_SLOTS``)."""


def decoupled_decay(state: State, config: TrainingConfig, weights: BoolArray) -> None:
    """Loshchilov and Hutter (2019), ICLR, algorithm 2, line 12: L2 shrinks the weights themselves, by
    the learning rate's share of it. ``weights`` is True for what is no bias."""
    if config.l2:
        state.parameters[weights] *= 1 - config.learning_rate * config.l2


def clip_norm(gradient: FloatArray, limit: float | None) -> None:
    """Pascanu, Mikolov and Bengio (2013), ICML, algorithm 1: shorten a long gradient, in place."""
    if limit is None:
        return
    norm = float(np.sqrt(np.sum(np.square(gradient, dtype=np.float64))))
    if limit < norm < np.inf:
        gradient *= limit / norm
