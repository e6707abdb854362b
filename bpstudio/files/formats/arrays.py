"""NumPy's .npy and .npz, without pickle: headers are read and sizes checked before memory is taken."""

from __future__ import annotations

import ast
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bpstudio.files.columns import RawColumn
from bpstudio.files.errors import FileError, file_error, shown
from bpstudio.files.formats.common import check_width, matrix_columns, pixel_names, preview_of
from bpstudio.files.memory import check_memory
from bpstudio.files.source import Request, Source
from bpstudio.files.text import open_binary
from bpstudio.model.arrays import IntArray
from bpstudio.model.dataset import DataError

INPUT_NAMES = ("x", "data", "inputs", "input", "features", "images", "arr_0")
TARGET_NAMES = ("y", "target", "targets", "labels", "label", "outputs", "output", "arr_1")
PARTS = {"train": 0, "valid": 1, "validation": 1, "val": 1, "test": 2}
_MOST_HEADER = 1 << 16
_MOST_MEMBERS = 1000

Array = NDArray[Any]


def read(path: Path, request: Request) -> Source:
    """A source of one array, whose last column is the target, or of arrays called X and y or the like,
    also x_train, x_test and so on."""
    name = shown(Path(path.name))
    arrays = _arrays(path, name, request)
    parts = _in_parts(arrays)
    split: IntArray | None = None
    if parts is not None:
        arrays, split = parts
    inputs, targets = _roles(arrays, name)
    columns: list[RawColumn] = []
    shape = None
    for key in [*inputs, *targets]:
        found, shape_of = _columns(key, arrays[key], len(inputs) > 1 or len(arrays) > 2, name)
        if key in targets:
            target_names = [column.name for column in found]
        else:
            shape = shape or shape_of
        columns += found
    names = tuple(target_names) if targets else ()
    check_width(len(columns), name)
    if len({column.name for column in columns}) < len(columns):
        raise DataError(f"{name}: two of its columns have the same name: rename an array.")
    kind = "npz" if path.suffix.lower() == ".npz" or len(arrays) > 1 else "npy"
    rows = len(columns[0])
    if not rows:
        raise DataError(f"{name} has no rows: choose a file with at least one.")
    notes = (f"Arrays: {', '.join(f'{k} {a.shape}' for k, a in arrays.items())}.",)
    return Source(
        name, path, kind, tuple(columns), rows, preview_of(columns), request.options, True, notes,
        names, split, shape,
    )  # fmt: skip


def _arrays(path: Path, name: str, request: Request) -> dict[str, Array]:
    try:
        with open_binary(path) as file:
            if file.read(6) == b"\x93NUMPY":
                size = path.stat().st_size
                file.seek(0)
                return {"data": read_npy(file, size, name)}
            file.seek(0)
            with zipfile.ZipFile(file) as archive:
                return _members(archive, name, request)
    except OSError as error:
        raise file_error(error, path) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise FileError(f"'{name}' is cut off or damaged: write it again.") from None


def _members(archive: zipfile.ZipFile, name: str, request: Request) -> dict[str, Array]:
    entries = [e for e in archive.infolist() if e.filename.endswith(".npy")]
    if not entries:
        raise DataError(f"{name} holds no arrays: write it with numpy.savez.")
    if len(entries) > _MOST_MEMBERS:
        raise DataError(f"{name} holds {len(entries):,} arrays: take at most {_MOST_MEMBERS:,}.")
    check_memory(
        3.0 * sum(entry.file_size for entry in entries),
        f"{name}: its arrays",
        "leave some of them out",
    )
    arrays = {}
    for k, entry in enumerate(entries):
        request.check(k / len(entries))
        # More than deflate can make of what is there is a lie.
        if entry.file_size > 1100 * entry.compress_size + 1000:
            raise FileError(f"'{name}' is damaged: '{entry.filename}' is not as long as declared.")
        with archive.open(entry) as member:
            array = read_npy(member, entry.file_size, f"{name}, array '{entry.filename[:-4]}'")
        arrays[entry.filename.removesuffix(".npy")] = array
    return arrays


