"""Formulas as pictures: LaTeX to SVG, without a browser and without Qt."""

from __future__ import annotations

import re
from functools import lru_cache

from bpstudio.explain.formula_box import Box, Ink
from bpstudio.explain.formula_reader import UnknownLatexError, composed
from bpstudio.explain.glyphs import FONT_LOCK, Glyph

SIZE, MARGIN = 15.0, 0.04
"""Height of the letters in pixels where nothing else is said; what stays free around the ink, in em."""


def formula_box(latex: str) -> Box:
    """The composed formula: some 0.2 ms, later nothing. May be called from any thread.

    ValueError, with the formula in it, if the LaTeX cannot be read or the font lacks a letter.
    """
    with FONT_LOCK:
        return _box(latex)


@lru_cache(maxsize=4000)
def _box(latex: str) -> Box:
    try:
        return _framed(composed(latex))
    except UnknownLatexError as error:
        raise ValueError(f"The formula cannot be drawn: {latex}") from error


def _framed(box: Box) -> Box:
    """Moved and widened so that all ink, which may lean over its letter's place, is inside."""
    left = min([0.0, *(ink.x + ink.glyph.left * ink.scale for ink in box.inks)])
    right = max([box.width, *(ink.x + ink.glyph.right * ink.scale for ink in box.inks)])
    return box.moved(-left, right - left)


def formula_svg(latex: str, size: float = SIZE, color: str = "#1B2430") -> str:
    """The formula as an SVG document, ``size`` pixels high letters in a colour like ``#1B2430``.

    Errors as ``formula_box``.
    """
    box = formula_box(latex)
    width, above = box.width * size, (box.above + MARGIN) * size
    height = above + (box.below + MARGIN) * size
    shapes = [_shape(ink, size) for ink in box.inks if ink.glyph.curves]
    shapes += [
        f'<rect x="{bar.x * size:.3f}" y="{bar.y * size:.3f}" width="{bar.width * size:.3f}" '
        f'height="{bar.height * size:.3f}"/>'
        for bar in box.bars
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.3f}" height="{height:.3f}" '
        f'viewBox="0 {-above:.3f} {width:.3f} {height:.3f}"><g fill="{color}">'
        f"{''.join(shapes)}</g></svg>"
    )


def _shape(ink: Ink, size: float) -> str:
    scale = ink.scale * size
    place = f"{scale:.4f} 0 0 {scale:.4f} {ink.x * size:.3f} {ink.y * size:.3f}"
    return f'<path transform="matrix({place})" d="{_outline(ink.glyph)}"/>'


@lru_cache(maxsize=1000)
def _outline(glyph: Glyph) -> str:
    parts: list[str] = []
    for command, points in glyph.curves:
        if command == "M" and parts:
            parts.append("Z")
        parts.append(command + " ".join(f"{x:g} {y:g}" for x, y in points))
    return " ".join([*parts, "Z"])


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
