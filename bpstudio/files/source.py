"""A source of data as it is: raw columns, how they were read, and where each row stands.

``read_source`` takes a file of any known format, a folder of images, or text at hand. What is to become
of the columns is a ``Plan``; ``plan.build`` makes a data set of both.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from bpstudio.files.columns import RawColumn
from bpstudio.files.encoding import encoding_of
from bpstudio.files.errors import Cancelled, quoted_cell, shown
from bpstudio.files.text import (
    MAX_COLUMNS,
    Head,
    Options,
    TextInput,
    detect,
)
from bpstudio.files.textreader import Cancel, Lines, Progress, TextReader
from bpstudio.model.arrays import IntArray
from bpstudio.model.dataset import DataError

__all__ = ["Cancel", "Cancelled", "Options", "Progress", "Source", "read_source"]

SOURCE_KINDS: dict[str, str] = {
    "text": "text table",
    "npz": "NumPy arrays",
    "npy": "NumPy array",
    "arff": "ARFF",
    "fann": "FANN training data",
    "idx": "IDX images and labels",
    "libsvm": "LIBSVM",
    "excel": "workbook",
    "parquet": "Parquet",
    "images": "folder of images",
}
CLIPBOARD = "clipboard"
PREVIEW_ROWS = 100


@dataclass(frozen=True, eq=False)
class Source:
    """Raw columns and what is known of them.

    ``name`` is what sentences call it, ``kind`` one of ``SOURCE_KINDS``, ``options`` what it was read
    with. ``complete`` is False if only the first rows were read. ``preview`` holds the first 100 rows as
    text, ``notes`` sentences on what was found. ``targets`` and ``split`` are what the format itself
    says: names of the target columns, and (rows,) 0, 1, 2 for train, validation, test.
    ``image_shape`` is (rows, columns) of pixels where the inputs are a picture, ``test_file`` a file
    beside that holds test rows for these, ``sheets`` the names of a workbook's tables.
    """

    name: str
    path: Path | None
    kind: str
    columns: tuple[RawColumn, ...]
    rows: int
    preview: tuple[tuple[str, ...], ...]
    options: Options = field(default_factory=Options)
    complete: bool = True
    notes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    split: IntArray | None = None
    image_shape: tuple[int, int] | None = None
    lines: Lines | None = None
    test_file: Path | None = None
    sheets: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.names)}

    @property
    def stem(self) -> str:
        """A name for the data set."""
        name = self.name
        for suffix in (".gz", Path(name.removesuffix(".gz")).suffix):
            name = name.removesuffix(suffix)
        return name or self.name

    @property
    def header(self) -> bool:
        """Whether the names come from the file."""
        return bool(self.options.header)

    def column(self, name: str) -> RawColumn:
        return self.columns[self.place(name)]

    def place(self, part: str | int, what: str = "column") -> int:
        """The position of a column by its name, its number from 1, or its name in other letters."""
        names = self.names
        text = str(part).strip()
        if text in self._places:
            return self._places[text]
        if text.isdecimal() and 1 <= int(text[:9]) <= len(names):
            return int(text) - 1
        alike = [k for k, name in enumerate(names) if name.lower() == text.lower()]
        if len(alike) == 1:
            return alike[0]
        raise DataError(f"{self.name} has no {what} '{text}': the columns are {self.known()}.")

    def known(self, most: int = 20) -> str:
        """The names of the columns, the first of many."""
        more = f" and {len(self.columns) - most} more" if len(self.columns) > most else ""
        return ", ".join(self.names[:most]) + more

    def line(self, row: int) -> int | None:
        """The line in the file of a row counted from 0; None where the file has no lines."""
        return None if self.lines is None else self.lines[row]

    def where(self, row: int, column: RawColumn | str) -> str:
        """The place of a cell, as the start of a sentence."""
        name = column if isinstance(column, str) else column.name
        line = self.line(row)
        place = f"row {row + 1:,}" if line is None else f"line {line}"
        return f"{self.name}, {place}, column '{name}'"


def read_source(
    source: str | Path | os.PathLike[str],
    options: Options | None = None,
    *,
    limit: int | None = None,
    known: Sequence[str] = (),
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Source:
    """Read a file, or with a ``str`` the text itself.

    ``options`` overrule what is found out; ``limit`` reads about so many rows only, for a preview;
    ``known`` are names that a header is expected to hold. ``progress`` is told the share done, 0 to 1,
    and ``cancelled`` asked again and again; Cancelled is raised when it says so. FileError if the file
    cannot be read, DataError if there is no table in it.
    """
    options = options or Options()
    request = Request(options, limit, tuple(known), progress, cancelled)
    if isinstance(source, str):
        return _treated(read_text(source, None, CLIPBOARD, request))
    from bpstudio.files.formats.choice import kind_of, reader_of  # noqa: PLC0415

    path = Path(source)
    kind = kind_of(path)
    if kind == "text":
        return _treated(read_text(path, path, shown(Path(path.name)), request))
    return _treated(reader_of(kind)(path, request))


def _treated(source: Source) -> Source:
    """With the cells missing whose text stands for that, and a note on how many they are."""
    options = source.options
    if not options.gaps:
        return source
    columns = tuple(c.with_missing(options.gaps_of(c.name)) for c in source.columns)
    notes = [
        f"Column '{column.name}': {column.treated:,} "
        f"{'cell' if column.treated == 1 else 'cells'} with "
        f"{' or '.join(quoted_cell(text) for text in options.gaps_of(column.name))} "
        f"{'counts' if column.treated == 1 else 'count'} as missing."
        for column in columns
        if column.treated
    ]
    return replace(source, columns=columns, notes=(*source.notes, *notes))


@dataclass(frozen=True)
class Request:
    """What was asked of a reader, see ``read_source``."""

    options: Options
    limit: int | None = None
    known: tuple[str, ...] = ()
    progress: Progress | None = None
    cancelled: Cancel | None = None

    def check(self, done: float | None = None) -> None:
        """Tell the share done; Cancelled if the work is no longer wanted."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        if self.progress is not None and done is not None:
            self.progress(done)


