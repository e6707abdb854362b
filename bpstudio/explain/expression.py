"""Formulas as small trees over named quantities, so that one tree is written in symbols, written with
numbers (``explain.writer``), and worked out: what is shown is what is calculated.

A ``Ref`` stands for the value of another step.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True)
class Ref:
    """The value of the step with this key."""

    key: object


@dataclass(frozen=True)
class Const:
    """A number that belongs to the formula itself, as the 1 in f (1 - f), written as ``latex`` if that
    is given; or a number with a ``symbol``, as the mean that scales a column."""

    value: float
    latex: str = ""
    symbol: str = ""


@dataclass(frozen=True)
class Sum:
    """Terms added up; ``mark`` is the position of a term that a folded sum must show."""

    terms: tuple[Expression, ...]
    mark: int | None = None


@dataclass(frozen=True)
class Product:
    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Negative:
    inner: Expression


@dataclass(frozen=True)
class Quotient:
    over: Expression
    under: Expression


@dataclass(frozen=True)
class Power:
    base: Expression
    exponent: int


@dataclass(frozen=True)
class Call:
    """One of FUNCTIONS of an expression."""

    name: str
    inner: Expression


@dataclass(frozen=True)
class Choice:
    """``yes`` where ``inner`` is above ``bound`` (or, with ``relation`` "=", equal to it), else ``no``:
    the two sides of a kink, or a category, whose name ``label`` stands for its number (LaTeX)."""

    inner: Expression
    relation: str
    bound: float
    yes: Expression
    no: Expression
    label: str = ""

    def holds(self, value: float) -> bool:
        return value > self.bound if self.relation == ">" else value == self.bound


Expression: TypeAlias = "Ref | Const | Sum | Product | Negative | Quotient | Power | Call | Choice"


def _exp(x: float) -> float:
    return math.exp(x) if x < _LARGEST_EXPONENT else math.inf


def _ln(x: float) -> float:
    # As the losses do, keep a probability of 0 from giving an infinite loss.
    return math.log(max(x, sys.float_info.min))


_LARGEST_EXPONENT = math.log(sys.float_info.max)

FUNCTIONS: dict[str, tuple[Callable[[float], float], str]] = {
    "exp": (_exp, r"e^{{{0}}}"),
    "ln": (_ln, r"\ln {0}"),
    "tanh": (math.tanh, r"\tanh {0}"),
    "sqrt": (math.sqrt, r"\sqrt{{{0}}}"),
    "abs": (abs, r"\vert {0}\vert"),
    "sign": (lambda x: float((x > 0) - (x < 0)), r"\operatorname{{sign}} {0}"),
}
"""Each function with its LaTeX, {0} being its argument."""


def difference(a: Expression, b: Expression) -> Sum:
    """a - b."""
    return Sum((a, Negative(b)))


# Working it out


def evaluate(expression: Expression, value: Callable[[object], float]) -> float:
    """The expression's number, in Python floats, with the references' values from ``value``."""

    def go(e: Expression) -> float:
        match e:
            case Ref(key):
                return float(value(key))
            case Const(number, _, _):
                return number
            case Sum(terms, _):
                return _added([go(t) for t in terms])
            case Product(factors):
                return math.prod(go(f) for f in factors)
            case Negative(inner):
                return -go(inner)
            case Quotient(over, under):
                return _divided(go(over), go(under))
            case Power(base, exponent):
                return _raised(go(base), exponent)
            case Call(name, inner):
                return FUNCTIONS[name][0](go(inner))
            case Choice(inner, _, _, yes, no, _):
                return go(yes) if e.holds(go(inner)) else go(no)

    return go(expression)


def _added(terms: list[float]) -> float:
    # Exactly, but for infinities, which floating point adds by its own rules.
    return math.fsum(terms) if all(map(math.isfinite, terms)) else sum(terms)


def _divided(over: float, under: float) -> float:
    if under:
        return over / under
    return math.copysign(math.inf, over) if over else math.nan


def _raised(base: float, exponent: int) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


def references(expression: Expression) -> Iterator[object]:
    """The keys of the steps an expression refers to, in the order in which they are written."""
    match expression:
        case Ref(key):
            yield key
        case Sum(parts, _) | Product(parts):
            for part in parts:
                yield from references(part)
        case Negative(inner) | Call(_, inner) | Power(inner, _):
            yield from references(inner)
        case Quotient(a, b):
            yield from references(a)
            yield from references(b)
        case Choice(inner, _, _, a, b, _):
            for part in (inner, a, b):
                yield from references(part)


def substituted(
    expression: Expression, formula: Callable[[object], Expression | None]
) -> Expression:
    """The expression with references replaced by the formulas behind them; None leaves one."""

    def go(e: Expression) -> Expression:
        match e:
            case Ref(key):
                inner = formula(key)
                return e if inner is None else go(inner)
            case Sum(terms, _):
                return replace(e, terms=tuple(map(go, terms)))
            case Product(factors):
                return Product(tuple(map(go, factors)))
            case Negative(inner):
                return Negative(go(inner))
            case Call(name, inner):
                return Call(name, go(inner))
            case Power(base, exponent):
                return Power(go(base), exponent)
            case Quotient(a, b):
                return Quotient(go(a), go(b))
            case Choice(inner, relation, bound, a, b, label):
                return Choice(go(inner), relation, bound, go(a), go(b), label)
        return e

    return go(expression)
