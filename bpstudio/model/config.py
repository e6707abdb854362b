"""How to train: one frozen value. Each setting's range is declared once, here; the window's controls,
the command line's ``--set`` and the project file all read it from here."""

from __future__ import annotations

import math
from collections.abc import Collection
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from bpstudio.model.functions import LOSSES
from bpstudio.model.history import SettingChange
from bpstudio.model.initialise import INITIALISERS
from bpstudio.model.methods import (
    OPTIMIZER_METHODS,
    OPTIMIZERS,
    SCHEDULES,
    batch_advice,
    idle_reason,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What one field of TrainingConfig may be.

    ``kind`` is the type of a value; ``low`` to ``high`` its range (``open`` ends excluded);
    ``choices`` its names with labels; ``words`` further texts allowed beside a number (``all``,
    ``none``), with what they stand for; ``presets`` what a menu offers.
    """

    label: str
    help: str
    kind: type
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    choices: dict[str, str] | None = None
    words: dict[str, Any] = field(default_factory=dict)
    presets: tuple[Any, ...] = ()

    def parse(self, name: str, text: str) -> Any:
        """A value from text; ValueError with one sentence if it is none."""
        text = text.strip()
        if text.lower() in self.words:
            return self.words[text.lower()]
        if self.kind is bool:
            return self._parse_bool(name, text)
        if self.kind is str:
            return self.checked(name, text)
        try:
            value = self.kind(text.replace("\u2212", "-"))
        except ValueError:
            raise ValueError(f"{name} is '{text}': {self.wanted}.") from None
        return self.checked(name, value)

    def _parse_bool(self, name: str, text: str) -> bool:
        lowered = text.lower()
        if lowered in ("true", "yes", "on", "1"):
            return True
        if lowered in ("false", "no", "off", "0"):
            return False
        raise ValueError(f"{name} is '{text}': {self.wanted}.")

    def checked(self, name: str, value: Any) -> Any:
        """The value, as its kind, if it is allowed; else ValueError with one sentence."""
        if any(type(value) is type(word) and value == word for word in self.words.values()):
            return value
        complaint = ValueError(f"{name} is {value!r}: {self.wanted}.")
        if self.kind is bool or self.kind is str:
            if not isinstance(value, self.kind) or (self.choices and value not in self.choices):
                raise complaint
            return value
        if isinstance(value, bool | str) or value is None:
            raise complaint
        try:
            number = self.kind(value)
        except (TypeError, ValueError, OverflowError):
            raise complaint from None
        above = self.low is None or number > self.low or (number == self.low and not self.open_low)
        below = number <= self.high if self.high is not None else number < math.inf
        if number != value or not above or not below:
            raise complaint
        return number

    @property
    def wanted(self) -> str:
        """What is allowed, as the end of a sentence."""
        if self.choices:
            return "choose one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "use yes or no"
        number = "a whole number" if self.kind is int else "a number"
        if self.high is not None:
            start = "above" if self.open_low else "from"
            text = f"use {number} {start} {self.low:g} to {self.high:,.10g}"
        else:
            start = "above" if self.open_low else "of at least"
            text = f"use {number} {start} {self.low:g}"
        return " or ".join([text, *self.words])

    def text(self, value: Any) -> str:
        """The value as people type it; ``parse`` gives the same value back."""
        for word, stands_for in self.words.items():
            if type(value) is type(stands_for) and value == stands_for:
                return word
        if self.kind is bool:
            return "yes" if value else "no"
        return _number_text(value) if self.kind is float else str(value)


def _number_text(value: float) -> str:
    """A number as short as it can be without becoming another one."""
    short = f"{value:.10g}"
    return short if float(short) == value else repr(value)


def _setting(default: Any, label: str, help: str, kind: type, **options: Any) -> Any:
    return field(default=default, metadata={"setting": Setting(label, help, kind, **options)})


_NONE: dict[str, Any] = {"none": None}


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides a run besides the network and the data.

    ``batch_size=1`` is standard BP, ``"all"`` accumulated BP. Raises ValueError with one sentence when
    a value is out of its range.
    """

    batch_size: int | Literal["all"] = _setting(
        1, "Batch", "Rows per update: 1 is standard BP, all is accumulated BP", int,
        low=1, high=10_000_000, words={"all": "all"}, presets=(1, 4, 10, 32, 128, "all"),
    )  # fmt: skip
    learning_rate: float = _setting(
        0.5, "Learning rate", "The step length η of (4) and (12)", float,
        low=0, high=1000, open_low=True, presets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0, 3.0),
    )  # fmt: skip
    epochs: int = _setting(
        100,
        "Epochs",
        "How often a run goes through the training rows",
        int,
        low=1,
        high=100_000_000,
    )
    optimizer: str = _setting(
        "sgd", "Optimizer", "How a gradient becomes a step", str, choices=OPTIMIZERS
    )
    momentum: float = _setting(
        0.9, "Momentum", "Share of the last step that is kept", float,
        low=0, high=0.9999, presets=(0.5, 0.8, 0.9, 0.95, 0.99),
    )  # fmt: skip
    beta1: float = _setting(
        0.9, "Beta 1", "Share of the gradients' running mean that is kept", float,
        low=0, high=0.9999, presets=(0.5, 0.8, 0.9, 0.95),
    )  # fmt: skip
    beta2: float = _setting(
        0.999, "Beta 2", "Share of the squared gradients' running mean that is kept", float,
        low=0, high=0.999999, presets=(0.9, 0.99, 0.999, 0.9999),
    )  # fmt: skip
    decay: float = _setting(
        0.99, "Decay", "Share of the squared gradients' running mean that is kept", float,
        low=0, high=0.9999, presets=(0.9, 0.95, 0.99, 0.999),
    )  # fmt: skip
    epsilon: float = _setting(
        1e-8, "Epsilon", "Added to the divisor, so that a small gradient makes no huge step", float,
        low=0, high=1, open_low=True, presets=(1e-8, 1e-6, 1e-4),
    )  # fmt: skip
    rprop_increase: float = _setting(
        1.2, "Increase", "What a step is multiplied by while its slope keeps its sign", float,
        low=1, high=10, presets=(1.1, 1.2, 1.5),
    )  # fmt: skip
    rprop_decrease: float = _setting(
        0.5, "Decrease", "What a step is multiplied by when its slope changes sign", float,
        low=0, high=1, open_low=True, presets=(0.3, 0.5, 0.7),
    )  # fmt: skip
    rprop_lowest: float = _setting(
        1e-6, "Shortest step", "No step becomes shorter", float, low=0, high=0.1, open_low=True
    )
    rprop_highest: float = _setting(
        50.0, "Longest step", "No step becomes longer", float, low=0.1, high=1000
    )
    damping: float = _setting(
        0.01, "Damping", "The damping μ at the start: large is a short step down the slope", float,
        low=0, high=1e6, open_low=True,
    )  # fmt: skip
    damping_factor: float = _setting(
        10.0, "Damping factor", "What μ is divided by when the loss falls, and multiplied by when "
        "it does not", float, low=1, high=1000, open_low=True,
    )  # fmt: skip
    schedule: str = _setting(
        "constant", "Schedule", "How the learning rate changes over the epochs", str,
        choices=SCHEDULES,
    )  # fmt: skip
    schedule_epochs: int | Literal["auto"] = _setting(
        "auto", "Schedule epochs", "Epochs from one cut of the learning rate to the next, the length "
        "of the cosine, or epochs without a better loss before a cut; auto follows the epochs of a run",
        int, low=1, high=100_000_000, words={"auto": "auto"},
    )  # fmt: skip
    schedule_factor: float = _setting(
        0.5, "Schedule factor", "What a cut multiplies the learning rate by", float,
        low=0, high=1, open_low=True, presets=(0.1, 0.3, 0.5, 0.9),
    )  # fmt: skip
    lowest_rate: float = _setting(
        1e-5, "Lowest rate", "The schedule does not go below this learning rate", float,
        low=0, high=1000, open_low=True,
    )  # fmt: skip
    clip: float | None = _setting(
        None, "Clip", "A gradient longer than this is shortened to it", float,
        low=0, high=1e9, open_low=True, words=_NONE, presets=(None, 0.1, 1.0, 10.0),
    )  # fmt: skip
    loss: str = _setting(
        "squared_error", "Loss", "What is made small", str,
        choices={name: loss.label for name, loss in LOSSES.items()},
    )  # fmt: skip
    l1: float = _setting(
        0.0, "L1", "Adds l1 · Σ|w| to the loss (weights, not biases)", float, low=0, high=10
    )
    l2: float = _setting(
        0.0, "L2", "Adds l2/2 · Σw² to the loss (weights, not biases)", float, low=0, high=10
    )
    shuffle: bool = _setting(True, "Shuffle", "Draw a new order of rows for every epoch", bool)
    seed: int = _setting(
        0, "Seed", "Decides starting weights and order of rows", int, low=0, high=2**31 - 1
    )
    initialiser: str = _setting(
        "xavier_uniform", "Start", "How starting weights are drawn", str,
        choices={name: i.label for name, i in INITIALISERS.items()},
    )  # fmt: skip
    target_loss: float | None = _setting(
        None, "Target loss", "Stop when the training loss is this small", float,
        low=0, open_low=True, words=_NONE,
    )  # fmt: skip
    patience: int | None = _setting(
        None, "Patience", "Stop after this many epochs without a better validation loss, and keep "
        "the best weights", int, low=1, high=100_000_000, words=_NONE,
    )  # fmt: skip
    engine: str = _setting(
        "auto", "Engine", "How updates are computed", str,
        choices={"auto": "the fastest there is", "compiled": "compiled", "reference": "readable NumPy"},
    )  # fmt: skip
    dtype: str = _setting(
        "float64", "Precision", "Floating-point numbers of a run", str,
        choices={"float64": "float64", "float32": "float32"},
    )  # fmt: skip

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            object.__setattr__(self, name, setting.checked(name, getattr(self, name)))

    def at_rate(self, rate: float) -> TrainingConfig:
        """The same with a learning rate that a schedule came to; quick, for every epoch."""
        other = copy(self)
        object.__setattr__(other, "learning_rate", rate)
        return other

    def idle(self, name: str) -> str | None:
        """Why a setting has no effect with this optimizer and schedule, as a sentence, or None."""
        return idle_reason(name, self.optimizer, self.schedule)

    def with_text(self, assignments: list[str]) -> TrainingConfig:
        """Apply ``key=value`` texts, as the command line's ``--set`` takes them."""
        values = {}
        for assignment in assignments:
            name, equals, text = assignment.partition("=")
            name = name.strip().replace("-", "_")
            if not equals or name not in SETTINGS:
                known = ", ".join(SETTINGS)
                raise ValueError(
                    f"'{assignment}' sets nothing: write key=value with one of the keys {known}."
                )
            values[name] = SETTINGS[name].parse(name, text)
        return replace(self, **values)