class Reader(Protocol):
    """Reads one format."""

    def __call__(self, path: Path, request: Request) -> Source: ...


def read_text(text: Path | str | bytes, path: Path | None, name: str, request: Request) -> Source:
    """A text table, packed with gzip if its name says so."""
    if isinstance(text, Path) and text.suffix.lower() == ".gz":
        from bpstudio.files.formats.packed import unpacked  # noqa: PLC0415

        text = unpacked(text, request)
    source = TextInput(text, name)
    try:
        encoding = encoding_of(source, request.options.encoding)
        options = replace(request.options, encoding=encoding)
        head = Head(source, encoding)
        tabs = name.lower().removesuffix(".gz").endswith((".tsv", ".tab"))
        options = detect(head, options, request.known, tabs)
        reader = TextReader(
            source, head, options, request.limit, request.progress, request.cancelled
        )
        first = head.rows(options)[0][1]
        if len(first) > MAX_COLUMNS:
            raise DataError(
                f"{name} has {len(first):,} columns, more than {MAX_COLUMNS:,}: leave some out."
            )
        names = _names(first if options.header else [""] * len(first), name)
        table = reader.read(names)
    except UnicodeError as error:
        raise DataError(
            f"{name} is not all {request.options.encoding or 'text'}: choose another encoding ({error})."
        ) from None
    if not table.rows:
        raise DataError(f"{name} has a header but no rows: add data below line 1.")
    columns, preview = table.columns, table.preview
    last = columns[-1]
    if len(columns) > 2 and len(last.missing) == table.rows and _unnamed(last.name, len(columns)):
        # A separator at the end of every row makes no column.
        columns, preview = columns[:-1], tuple(cells[:-1] for cells in preview)
    complete = request.limit is None or table.rows < request.limit
    return Source(
        name, path, "text", columns, table.rows, preview, options, complete, lines=table.lines
    )


def _unnamed(name: str, number: int) -> bool:
    return name == f"column{number}"


def _names(cells: Sequence[str], file: str) -> list[str]:
    """The header's names, column3 for the third if it has none; DataError if two are alike."""
    names = [" ".join(cell.split()) or f"column{k + 1}" for k, cell in enumerate(cells)]
    seen: dict[str, int] = {}
    for k, name in enumerate(names):
        if name in seen:
            raise DataError(
                f"{file}, line 1: columns {seen[name] + 1} and {k + 1} are both called '{name}': "
                "rename one of them."
            )
        seen[name] = k
    return names
