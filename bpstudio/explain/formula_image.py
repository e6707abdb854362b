"""Formulas as pictures: LaTeX to SVG, without a browser and without Qt."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from xml.etree import ElementTree

# Whoever asks for a picture that is there must not wait for another that is being drawn.
_CACHE_LOCK, _DRAWING = threading.Lock(), threading.Lock()
_CACHE: OrderedDict[str, _Picture] = OrderedDict()
MOST_CACHED = 2000
"""Pictures kept: a few kilobytes each."""

_SIZE, _COLOR = 15.0, "#010203"
"""What pictures are drawn with once, before they get the size and the colour that are asked for."""


@dataclass(frozen=True)
class _Picture:
    """A drawing: width and height, the box in its own units, and what is inside."""

    width: float
    height: float
    box: str
    body: str


def formula_svg(latex: str, size: float = _SIZE, color: str = "#1B2430") -> str:
    """The formula as an SVG document, ``size`` pixels high letters in a colour like ``#1B2430``.

    The first picture of a formula takes about 20 ms, later ones nothing, in other sizes and colours
    too. May be called from any thread. ValueError, with the formula in it, if the LaTeX cannot be read.
    Letters outside the mathematical font would be drawn as question marks: leave names out of formulas
    (see ``drawable``).
    """
    picture = _cached(latex)
    if picture is None:
        with _DRAWING:
            picture = _cached(latex) or _kept(latex, _drawn(latex))
    scale = size / _SIZE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{picture.width * scale:.3f}" '
        f'height="{picture.height * scale:.3f}" viewBox="{picture.box}">'
        f"{picture.body.replace(_COLOR, color)}</svg>"
    )


def is_cached(latex: str) -> bool:
    """Whether the formula's picture is there at once, in any size and colour."""
    with _CACHE_LOCK:
        return latex in _CACHE


def _cached(latex: str) -> _Picture | None:
    with _CACHE_LOCK:
        if latex in _CACHE:
            _CACHE.move_to_end(latex)
        return _CACHE.get(latex)


def _kept(latex: str, picture: _Picture) -> _Picture:
    with _CACHE_LOCK:
        _CACHE[latex] = picture
        while len(_CACHE) > MOST_CACHED:
            _CACHE.popitem(last=False)
    return picture


def svg_size(svg: str) -> tuple[float, float]:
    """Width and height of a picture in its own pixels."""
    found = re.search(r'<svg[^>]*\bwidth="([\d.]+)(?:px)?"[^>]*\bheight="([\d.]+)', svg)
    if found is None:
        raise ValueError("This SVG says nothing about its size.")
    return float(found[1]), float(found[2])


def svg_baseline(svg: str) -> float:
    """How far below the picture's upper edge its letters stand, to put it in a line of text."""
    found = re.search(r'<svg[^>]*\bviewBox="[-\d.]+ (-?[\d.]+) [\d.]+ ([\d.]+)"', svg)
    if found is None:
        raise ValueError("This SVG says nothing about its box.")
    return -float(found[1]) / float(found[2]) * svg_size(svg)[1]


def drawable(text: str) -> bool:
    """Whether a formula's font has every letter of a text: Latin and Greek letters, digits, signs."""
    return all(
        letter.isascii() or unicodedata.name(letter, "").startswith(("LATIN", "GREEK"))
        for letter in text
    )


def _drawn(latex: str) -> _Picture:
    # Loaded when the first formula is drawn: it reads its font then.
    from ziamath.config import config  # noqa: PLC0415
    from ziamath.tex import tex2mml  # noqa: PLC0415
    from ziamath.zmath import Math  # noqa: PLC0415

    # Qt draws no <use> of symbols, which SVG 2 would be.
    config.svg2 = False
    try:
        mathml = ElementTree.fromstring(tex2mml(latex))
        mathml.set("mathcolor", _COLOR)
        _tighten(mathml)
        svg: str = Math(ElementTree.tostring(mathml, encoding="unicode"), size=_SIZE).svg()
        found = re.search(r'<svg[^>]*\bviewBox="([^"]+)"[^>]*>(.*)</svg>', svg, re.DOTALL)
        assert found is not None
    except Exception as error:
        raise ValueError(f"The formula cannot be drawn: {latex}") from error
    return _Picture(*svg_size(svg), found[1], found[2])


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
