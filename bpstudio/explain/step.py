"""One step of a derivation: a quantity, the formula that it follows from, and its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bpstudio.explain.expression import Expression, references
from bpstudio.explain.keys import Place, StepKey
from bpstudio.explain.numbers import DIGITS, latex_number, plain_number
from bpstudio.explain.plain_text import plain
from bpstudio.explain.writer import MOST_TERMS, Piece, Writer


@dataclass(frozen=True)
class Part:
    """One quantity in a step's formula: its symbol, and the step that it is the value of."""

    key: StepKey
    symbol: str
    value: float

    def number(self, digits: int = DIGITS) -> str:
        return latex_number(self.value, digits)


@dataclass(frozen=True, eq=False)
class Step:
    """A quantity and where its value comes from.

    ``number`` is the formula's number in the derivation ("" where it has none), ``title`` and ``note``
    are words, ``symbol`` the quantity's LaTeX, ``relation`` what stands behind it (an arrow for (5)).
    ``general`` is the formula's right-hand side with its sums as the derivation writes it, ``formula``
    the same with every term, over the steps in ``parts``; None for a value that is given. ``value`` is
    the engine's. ``place`` says which parts of the network the step is about, ``legend`` what its
    symbols are called.
    """

    key: StepKey
    number: str
    title: str
    symbol: str
    general: str
    formula: Expression | None
    value: float
    place: Place
    parts: tuple[Part, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    note: str = ""
    relation: str = "="

    def __str__(self) -> str:
        """``(10) Δw_11 = −η ∂E/∂w_11 = −0.5 · 0.08217 = −0.04108``"""
        number = f"({self.number}) " if self.number else ""
        return number + plain(self.latex())

    @property
    def id(self) -> str:
        """The step's key as text."""
        return self.key.text

    @property
    def is_given(self) -> bool:
        """Whether the value is given: a raw value, a weight, a setting."""
        return self.formula is None

    @property
    def depends(self) -> tuple[StepKey, ...]:
        """The steps that the value follows from, in the order of the formula."""
        return tuple(part.key for part in self.parts)

    @cached_property
    def _parts(self) -> Mapping[object, Part]:
        return {part.key: part for part in self.parts}

    # Writing it: LaTeX without the symbol on the left

    @property
    def symbols(self) -> str:
        """The formula with every term, in symbols."""
        if self.formula is None:
            return ""
        return Writer(lambda key: self._parts[key].symbol).latex(self.formula)

    def numbers(self, digits: int = DIGITS, most_terms: int = MOST_TERMS) -> str:
        """The formula with every term, with the numbers in it; longer sums are folded."""
        if self.formula is None:
            return ""
        value = Writer(
            value=lambda key: self._parts[key].value, digits=digits, most_terms=most_terms
        )
        return value.latex(self.formula)

    def pieces(self, digits: int | None = None) -> list[Piece]:
        """The formula cut up so that each of its parts can be pointed at: in symbols, or with
        ``digits`` in numbers. A piece's ``key`` is that of the step it is the value of, or None.

        Joined they are ``symbols`` or ``numbers``. A fraction is one piece, its parts are inside it.
        """
        if self.formula is None:
            return []
        if digits is None:
            return Writer(lambda key: self._parts[key].symbol).pieces(self.formula)
        return Writer(value=lambda key: self._parts[key].value, digits=digits).pieces(self.formula)

    def result(self, digits: int = DIGITS) -> str:
        return latex_number(self.value, digits)

    def equations(self, digits: int = DIGITS) -> list[tuple[str, str, str]]:
        """The step as a textbook writes it, LaTeX (left, relation, right) for each line: the general
        formula, the same with every term if that is another one, the numbers, the result."""
        texts = [*filter(None, [self.general])]
        if self.formula is not None:
            texts += [self.symbols, self.numbers(digits)]
        texts = list(dict.fromkeys([*texts, self.result(digits)]))
        first = (self.symbol, self.relation, texts[0])
        return [first, *(("", "=", text) for text in texts[1:])]

    def lines(self, digits: int = DIGITS) -> list[str]:
        """The equations as LaTeX lines."""
        return joined(self.equations(digits))

    def latex(self, digits: int = DIGITS) -> str:
        """All lines as one formula."""
        return " ".join(self.lines(digits))

    def plain_value(self, digits: int = DIGITS) -> str:
        return plain_number(self.value, digits)


def joined(equations: Sequence[tuple[str, str, str]]) -> list[str]:
    """Each equation as one LaTeX line."""
    return [" ".join(part for part in equation if part) for equation in equations]


def keys_of(formula: Expression) -> tuple[StepKey, ...]:
    """The steps that a formula refers to, each once."""
    return tuple(dict.fromkeys(key for key in references(formula) if isinstance(key, StepKey)))
