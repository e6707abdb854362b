"""Reading zip archives that may be damaged or hostile, with sizes checked before memory is taken."""

from __future__ import annotations

import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import Any

import safetensors.numpy as tensors
from numpy.typing import NDArray
from safetensors import SafetensorError

from bpstudio.files.errors import FileError, file_error, shown

SMALL_BYTES = 64 << 20
MOST_EXPANSION = 100
MAX_MEMBERS = 1000
"""An archive may unpack to 64 MiB, or to 100 times its size on disk if that is more."""


def read_archive(path: Path, wanted: Collection[str]) -> dict[str, bytes]:
    """The contents of the wanted members that are there. FileError if the archive is not sound."""
    name = shown(path)
    try:
        size = path.stat().st_size
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a folder" if path.is_dir() else "a device"
            raise FileError(f"'{name}' is {kind}, not a project file: choose a .bps file.")
        with zipfile.ZipFile(path) as archive:
            entries = _checked(archive, max(SMALL_BYTES, MOST_EXPANSION * size), name)
            return {e.filename: _member(archive, e) for e in entries if e.filename in wanted}
    except OSError as error:
        raise file_error(error, path) from None
    except FileError:
        raise
    except zipfile.BadZipFile as error:
        if "not a zip" in str(error):
            raise FileError(f"'{name}' is not a bpstudio project, or it is cut off.") from None
        raise FileError(f"'{name}' is damaged ({error}): use an older copy.") from None
    except (zlib.error, EOFError, RuntimeError, ValueError, IndexError, struct.error) as error:
        reason = str(error) or type(error).__name__
        raise FileError(f"'{name}' is damaged ({reason}): use an older copy.") from None


def _checked(archive: zipfile.ZipFile, limit: int, name: str) -> list[zipfile.ZipInfo]:
    """The entries, if their names and declared sizes are fit to be read."""
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS:
        raise FileError(f"'{name}' is not a bpstudio project: it holds {len(entries):,} files.")
    names = [entry.filename for entry in entries]
    for member in names:
        path = PurePosixPath(member.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in member:
            raise FileError(
                f"'{name}' names a file outside itself, '{member[:80]}': do not trust it."
            )
        if names.count(member) > 1:
            raise FileError(f"'{name}' is damaged: it holds '{member[:80]}' twice.")
    total = sum(entry.file_size for entry in entries)
    if total > limit:
        raise FileError(
            f"'{name}' would unpack to {total / 2**20:,.0f} MiB, far more than its own size allows: "
            "it is not read."
        )
    return entries


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise ValueError(f"'{entry.filename}' is not as long as declared")
    return content


def read_json(content: bytes, name: str) -> Any:
    """JSON without doubled names and without NaN or infinity. ValueError if it is anything else."""
    if len(content) > SMALL_BYTES:
        raise ValueError(f"its JSON has {len(content):,} bytes, too many.")

    def refuse(text: str) -> None:
        raise ValueError(f"its JSON holds {text}, which is no number.")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("its JSON names a field twice.")
        return result

    try:
        return json.loads(content, parse_constant=refuse, object_pairs_hook=unique)
    except UnicodeDecodeError:
        raise ValueError("its JSON is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"its JSON breaks off in line {error.lineno} ({error.msg}).") from None


def read_tensors(content: bytes, member: str) -> dict[str, NDArray[Any]]:
    """The tensors of a safetensors file. ValueError if it is not sound."""
    try:
        return tensors.load(content)
    except (SafetensorError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"'{member}' cannot be read ({error}).") from None