SETTINGS: dict[str, Setting] = {
    f.name: f.metadata["setting"] for f in fields(TrainingConfig) if "setting" in f.metadata
}
"""The setting of every field, in the order of the form."""


GROUPS: dict[str, tuple[str, ...]] = {
    "Learning": (
        "optimizer", "learning_rate", "batch_size", "momentum", "beta1", "beta2", "decay", "epsilon",
        "rprop_increase", "rprop_decrease", "rprop_lowest", "rprop_highest", "damping",
        "damping_factor", "clip",
    ),
    "Learning rate over the epochs": (
        "schedule", "schedule_epochs", "schedule_factor", "lowest_rate",
    ),
    "Loss": ("loss", "l1", "l2"),
    "Start and end": (
        "epochs", "target_loss", "patience", "initialiser", "seed", "shuffle",
    ),
    "Computation": ("engine", "dtype"),
}  # fmt: skip
"""All settings as forms and help list them."""


def usual_values(optimizer: str) -> dict[str, Any]:
    """The learning rate and batch that people usually start this optimizer with, where it has any."""
    method = OPTIMIZER_METHODS[optimizer]
    values = {"learning_rate": method.rate, "batch_size": method.batch}
    return {name: value for name, value in values.items() if value is not None}


def with_optimizer(
    config: TrainingConfig,
    name: str,
    fixed: Collection[str] = (),
    suited: TrainingConfig | None = None,
) -> tuple[TrainingConfig, str]:
    """Another optimizer with its usual learning rate and batch, and a sentence that says so.

    What is named in ``fixed`` stays. ``suited`` has what suits the data, for optimizers with no usual
    value of their own. The sentence is empty if there is nothing to say.
    """
    suited, method, before = suited or config, OPTIMIZER_METHODS[name], config
    values = usual_values(name)
    # Back from an optimizer with its own values to one that has none.
    values |= {
        key: getattr(suited, key) for key in usual_values(config.optimizer) if key not in values
    }
    kept = {*fixed, *method.without}
    values = {key: value for key, value in values.items() if key not in kept}
    if config.optimizer == name:
        values = {}
    config = replace(config, optimizer=name, **values)
    changed = [key for key in values if getattr(before, key) != getattr(config, key)]
    if not changed:
        return config, batch_advice(name, config.batch_size) if name != before.optimizer else ""
    texts = [
        (
            _lowered(SETTINGS[key].label),
            *(SETTINGS[key].text(getattr(c, key)) for c in (config, before)),
        )
        for key in changed
    ]
    now = " and ".join(f"{noun} {text}" for noun, text, _ in texts)
    was = " and ".join(text for _, _, text in texts)
    sentence = f"{method.label} usually starts with {now}: set so, instead of {was}."
    return config, " ".join(filter(None, [sentence, batch_advice(name, config.batch_size)]))


