"""The record of a run as a table that every spreadsheet reads."""

from __future__ import annotations

import math
import os

from bpstudio.files.atomic import write_atomically
from bpstudio.model.history import History


def save_history(history: History, path: str | os.PathLike[str]) -> None:
    """Write one row per recorded epoch as CSV, in full precision; what does not exist is left empty.

    FileError if the file cannot be written.
    """
    lines = [",".join(History.COLUMNS)]
    columns = [history.column(name) for name in History.COLUMNS]
    for epoch, *values in zip(*columns, strict=True):
        cells = ("" if math.isnan(value) else repr(float(value)) for value in values)
        lines.append(",".join([str(int(epoch)), *cells]))
    write_atomically(path, ("\n".join(lines) + "\n").encode())
