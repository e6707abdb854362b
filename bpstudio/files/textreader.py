"""Text to columns, a piece of the file at a time: numbers by NumPy, anything odd cell by cell.

Neither the text nor the cells of a large table are ever in memory as a whole.
"""

from __future__ import annotations

import io
import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.columns import RawColumn
from bpstudio.files.errors import Cancelled
from bpstudio.files.growing import Builder, expected_kind
from bpstudio.files.memory import check_memory
from bpstudio.files.text import (
    Head,
    Options,
    TextInput,
    check_text,
    raw_records,
)
from bpstudio.model.dataset import DataError

Progress = Callable[[float], object]
Cancel = Callable[[], bool]

PIECE, MOST_PIECE = 1 << 18, 1 << 23
"""Characters read at a time: about 10 ms of work, so that cancelling is prompt."""
LONGEST_LINE = 1 << 25
_BATCH = 2048
_CELL_BYTES = 24
"""Memory that a cell takes on its way to a data set: the column, the table, the network's input."""


class Lines:
    """The line in the file of each row: stretches in which rows follow each other line by line."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._lines: list[int] = []

    def add(self, row: int, line: int) -> None:
        if not self._rows or line - row != self._lines[-1] - self._rows[-1]:
            self._rows.append(row)
            self._lines.append(line)

    def __getitem__(self, row: int) -> int:
        k = bisect_right(self._rows, row) - 1
        return self._lines[k] + row - self._rows[k]


@dataclass(frozen=True, eq=False)
class TextTable:
    """What a text holds: columns, lines, and the first rows as text."""

    columns: tuple[RawColumn, ...]
    rows: int
    lines: Lines
    preview: tuple[tuple[str, ...], ...]


class TextReader:
    """Reads a text table whose options are all known."""

    def __init__(
        self,
        source: TextInput,
        head: Head,
        options: Options,
        limit: int | None,
        progress: Progress | None,
        cancelled: Cancel | None,
    ) -> None:
        self._source = source
        self._options = options
        self._name = source.name
        self._limit = limit
        self._progress = progress
        self._cancelled = cancelled
        self._head = head.rows(options)
        self.width = len(self._head[0][1])
        self._mark = options.quote or ""
        assert options.delimiter is not None and options.decimal is not None
        self._delimiter, self._decimal = options.delimiter, options.decimal
        # Of a wide table more at a time, so that a column gets many cells at once.
        self._piece = min(max(PIECE, 1000 * self.width), MOST_PIECE)

    def read(self, names: Sequence[str]) -> TextTable:
        self._check_memory()
        table = self._pass(names)
        if table is None:
            # Late cells showed that some columns hold text, whose first cells were taken for numbers.
            table = self._pass(names)
            assert table is not None
        return table

    def _check_memory(self) -> None:
        if self._limit is None and len(self._head) > 1:
            first, last = self._head[0][0], self._head[-1][0]
            characters = sum(len(cell) + 1 for _, cells in self._head for cell in cells)
            rows = self._source.size * (last - first + 1) / max(characters, 1)
            rows = min(rows, self._source.size / self.width)
            check_memory(
                rows * self.width * _CELL_BYTES,
                f"{self._name}: about {rows:,.0f} rows of {self.width:,} columns",
                "leave out columns or rows, or close other programs",
            )

    def _builders(self, names: Sequence[str]) -> list[Builder]:
        body = [cells for _, cells in self._head[bool(self._options.header) :]]
        builders = []
        for k, name in enumerate(names):
            cells = [row[k] for row in body if k < len(row)]
            forced = "text" if k in self._text_places else self._options.types.get(name)
            gaps = frozenset(text.strip().lower() for text in self._options.gaps_of(name))
            kind = "text" if forced == "text" else expected_kind(cells, self._decimal, gaps)
            builders.append(Builder(name, kind, self._decimal, forced, gaps))
        return builders

    _text_places: frozenset[int] = frozenset()

    def _pass(self, names: Sequence[str]) -> TextTable | None:
        self._build = self._builders(names)
        self._lines = Lines()
        self._rows = 0
        with self._source.text(self._options.encoding or "utf-8") as stream:
            self._read_stream(stream)
        columns = [builder.finished() for builder in self._build]
        late = {k for k, column in enumerate(columns) if column is None}
        if late:
            self._text_places |= late
            return None
        body = self._head[bool(self._options.header) :][:100]
        preview = tuple(tuple(cells) for _, cells in body)
        return TextTable(tuple(c for c in columns if c), self._rows, self._lines, preview)

    def _read_stream(self, stream: TextIO) -> None:
        """The rows below the header, to the limit or the end."""
        line, rest = 1, ""
        skip = bool(self._options.header)
        while not self._full:
            piece = self._next(stream)
            text = rest + piece
            check_text(piece, self._name, line + rest.count("\n"))
            cut = text.rfind("\n") + 1 if piece else len(text)
            if not cut and len(text) > LONGEST_LINE:
                raise DataError(
                    f"{self._name}, line {line}: it is longer than {LONGEST_LINE:,} characters: "
                    "this is no table, or it lacks line ends."
                )
            whole, rest = text[:cut], text[cut:]
            if not self._sound(whole):
                text = whole + rest + stream.readline()
                lines = itertools.chain(io.StringIO(text), self._following(stream))
                self._read_records(lines, line, skip)
                return
            if whole and (skip or not self._read_quickly(whole, line)):
                skip = self._read_records(io.StringIO(whole), line, skip)
            line += whole.count("\n")
            if not piece:
                return

    @property
    def _full(self) -> bool:
        return self._limit is not None and self._rows >= self._limit

    def _next(self, stream: TextIO) -> str:
        """The next piece of text; Cancelled if it is no longer wanted."""
        if self._cancelled is not None and self._cancelled():
            raise Cancelled
        piece = stream.read(self._piece)
        if self._progress is not None:
            done = stream.buffer.tell() / max(self._source.size, 1) if piece else 1.0
            self._progress(min(done, 1.0))
        return piece

    def _following(self, stream: TextIO) -> Iterator[str]:
        """The lines after what was read already, whose last may have been begun."""
        while piece := self._next(stream):
            piece += stream.readline()
            check_text(piece, self._name)
            yield from io.StringIO(piece)

    def _sound(self, text: str) -> bool:
        """Whether quotation marks, if any, stand only around whole cells, so that lines are rows."""
        mark = self._mark
        if not mark or mark not in text:
            return True
        quotes = text.count(mark)
        opening = text.count(self._delimiter + mark) + text.count("\n" + mark)
        closing = text.count(mark + self._delimiter) + text.count(mark + "\n")
        opening += text.startswith(mark)
        closing += text.endswith(mark)
        return opening == closing and quotes == opening + closing

    def _read_quickly(self, text: str, line: int) -> bool:
        """Take whole lines by NumPy's reader; False if anything in them is out of the ordinary."""
        if self._delimiter == " " and self._mark and self._mark in text:
            return False
        if self._decimal == ",":
            if "." in text:
                return False
            # Text gets its commas back below: there was no point before.
            text = text.replace(",", ".")
        if not text.strip():
            return True
        whole, text = text, _with_gaps(text, self._delimiter)
        if text is not whole and self._mark and self._mark in text:
            # What looks like a gap may stand in quotes.
            return False
        table = self._loaded(text)
        # Lines that held nothing, or several to a row, are told apart cell by cell.
        if table is None or len(table) != text.count("\n") + (not text.endswith("\n")):
            return False
        if _is_odd(table):
            return False
        self._lines.add(self._rows, line)
        self._rows += len(table)
        columns: Any = None
        if table.dtype.names is None:
            columns = np.ascontiguousarray(table.T)
        for k, builder in enumerate(self._build):
            cells = table[f"c{k}"] if columns is None else columns[k]
            if builder.kind == "number":
                builder.add_numbers(np.ascontiguousarray(cells))
            else:
                texts: list[str] = cells.tolist()
                if self._decimal == ",":
                    texts = [cell.replace(".", ",") for cell in texts]
                builder.add_cells(texts)
        return True

    def _loaded(self, text: str) -> NDArray[Any] | None:
        """A matrix if all columns hold numbers, else a table with a field for each; None if it cannot
        be read so."""
        kinds = [float if builder.kind == "number" else object for builder in self._build]
        plain = all(kind is float for kind in kinds)
        fields = [(f"c{k}", kind) for k, kind in enumerate(kinds)]
        try:
            table: NDArray[Any] = np.loadtxt(
                io.StringIO(text),
                dtype=float if plain else np.dtype(fields),
                delimiter=None if self._delimiter == " " else self._delimiter,
                comments=None,
                quotechar=self._mark or None,
                ndmin=2 if plain else 1,
            )
        except (ValueError, RuntimeError, OverflowError):
            return None
        return None if plain and table.shape[1] != self.width else table

    def _read_records(self, lines: Iterable[str], line: int, skip: bool) -> bool:
        """Take rows cell by cell; whether a header is still to come."""
        batch: list[list[str]] = []
        for start, cells in raw_records(lines, self._options, self._name, line):
            if not any(cells) or not any(map(str.strip, cells)):
                continue
            if skip:
                skip = False
                continue
            if len(cells) != self.width:
                raise DataError(
                    f"{self._name}, line {start}: this row has {len(cells)} "
                    f"{'cell' if len(cells) == 1 else 'cells'}, but the first row has {self.width}: "
                    "correct the row, or put quotes around text with a separator in it."
                )
            self._lines.add(self._rows + len(batch), start)
            batch.append(cells)
            if len(batch) >= _BATCH:
                self._add_batch(batch)
                batch = []
                if self._full:
                    return skip
        if batch:
            self._add_batch(batch)
        return skip

    def _add_batch(self, batch: list[list[str]]) -> None:
        self._rows += len(batch)
        for builder, cells in zip(self._build, zip(*batch, strict=True), strict=True):
            builder.add_cells(cells)


