"""Names beside a matrix where there is little room: all of them shortened alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

LAYERS = (("hidden ", "h"), ("input", "in"), ("output", "out"))
"""Layers as people shorten them."""


def even_names(names: Sequence[str], room: float, width: Callable[[str], float]) -> tuple[str, ...]:
    """Names such as "hidden 1 · 3 (setosa)" in the longest form in which each of them fits.

    The forms are: as it is, without the column's name, with a short name of the layer, the number
    alone. ``width`` measures a text, ``room`` is what each of them has.
    """
    forms = _whole, _without_column, _short, _number
    for form in forms:
        shown = tuple(form(name) for name in names)
        if max((width(name) for name in shown), default=0.0) <= room:
            return shown
    return shown


def _whole(name: str) -> str:
    return name


def _without_column(name: str) -> str:
    return name.split(" (", 1)[0] if " · " in name else name


def _short(name: str) -> str:
    name = _without_column(name)
    for long, short in LAYERS:
        if name.startswith(long):
            return short + name.removeprefix(long)
    return name


def _number(name: str) -> str:
    return _without_column(name).rsplit(" · ", 1)[-1]
