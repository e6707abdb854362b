"""Sets pages: where each formula, word and link of a page stands, for some width."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from operator import itemgetter

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QStaticText

from bpstudio.explain.keys import StepKey
from bpstudio.explain.plain_text import plain
from bpstudio.explain.writer import Piece
from bpstudio.gui.explain.formulas import FormulaKey, FormulaPicture
from bpstudio.gui.explain.page import Block, Line
from bpstudio.gui.theme import GAP, SMALL_SIZE, TEXT_SIZE, TITLE_SIZE, text_font

SIZE, LARGE_SIZE = 15.0, 17.0
"""Height of the letters of formulas, in pixels."""
MARGIN = 40.0
"""Where the formulas' numbers stand, left of everything else."""
LEADING, BLOCK_GAP, RELATION = 9.0, 13.0, 30.0
MOST_INDENT = 0.34
"""The right sides stand below each other, unless that would take more than this share of the page."""

_OPERATOR = r"(?:\+|-|=|\\cdot|\\odot|\\times)"
_LEADING = re.compile(rf"\s*{_OPERATOR}")
_TRAILING = re.compile(rf"{_OPERATOR}\s*$")
_CLOSES = re.compile(r"\s*(?:\\Big)?[)\]]")
_SPACES = re.compile(r"(?:\\[,;: ]|\s)*")
_SYMBOL = re.compile(r"(?<![\w])([A-Za-z\u03b1-\u03c9\u0177])_(\w+)")
_BREAK = re.compile(r"\s*(?:\+|-)\s")

Look = Callable[[FormulaKey], FormulaPicture | None]


@dataclass(frozen=True)
class Text:
    """Words in a rectangle, wrapped; ``token`` is their colour, ``rich`` the same, its symbols set."""

    rect: QRectF
    text: str
    font: QFont
    token: str
    rich: QStaticText | None = None


@dataclass(frozen=True)
class Figure:
    """A formula's picture, its upper left corner there."""

    at: QPointF
    key: FormulaKey


@dataclass(frozen=True)
class Target:
    """What can be pointed at: where it is, what it leads to, and its words. ``whole``: not a factor, but
    a heading or a formula that stands alone; ``inside``: a part of a fraction."""

    rect: QRectF
    key: object
    text: str
    block: int
    whole: bool = False
    inside: bool = False


@dataclass
class Typeset:
    """A page as it is drawn. ``complete`` is False while pictures are missing."""

    texts: list[Text] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    blocks: list[QRectF] = field(default_factory=list)
    wanted: list[FormulaKey] = field(default_factory=list)
    height: float = 0.0
    complete: bool = True


def typeset(blocks: Sequence[Block], width: float, color: str, scale: float, look: Look) -> Typeset:
    """Set these blocks; ``look`` gives the pictures that are there."""
    setter = _Setter(width, color, scale, look)
    for number, block in enumerate(blocks):
        setter.block(number, block)
    setter.page.height = setter.y
    return setter.page


