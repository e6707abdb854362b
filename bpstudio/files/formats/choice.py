"""Which format a file is in: by its first bytes, and by its name where they do not tell."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import cast

from bpstudio.files.errors import FileError, file_error, shown
from bpstudio.files.formats.packed import GZIP, unpacked_head
from bpstudio.files.source import Reader
from bpstudio.files.text import open_binary

SUFFIXES: dict[str, str] = {
    ".csv": "text", ".tsv": "text", ".tab": "text", ".txt": "text", ".dat": "text",
    ".data": "fann", ".train": "fann", ".test": "fann",
    ".npz": "npz", ".npy": "npy", ".arff": "arff",
    ".idx": "idx", ".gz": "idx", ".libsvm": "libsvm", ".svm": "libsvm", ".svmlight": "libsvm",
    ".xlsx": "excel", ".xlsm": "excel", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_READERS = {
    "npz": "arrays",
    "npy": "arrays",
    "arff": "arff",
    "fann": "fann",
    "idx": "idx",
    "libsvm": "libsvm",
    "excel": "workbook",
    "parquet": "parquet",
    "images": "images",
}
_HEAD = 1 << 16
_FANN = re.compile(rb"\s*\d+[ \t]+\d+[ \t]+\d+[ \t]*\r?\n")
_LIBSVM = re.compile(rb"[+-]?[\d.,eE+-]+([ \t]+\d+:[^\s:]+)+[ \t]*(#.*)?\r?")


def kind_of(path: Path) -> str:
    """One of ``SOURCE_KINDS``. FileError if there is no such file or it may not be read."""
    try:
        if path.is_dir():
            return "images"
    except (OSError, ValueError):
        pass
    with open_binary(path) as file:
        try:
            head = file.read(_HEAD)
        except OSError as error:
            raise file_error(error, path) from None
    if head.startswith(GZIP):
        head = unpacked_head(path, _HEAD)
        if not _is_idx(head) and path.suffix.lower() != ".gz":
            raise FileError(f"'{shown(path)}' is packed: give its name the ending .gz.")
    return _by_content(head) or _by_name(path, head)


def _by_content(head: bytes) -> str | None:
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "excel" if b"[Content_Types].xml" in head or b"xl/" in head else "npz"
    if _is_idx(head):
        return "idx"
    if re.match(rb"\s*(%[^\n]*\n\s*)*@relation\b", head.removeprefix(b"\xef\xbb\xbf"), re.I):
        return "arff"
    lines = head.split(b"\n")[:-1][:20] or head.split(b"\n")
    full = [line for line in lines if line.strip()]
    if full and all(_LIBSVM.fullmatch(line) for line in full):
        return "libsvm"
    return None


def _by_name(path: Path, head: bytes) -> str:
    kind = SUFFIXES.get(path.suffix.lower(), "text")
    if kind == "idx":
        return "text"
    if kind in ("fann", "text") and _looks_like_fann(head):
        return "fann"
    return "text" if kind in ("fann", "libsvm") else kind


def _is_idx(head: bytes) -> bool:
    return (
        len(head) >= 8
        and head[:2] == b"\0\0"
        and head[2] in (0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E)
        and 1 <= head[3] <= 4
    )


def _looks_like_fann(head: bytes) -> bool:
    """Three whole numbers, then as many numbers as the second and third of them say, in 2 lines or 1."""
    if not _FANN.match(head):
        return False
    lines = [line.split() for line in head.split(b"\n") if line.strip()][:3]
    _, inputs, outputs = (int(number) for number in lines[0])
    widths = [len(line) for line in lines[1:]]
    if widths[:1] == [inputs + outputs]:
        return True
    return widths[:1] == [inputs] and widths[1:2] in ([], [outputs])


def reader_of(kind: str) -> Reader:
    """The reader of a format that is not text."""
    module = import_module(f"bpstudio.files.formats.{_READERS[kind]}")
    return cast("Reader", module.read)
