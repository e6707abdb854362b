"""Weka's ARFF: declared attributes, then rows, dense or sparse; ``?`` is a missing value."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bpstudio.files.columns import RawColumn
from bpstudio.files.encoding import encoding_of
from bpstudio.files.errors import shown
from bpstudio.files.formats.common import check_width, preview_of, unique_names
from bpstudio.files.source import Request, Source
from bpstudio.files.text import TextInput, check_text, to_number
from bpstudio.files.textreader import Lines
from bpstudio.model.dataset import DataError

_ATTRIBUTE = re.compile(
    r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s{]+))\s*(.*)""", re.IGNORECASE
)
_NUMBERS = ("numeric", "real", "integer")
_OFTEN = 2000


@dataclass
class _Attribute:
    name: str
    categories: tuple[str, ...] | None
    """None for numbers, () for any text."""
    numbers: list[float] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    problem: tuple[int, str] | None = None

    def add(self, cell: str, row: int) -> None:
        if self.categories is None:
            value = np.nan if cell == "?" else to_number(cell)
            if (value is None or np.isinf(value)) and self.problem is None:
                self.problem = (
                    row,
                    f"'{cell[:40]}' is no finite number, as is declared: correct it.",
                )
            self.numbers.append(np.inf if value is None else value)
            return
        if self.categories and cell != "?" and cell not in self.categories and not self.problem:
            known = ", ".join(self.categories[:10])
            self.problem = (
                row,
                f"'{cell[:40]}' is not among the values declared, {known}: correct it.",
            )
        self.texts.append(None if cell == "?" else cell)

    def column(self) -> RawColumn:
        if self.categories is None:
            return RawColumn(self.name, np.array(self.numbers), problem=self.problem)
        raw = RawColumn.of_texts(self.name, self.texts, declared=self.categories)
        return replace(raw, problem=self.problem)


def read(path: Path, request: Request) -> Source:
    """The attributes as columns; a nominal one knows all its categories, in order."""
    name = shown(Path(path.name))
    source = TextInput(path, name)
    lines = Lines()
    count = 0
    with source.text(encoding_of(source, request.options.encoding)) as stream:
        numbered = enumerate(stream, start=1)
        attributes = _attributes(numbered, name)
        for number, cells in _rows(numbered, attributes, name):
            if count % _OFTEN == 0:
                request.check()
            for attribute, cell in zip(attributes, cells, strict=True):
                attribute.add(cell, count)
            lines.add(count, number)
            count += 1
    if not count:
        raise DataError(f"{name} has no rows below @data: add some.")
    columns = tuple(attribute.column() for attribute in attributes)
    return Source(
        name, path, "arff", columns, count, preview_of(columns),
        replace(request.options, header=True), lines=lines,
    )  # fmt: skip


def _attributes(numbered: Iterator[tuple[int, str]], name: str) -> list[_Attribute]:
    """What is declared above @data."""
    attributes: list[_Attribute] = []
    for number, line in numbered:
        check_text(line, name, number)
        text = line.strip()
        lowered = text.lower()
        if lowered.startswith("@data"):
            if not attributes:
                raise DataError(f"{name}, line {number}: no attribute is declared above @data.")
            check_width(len(attributes), name)
            unique_names([a.name for a in attributes], name)
            return attributes
        if lowered.startswith("@attribute"):
            attributes.append(_attribute(text, name, number))
        elif text and not text.startswith("%") and not lowered.startswith("@relation"):
            raise DataError(f"{name}, line {number}: '{text[:40]}' is no declaration: correct it.")
    raise DataError(f"{name} has no @data: it is cut off, or not in ARFF.")


def _attribute(text: str, name: str, number: int) -> _Attribute:
    found = _ATTRIBUTE.match(text)
    if not found:
        raise DataError(f"{name}, line {number}: '{text[:40]}' declares no attribute: correct it.")
    called = next(part for part in found.groups()[:3] if part is not None)
    kind = found.group(4).strip()
    if kind.startswith("{"):
        if not kind.endswith("}"):
            raise DataError(
                f"{name}, line {number}: the values of '{called}' lack a closing brace."
            )
        values = tuple(_cells(kind[1:-1], name, number))
        return _Attribute(_unescaped(called), tuple(dict.fromkeys(values)))
    word = kind.split()[0].lower() if kind else ""
    if word in _NUMBERS:
        return _Attribute(_unescaped(called), None)
    if word in ("string", "date"):
        return _Attribute(_unescaped(called), ())
    raise DataError(
        f"{name}, line {number}: '{called}' is declared '{kind[:40]}': numeric, a set in braces or "
        "string can be read."
    )


def _rows(
    numbered: Iterator[tuple[int, str]], attributes: list[_Attribute], name: str
) -> Iterator[tuple[int, list[str]]]:
    for number, line in numbered:
        check_text(line, name, number)
        text = line.strip()
        if not text or text.startswith("%"):
            continue
        if text.startswith("{"):
            yield number, _sparse(text, attributes, name, number)
            continue
        cells = _cells(text, name, number)
        if len(cells) != len(attributes):
            raise DataError(
                f"{name}, line {number}: this row has {len(cells)} cells, but {len(attributes)} "
                "attributes are declared: correct the row."
            )
        yield number, cells


def _sparse(text: str, attributes: list[_Attribute], name: str, number: int) -> list[str]:
    """A row that names only what is not 0, or not the first category."""
    cells = [a.categories[0] if a.categories else "0" for a in attributes]
    for pair in _cells(text.strip("{} \t"), name, number) if text.strip("{} \t") else []:
        place, _, value = pair.strip().partition(" ")
        if not place.isdecimal() or not place.isascii() or int(place[:9]) >= len(attributes):
            raise DataError(
                f"{name}, line {number}: '{pair[:40]}' is not the place of an attribute and a value."
            )
        cells[int(place)] = _cells(value, name, number)[0]
    return cells


def _cells(text: str, name: str, number: int) -> list[str]:
    """Values with commas between, in single or double quotes or none."""
    if "\\" not in text and "'" not in text and '"' not in text:
        return [cell.strip() for cell in text.split(",")]
    single, double = text.find("'"), text.find('"')
    mark = "'" if double < 0 or 0 <= single < double else '"'
    reader = csv.reader(
        [text], quotechar=mark, escapechar="\\", skipinitialspace=True, doublequote=False
    )
    try:
        return [cell.strip() for cell in next(reader)]
    except (csv.Error, StopIteration) as error:
        raise DataError(f"{name}, line {number}: the row cannot be read ({error}).") from None


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
