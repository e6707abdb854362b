"""How numbers are written in formulas: few digits to read, or all of them to check."""

from __future__ import annotations

import math

DIGITS = 4
"""Significant digits shown by default."""
FULL = 17
"""From so many digits on a number is written in full: its shortest text that gives it back."""


def with_minus(text: str) -> str:
    """A number's text with the minus sign of sentences in place of the hyphen of programs."""
    return text.replace("-", "−")


def plain_number(value: float, digits: int = DIGITS) -> str:
    """The number as text with so many significant digits: ``0.05``, ``-1.200e-07``, ``nan``.

    Zeros at the end are kept where the number was rounded, so ``0.7510`` is not exactly 0.751.
    """
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    if digits >= FULL:
        text = repr(value)
        return text.removesuffix(".0")
    text = f"{value:.{max(1, digits)}g}"
    return text if float(text) == value else f"{value:#.{max(1, digits)}g}".rstrip(".")


def latex_number(value: float, digits: int = DIGITS) -> str:
    """The number as LaTeX: ``0.05``, ``-1.2\\times 10^{-7}``."""
    text = plain_number(value, digits)
    if text in ("nan", "inf", "-inf"):
        return {"nan": r"\mathrm{NaN}", "inf": r"\infty", "-inf": r"-\infty"}[text]
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    return rf"{mantissa}\times 10^{{{int(exponent)}}}"
