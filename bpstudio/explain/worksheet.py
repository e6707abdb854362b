"""A worksheet: one row's way through a network with the results hidden, to be worked out by hand.

Every net input, output, delta and new weight is a blank. Answers are marked with a tolerance that is
shown, so that rounding on the way is no mistake; hints give the formula, then the numbers in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import StepKey
from bpstudio.explain.numbers import DIGITS, latex_number
from bpstudio.explain.step import Step
from bpstudio.explain.typed_numbers import parse_number
from bpstudio.explain.walk import Stage, walk
from bpstudio.explain.writer import Writer

MOST_BLANKS = 300
COMFORTABLE = 60
"""A worksheet with more blanks is better about one weight alone."""
SHARE = 0.005
"""An answer may be off by half a percent: what rounding to four digits on the way does."""
CHANGE_SHARE = 0.02
"""A new weight may be off by this share of its step, or its old value would count as right."""
LEAST = 1e-9
ZERO = 5e-5
"""How far a result of 0 may be off: terms that cancel were rounded on the way."""

_INNER = ("residual", "slope", "back", "change", "row_gradient", "gradient", "factor")
"""What a hint spells out, so that it speaks of what the student has worked out already."""


@dataclass(frozen=True, eq=False)
class Blank:
    """One number to be worked out: ``symbol`` is LaTeX, ``tolerance`` what the answer may be off by."""

    key: StepKey
    title: str
    symbol: str
    number: str
    value: float
    tolerance: float

    @property
    def decimals(self) -> int:
        """So many decimals are enough to be right."""
        return max(0, math.ceil(-math.log10(2 * self.tolerance)))

    @property
    def range_text(self) -> str:
        """What counts as right."""
        low, high = self.value - self.tolerance, self.value + self.tolerance
        digits = self.decimals + 1
        return f"{low:.{digits}f} to {high:.{digits}f}"


@dataclass(frozen=True, eq=False)
class Task:
    """The blanks of one stage, to be done together."""

    title: str
    kind: str
    layer: str
    blanks: tuple[Blank, ...]


@dataclass(frozen=True)
class Mark:
    """What an answer is worth; ``sentence`` says it, and what may have gone wrong."""

    right: bool
    sentence: str


@dataclass(frozen=True, eq=False)
class Worksheet:
    """Tasks for one row. ValueError where there are several rows, or more than MOST_BLANKS blanks.

    ``parameter`` is the new value that it is about, None where it is about the whole network.
    """

    derivation: Derivation
    tasks: tuple[Task, ...]
    parameter: StepKey | None = None

    @classmethod
    def of(cls, derivation: Derivation) -> Worksheet:
        """The worksheet of a derivation of one row: its whole way through the network."""
        _check_one_row(derivation)
        stages, count = _stages(derivation), count_blanks(derivation)
        if count > MOST_BLANKS:
            raise ValueError(
                f"The worksheet would have {count:,} blanks, which nobody fills in by hand: choose one "
                f"connection for its chain alone, or a network with at most {MOST_BLANKS} blanks."
            )
        tasks = []
        for stage in stages:
            blanks = tuple(_blanks(derivation, stage.steps()))
            if blanks:
                tasks.append(Task(stage.title, stage.kind, stage.layer, blanks))
        return cls(derivation, tuple(tasks))

    @classmethod
    def of_parameter(cls, derivation: Derivation, new: Step) -> Worksheet:
        """The worksheet of one parameter's chain, as ``of_weight`` and ``of_bias`` give it; what the
        network answers is given. ValueError where the parameter is held."""
        _check_one_row(derivation)
        q = derivation.quantities
        blanks = tuple(_blanks(derivation, derivation.chain(new)))
        if not blanks or not q.is_free(new.key):
            raise ValueError(
                f"Training leaves {q.parameter_name(new.key)} as it is: choose another."
            )
        title = f"How {q.parameter_name(new.key)} changes"
        return cls(derivation, (Task(title, "chain", new.key.layer, blanks),), new.key)

    def blanks(self) -> Iterator[Blank]:
        for task in self.tasks:
            yield from task.blanks

    def blank(self, key: StepKey) -> Blank:
        """The blank of a step; KeyError if it is not asked for."""
        for blank in self.blanks():
            if blank.key == key:
                return blank
        raise KeyError(key)

    # Marking

    def mark(self, key: StepKey, answer: str) -> Mark:
        """Mark one answer as it was typed. KeyError where nothing is asked."""
        blank = self.blank(key)
        try:
            given = parse_number(answer)
        except ValueError as error:
            return Mark(False, str(error))
        return _marked(blank, given)

    def marks(self, answers: Mapping[StepKey, str]) -> dict[StepKey, Mark]:
        """Mark several answers; empty ones are left out."""
        return {key: self.mark(key, text) for key, text in answers.items() if text.strip()}

    def score(self, answers: Mapping[StepKey, str]) -> tuple[int, int]:
        """How many answers are right, of how many blanks."""
        right = sum(mark.right for mark in self.marks(answers).values())
        return right, sum(1 for _ in self.blanks())

    # Hints

    def hints(self, key: StepKey, digits: int = DIGITS) -> tuple[str, str, str]:
        """Three hints, LaTeX, each saying more: the formula, the formula with numbers, the result."""
        step = self.derivation.step(self.blank(key).key)
        inner = _INNER[:3] if step.key.kind == "delta" else _INNER
        whole = self.derivation.in_full(step, inner)
        assert whole is not None
        quantities = self.derivation.quantities
        symbols = Writer(lambda k: quantities.symbol(_key(k))).latex(whole)
        numbers = Writer(value=lambda k: quantities.value(_key(k)), digits=digits).latex(whole)
        left = f"{step.symbol} {step.relation}"
        formula = f"{step.general} = {symbols}" if step.general else symbols
        if symbols == step.general:
            formula = symbols
        return f"{left} {formula}", f"{left} {numbers}", f"{left} {step.result(digits)}"

    # What is given

    def given(self) -> tuple[Step, ...]:
        """The numbers that the student starts from: inputs, expected outputs, weights, biases, η."""
        d, topology = self.derivation, self.derivation.values.topology
        if self.parameter is not None:
            asked = [blank.key for blank in self.blanks()]
            needed = dict.fromkeys(key for one in asked for key in d.step(one).depends)
            return tuple(d.step(key) for key in needed if key not in asked)
        keys = [
            StepKey("output", topology.input.id, i, sample=0) for i in range(topology.input.size)
        ]
        keys += [
            StepKey("target", topology.output.id, j, sample=0) for j in range(topology.output.size)
        ]
        for task in self.tasks:
            if task.kind == "update":
                keys += [_before(blank.key) for blank in task.blanks]
        updates = [b.key for t in self.tasks if t.kind == "update" for b in t.blanks]
        settings = _settings(d, updates)
        return tuple(d.step(key) for key in (*keys, *settings))


def count_blanks(derivation: Derivation) -> int:
    """How many blanks the worksheet of a whole row would have, at most."""
    return sum(len(stage) for stage in _stages(derivation))


def _stages(derivation: Derivation) -> list[Stage]:
    return [s for s in walk(derivation) if s.kind not in ("scale", "apply")]


def _check_one_row(derivation: Derivation) -> None:
    if derivation.rows != 1:
        raise ValueError("A worksheet is about one row: choose a single one.")


def _key(key: object) -> StepKey:
    assert isinstance(key, StepKey)
    return key


def _before(key: StepKey) -> StepKey:
    return key.at("weight" if key.source else "bias")


def _settings(derivation: Derivation, keys: Iterable[StepKey]) -> list[StepKey]:
    """The settings and the memory of the optimizer that new values depend on."""
    found, seen, todo = [], set(keys), list(keys)
    while todo:
        key = todo.pop(0)
        if key.kind == "setting" or key.kind.startswith("slot:before"):
            found.append(key)
        if key.kind not in ("row_gradient", "norm"):
            new = [k for k in derivation.step(key).depends if k not in seen]
            seen.update(new)
            todo.extend(new)
    return found


def _blanks(derivation: Derivation, steps: Iterable[Step]) -> Iterator[Blank]:
    for step in steps:
        if step.formula is None:
            continue
        tolerance = ZERO if abs(step.value) < LEAST else max(SHARE * abs(step.value), LEAST)
        if step.key.kind == "new":
            if not derivation.quantities.is_free(step.key):
                continue
            change = derivation.step(step.key.at("change")).value
            tolerance = max(CHANGE_SHARE * abs(change), LEAST)
        yield Blank(step.key, step.title, step.symbol, step.number, step.value, tolerance)


def _marked(blank: Blank, given: float) -> Mark:
    value, tolerance = blank.value, blank.tolerance
    if abs(given - value) <= tolerance:
        return Mark(True, f"Right. Everything from {blank.range_text} counts.")
    if abs(given + value) <= tolerance:
        return Mark(False, "The size is right, but the sign is not.")
    if abs(given - value) <= 10 * tolerance:
        return Mark(
            False,
            f"Very close: carry more digits on the way, and give {blank.decimals} decimals.",
        )
    return Mark(False, "Not right: a hint gives the formula.")


def result_latex(blank: Blank) -> str:
    """A blank's value in LaTeX, with as many decimals as it needs."""
    small = abs(blank.value) < 1e-4
    return latex_number(blank.value, 4) if small else f"{blank.value:.{_places(blank)}f}"


def _places(blank: Blank) -> int:
    return max(4, blank.decimals + 1)
