"""Parquet files, with polars."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from bpstudio.files.columns import RawColumn
from bpstudio.files.errors import Cancelled, FileError, shown
from bpstudio.files.formats.common import check_width, matrix_columns, preview_of
from bpstudio.files.memory import check_memory
from bpstudio.files.source import Request, Source
from bpstudio.files.text import open_binary
from bpstudio.model.dataset import DataError

_ONE_AT_A_TIME = Lock()


def read(path: Path, request: Request) -> Source:
    """Numbers, truth values and text; anything else as the text it prints as."""
    name = shown(Path(path.name))
    try:
        import polars  # noqa: PLC0415
    except ImportError:
        raise DataError(
            f"{name} is in Parquet, for which polars is needed: pip install 'bpstudio[tables]', "
            "or save the table as CSV."
        ) from None
    open_binary(path).close()
    frame = _frame(polars, path, name, request)
    columns = tuple(_column(polars, series) for series in frame.get_columns())
    if not columns or not len(frame):
        raise DataError(f"{name} has no rows: choose a file with at least one.")
    return Source(
        name, path, "parquet", columns, len(frame), preview_of(columns),
        replace(request.options, header=True),
    )  # fmt: skip


def _frame(polars: Any, path: Path, name: str, request: Request) -> Any:
    try:
        with _quiet():
            return _collected(polars, path, name, request)
    except (DataError, Cancelled, MemoryError):
        raise
    except Exception:
        raise FileError(_damaged(name)) from None
    except BaseException as error:
        # What goes wrong inside polars may come as a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise FileError(_damaged(name)) from None


def _collected(polars: Any, path: Path, name: str, request: Request) -> Any:
    lazy = polars.scan_parquet(path)
    width = len(lazy.collect_schema())
    check_width(width, name)
    rows = int(lazy.select(polars.len()).collect().item())
    check_memory(24.0 * rows * width, f"{name}: {rows:,} rows", "take a part of it")
    request.check(0.1)
    return (lazy if request.limit is None else lazy.head(request.limit)).collect()


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing on standard error: a panic inside polars is told there before Python hears of it."""
    with _ONE_AT_A_TIME:
        try:
            kept = os.dup(2)
        except OSError:
            # There is no standard error, as in an app without a console.
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def _damaged(name: str) -> str:
    return f"'{name}' is no Parquet file, or it is damaged: write it again."


def _column(polars: Any, series: Any) -> RawColumn:
    if series.dtype.is_numeric() and not series.dtype.is_decimal():
        values = series.cast(polars.Float64).to_numpy().astype(np.float64)
        return matrix_columns(values[:, None], [series.name])[0]
    if series.dtype == polars.Boolean or series.dtype.is_decimal():
        values = series.cast(polars.Float64).to_numpy().astype(np.float64)
        return RawColumn(series.name, values)
    return RawColumn.of_texts(series.name, (_text(value) for value in series.to_list()))


def _text(value: Any) -> str | None:
    return None if value is None else str(value).strip() or None
