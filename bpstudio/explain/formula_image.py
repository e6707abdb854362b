"""Formulas as pictures: LaTeX to SVG, without a browser and without Qt."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import OrderedDict
from xml.etree import ElementTree

_LOCK = threading.Lock()
_CACHE: OrderedDict[tuple[str, float, str], str] = OrderedDict()
MOST_CACHED = 2000
"""Pictures kept: a few kilobytes each."""


def formula_svg(latex: str, size: float = 15.0, color: str = "#1B2430") -> str:
    """The formula as an SVG document, ``size`` pixels high letters in a colour like ``#1B2430``.

    The first picture of a formula takes about 20 ms, later ones nothing. May be called from any thread.
    ValueError, with the formula in it, if the LaTeX cannot be read. Letters outside the mathematical
    font would be drawn as question marks: leave names out of formulas (see ``drawable``).
    """
    key = latex, size, color
    with _LOCK:
        if key in _CACHE:
            _CACHE.move_to_end(key)
            return _CACHE[key]
        svg = _drawn(latex, size, color)
        _CACHE[key] = svg
        while len(_CACHE) > MOST_CACHED:
            _CACHE.popitem(last=False)
    return svg


def is_cached(latex: str, size: float = 15.0, color: str = "#1B2430") -> bool:
    """Whether the picture is there at once."""
    with _LOCK:
        return (latex, size, color) in _CACHE


def svg_size(svg: str) -> tuple[float, float]:
    """Width and height of a picture in its own pixels."""
    found = re.search(r'<svg[^>]*\bwidth="([\d.]+)(?:px)?"[^>]*\bheight="([\d.]+)', svg)
    if found is None:
        raise ValueError("This SVG says nothing about its size.")
    return float(found[1]), float(found[2])


def svg_baseline(svg: str) -> float:
    """How far below the picture's upper edge its letters stand, to put it in a line of text."""
    found = re.search(r'<svg[^>]*\bviewBox="[-\d.]+ (-?[\d.]+)', svg)
    if found is None:
        raise ValueError("This SVG says nothing about its box.")
    return -float(found[1])


def drawable(text: str) -> bool:
    """Whether a formula's font has every letter of a text: Latin and Greek letters, digits, signs."""
    return all(
        letter.isascii() or unicodedata.name(letter, "").startswith(("LATIN", "GREEK"))
        for letter in text
    )


def _drawn(latex: str, size: float, color: str) -> str:
    # Loaded when the first formula is drawn: it reads its font then.
    from ziamath.config import config  # noqa: PLC0415
    from ziamath.tex import tex2mml  # noqa: PLC0415
    from ziamath.zmath import Math  # noqa: PLC0415

    # Qt draws no <use> of symbols, which SVG 2 would be.
    config.svg2 = False
    try:
        mathml = ElementTree.fromstring(tex2mml(latex))
        mathml.set("mathcolor", color)
        _tighten(mathml)
        svg: str = Math(ElementTree.tostring(mathml, encoding="unicode"), size=size).svg()
    except Exception as error:
        raise ValueError(f"The formula cannot be drawn: {latex}") from error
    return svg


def _tighten(mathml: ElementTree.Element) -> None:
    """Set a sign in front of a number close to it: it is no subtraction there."""
    for parent in mathml.iter():
        before: ElementTree.Element | None = None
        for child in parent:
            if child.tag.endswith("mspace"):
                continue
            is_sign = child.tag.endswith("}mo") and child.text == "\u2212"
            after_sign = before is None or (
                before.tag.endswith("}mo") and (before.text or "") not in _CLOSING
            )
            if is_sign and after_sign:
                child.set("form", "prefix")
            before = child


_CLOSING = (")", "]", "}", "|", "\u2016", "\u2032", "'")
