"""Tables of the optimizers and learning-rate schedules: labels, and which settings each one reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Method:
    """A way to train, or to change the learning rate over the epochs.

    ``settings`` names the fields of TrainingConfig that belong to it; ``without`` those that others
    read and it does not. ``rate`` and ``batch`` are what people usually start with (None: whatever
    suits the data).
    """

    label: str
    settings: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    rate: float | None = None
    batch: int | Literal["all"] | None = None


_SCHEDULE = ("schedule", "schedule_epochs", "schedule_factor", "lowest_rate")

OPTIMIZER_METHODS: dict[str, Method] = {
    "sgd": Method("SGD"),
    "momentum": Method("SGD with momentum", ("momentum",)),
    "nesterov": Method("Nesterov", ("momentum",)),
    "rprop": Method(
        "RProp",
        ("rprop_increase", "rprop_decrease", "rprop_lowest", "rprop_highest"),
        without=(*_SCHEDULE, "clip"),
        rate=0.01,
        batch="all",
    ),
    "rmsprop": Method("RMSprop", ("decay", "epsilon"), rate=0.01),
    "adam": Method("Adam", ("beta1", "beta2", "epsilon"), rate=0.01),
    "adamw": Method("AdamW", ("beta1", "beta2", "epsilon"), rate=0.01),
    "lm": Method(
        "Levenberg–Marquardt",
        ("damping", "damping_factor"),
        without=("learning_rate", *_SCHEDULE, "clip"),
        batch="all",
    ),
}
"""By the names that TrainingConfig.optimizer takes."""

SCHEDULE_METHODS: dict[str, Method] = {
    "constant": Method("constant"),
    "step": Method("step", ("schedule_epochs", "schedule_factor", "lowest_rate")),
    "exponential": Method("exponential", ("schedule_epochs", "schedule_factor", "lowest_rate")),
    "cosine": Method("cosine", ("schedule_epochs", "lowest_rate")),
    "plateau": Method("reduce on plateau", ("schedule_epochs", "schedule_factor", "lowest_rate")),
}
"""By the names that TrainingConfig.schedule takes."""

SINGLE_SLOTS = ("updates", "damping")
"""The optimizers' vectors that hold one number; all others are as long as the parameters."""

MAX_LM_PARAMETERS = 2000
"""Levenberg-Marquardt solves equations with this many unknowns for every update."""


def _labels(methods: dict[str, Method]) -> dict[str, str]:
    return {name: method.label for name, method in methods.items()}


OPTIMIZERS = _labels(OPTIMIZER_METHODS)
"""Optimizers by name, with the label people read."""
SCHEDULES = _labels(SCHEDULE_METHODS)
"""Schedules by name, with the label people read."""


def idle_reason(name: str, optimizer: str, schedule: str) -> str | None:
    """Why a setting has no effect with this optimizer and schedule, as a sentence; None if it has."""
    method = OPTIMIZER_METHODS[optimizer]
    if name in method.without:
        return f"{name} has no effect with {method.label}, which finds its own step lengths."
    for table, chosen, what in (
        (OPTIMIZER_METHODS, optimizer, "optimizer"),
        (SCHEDULE_METHODS, schedule, "schedule"),
    ):
        readers = [key for key, m in table.items() if name in m.settings]
        if readers and chosen not in readers:
            return (
                f"{name} has no effect with the {what} {table[chosen].label}: "
                f"it belongs to {', '.join(readers)}."
            )
    return None
