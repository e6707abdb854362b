"""The record of a run as a table that every spreadsheet reads."""

from __future__ import annotations

import csv
import io
import math
import os

from bpstudio.files.atomic import write_atomically
from bpstudio.model.history import History


def save_history(history: History, path: str | os.PathLike[str]) -> None:
    """Write one row per recorded epoch as CSV, in full precision; what does not exist is left empty.

    The last column tells what was changed before that epoch's end. FileError if the file cannot be
    written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*History.COLUMNS, "changes"])
    columns = [history.column(name) for name in History.COLUMNS]
    changes = list(history.changes)
    for epoch, *values in zip(*columns, strict=True):
        cells = ["" if math.isnan(value) else repr(float(value)) for value in values]
        # A change during an epoch stands with the first record after it.
        done = [c for c in changes if c.epoch < epoch]
        changes = changes[len(done) :]
        table.writerow([str(int(epoch)), *cells, "; ".join(map(str, done))])
    write_atomically(path, text.getvalue().encode())