def read_npy(file: Any, size: int, name: str) -> Array:
    """An array from a file of ``size`` bytes, or DataError; nothing is unpickled."""
    dtype, fortran, shape, start = _header(file, name)
    if dtype.hasobject:
        raise DataError(
            f"{name} holds Python objects, which could run code: save numbers or text instead."
        )
    count = math.prod(shape)
    if start + count * dtype.itemsize > size:
        raise DataError(
            f"{name} declares shape {shape} of {dtype}, {count * dtype.itemsize:,} bytes, but holds "
            f"{max(size - start, 0):,}: it is cut off or damaged."
        )
    check_memory(3.0 * count * dtype.itemsize, name, "take a part of it")
    content = file.read(count * dtype.itemsize)
    if len(content) != count * dtype.itemsize:
        raise DataError(f"{name} breaks off: it is cut off or damaged.")
    array = np.frombuffer(content, dtype, count) if dtype.itemsize else np.zeros(count, dtype)
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def _header(file: BinaryIO, name: str) -> tuple[np.dtype[Any], bool, tuple[int, ...], int]:
    """Type, order, shape, and where the numbers begin."""
    broken = DataError(f"{name} is no NumPy array, or its header is damaged: write it again.")
    magic = file.read(8)
    if magic[:6] != b"\x93NUMPY" or len(magic) < 8 or magic[6] not in (1, 2, 3):
        raise broken
    wide = magic[6] > 1
    packed = file.read(4 if wide else 2)
    try:
        (length,) = struct.unpack("<I" if wide else "<H", packed)
        if length > _MOST_HEADER:
            raise broken
        text = file.read(length).decode("utf-8" if magic[6] == 3 else "latin-1")
        header = ast.literal_eval(text.strip())
        dtype = np.lib.format.descr_to_dtype(header["descr"])
        shape = tuple(header["shape"])
        fortran = header["fortran_order"]
    except (
        struct.error,
        ValueError,
        SyntaxError,
        KeyError,
        TypeError,
        RecursionError,
        MemoryError,
    ):
        raise broken from None
    if not all(type(n) is int and 0 <= n < 2**48 for n in shape) or type(fortran) is not bool:
        raise broken
    return dtype, fortran, shape, 8 + len(packed) + length


def _in_parts(arrays: Mapping[str, Array]) -> tuple[dict[str, Array], IntArray] | None:
    """x_train, x_test, … joined, with the split that their names say; None if they are not so called."""
    parts: dict[str, dict[str, Array]] = {}
    for key, array in arrays.items():
        words = key.lower().split("_")
        part = next((word for word in words if word in PARTS), None)
        if part is None or array.ndim == 0:
            return None
        words.remove(part)
        parts.setdefault(part, {})["_".join(words)] = array
    keys = {tuple(sorted(found)) for found in parts.values()}
    if len(keys) != 1 or "train" not in parts:
        return None
    try:
        joined = {
            key: np.concatenate([found[key] for found in parts.values()])
            for key in next(iter(parts.values()))
        }
    except ValueError:
        return None
    sizes = [len(next(iter(found.values()))) for found in parts.values()]
    return joined, np.repeat([PARTS[part] for part in parts], sizes).astype(np.int8)


def _roles(arrays: Mapping[str, Array], name: str) -> tuple[list[str], list[str]]:
    """Which arrays are inputs and which targets; all need the same number of rows."""
    usable = {key: array for key, array in arrays.items() if array.ndim >= 1}
    if not usable:
        raise DataError(f"{name} holds single numbers only: rows of data are needed.")
    targets = [key for key in usable if key.lower() in TARGET_NAMES]
    inputs = [key for key in usable if key.lower() in INPUT_NAMES]
    if not (len(usable) > 1 and targets and inputs):
        inputs = [key for key in usable if key not in targets] or list(usable)
        targets = [key for key in targets if key not in inputs]
    rows = len(usable[inputs[0]])
    for key in [*inputs, *targets]:
        if len(usable[key]) != rows:
            raise DataError(
                f"{name}: array '{inputs[0]}' has {rows:,} rows, but '{key}' has "
                f"{len(usable[key]):,}: they must be the same."
            )
    return inputs, targets


def _columns(
    key: str, array: Array, prefixed: bool, name: str
) -> tuple[list[RawColumn], tuple[int, int] | None]:
    """The columns of an array, and the shape of its images if it holds some."""
    if array.dtype.names:
        columns = []
        for field in array.dtype.names:
            columns += _columns(field, array[field], True, name)[0]
        return columns, None
    if array.dtype.kind not in "biufUS":
        raise DataError(f"{name}: array '{key}' holds {array.dtype}, which is no number or text.")
    shape = None
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim == 3:
        shape = array.shape[1], array.shape[2]
        names = pixel_names(*shape)
    elif array.ndim == 1:
        names = [key]
    else:
        letter = key if prefixed or key.lower() in TARGET_NAMES else "x"
        names = [f"{letter}{k + 1}" for k in range(math.prod(array.shape[1:]))]
    check_width(len(names), name)
    if array.dtype.kind in "US":
        flat = array.reshape(len(array), len(names))
        return [
            RawColumn.of_texts(n, (_text(cell) for cell in flat[:, k].tolist()))
            for k, n in enumerate(names)
        ], None
    flat = array.reshape(len(array), len(names))
    if flat.dtype.kind == "b":
        flat = flat.astype(np.uint8)
    elif flat.dtype.kind == "f" and flat.dtype.itemsize > 8:
        flat = flat.astype(np.float64)
    bounds = (0.0, 255.0) if shape is not None and array.dtype == np.uint8 else None
    return matrix_columns(flat, names, bounds), shape


def _text(cell: str | bytes) -> str | None:
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
    return text.strip() or None
