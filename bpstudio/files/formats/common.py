"""What the readers share: columns of a matrix, names of pixels, and rows of text cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.columns import RawColumn
from bpstudio.files.text import MAX_COLUMNS
from bpstudio.model.dataset import DataError

PREVIEW_ROWS = 100


def pixel_names(height: int, width: int) -> list[str]:
    """r1c1 for the pixel at the top left."""
    return [f"r{row + 1}c{column + 1}" for row in range(height) for column in range(width)]


def check_width(count: int, name: str) -> None:
    """DataError for more columns than are taken."""
    if count > MAX_COLUMNS:
        raise DataError(f"{name} has {count:,} columns, more than {MAX_COLUMNS:,}: leave some out.")


def matrix_columns(
    matrix: NDArray[Any], names: Sequence[str], bounds: tuple[float, float] | None = None
) -> list[RawColumn]:
    """Columns that look into a matrix of numbers, (rows, columns), without a copy."""
    finite = matrix.dtype.kind != "f" or not np.isinf(matrix).any()
    columns = []
    for k, name in enumerate(names):
        values = matrix[:, k]
        problem = None
        if not finite and np.isinf(values).any():
            row = int(np.isinf(values).argmax())
            what = f"'{values[row]:g}' is infinite"
            problem = row, f"{what}: use numbers up to 1.8e308 or leave the row out."
        columns.append(RawColumn(name, values, problem=problem, bounds=bounds))
    return columns


def preview_of(columns: Sequence[RawColumn]) -> tuple[tuple[str, ...], ...]:
    """The first rows as text."""
    texts = [column.texts(slice(0, PREVIEW_ROWS)) for column in columns]
    return tuple(zip(*texts, strict=True))


def unique_names(names: Sequence[str], file: str) -> list[str]:
    """The names as they are; DataError if two are alike."""
    seen: dict[str, int] = {}
    for k, name in enumerate(names):
        if name in seen:
            raise DataError(
                f"{file}: columns {seen[name] + 1} and {k + 1} are both called '{name}': "
                "rename one of them."
            )
        seen[name] = k
    return list(names)
