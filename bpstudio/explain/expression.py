"""Formulas as small trees over named quantities, so that one tree is written in symbols, written with
numbers, and worked out: what is shown is what is calculated.

A ``Ref`` stands for the value of another step. Rendering asks a ``Writer`` how a reference is written.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bpstudio.explain.numbers import FULL, latex_number

MOST_TERMS = 6
"""A longer sum is written with its first terms and its last one."""


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
    the two sides of a kink, or a category."""

    inner: Expression
    relation: str
    bound: float
    yes: Expression
    no: Expression

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
_WRAPPED = {"exp", "sqrt", "abs"}
"""Functions whose notation already shows where their argument ends."""

_LOOSEST, _SUM, _NEGATIVE, _PRODUCT, _ATOM = range(5)


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
                return math.fsum(go(t) for t in terms)
            case Product(factors):
                return math.prod(go(f) for f in factors)
            case Negative(inner):
                return -go(inner)
            case Quotient(over, under):
                return go(over) / go(under)
            case Power(base, exponent):
                return float(go(base) ** exponent)
            case Call(name, inner):
                return FUNCTIONS[name][0](go(inner))
            case Choice(inner, _, _, yes, no):
                return go(yes) if e.holds(go(inner)) else go(no)

    return go(expression)


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
        case Choice(inner, _, _, a, b):
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
            case Choice(inner, relation, bound, a, b):
                return Choice(go(inner), relation, bound, go(a), go(b))
        return e

    return go(expression)


# Writing it down


class Writer:
    """LaTeX of an expression.

    ``name(key)`` gives a reference's symbol; ``value(key)``, where given, its number instead, with
    ``digits`` significant digits.
    """

    def __init__(
        self,
        name: Callable[[object], str] | None = None,
        value: Callable[[object], float] | None = None,
        digits: int = 4,
        most_terms: int = MOST_TERMS,
    ) -> None:
        self._name, self._value = name, value
        self._digits, self._most = digits, most_terms

    def latex(self, expression: Expression) -> str:
        return self._written(expression)[0]

    def _written(self, e: Expression) -> tuple[str, int]:
        """The text, and how tightly it binds."""
        match e:
            case Ref(key):
                return self._reference(key)
            case Const(number, latex, symbol):
                if symbol and self._value is not None:
                    return self._number(number)
                text = symbol or latex or latex_number(number, FULL)
                return text, _NEGATIVE if text.startswith("-") else _ATOM
            case Sum(terms, mark):
                return self._sum(terms, mark)
            case Product(factors):
                return self._product(factors)
            case Negative(inner):
                return f"-{self._bound(inner, _PRODUCT)}", _NEGATIVE
            case Quotient(over, under):
                return rf"\frac{{{self.latex(over)}}}{{{self.latex(under)}}}", _ATOM
            case Power(base, exponent):
                return f"{self._bound(base, _ATOM)}^{{{exponent}}}", _ATOM
            case Call(name, inner):
                wrapped = name in _WRAPPED
                text = self.latex(inner) if wrapped else self._argument(inner)
                return FUNCTIONS[name][1].format(text), _ATOM if wrapped else _PRODUCT
            case Choice():
                return self._choice(e)

    def _reference(self, key: object) -> tuple[str, int]:
        if self._value is not None:
            return self._number(self._value(key))
        assert self._name is not None
        text = self._name(key)
        return text, _SUM if _is_sum(text) else _ATOM

    def _number(self, value: float) -> tuple[str, int]:
        text = latex_number(value, self._digits)
        bound = _ATOM if r"\times" not in text else _PRODUCT
        return text, _NEGATIVE if text.startswith("-") else bound

    def _bound(self, e: Expression, least: int) -> str:
        """The text, in parentheses if it binds less tightly than ``least``."""
        text, bound = self._written(e)
        return text if bound >= least else _parentheses(text)

    def _argument(self, e: Expression) -> str:
        text, bound = self._written(e)
        return text if bound == _ATOM else _parentheses(text)

    def _sum(self, terms: Sequence[Expression], mark: int | None) -> tuple[str, int]:
        if not terms:
            return "0", _ATOM
        if len(terms) == 1:
            return self._written(terms[0])
        text = ""
        for k in _shown(len(terms), mark, self._most):
            if k is None:
                text += r" + \cdots"
                continue
            term = terms[k]
            if isinstance(term, Negative):
                text += f" - {self._bound(term.inner, _PRODUCT)}"
            elif not text:
                text = f" + {self.latex(term)}"
            elif isinstance(term, Product):
                text += f" + {self._product(term.factors, inner=True)[0]}"
            else:
                text += f" + {self._bound(term, _PRODUCT)}"
        return text[3:] if text.startswith(" + ") else text[1:].replace("- ", "-", 1), _SUM

    def _product(self, factors: Sequence[Expression], inner: bool = False) -> tuple[str, int]:
        if not factors:
            return "1", _ATOM
        dot = r" \cdot " if self._value is not None else r"\,"
        first, bound = self._written(factors[0])
        if len(factors) == 1 and not inner:
            return first, bound
        parts = [first if bound >= (_PRODUCT if inner else _NEGATIVE) else _parentheses(first)]
        parts += [self._bound(f, _PRODUCT) for f in factors[1:]]
        return dot.join(parts), _NEGATIVE if first.startswith("-") else _PRODUCT

    def _choice(self, e: Choice) -> tuple[str, int]:
        bound = latex_number(e.bound, FULL)
        if self._value is None:
            condition = rf"{self.latex(e.inner)} {e.relation} {bound}"
            yes, no = self.latex(e.yes), self.latex(e.no)
            text = rf"{yes} \;\mathrm{{if}}\; {condition}\;\mathrm{{else}}\; {no}"
            return text, _LOOSEST
        holds = e.holds(evaluate(e.inner, self._value))
        chosen = self.latex(e.yes if holds else e.no)
        signs = {">": (">", r"\le"), "=": ("=", r"\ne")}[e.relation]
        sign = signs[0] if holds else signs[1]
        return rf"{chosen} \quad ({self.latex(e.inner)} {sign} {bound})", _LOOSEST


def _shown(count: int, mark: int | None, most: int) -> list[int | None]:
    """Positions of the terms that are written; None for a gap."""
    if count <= most:
        return list(range(count))
    chosen = {0, 1, count - 1} if mark is None else {0, mark, count - 1}
    shown: list[int | None] = []
    last = -1
    for k in sorted(chosen):
        if k > last + 1:
            shown.append(None)
        shown.append(k)
        last = k
    return shown


def _parentheses(text: str) -> str:
    tall = r"\frac" in text or r"\Big" in text
    if "(" in text:
        return rf"\Big[{text}\Big]" if tall else f"[{text}]"
    return rf"\Big({text}\Big)" if tall else f"({text})"


def _is_sum(text: str) -> bool:
    """Whether a symbol is itself a sum, as the net input alpha + gamma is."""
    depth = 0
    for k, letter in enumerate(text):
        depth += (letter in "{(") - (letter in "})")
        if depth == 0 and letter in "+-" and k:
            return True
    return False
