"""From a file's bytes to rows of text cells: encoding, delimiter, header, line numbers."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bpstudio.files.errors import FileError, file_error, shown
from bpstudio.model.dataset import DataError

MAX_FILE_BYTES = 2 << 30
MAX_COLUMNS = 100_000
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?"})
"""Cells, in lower case, that mean: there is no value here."""
DELIMITERS = ("\t", ";", "|", ",")
"""In the order of preference where two fit equally: a comma may be a decimal comma."""

SNIFFED_ROWS = 200
_SNIFFED_CHARACTERS = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity)", re.IGNORECASE)


@dataclass(frozen=True)
class Format:
    """How a text table is written; ``header`` tells if its first row holds names."""

    delimiter: str
    header: bool
    decimal: str = "."
    encoding: str = "utf-8"


def read_bytes(path: Path) -> bytes:
    """A whole file, its size checked first. FileError if it cannot be read."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FileError(f"'{shown(path)}' is not a file but a device: choose a file.")
            if status.st_size > MAX_FILE_BYTES:
                raise FileError(
                    f"'{shown(path)}' has {status.st_size / 2**30:.1f} GiB: tables up to "
                    f"{MAX_FILE_BYTES >> 30} GiB can be opened; take a part of it."
                )
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise file_error(error, path) from None
    except ValueError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"'{shown(path)}' is not a file name: it holds a NUL byte.") from None


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text and its encoding: by a byte order mark, else UTF-8, GB 18030 or Latin-1."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{name} starts as {encoding.upper()} text but breaks off at byte "
                    f"{error.start + 1:,}: save it again as UTF-8."
                ) from None
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    # Western text can be decoded as Chinese by accident, but then gives rare characters.
    if text and _common_chinese(text):
        return text, "gb18030"
    return data.decode("latin-1"), "latin-1"


def _common_chinese(text: str) -> bool:
    """Whether nearly all that is not ASCII is among the 7,445 characters of GB 2312."""
    odd = {c for c in text[:1_000_000] if ord(c) > 127}
    rare = [c for c in odd if not c.encode("gb2312", "ignore")]
    return 10 * len(rare) <= len(odd)


def check_text(text: str, name: str) -> None:
    """Refuse what is no table of text at all."""
    at = text.find("\0")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise DataError(
            f"{name}, line {line}: there is a NUL byte, so this is not a text table; "
            "save the table as CSV in UTF-8."
        )
    if not text.strip():
        raise DataError(f"{name} is empty: choose a file with a table in it.")


def records(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows as (line number, cells without outer spaces); rows with nothing in them are left out."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"{name}, line {line}: {_csv_complaint(error)}") from None
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def first_records(text: str, delimiter: str, name: str) -> list[tuple[int, list[str]]]:
    """Up to 200 rows from the beginning, quickly for a text of any length."""
    head = text[:_SNIFFED_CHARACTERS]
    rows = []
    try:
        for record in islice(records(head, delimiter, name), SNIFFED_ROWS):
            rows.append(record)
    except DataError:
        if len(head) == len(text):
            raise
        # The cut may have gone through a quoted cell.
        return rows or list(islice(records(text, delimiter, name), SNIFFED_ROWS))
    if len(head) < len(text) and len(rows) < SNIFFED_ROWS:
        return rows[:-1] or list(islice(records(text, delimiter, name), SNIFFED_ROWS))
    return rows


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


def detect(text: str, name: str, header: bool | None, known: Sequence[str], tabs: bool) -> Format:
    """Delimiter, decimal mark and header, from the first rows.

    ``header`` overrules the detection; ``known`` are names a header is expected to hold; ``tabs``
    says that the file's name promises tabs.
    """
    delimiter = _delimiter(text, name, tabs)
    rows = [cells for _, cells in first_records(text, delimiter, name)]
    if not rows:
        raise DataError(f"{name} is empty: choose a file with a table in it.")
    body = [cell for cells in rows for cell in cells]
    comma = delimiter != "," and any(_DECIMAL_COMMA.fullmatch(cell) for cell in body)
    decimal = "," if comma else "."
    if header is None:
        expected = bool(known) and set(known) <= set(rows[0])
        header = expected or _has_header(rows, decimal)
    return Format(delimiter, header, decimal)


def _delimiter(text: str, name: str, tabs: bool) -> str:
    """The delimiter that cuts most rows into the same number of cells, more than one."""
    if tabs:
        return "\t"
    scores: dict[str, float] = {}
    problem: DataError | None = None
    for delimiter in DELIMITERS:
        try:
            rows = [cells for _, cells in first_records(text, delimiter, name)]
        except DataError as error:
            problem = error
            continue
        if rows:
            width, count = Counter(map(len, rows)).most_common(1)[0]
            scores[delimiter] = count / len(rows) if width > 1 else 0.0
    best = max(scores.values(), default=0.0)
    if best == 0.0 and problem is not None:
        raise problem
    # Rows of unequal length are reported later; here they must not hide the delimiter.
    return next((d for d, score in scores.items() if score > 0 and score >= best - 0.05), ",")


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
