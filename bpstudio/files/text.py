"""From a file's bytes to text: encoding, and how the table is written: delimiter, quotes, header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from bpstudio.files.errors import FileError, file_error, shown
from bpstudio.model.dataset import DataError

MAX_COLUMNS = 100_000
MOST_COMMENTS = 1000
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?"})
"""Cells, in lower case, that mean: there is no value here."""
DELIMITERS: dict[str, str] = {
    "\t": "tab",
    ";": "semicolon",
    "|": "bar",
    ",": "comma",
    " ": "spaces",
}
"""In the order of preference where two fit equally: a comma may be a decimal comma."""
ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 little-endian",
    "utf-16-be": "UTF-16 big-endian",
    "utf-32": "UTF-32",
    "gb18030": "GBK (GB 18030)",
    "latin-1": "Latin-1",
}

SNIFFED_ROWS = 200
_SNIFFED_CHARACTERS = 1 << 20
_BLOCK = 1 << 20
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity)", re.IGNORECASE)


@dataclass(frozen=True)
class Options:
    """How a file is to be read; None means: find out. A source holds them as they were used.

    ``encoding`` is one of ``ENCODINGS``, ``delimiter`` one of ``DELIMITERS``, ``decimal`` "." or ",",
    ``quote`` a quotation mark or "" for none, ``header`` whether the first row holds names. ``types``
    overrules what columns hold, by name: "number" or "text". ``gaps`` are texts, or numbers as text,
    that stand for a missing value beside those always known, by the column's name; under "" in all.
    ``sheet`` is a table's name in a workbook.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    quote: str | None = None
    header: bool | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: str | None = None

    def gaps_of(self, column: str) -> tuple[str, ...]:
        """What stands for a missing value in a column, beside what always does."""
        return tuple(dict.fromkeys((*self.gaps.get(column, ()), *self.gaps.get("", ()))))

    def with_gaps(self, column: str, texts: Iterable[str]) -> Options:
        """With other texts that stand for a missing value in a column; none, if there are none."""
        others = {name: known for name, known in self.gaps.items() if name != column}
        return replace(
            self, gaps={**others, **({column: chosen} if (chosen := tuple(texts)) else {})}
        )


class TextInput:
    """The bytes of a text file, or of text at hand, opened as often as needed."""

    def __init__(self, source: Path | str | bytes, name: str) -> None:
        self.name = name
        self._path = source if isinstance(source, Path) else None
        if isinstance(source, str):
            source = source.encode("utf-8", "replace")
        self._bytes = b"" if isinstance(source, Path) else source
        with self.binary() as file:
            self.size = file.seek(0, io.SEEK_END)

    def binary(self) -> BinaryIO:
        """FileError if it cannot be opened."""
        return io.BytesIO(self._bytes) if self._path is None else open_binary(self._path)

    def text(self, encoding: str) -> TextIO:
        """The decoded text with \\n at the end of each line."""
        return io.TextIOWrapper(self.binary(), encoding=encoding)

    def blocks(self) -> Iterator[bytes]:
        with self.binary() as file:
            try:
                while block := file.read(_BLOCK):
                    yield block
            except OSError as error:
                raise file_error(error, self._path or Path(self.name)) from None


def open_binary(path: Path) -> BinaryIO:
    """A regular file for reading. FileError with one sentence if it is none or cannot be read."""
    try:
        # Looked at first: to open a pipe would wait for its other end.
        if not path.is_file() and path.exists():
            if path.is_dir():
                raise FileError(f"'{shown(path)}' is a folder: choose a file in it.")
            raise FileError(f"'{shown(path)}' is not a file but a device: choose a file.")
        return path.open("rb")
    except OSError as error:
        raise file_error(error, path) from None
    except ValueError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"'{shown(path)}' is not a file name: it holds a NUL byte.") from None


# Rows