class _Setter:
    """Goes down a page."""

    def __init__(self, width: float, color: str, scale: float, look: Look) -> None:
        self.page = Typeset()
        self.y = 4.0
        self._width = max(width, 160.0)
        self._color, self._scale, self._look = color, scale, look
        self._size = SIZE
        self._number = 0

    def block(self, number: int, block: Block) -> None:
        top = self.y
        self._number = number
        self._size = LARGE_SIZE if block.large else SIZE
        if block.title:
            reading = block.large and not block.target
            font = text_font(TITLE_SIZE, bold=True) if reading else text_font(SMALL_SIZE)
            rect = self._words(block.title, font, "text" if reading else "secondary")
            if block.target is not None:
                self._target(rect, block.target, block.title)
            self.y += 6
        if block.words:
            self._paragraph(block.words)
            self.y += 6
        first = len(self.page.figures)
        self._lines(block.lines)
        if block.number and len(self.page.figures) > first:
            self._margin(f"({block.number})", self._first_line)
        if block.chips:
            self._chips(block.chips)
        if block.note:
            self._words(block.note, text_font(SMALL_SIZE), "secondary")
        self.page.blocks.append(QRectF(0, top, self._width, self.y - top))
        self.y += BLOCK_GAP

    # Words

    def _words(self, text: str, font: QFont, token: str) -> QRectF:
        space = QRectF(MARGIN, self.y, self._width - MARGIN - GAP, 10_000)
        rect = QFontMetricsF(font).boundingRect(space, Qt.TextFlag.TextWordWrap.value, text)
        rect = QRectF(MARGIN, self.y, space.width(), rect.height())
        self.page.texts.append(Text(rect, text, font, token))
        self.y += rect.height()
        return rect

    def _paragraph(self, text: str) -> None:
        font = text_font(TEXT_SIZE)
        rich = QStaticText(_SYMBOL.sub(r"<i>\1</i><sub>\2</sub>", escape(text)))
        rich.setTextFormat(Qt.TextFormat.RichText)
        rich.setTextWidth(self._width - MARGIN - GAP)
        rich.prepare(font=font)
        rect = QRectF(QPointF(MARGIN, self.y), rich.size())
        self.page.texts.append(Text(rect, text, font, "text", rich))
        self.y += rect.height()

    def _margin(self, text: str, middle: float) -> None:
        font = text_font(TEXT_SIZE)
        height = QFontMetricsF(font).height()
        rect = QRectF(0, middle - height / 2, MARGIN - 8, height)
        self.page.texts.append(Text(rect, text, font, "secondary"))

    # Equations

    def _lines(self, lines: Sequence[Line]) -> None:
        lefts = [self._width_of(line.left) for line in lines if line.left]
        indent = max(lefts, default=0.0)
        first = True
        for line in lines:
            row = _Row(self, MARGIN)
            if line.left:
                row.add(line.left)
            aligned = indent if indent < MOST_INDENT * self._width else 0.0
            if line.relation:
                row.x = max(row.x, MARGIN + aligned + (4 if not line.left and not aligned else 0))
                row.relation(line.relation)
            row.indent = row.x if line.relation else MARGIN
            for piece in line.pieces:
                row.piece(piece, self._width - GAP)
            middle = row.flush()
            if first:
                self._first_line, first = middle, False
            if line.number:
                self._margin(f"({line.number})", middle)
            self.y += LEADING

    def _chips(self, chips: Sequence[Piece]) -> None:
        row = _Row(self, MARGIN)
        row.indent = MARGIN
        for chip in chips:
            row.piece(chip, self._width - GAP, apart=True)
        row.flush()
        self.y += LEADING

    _first_line = 0.0

    def picture(self, latex: str) -> tuple[FormulaKey, FormulaPicture | None]:
        key = FormulaKey(latex.strip(), self._size, self._color, self._scale)
        found = self._look(key)
        if found is None:
            self.page.complete = False
        self.page.wanted.append(key)
        return key, found

    def _width_of(self, latex: str) -> float:
        _, picture = self.picture(latex)
        return _guessed(latex, self._size) if picture is None else picture.width

    def _target(self, rect: QRectF, key: object, text: str) -> None:
        self.page.targets.append(Target(rect, key, text, self._number, whole=True))

    @property
    def size(self) -> float:
        return self._size

    @property
    def number(self) -> int:
        return self._number


def _guessed(latex: str, size: float) -> float:
    return 0.55 * size * len(plain(latex))


@dataclass(frozen=True)
class _Placed:
    x: float
    width: float
    above: float
    below: float
    key: FormulaKey
    known: FormulaPicture | None
    piece: Piece | None


