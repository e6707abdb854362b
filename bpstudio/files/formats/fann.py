"""FANN's training data: a line with the numbers of rows, inputs and outputs, then a line of inputs and
a line of outputs for each row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bpstudio.files.errors import file_error, shown
from bpstudio.files.formats.common import check_width, matrix_columns, preview_of
from bpstudio.files.memory import check_memory
from bpstudio.files.source import Request, Source
from bpstudio.files.text import open_binary, to_number
from bpstudio.files.textreader import Lines
from bpstudio.model.arrays import FloatArray
from bpstudio.model.dataset import DataError


def read(path: Path, request: Request) -> Source:
    """Inputs x1, x2, …, targets y1, …; ``NAME.test`` beside ``NAME.train`` holds the test rows."""
    name = shown(Path(path.name))
    try:
        with open_binary(path) as file:
            content = file.read()
    except OSError as error:
        raise file_error(error, path) from None
    request.check(0.2)
    first, _, body = content.partition(b"\n")
    rows, inputs, outputs = _counts(first, name)
    width = inputs + outputs
    # A number takes a digit and what parts it from the next.
    if 2 * rows * width - 1 > len(body) + 1:
        raise DataError(
            f"{name} declares {rows:,} rows of {width:,} numbers, for which it is too short: "
            "it is cut off, or its first line is wrong."
        )
    check_width(width, name)
    check_memory(100.0 * rows * width, f"{name}: {rows:,} rows", "take a part of it")
    values = _numbers(body, rows * width, name)
    request.check(0.9)
    matrix = values.reshape(rows, width)
    names = [f"x{k + 1}" for k in range(inputs)] + [f"y{k + 1}" for k in range(outputs)]
    columns = matrix_columns(matrix, names)
    lines = None
    if len([line for line in body.split(b"\n") if line.strip()]) == 2 * rows:
        lines = _lines(body)
    test = path.with_suffix(".test")
    return Source(
        name, path, "fann", tuple(columns), rows, preview_of(columns),
        replace(request.options, header=False), True, (), tuple(names[inputs:]), lines=lines,
        test_file=test if path.suffix == ".train" and test.is_file() else None,
    )  # fmt: skip


def _counts(first: bytes, name: str) -> tuple[int, int, int]:
    words = first.split()
    if len(words) != 3 or not all(word.isdigit() and len(word) < 16 for word in words):
        raise DataError(
            f"{name}, line 1: three whole numbers are needed, those of rows, inputs and outputs."
        )
    rows, inputs, outputs = (int(word) for word in words)
    if not (rows and inputs and outputs):
        raise DataError(f"{name}, line 1: the numbers of rows, inputs and outputs must not be 0.")
    return rows, inputs, outputs


def _numbers(body: bytes, count: int, name: str) -> FloatArray:
    """All numbers below the first line; DataError with the line of what is none."""
    words = body.split()
    if len(words) != count:
        what = "fewer" if len(words) < count else "more"
        raise DataError(
            f"{name} declares {count:,} numbers but holds {what}, {len(words):,}: "
            "it is cut off, or its first line is wrong."
        )
    try:
        values = np.array(words, dtype=np.float64)
        if b"_" not in body and np.isfinite(values).all():
            return values
    except ValueError:
        pass
    for number, line in enumerate(body.split(b"\n"), start=2):
        for word in line.split():
            text = word.decode("utf-8", "replace")
            value = to_number(text)
            if value is None or not np.isfinite(value):
                raise DataError(
                    f"{name}, line {number}: '{text[:40]}' is no finite number: correct it."
                )
    return values


def _lines(body: bytes) -> Lines:
    """Where each row's inputs stand, if a row takes two lines."""
    lines = Lines()
    row = 0
    for number, line in enumerate(body.split(b"\n"), start=2):
        if line.strip():
            if row % 2 == 0:
                lines.add(row // 2, number)
            row += 1
    return lines