def check_text(text: str, name: str, line: int = 1) -> None:
    """Refuse text with a NUL; ``line`` is where it begins."""
    at = text.find("\0")
    if at >= 0:
        line += text.count("\n", 0, at)
        raise DataError(
            f"{name}, line {line}: there is a NUL byte, so this is not a text table; "
            "save the table as CSV in UTF-8."
        )


def records(
    lines: Iterable[str], options: Options, name: str, line: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Rows as (line number, cells without outer spaces); rows with nothing in them are left out.

    ``line`` is the number of the first of the lines.
    """
    start = line
    for start, raw in raw_records(lines, options, name, line):
        cells = [cell.strip() for cell in raw]
        if any(cells):
            yield start, cells


def raw_records(
    lines: Iterable[str], options: Options, name: str, line: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Rows as (line number, cells as they are), with none left out."""
    delimiter = options.delimiter or ","
    if line == 1:
        lines = _without_comments(lines, delimiter)
    if delimiter == " ":
        lines = (" ".join(text.split()) + "\n" for text in lines)
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=options.quote or None,
        quoting=csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE,
        skipinitialspace=True,
        strict=True,
    )
    before = line - 1
    start = line
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"{name}, line {start}: {_csv_complaint(error)}") from None
        yield start, cells
        start = before + reader.line_num + 1


