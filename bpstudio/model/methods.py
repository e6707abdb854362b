"""Tables of the optimizers and learning-rate schedules: labels, and which settings each one reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Method:
    """A way to train, or to change the learning rate over the epochs; ``help`` is a sentence about it.

    ``settings`` names the fields of TrainingConfig that belong to it; ``without`` those that others
    read and it does not. ``rate`` and ``batch`` are what people usually start with (None: whatever
    suits the data).
    """

    label: str
    help: str
    settings: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    rate: float | None = None
    batch: int | Literal["all"] | None = None


_SCHEDULE = ("schedule", "schedule_epochs", "schedule_factor", "lowest_rate")

OPTIMIZER_METHODS: dict[str, Method] = {
    "sgd": Method("SGD", "Straight down the slope: the step is the learning rate times it."),
    "momentum": Method(
        "SGD with momentum",
        "A share of the last step stays: faster along valleys, smoother across them.",
        ("momentum",),
    ),
    "nesterov": Method(
        "Nesterov",
        "Momentum that looks at the slope where it is about to be.",
        ("momentum",),
    ),
    "rprop": Method(
        "RProp",
        "Every weight has a step of its own; only the sign of its slope counts. For whole batches.",
        ("rprop_increase", "rprop_decrease", "rprop_lowest", "rprop_highest"),
        without=(*_SCHEDULE, "clip"),
        rate=0.01,
        batch="all",
    ),
    "rmsprop": Method(
        "RMSprop", "Slopes divided by their usual size.", ("decay", "epsilon"), rate=0.01
    ),
    "adam": Method(
        "Adam",
        "Momentum, with slopes divided by their usual size: works nearly everywhere.",
        ("beta1", "beta2", "epsilon"),
        rate=0.01,
    ),
    "adamw": Method(
        "AdamW",
        "Adam, with L2 that shrinks the weights themselves.",
        ("beta1", "beta2", "epsilon"),
        rate=0.01,
    ),
    "lm": Method(
        "Levenberg–Marquardt",
        "Solves for the step: few, costly updates. For squared error, small networks, whole batches.",
        ("damping", "damping_factor"),
        without=("learning_rate", *_SCHEDULE, "clip"),
        batch="all",
    ),
}
"""By the names that TrainingConfig.optimizer takes."""

_CUTS = ("schedule_epochs", "schedule_factor", "lowest_rate")

SCHEDULE_METHODS: dict[str, Method] = {
    "constant": Method("constant", "The learning rate stays."),
    "step": Method("step", "Cut by the factor every so many epochs.", _CUTS),
    "exponential": Method("exponential", "Cut by the factor in so many epochs, evenly.", _CUTS),
    "cosine": Method(
        "cosine",
        "Half a wave from the learning rate down to the lowest one.",
        ("schedule_epochs", "lowest_rate"),
    ),
    "plateau": Method(
        "reduce on plateau",
        "Cut by the factor when the validation loss (else the training loss) gets no better.",
        _CUTS,
    ),
}
"""By the names that TrainingConfig.schedule takes."""

METHODS = {"optimizer": OPTIMIZER_METHODS, "schedule": SCHEDULE_METHODS}
"""By the settings that choose among them."""

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


def rate_label(optimizer: str) -> str:
    """What people read beside the learning rate: for RProp it is only where its steps begin."""
    return "First step" if optimizer == "rprop" else "Learning rate"


def idle_reason(name: str, optimizer: str, schedule: str) -> str | None:
    """Why a setting has no effect with this optimizer and schedule, as a sentence; None if it has."""
    method = OPTIMIZER_METHODS[optimizer]
    if name in method.without:
        return f"{name} has no effect with {method.label}, which finds its own step lengths."
    if not (readers := readers_of(name)):
        return None
    what = "optimizer" if readers[0] in OPTIMIZER_METHODS else "schedule"
    chosen = optimizer if what == "optimizer" else schedule
    if chosen in readers:
        return None
    return (
        f"{name} has no effect with the {what} {METHODS[what][chosen].label}: "
        f"it belongs to {', '.join(readers)}."
    )


def readers_of(name: str) -> list[str]:
    """The optimizers or schedules that a setting belongs to; empty if it is for all."""
    return [key for table in METHODS.values() for key, m in table.items() if name in m.settings]


def batch_advice(optimizer: str, batch: int | Literal["all"]) -> str:
    """What to say about a batch that does not suit an optimizer, as a sentence; empty if it does."""
    method = OPTIMIZER_METHODS[optimizer]
    if method.batch != "all" or batch == "all":
        return ""
    return (
        f"{method.label} needs the slope over all rows: batch all suits it better than {batch}, "
        "whose slopes differ from update to update."
    )