def change_text(change: SettingChange) -> str:
    """A change as people read it: ``learning rate 0.5 → 0.1``, ``optimizer SGD → Adam``."""
    setting = SETTINGS.get(change.setting)
    if setting is None:
        return str(change)
    texts = (
        setting.choices.get(str(v), str(v))
        if setting.choices
        else _number_text(v)
        if isinstance(v, float)
        else str(v)
        for v in (change.before, change.after)
    )
    return f"{_lowered(setting.label)} {' → '.join(texts)}"


def _lowered(label: str) -> str:
    """A label within a sentence: L1 stays what it is."""
    return label if label[1:2].isdigit() else label[:1].lower() + label[1:]


def penalty_text(config: TrainingConfig) -> str:
    """L1 and L2 as people type them: ``none``, ``L2 0.001``, ``L1 0.01 L2 0.001``."""
    parts = [f"{n} {_number_text(v)}" for n, v in (("L1", config.l1), ("L2", config.l2)) if v]
    return " ".join(parts) or "none"


def with_penalty(config: TrainingConfig, text: str) -> TrainingConfig:
    """The config with L1 and L2 from such a text; ValueError with one sentence if it is none."""
    words = text.replace("=", " ").lower().split()
    values = {"l1": 0.0, "l2": 0.0}
    if words not in ([], ["none"], ["0"]):
        names, numbers = words[::2], words[1::2]
        if len(names) != len(numbers) or not set(names) <= set(values):
            raise ValueError(f"Regularise is '{text}': write none, L2 0.001 or L1 0.001.")
        for name, number in zip(names, numbers, strict=True):
            values[name] = SETTINGS[name].parse(name, number)
    return replace(config, l1=values["l1"], l2=values["l2"])