def _with_gaps(text: str, delimiter: str) -> str:
    """Cells with nothing in them written as nan; the text itself if there are none."""
    if delimiter == " ":
        return text
    double = delimiter + delimiter
    if double in text:
        # Twice, for the second of two gaps shares its delimiter with the first.
        text = text.replace(double, f"{delimiter}nan{delimiter}")
        text = text.replace(double, f"{delimiter}nan{delimiter}")
    if f"{delimiter}\n" in text:
        text = text.replace(f"{delimiter}\n", f"{delimiter}nan\n")
    if f"\n{delimiter}" in text:
        text = text.replace(f"\n{delimiter}", f"\nnan{delimiter}")
    if text.startswith(delimiter):
        text = "nan" + text
    return text + "nan" if text.endswith(delimiter) else text


def _is_odd(table: NDArray[Any]) -> bool:
    """Whether in some row nothing is there, or a number is infinite."""
    if table.dtype.names is None:
        # The sum tells of nearly all tables that there is nothing odd in them.
        with np.errstate(over="ignore", invalid="ignore"):
            total = table.sum()
        return not np.isfinite(total) and bool(
            np.isinf(table).any() or np.isnan(table).all(axis=1).any()
        )
    empty = np.ones(len(table), dtype=bool)
    for name in table.dtype.names or ():
        cells = table[name]
        if cells.dtype.kind == "f":
            if np.isinf(cells).any():
                return True
            empty &= np.isnan(cells)
        elif empty.any():
            empty &= np.array([cell == "nan" or not cell.strip() for cell in cells])
    return bool(empty.any())
