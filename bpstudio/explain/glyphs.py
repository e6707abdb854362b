"""Outlines and measures of the letters that formulas are made of, from the mathematical font."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from ziamath.mathfont import MathFont

FONT_LOCK = threading.Lock()
"""The font reads its file while it is used: whoever draws holds this."""

Curve: TypeAlias = tuple[str, tuple[tuple[float, float], ...]]
"""A piece of an outline as in SVG: M, L, Q or C, and its points."""


@dataclass(frozen=True, eq=False)
class Glyph:
    """One letter, one em being 1: ``curves`` are its outline with y downward from the baseline.

    ``advance`` is how far the next letter stands, ``above`` and ``below`` how far the ink reaches from
    the baseline, ``left`` and ``right`` where it begins and ends. A superscript gives way by ``italic``;
    an accent's middle is at ``top``.
    """

    curves: tuple[Curve, ...]
    advance: float
    above: float
    below: float
    left: float
    right: float
    italic: float
    top: float


@lru_cache(maxsize=1000)
def styled(letter: str, style: str) -> str:
    """The letter as it is written in mathematics: "italic", "upright", "bold" or "sans"."""
    # Loaded with the font.
    from ziamath.styles import MathVariant, styledchr  # noqa: PLC0415

    variant = MathVariant(
        style="sans" if style == "sans" else "serif",
        italic=style == "italic",
        bold=style == "bold",
    )
    return str(styledchr(letter, variant))


def is_loaded() -> bool:
    """Whether the font has been read, which takes a quarter of a second."""
    return _font.cache_info().currsize > 0


@cache
def _font() -> MathFont:
    # Loaded when the first formula is drawn: it reads its file then.
    from ziamath.zmath import loadedfonts  # noqa: PLC0415

    return loadedfonts["default"]


@lru_cache(maxsize=1000)
def glyph(letter: str, tall: float = 0.0) -> Glyph:
    """A letter, at least ``tall`` em high where the font has it in several heights.

    KeyError for what the font lacks. FONT_LOCK must be held.
    """
    font = _font()
    if font.glyphindex(letter) == 0:
        raise KeyError(letter)
    found: Any = font.glyph(letter)
    em = float(font.info.layout.unitsperem)
    if tall:
        found = font.math.variant(found.index, tall * em)
    if not hasattr(found, "operators"):
        raise KeyError(letter)
    box, advance = found.bbox, font.advance(found.index, None)
    italic = font.math.italicsCorrection.getvalue(found.index) or 0.0
    top = font.math.topattachment(found.index)
    middle = (box.xmin + box.xmax) / 2 if top is None else top
    return Glyph(
        tuple(_curve(operator, em) for operator in found.operators),
        advance / em,
        box.ymax / em,
        -box.ymin / em,
        box.xmin / em,
        box.xmax / em,
        italic / em,
        middle / em,
    )


def _curve(operator: Any, em: float) -> Curve:
    # Moveto, Lineto, Quad and Cubic; their points are named p, or p1, p2 and p3.
    points = [getattr(operator, n) for n in ("p", "p1", "p2", "p3") if hasattr(operator, n)]
    return type(operator).__name__[0], tuple((point.x / em, -point.y / em) for point in points)
