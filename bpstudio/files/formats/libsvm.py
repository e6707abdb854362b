"""LIBSVM's sparse rows: a target, then place:value for every input that is not 0."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bpstudio.files.encoding import encoding_of
from bpstudio.files.errors import shown
from bpstudio.files.formats.common import check_width, matrix_columns, preview_of
from bpstudio.files.memory import check_memory
from bpstudio.files.source import Request, Source
from bpstudio.files.text import TextInput, to_number
from bpstudio.files.textreader import Lines
from bpstudio.model.dataset import DataError

TARGET = "y"
_OFTEN = 2000


def read(path: Path, request: Request) -> Source:
    """Inputs x1, x2, … up to the largest place, and the target y."""
    name = shown(Path(path.name))
    source = TextInput(path, name)
    targets: list[float] = []
    rows: list[int] = []
    places: list[int] = []
    values: list[float] = []
    lines = Lines()
    with source.text(encoding_of(source, request.options.encoding)) as stream:
        for number, line in enumerate(stream, start=1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            lines.add(len(targets), number)
            if number % _OFTEN == 0:
                request.check()
            for word in words[1:]:
                place, value = _pair(word, name, number)
                if places and rows and rows[-1] == len(targets) and place <= places[-1]:
                    raise DataError(
                        f"{name}, line {number}: place {place} comes after {places[-1]}: "
                        "places must go up."
                    )
                rows.append(len(targets))
                places.append(place)
                values.append(value)
            targets.append(_number(words[0], name, number))
    if not targets:
        raise DataError(f"{name} is empty: choose a file with rows in it.")
    width = max(places, default=0)
    check_width(width, name)
    check_memory(
        24.0 * len(targets) * (width + 1),
        f"{name}: {len(targets):,} rows of {width:,} inputs",
        "leave some out",
    )
    matrix = np.zeros((len(targets), width + 1))
    matrix[rows, np.array(places, dtype=np.intp) - 1] = values
    matrix[:, width] = targets
    names = [*(f"x{k + 1}" for k in range(width)), TARGET]
    columns = matrix_columns(matrix, names)
    return Source(
        name, path, "libsvm", tuple(columns), len(targets), preview_of(columns),
        replace(request.options, header=False), True, (), (TARGET,), lines=lines,
    )  # fmt: skip


def _pair(word: str, name: str, line: int) -> tuple[int, float]:
    place, _, value = word.partition(":")
    if not place.isdecimal() or not place.isascii() or not 0 < len(place) < 10 or int(place) < 1:
        raise DataError(
            f"{name}, line {line}: '{word[:40]}' is not place:value with a place from 1."
        )
    return int(place), _number(value, name, line)


def _number(text: str, name: str, line: int) -> float:
    value = to_number(text)
    if value is None or not np.isfinite(value):
        raise DataError(f"{name}, line {line}: '{text[:40]}' is no finite number: correct it.")
    return value
