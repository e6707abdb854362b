"""How formulas are composed: letters to rows, fractions, scripts, roots and sums, by the rules of TeX
(Knuth, The TeXbook, appendix G) with the measures of the mathematical font.

Everything is in em of the formula's size; y goes down from the baseline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bpstudio.explain.glyphs import Glyph, glyph

AXIS, RULE = 0.258, 0.068
SCALES = (1.0, 1.0, 0.7, 0.55)
"""Size of the letters in display, text, script and script-of-script style."""
DISPLAY, TEXT, SCRIPT = 0, 1, 2
LARGE_OPERATOR, BIG_FENCE = 1.8, 1.8
_SIDE, _AFTER_SCRIPT = 0.1, 0.04
_NUMERATOR, _DENOMINATOR = {DISPLAY: 0.64, TEXT: 0.585}, {DISPLAY: 0.64, TEXT: 0.585}
_BAR_GAP = {DISPLAY: 0.15, TEXT: 0.068}
_UP, _DOWN, _UP_DROP, _DOWN_DROP = 0.36, 0.21, 0.23, 0.16
_SUPER_BOTTOM, _SUB_TOP, _SCRIPT_GAP = 0.12, 0.368, 0.1
_LIMIT_GAP, _LIMIT_DROP = 0.135, 0.5
_ROOT_GAP, _ACCENT_BASE = 0.1, 0.48


@dataclass(frozen=True)
class Ink:
    """A letter at a place, ``scale`` its size."""

    glyph: Glyph
    x: float
    y: float
    scale: float


@dataclass(frozen=True)
class Bar:
    """A filled rectangle, its upper left corner at x, y."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Spot:
    """Where a marked part of the formula stands: ``number`` is the mark's."""

    number: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Box:
    """Something composed: it reaches ``above`` and ``below`` its baseline and is ``width`` wide."""

    width: float = 0.0
    above: float = 0.0
    below: float = 0.0
    inks: tuple[Ink, ...] = ()
    bars: tuple[Bar, ...] = ()
    spots: tuple[Spot, ...] = ()

    def as_spot(self, number: int) -> Box:
        """The same, marked as a whole."""
        spot = Spot(number, 0.0, -self.above, self.width, self.above + self.below)
        return replace(self, spots=(*self.spots, spot))

    def moved(self, x: float, width: float) -> Box:
        """The same x further right, as wide as said."""
        return replace(joined([(self, x, 0.0)], width), above=self.above, below=self.below)


def joined(places: Iterable[tuple[Box, float, float]], width: float) -> Box:
    """Boxes at x and y from a common baseline, as one of this width."""
    inks: list[Ink] = []
    bars: list[Bar] = []
    spots: list[Spot] = []
    above, below = [0.0], [0.0]
    for box, x, y in places:
        inks += [Ink(i.glyph, i.x + x, i.y + y, i.scale) for i in box.inks]
        bars += [Bar(b.x + x, b.y + y, b.width, b.height) for b in box.bars]
        spots += [Spot(s.number, s.x + x, s.y + y, s.width, s.height) for s in box.spots]
        if box.inks or box.bars:
            above.append(box.above - y)
            below.append(box.below + y)
    return Box(width, max(above), max(below), tuple(inks), tuple(bars), tuple(spots))


# Rows


@dataclass(frozen=True)
class Atom:
    """A box in a row. ``kind`` is TeX's: ord, op, bin, rel, open, close, punct, inner; or "space".

    ``letter`` tells that scripts stand close to it, ``italic`` how far a superscript gives way;
    ``limits`` that scripts stand below and above.
    """

    kind: str
    box: Box
    italic: float = 0.0
    letter: bool = False
    limits: bool = False


_KINDS = ("ord", "op", "bin", "rel", "open", "close", "punct", "inner")
_SPACING = (
    "01230001", "11030001", "22002002", "33003003", "00000000", "01230001", "11011111", "11231011",
)  # fmt: skip
"""Space between two kinds, row before column: 1 thin, 2 medium, 3 thick."""
_SPACES = (0.0, 3 / 18, 4 / 18, 5 / 18)
_OPENS = ("bin", "op", "rel", "open", "punct")


def row(atoms: Sequence[Atom], style: int) -> Box:
    """Atoms side by side with the spaces that their kinds ask for."""
    kinds = _binary_or_not([atom.kind for atom in atoms])
    places, x, before = [], 0.0, ""
    for atom, kind in zip(atoms, kinds, strict=True):
        if kind != "space":
            if before:
                wide = int(_SPACING[_KINDS.index(before)][_KINDS.index(kind)])
                # In scripts only the space of operators as ln stays.
                if style <= TEXT or (wide == 1 and "op" in (before, kind)):
                    x += _SPACES[wide] * SCALES[style]
            before = kind
        places.append((atom.box, x, 0.0))
        x += atom.box.width
    return joined(places, x)


