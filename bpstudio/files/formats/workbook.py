"""Excel workbooks, with openpyxl: a sheet's values are read as the text table they look like."""

from __future__ import annotations

import csv
import datetime
import io
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from bpstudio.files.errors import Cancelled, FileError, file_error, shown
from bpstudio.files.source import Request, Source, read_text
from bpstudio.files.text import open_binary
from bpstudio.model.dataset import DataError

MOST_EXPANSION, SMALL_BYTES = 200, 64 << 20
_OFTEN = 1000


def read(path: Path, request: Request) -> Source:
    """The first sheet with anything in it, or the one that the options name. Rows keep their numbers."""
    name = shown(Path(path.name))
    try:
        from openpyxl import load_workbook  # noqa: PLC0415
    except ImportError:
        raise DataError(
            f"{name} is a workbook, for which openpyxl is needed: pip install 'bpstudio[tables]', "
            "or save the sheet as CSV."
        ) from None
    _check_size(path, name)
    try:
        with open_binary(path) as file, warnings.catch_warnings():
            # That openpyxl leaves out styles and lists to choose from does not matter here.
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=True)
            sheet, text = _chosen(book, request, name)
            sheets = tuple(book.sheetnames)
            others = [title for title in sheets if title != sheet]
    except (DataError, FileError, Cancelled, MemoryError):
        raise
    except Exception:
        # What openpyxl stumbles over in a damaged file is of every kind.
        raise FileError(_damaged(name)) from None
    options = replace(request.options, encoding="utf-8", delimiter=",", quote='"', decimal=".")
    source = read_text(text, path, name, replace(request, options=options))
    notes = (f"Sheet '{sheet}'" + (f"; there is also {', '.join(others)}." if others else "."),)
    options = replace(source.options, sheet=sheet)
    return replace(source, kind="excel", notes=notes, options=options, sheets=sheets)


def _check_size(path: Path, name: str) -> None:
    """FileError for an archive that would unpack to far more than its own size allows."""
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
    except OSError as error:
        raise file_error(error, path) from None
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        raise FileError(_damaged(name)) from None
    if total > max(SMALL_BYTES, MOST_EXPANSION * size):
        raise FileError(
            f"'{name}' would unpack to {total / 2**20:,.0f} MiB, far more than its own size allows: "
            "it is not read."
        )


def _damaged(name: str) -> str:
    return f"'{name}' is no workbook, or it is damaged: save it again as .xlsx."


def _chosen(book: Any, request: Request, name: str) -> tuple[str, str]:
    """The sheet's name and its cells as CSV."""
    wanted = request.options.sheet
    if wanted is not None and wanted not in book.sheetnames:
        raise DataError(
            f"{name} has no sheet '{wanted}': the sheets are {', '.join(book.sheetnames)}."
        )
    for sheet in book.worksheets:
        if wanted in (None, sheet.title):
            text = _csv(sheet, request)
            if text.strip(", \n") or wanted is not None:
                return sheet.title, text
    raise DataError(f"{name} has nothing in its sheets: choose a file with a table in it.")


def _csv(sheet: Any, request: Request) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        if number % _OFTEN == 0:
            request.check()
        if request.limit is not None and number > request.limit:
            break
        # Line ends in cells would shift the numbers of the rows.
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return " ".join(str(value).replace("\0", "").split("\n")).strip()
