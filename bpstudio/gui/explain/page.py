"""What the explain views show, before it is drawn: headings, words, and equations in pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from bpstudio.explain.derivation import Derivation
from bpstudio.explain.keys import StepKey
from bpstudio.explain.numbers import DIGITS, FULL
from bpstudio.explain.plain_text import plain
from bpstudio.explain.reading import Reading
from bpstudio.explain.step import Step
from bpstudio.explain.writer import Piece, Writer

MOST_ORIGINS = 8
"""So many of the numbers that a step follows from are told below it."""


@dataclass(frozen=True)
class Line:
    """One line of an equation: ``left relation`` and the pieces of its right side; a piece's ``key``
    is what it leads to, a StepKey or the number of a formula to read."""

    left: str
    relation: str
    pieces: tuple[Piece, ...]
    number: str = ""

    @property
    def latex(self) -> str:
        right = " ".join(piece.latex.strip() for piece in self.pieces)
        return " ".join(part for part in (self.left, self.relation, right) if part)


@dataclass(frozen=True)
class Block:
    """A step, or a passage of text: ``number`` stands in the margin, ``title`` is a small heading
    (leading to ``target``), ``words`` a paragraph below it, ``note`` a remark behind the lines."""

    title: str = ""
    number: str = ""
    lines: tuple[Line, ...] = ()
    words: str = ""
    note: str = ""
    target: StepKey | None = None
    large: bool = False
    chips: tuple[Piece, ...] = ()

    @property
    def latex(self) -> str:
        """The equations as one aligned environment."""
        rows = []
        for line in self.lines:
            right = line.latex[len(line.left) :].strip()
            rows.append(f"  {line.left} &{right}")
        body = " \\\\\n".join(rows)
        return "\\begin{align*}\n" + body + "\n\\end{align*}"

    @property
    def plain(self) -> str:
        """The block as text, for screen readers and for copying."""
        head = f"({self.number}) {self.title}" if self.number else self.title
        parts = [head, self.words, *(plain(line.latex) for line in self.lines), self.note]
        return "\n".join(part for part in parts if part)


def step_block(step: Step, digits: int = DIGITS, large: bool = False) -> Block:
    """A step with everything that is in it to be followed further."""
    lines: list[Line] = []
    symbols, numbers = step.pieces(), step.pieces(digits)
    texts: set[str] = set()

    def add(pieces: Iterable[Piece], text: str) -> None:
        if not text or text in texts:
            return
        texts.add(text)
        first = not lines
        lines.append(
            Line(step.symbol if first else "", step.relation if first else "=", tuple(pieces))
        )

    if step.general and step.general != step.symbols:
        add([Piece(step.general)], step.general)
    add(symbols, step.symbols)
    add(numbers, step.numbers(digits))
    add([Piece(step.result(digits))], step.result(digits))
    found = {p.key for piece in (*symbols, *numbers) for p in (piece, *piece.inner)}
    chips = tuple(
        Piece(f"{part.symbol} = {part.number(digits)}", part.key)
        for part in step.parts
        if part.key not in found
    )
    return Block(
        step.title,
        step.number,
        tuple(lines),
        note=step.note,
        target=step.key,
        large=large,
        chips=chips[:MOST_ORIGINS],
    )


def full_block(derivation: Derivation, change: Step, digits: int = DIGITS) -> Block | None:
    """A parameter's change with all its factors in one formula, (10), (11) or (20); None if it has
    no factors to put in."""
    whole = derivation.in_full(change)
    if whole is None or whole == change.formula:
        return None
    q = derivation.quantities

    def name(key: object) -> str:
        assert isinstance(key, StepKey)
        return q.symbol(key)

    def value(key: object) -> float:
        assert isinstance(key, StepKey)
        return q.value(key)

    lines = (
        Line(change.symbol, change.relation, tuple(Writer(name).pieces(whole))),
        Line("", "=", tuple(Writer(value=value, digits=digits).pieces(whole))),
        Line("", "=", (Piece(change.result(digits)),)),
    )
    return Block(change.title, change.number, lines, target=change.key, large=True)


def story(derivation: Derivation, new: Step, sample: int, digits: int = DIGITS) -> list[Block]:
    """Why a parameter changes: first in one formula, then step by step up to its new value."""
    blocks = []
    full = full_block(derivation, derivation.step(new.key.at("change")), digits)
    if full is not None:
        blocks.append(full)
    blocks += [step_block(step, digits) for step in derivation.chain(new, sample)]
    return blocks


def origin(derivation: Derivation, step: Step, digits: int = DIGITS) -> list[Block]:
    """One step, and below it where its numbers come from."""
    if step.is_given:
        return [_given(step)]
    blocks = [step_block(step, digits, large=True)]
    depends = list(islice((derivation.step(key) for key in step.depends), MOST_ORIGINS))
    blocks += [step_block(part, digits) for part in depends if not part.is_given]
    if given := [part for part in depends if part.is_given]:
        pieces = tuple(Piece(f"{part.symbol} = {part.result(digits)}", part.key) for part in given)
        blocks.append(Block("Given", chips=pieces))
    more = len(step.depends) - len(depends)
    if more > 0:
        blocks.append(Block(note=f"And {more:,} more: fold out the matrices, or follow a number."))
    return blocks


_GIVEN = {
    "output": "This number enters the network as it stands in the table: here the story ends.",
    "raw": "This number stands in the table: here the story ends.",
    "weight": "The weight before the update: where training, or whoever set it, has left it.",
    "bias": "The bias before the update: where training, or whoever set it, has left it.",
    "setting": "A setting of the training: it can be changed above the canvas.",
    "target": "What the output should be, from the table.",
}


def _given(step: Step) -> Block:
    line = Line(step.symbol, "=", (Piece(step.result(FULL)),))
    words = _GIVEN.get(step.key.kind, "This number is given.")
    return Block(step.title, "", (line,), words=words, note=step.note, large=True)


def reading_page(reading: Reading) -> list[Block]:
    """A text with its formulas; each formula leads to itself, so that its parts can be lit."""
    blocks = []
    for passage in reading.passages:
        lines = tuple(
            Line("", "", (Piece(formula.latex, formula),), formula.number)
            for formula in passage.formulas
        )
        blocks.append(Block(passage.title, "", lines, passage.words, large=True))
    return blocks
