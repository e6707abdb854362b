"""IDX, the format of MNIST: images and their labels in two files, plain or packed with gzip."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.columns import RawColumn
from bpstudio.files.errors import FileError, file_error, shown
from bpstudio.files.formats.common import check_width, matrix_columns, pixel_names, preview_of
from bpstudio.files.formats.packed import GZIP, MOST_EXPANSION, unpacked
from bpstudio.files.memory import check_memory
from bpstudio.files.source import Request, Source
from bpstudio.files.text import open_binary
from bpstudio.model.dataset import DataError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LABEL = "label"
_PAIRS = (("images", "labels"), ("idx3", "idx1"))
_TESTS = (("train", "t10k"), ("train", "test"))


def read(path: Path, request: Request) -> Source:
    """Pixels as columns, and the labels from the file beside, whichever of the two is named."""
    array: NDArray[Any] = _array(path, request)
    labels: NDArray[Any] | None
    other = _other(path, from_labels=array.ndim == 1)
    if array.ndim == 1:
        if other is None:
            wanted = _renamed(path, [(b, a) for a, b in _PAIRS]).name
            raise DataError(
                f"{shown(Path(path.name))} holds labels only: put the images beside it, as {wanted}."
            )
        path, other = other, path
        labels, array = array, _array(path, request)
    else:
        labels = None if other is None else _array(other, request)
    name = shown(Path(path.name))
    columns, shape = _pixels(array, name)
    notes: tuple[str, ...] = (f"No labels were found beside {name}.",)
    if labels is not None and other is not None:
        if labels.ndim != 1 or len(labels) != len(array):
            raise DataError(
                f"{name} has {len(array):,} images, but {shown(Path(other.name))} has "
                f"{len(labels):,} labels: they do not belong together."
            )
        columns.append(RawColumn(LABEL, labels))
        notes = (f"The labels are from {shown(Path(other.name))}.",)
    test = _first_of([_renamed(path, [pair]) for pair in _TESTS], path)
    return Source(
        name, path, "idx", tuple(columns), len(array), preview_of(columns),
        replace(request.options, header=False), True, notes,
        () if labels is None else (LABEL,), None, shape, test_file=test,
    )  # fmt: skip


def _pixels(array: NDArray[Any], name: str) -> tuple[list[RawColumn], tuple[int, int] | None]:
    size = math.prod(array.shape[1:])
    check_width(size, name)
    if not len(array) or not size:
        raise DataError(f"{name} declares {array.shape}: there is nothing in it.")
    shape = (array.shape[1], array.shape[2]) if array.ndim == 3 else None
    names = pixel_names(*shape) if shape else [f"x{k + 1}" for k in range(size)]
    bounds = (0.0, 255.0) if array.dtype.itemsize == 1 and array.dtype.kind == "u" else None
    return matrix_columns(array.reshape(len(array), size), names, bounds), shape


def _other(path: Path, from_labels: bool) -> Path | None:
    """The file with the labels for these images, or the images for these labels."""
    pairs = [(b, a) for a, b in _PAIRS] if from_labels else list(_PAIRS)
    renamed = _renamed(path, pairs)
    return _first_of([renamed], path)


def _renamed(path: Path, pairs: list[tuple[str, str]]) -> Path:
    name = path.name
    for old, new in pairs:
        name = name.replace(old, new)
    return path.with_name(name)


def _first_of(paths: list[Path], path: Path) -> Path | None:
    """The first that is there, packed or not, and is another file."""
    for wanted in paths:
        bare = wanted.with_name(wanted.name.removesuffix(".gz"))
        for found in (wanted, bare, bare.with_name(bare.name + ".gz")):
            if found.name.removesuffix(".gz") != path.name.removesuffix(".gz") and found.is_file():
                return found
    return None


def _array(path: Path, request: Request) -> NDArray[Any]:
    """The array of an IDX file. FileError or DataError if its header lies."""
    name = shown(Path(path.name))
    request.check()
    try:
        with open_binary(path) as file:
            packed = file.read(2) == GZIP
        size = path.stat().st_size
    except OSError as error:
        raise file_error(error, path) from None
    head = unpacked(path, request, 20) if packed else _plain(path, 20)
    shape, dtype = _header(head, name)
    start = 4 + 4 * len(shape)
    needed = start + math.prod(shape) * dtype.itemsize
    most = size * MOST_EXPANSION if packed else size
    if needed > most:
        raise DataError(
            f"{name} declares {_times(shape)} values, {needed:,} bytes, but holds at most {most:,}: "
            "it is cut off or damaged."
        )
    check_memory(
        needed + 16.0 * math.prod(shape), f"{name}: {_times(shape)} values", "take a part of it"
    )
    content = unpacked(path, request, needed + 1) if packed else _plain(path, needed + 1)
    if len(content) != needed:
        more = "more" if len(content) > needed else "fewer"
        raise DataError(
            f"{name} declares {_times(shape)} values, {needed:,} bytes, but holds {more}: "
            "it is cut off or damaged."
        )
    values = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return values if dtype.itemsize == 1 else values.astype(dtype.newbyteorder("="))


def _plain(path: Path, most: int) -> bytes:
    try:
        with open_binary(path) as file:
            return file.read(most)
    except OSError as error:
        raise file_error(error, path) from None


def _header(head: bytes, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    if len(head) < 8 or head[:2] != b"\0\0" or head[2] not in TYPES or not 1 <= head[3] <= 4:
        raise FileError(f"'{name}' is not in IDX format, or its first bytes are damaged.")
    shape = tuple(int.from_bytes(head[4 + 4 * k : 8 + 4 * k], "big") for k in range(head[3]))
    if len(head) < 4 + 4 * len(shape):
        raise DataError(f"{name} breaks off in its header: it is cut off.")
    return shape, np.dtype(TYPES[head[2]])


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape)