def _binary_or_not(kinds: list[str]) -> list[str]:
    """A sign with nothing before or behind it is no operator between two."""
    result = list(kinds)
    solid = [k for k, kind in enumerate(kinds) if kind != "space"]
    for before, k, after in zip([-1, *solid], solid, [*solid[1:], -1], strict=False):
        if kinds[k] == "bin":
            opens = before < 0 or result[before] in _OPENS
            closes = after < 0 or kinds[after] in ("rel", "close", "punct")
            result[k] = "ord" if opens or closes else "bin"
    return result


@lru_cache(maxsize=1000)
def letter(text: str, style: int, tall: float = 0.0) -> tuple[Box, Glyph]:
    """One letter; with ``tall`` at least so high, its middle on the axis."""
    found, scale = glyph(text, tall), SCALES[style]
    drop = ((found.above - found.below) / 2 - AXIS) * scale if tall else 0.0
    ink = Ink(found, 0.0, drop, scale)
    above, below = found.above * scale - drop, found.below * scale + drop
    return Box(found.advance * scale, above, below, (ink,) if found.curves else ()), found


# What stands above and below each other


def fraction(over: Box, under: Box, style: int) -> Box:
    """``over`` and ``under`` a bar; ``style`` is that of the whole."""
    scale, shape = SCALES[style], min(style, TEXT)
    bar, axis, gap = RULE * scale, AXIS * scale, _BAR_GAP[shape] * scale
    up = max(_NUMERATOR[shape] * scale, axis + bar / 2 + gap + over.below)
    down = max(_DENOMINATOR[shape] * scale, under.above + gap + bar / 2 - axis)
    inner = max(over.width, under.width)
    side = _SIDE * scale
    rule = Box(inner, axis + bar / 2, bar / 2 - axis, bars=(Bar(0, -axis - bar / 2, inner, bar),))
    places = [
        (over, side + (inner - over.width) / 2, -up),
        (rule, side, 0.0),
        (under, side + (inner - under.width) / 2, down),
    ]
    return joined(places, inner + 2 * side)


def with_scripts(base: Atom, sub: Box | None, sup: Box | None, style: int) -> Box:
    """A subscript, a superscript or both behind ``base``."""
    scale, box = SCALES[style], base.box
    up, down = _UP * scale, _DOWN * scale
    if not base.letter:
        up = max(up, box.above - _UP_DROP * scale)
        down = max(down, box.below + _DOWN_DROP * scale)
    places, width = [(box, 0.0, 0.0)], box.width
    if sup is not None:
        up = max(up, sup.below + _SUPER_BOTTOM * scale)
    if sub is not None and sup is None:
        down = max(down, sub.above - _SUB_TOP * scale)
    if sub is not None and sup is not None:
        gap = (up - sup.below) - (sub.above - down)
        down += max(0.0, _SCRIPT_GAP * scale - gap)
    if sup is not None:
        places.append((sup, box.width + base.italic * scale, -up))
        width = max(width, box.width + base.italic * scale + sup.width)
    if sub is not None:
        places.append((sub, box.width, down))
        width = max(width, box.width + sub.width)
    return joined(places, width + _AFTER_SCRIPT * scale)


def with_limits(base: Box, under: Box | None, over: Box | None, style: int) -> Box:
    """What a sum goes over, below and above its sign."""
    scale = SCALES[style]
    width = max(b.width for b in (base, under, over) if b is not None)
    places = [(base, (width - base.width) / 2, 0.0)]
    if under is not None:
        drop = base.below + max(_LIMIT_GAP * scale + under.above, _LIMIT_DROP * scale)
        places.append((under, (width - under.width) / 2, drop))
    if over is not None:
        rise = base.above + _LIMIT_GAP * scale + over.below
        places.append((over, (width - over.width) / 2, -rise))
    return joined(places, width)


def root(inner: Box, style: int) -> Box:
    """The square root of ``inner``."""
    scale = SCALES[style]
    gap, bar = _ROOT_GAP * scale, RULE * scale
    needed = inner.above + inner.below + gap + bar
    sign = glyph("√", needed / scale)
    top = inner.above + gap + bar
    wide = sign.advance * scale
    ink = Ink(sign, 0.0, sign.above * scale - top, scale)
    below = (sign.above + sign.below) * scale - top
    hook = Box(wide, top, below, (ink,), (Bar(wide, -top, inner.width, bar),))
    return joined([(hook, 0.0, 0.0), (inner, wide, 0.0)], wide + inner.width)


def accented(base: Box, top: float, accent: str, style: int) -> Box:
    """An accent over a letter whose middle is at ``top``."""
    scale, mark = SCALES[style], glyph(accent)
    x = top * scale - mark.top * scale
    y = min(0.0, _ACCENT_BASE * scale - base.above)
    above = mark.above * scale
    over = Box(0.0, above, 0.0, (Ink(mark, 0.0, 0.0, scale),))
    return joined([(base, 0.0, 0.0), (over, x, y)], base.width)
