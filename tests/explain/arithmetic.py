"""Works out a formula from its LaTeX: what a reader with a pocket calculator would get."""

from __future__ import annotations

import math
import re

_TOKEN = re.compile(
    r"\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?)|(\\operatorname\{sign\}|\\[a-zA-Z]+|\\[,;]|[-+()\[\]{}^e|]))"
)
_SPACES = {r"\Big", r"\,", r"\;"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def work_out(latex: str) -> float:
    """The number that a formula of numbers stands for; what follows a wide space is a remark."""
    return _Reader(latex.partition(r"\quad")[0]).whole()


class _Reader:
    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = []
        at = 0
        while at < len(latex.rstrip()):
            found = _TOKEN.match(latex, at)
            if found is None:
                raise ValueError(f"{latex[at:]!r} in {latex!r}")
            at = found.end()
            token = found[1] or found[2]
            if token not in _SPACES:
                self.tokens.append(token)

    def whole(self) -> float:
        result = self.sum()
        assert not self.tokens, self.tokens
        return result

    def take(self) -> str:
        return self.tokens.pop(0)

    @property
    def next(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def sum(self) -> float:
        terms = [self.term()]
        while self.next in ("+", "-"):
            sign = self.take()
            term = self.term()
            terms.append(term if sign == "+" else -term)
        return math.fsum(terms)

    def term(self) -> float:
        result = self.factor()
        while self.next in (r"\cdot", r"\times"):
            self.take()
            result *= self.factor()
        return result

    def factor(self) -> float:
        if self.next == "-":
            self.take()
            return -self.factor()
        result = self.atom()
        if self.next == "^":
            self.take()
            result **= self.group()
        return result

    def group(self) -> float:
        opening = self.take()
        result = self.sum()
        assert self.take() == _CLOSING[opening]
        return result

    def atom(self) -> float:
        token = self.next
        if token in _CLOSING:
            return self.group()
        self.take()
        match token:
            case r"\frac" | r"\tfrac":
                return self.group() / self.group()
            case "e":
                assert self.take() == "^"
                return math.exp(self.group())
            case r"\ln":
                return math.log(self.factor())
            case r"\tanh":
                return math.tanh(self.factor())
            case r"\operatorname{sign}":
                return math.copysign(1.0, value) if (value := self.factor()) else 0.0
            case r"\sqrt":
                return math.sqrt(self.group())
        return float(token)
