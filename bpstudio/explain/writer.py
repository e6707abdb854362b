"""Writes formulas as LaTeX: in symbols, or with the numbers in them, whole or cut into pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bpstudio.explain.expression import (
    FUNCTIONS,
    Call,
    Choice,
    Const,
    Expression,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Sum,
    evaluate,
)
from bpstudio.explain.formula_reader import FIRST_NUMBER, SPOT, SPOT_END
from bpstudio.explain.numbers import FULL, latex_number

MOST_TERMS = 6
"""A longer sum is written with its first terms and its last one."""

_WRAPPED = {"exp", "sqrt", "abs"}
"""Functions whose notation already shows where their argument ends."""

_LOOSEST, _SUM, _NEGATIVE, _PRODUCT, _ATOM = range(5)


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
        self._marked: list[object] | None = None

    def pieces(self, expression: Expression) -> list[Piece]:
        """The LaTeX cut up, so that each reference stands alone; those inside a fraction or under a root
        are the ``inner`` pieces of it."""
        self._marked = []
        try:
            return _cut(self.latex(expression), self._marked)
        finally:
            self._marked = None

    def latex(self, expression: Expression) -> str:
        text = self._written(expression)[0]
        if isinstance(expression, Choice) and self._value is not None:
            text += self._reason(expression, self._value)
        return text

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
                text = self._bound(base, _ATOM)
                # A letter has one superscript, and that of a fraction would be its numerator's.
                text = _parentheses(text) if "^" in text or "frac" in text else text
                return f"{text}^{{{exponent}}}", _ATOM
            case Call(name, inner):
                wrapped = name in _WRAPPED
                text = self.latex(inner) if wrapped else self._argument(inner)
                return FUNCTIONS[name][1].format(text), _ATOM if wrapped else _PRODUCT
            case Choice():
                return self._choice(e)

    def _reference(self, key: object) -> tuple[str, int]:
        if self._value is not None:
            text, bound = self._number(self._value(key))
        else:
            assert self._name is not None
            text = self._name(key)
            bound = _SUM if _is_sum(text) else _ATOM
        if self._marked is not None:
            self._marked.append(key)
            text = f"{SPOT}{chr(FIRST_NUMBER + len(self._marked) - 1)}{text}{SPOT_END}"
        return text, bound

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
        return dot.join(parts), _NEGATIVE if _unmarked(first).startswith("-") else _PRODUCT

    def _choice(self, e: Choice) -> tuple[str, int]:
        if self._value is None:
            condition = rf"{self.latex(e.inner)} {e.relation} {_bound_of(e)}"
            yes, no = self.latex(e.yes), self.latex(e.no)
            text = rf"{yes} \;\mathrm{{if}}\; {condition}\;\mathrm{{else}}\; {no}"
            return text, _LOOSEST
        return self._written(e.yes if e.holds(evaluate(e.inner, self._value)) else e.no)

    def _reason(self, e: Choice, value: Callable[[object], float]) -> str:
        """Why this side was chosen, as a remark behind the formula."""
        holds = e.holds(evaluate(e.inner, value))
        if e.label:
            return ""
        signs = {">": (">", r"\le"), "=": ("=", r"\ne")}[e.relation]
        sign = signs[0] if holds else signs[1]
        return rf" \quad ({self.latex(e.inner)} {sign} {latex_number(e.bound, FULL)})"


@dataclass(frozen=True)
class Piece:
    """A part of a written formula; ``key`` is that of the reference it is, None for what joins them.

    ``inner`` are the references inside it, as in a fraction; ``marked`` is then the LaTeX with the marks
    by which ``formula_reader`` tells their places.
    """

    latex: str
    key: object | None = None
    inner: tuple[Piece, ...] = ()
    marked: str = ""

    def without(self, first: int, last: int) -> Piece:
        """The same without so many letters, none of them a mark, at its ends."""
        stop = len(self.latex) - last
        marked = self.marked[first : len(self.marked) - last]
        return Piece(self.latex[first:stop], self.key, self.inner, marked)


def _unmarked(text: str) -> str:
    return text[2:] if text.startswith(SPOT) else text


def _cut(text: str, keys: Sequence[object]) -> list[Piece]:
    pieces: list[Piece] = []
    inner: list[Piece] = []
    here, marked, part, depth = "", "", "", 0
    key: object | None = None
    letters = iter(text)
    for letter in letters:
        if letter in (SPOT, SPOT_END):
            found = keys[ord(next(letters)) - FIRST_NUMBER] if letter == SPOT else None
            if depth == 0:
                pieces.append(Piece(here, key, tuple(inner), marked if inner else ""))
                here, marked, inner = "", "", []
            elif letter == SPOT:
                marked += f"{SPOT}{chr(FIRST_NUMBER + len(inner))}"
                part = ""
            else:
                marked += SPOT_END
                inner.append(Piece(part, key))
            key = found
        else:
            depth += (letter == "{") - (letter == "}")
            here, marked, part = here + letter, marked + letter, part + letter
    pieces.append(Piece(here, None, tuple(inner), marked if inner else ""))
    return [p for p in _with_parentheses(pieces) if p.latex.strip()]


def _with_parentheses(pieces: list[Piece]) -> list[Piece]:
    """Parentheses that hold a reference alone, as around a negative number, go with it."""
    result: list[Piece] = []
    for piece in pieces:
        alone = len(result) > 1 and result[-1].key is not None and result[-2].latex.endswith("(")
        if piece.key is None and piece.latex.startswith(")") and alone:
            before, held = result[-2], result[-1]
            result[-2:] = [before.without(0, 1), Piece(f"({held.latex})", held.key)]
            result.append(piece.without(1, 0))
        else:
            result.append(piece)
    return result


def _bound_of(e: Choice) -> str:
    return e.label or latex_number(e.bound, FULL)


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