def _without_comments(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """The lines of a file without those at its top that begin with #; the last of them may be a header.

    Where all lines begin so, as with colours, they are no comments.
    """
    rest = iter(lines)
    top: list[str] = []
    after: str | None = None
    # A column may be called #, with nothing behind it.
    named = ("", "\n") if delimiter == " " else ("", "\n", delimiter)
    for text in rest:
        if not text.startswith("#") or text[1:2] in named or len(top) == MOST_COMMENTS:
            after = text
            break
        top.append(text)
    if after is None:
        yield from top
        return
    for k, text in enumerate(top, start=1):
        header = text.lstrip("# ")
        cells = _width(header, delimiter)
        yield header if k == len(top) and 1 < cells == _width(after, delimiter) else "\n"
    yield after
    yield from rest


def _width(text: str, delimiter: str) -> int:
    return len(text.split() if delimiter == " " else text.split(delimiter))


def _csv_complaint(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text:
        return (
            "a cell is longer than 131,072 characters: add a missing quotation mark or shorten it."
        )
    if "unexpected end" in text:
        return "a quotation mark is opened here but never closed: close it or remove it."
    if "expected after" in text:
        return "text follows a closing quotation mark: write it inside the quotes, quotes doubled."
    return f"the row cannot be read ({text}): correct it."


class Head:
    """The beginning of a text, and whether it is all of it."""

    def __init__(self, source: TextInput, encoding: str) -> None:
        with source.text(encoding) as stream:
            self.text = stream.read(_SNIFFED_CHARACTERS)
            self.whole = not stream.read(1)
        self.name = source.name
        check_text(self.text, self.name)
        if not self.text.strip("\ufeff \t\r\n") and self.whole:
            raise DataError(f"{self.name} is empty: choose a file with a table in it.")

    def rows(self, options: Options) -> list[tuple[int, list[str]]]:
        """Up to 200 rows. DataError where they cannot be read."""
        rows: list[tuple[int, list[str]]] = []
        try:
            for record in islice(records(io.StringIO(self.text), options, self.name), SNIFFED_ROWS):
                rows.append(record)
        except DataError:
            # The cut may have gone through a quoted cell.
            if self.whole or not rows:
                raise
        if not self.whole and 1 < len(rows) < SNIFFED_ROWS:
            del rows[-1]
        return rows


def detect(head: Head, options: Options, known: Sequence[str] = (), tabs: bool = False) -> Options:
    """The options with delimiter, quote, decimal mark and header filled in from the first rows.

    ``known`` are names that a header is expected to hold; ``tabs`` says that the file's name promises
    tabs.
    """
    for value, choices, what in (
        (options.delimiter, DELIMITERS, "delimiter"),
        (options.decimal, (".", ","), "decimal mark"),
        (options.quote, ('"', "'", ""), "quotation mark"),
    ):
        if value is not None and value not in choices:
            raise DataError(f"{value!r} is no {what} that is known.")
    if options.delimiter == "," == options.decimal:
        raise DataError("A comma cannot both separate cells and mark decimals: choose another one.")
    if options.quote is None:
        options = replace(options, quote=_quote(head.text))
    if options.delimiter is None:
        wanted = "\t" if tabs and "\t" in head.text else _delimiter(head, options)
        options = replace(options, delimiter=wanted)
    rows = [cells for _, cells in head.rows(options)]
    if not rows:
        raise DataError(f"{head.name} is empty: choose a file with a table in it.")
    if options.decimal is None:
        commas = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cells in rows for cell in cells)
        points = sum(
            "." in cell and to_number(cell) is not None for cells in rows for cell in cells
        )
        comma = options.delimiter != "," and commas > points
        options = replace(options, decimal="," if comma else ".")
    if options.header is None:
        expected = bool(known) and set(known) <= set(rows[0])
        options = replace(options, header=expected or _has_header(rows, options.decimal or "."))
    return options


def _quote(text: str) -> str:
    """Single quotes only where they stand around cells and no double quote is there."""
    if '"' in text or "'" not in text:
        return '"'
    lines = text.splitlines()[:SNIFFED_ROWS]
    around = re.compile(r"(^|[,;|\t])\s*'[^']*'\s*($|[,;|\t])")
    return "'" if 2 * sum(bool(around.search(line)) for line in lines) > len(lines) else '"'


def _delimiter(head: Head, options: Options) -> str:
    """The delimiter that cuts most rows into the same number of cells, more than one."""
    scores: dict[str, float] = {}
    problem: DataError | None = None
    for delimiter in DELIMITERS:
        if delimiter == " " and scores and max(scores.values()) > 0:
            break
        try:
            rows = [cells for _, cells in head.rows(replace(options, delimiter=delimiter))]
        except DataError as error:
            problem = error
            continue
        if delimiter == " " and not _numbers_mostly(rows):
            continue
        if rows:
            width, count = Counter(map(len, rows)).most_common(1)[0]
            scores[delimiter] = count / len(rows) if width > 1 else 0.0
    best = max(scores.values(), default=0.0)
    if best == 0.0 and problem is not None:
        raise problem
    # Rows of unequal length are reported later; here they must not hide the delimiter.
    return next((d for d, score in scores.items() if score > 0 and score >= best - 0.05), ",")


def _numbers_mostly(rows: Sequence[Sequence[str]]) -> bool:
    """Spaces separate numbers; in text they are just spaces."""
    cells = [cell for row in rows[1:] or rows for cell in row]
    return 2 * sum(to_number(cell) is not None for cell in cells) > len(cells)


def _has_header(rows: Sequence[Sequence[str]], decimal: str) -> bool:
    """Names stand above numbers; where all is text, they are distinct and do not come again."""
    first, later = rows[0], rows[1:]
    if any(to_number(cell, decimal) is not None for cell in first):
        return False
    if not later:
        return True
    below = [[row[k] for row in later if k < len(row)] for k in range(len(first))]
    if any(to_number(cell, decimal) is not None for cells in below for cell in cells):
        return True
    return len(set(first)) == len(first) and not any(
        cell in cells for cell, cells in zip(first, below, strict=True)
    )


def to_number(cell: str, decimal: str = ".") -> float | None:
    """The number in a cell, or None; digits, one decimal mark and an exponent, nothing else."""
    if decimal == ",":
        if "." in cell:
            return None
        cell = cell.replace(",", ".")
    # float() alone would also take 1_000 and the digits of other scripts.
    return float(cell) if cell.isascii() and _NUMBER.fullmatch(cell) else None