class _Row:
    """One line of formulas on a common baseline; goes on below where it is too long."""

    def __init__(self, setter: _Setter, x: float) -> None:
        self._setter = setter
        self.x = x
        self.indent = x
        self._placed: list[_Placed] = []
        self._middle: float | None = None

    def add(self, latex: str, piece: Piece | None = None) -> None:
        setter = self._setter
        key, picture = setter.picture(latex)
        if picture is None:
            width, above, below = _guessed(latex, setter.size), 0.75 * setter.size, 4.0
        elif picture.width == 0.0:
            width, above, below = 0.0, 0.0, 0.0
        else:
            width, above = picture.width, picture.baseline
            below = picture.height - picture.baseline
        self._placed.append(_Placed(self.x, width, above, below, key, picture, piece))
        self.x += width

    def relation(self, latex: str) -> None:
        self.x += 0.35 * self._setter.size
        self.add(latex)
        self.x += 0.35 * self._setter.size

    def piece(self, piece: Piece, right: float, apart: bool = False) -> None:
        em, latex = self._setter.size, piece.marked or piece.latex
        if _SPACES.fullmatch(latex):
            self.x += 0.16 * em
            return
        begun = self.x > self.indent
        spaces = _SPACES.match(latex)
        if begun and spaces and "\\" in spaces[0]:
            self.x += 0.16 * em
        if piece.key is None:
            # What stands before or behind an operator in the next piece makes it one between two.
            latex = f"{{}}{latex}" if begun and _LEADING.match(latex) else latex
            alone = not begun and len(latex.strip()) == 1
            latex = f"{latex}{{}}" if _TRAILING.search(latex) and not alone else latex
        _, known = self._setter.picture(latex)
        width = _guessed(latex, em) if known is None else known.width
        breaks = apart or (piece.key is None and _BREAK.match(latex) is not None)
        too_long = self.x + width > right or (breaks and self.x + width + 6 * em > right)
        if begun and too_long and (breaks or self.x + width > right):
            # A closing bracket takes what stands before it along: it begins no line.
            taken = self._placed.pop() if _CLOSES.match(latex) and len(self._placed) > 1 else None
            self.flush()
            self.x = self.indent
            if taken is not None:
                self._placed.append(replace(taken, x=self.x))
                self.x += taken.width
        self.add(latex, piece)
        if apart:
            self.x += 1.6 * em

    def flush(self) -> float:
        """Put the line on the page; where the middle of its letters is."""
        setter, page = self._setter, self._setter.page
        if not self._placed:
            return setter.y if self._middle is None else self._middle
        above = max(p.above for p in self._placed)
        below = max(p.below for p in self._placed)
        baseline = setter.y + above
        for p in self._placed:
            if p.known is not None and p.known.image is not None:
                page.figures.append(Figure(QPointF(p.x, baseline - p.above), p.key))
            elif p.known is not None and p.width == 0.0 and p.key.latex:
                self._as_words(p, baseline)
            if p.piece is not None and p.piece.key is not None:
                rect = QRectF(p.x, baseline - p.above, p.width, p.above + p.below)
                text = plain(p.piece.latex)
                whole = not isinstance(p.piece.key, StepKey)
                page.targets.append(Target(rect, p.piece.key, text, setter.number, whole))
            self._inner_targets(p, baseline)
        setter.y = baseline + below
        self._placed = []
        middle = baseline - 0.3 * setter.size
        if self._middle is None:
            self._middle = middle
            return middle
        setter.y += 2
        return self._middle

    def _inner_targets(self, placed: _Placed, baseline: float) -> None:
        """What can be followed inside a fraction or a root."""
        if placed.piece is None or placed.known is None:
            return
        for number, spot in sorted(placed.known.spots, key=itemgetter(0)):
            part = placed.piece.inner[number]
            rect = spot.translated(placed.x, baseline - placed.above)
            target = Target(rect, part.key, plain(part.latex), self._setter.number, inside=True)
            self._setter.page.targets.append(target)

    def _as_words(self, placed: _Placed, baseline: float) -> None:
        """A formula that cannot be drawn stands as text."""
        font = text_font(TEXT_SIZE)
        metrics, text = QFontMetricsF(font), plain(placed.key.latex)
        rect = QRectF(
            placed.x, baseline - metrics.ascent(), metrics.horizontalAdvance(text), metrics.height()
        )
        self._setter.page.texts.append(Text(rect, text, font, "text"))
