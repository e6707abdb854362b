"""What is packed with gzip, unpacked only as far as there is memory for it."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from bpstudio.files.errors import FileError, file_error, shown
from bpstudio.files.memory import available_memory
from bpstudio.files.source import Request

GZIP = b"\x1f\x8b"
MOST_EXPANSION = 1032
"""Deflate cannot make more of a byte."""
_BLOCK = 1 << 20


def unpacked_head(path: Path, size: int) -> bytes:
    """The first bytes of what is packed. FileError if it is damaged."""
    try:
        with gzip.open(path) as file:
            return file.read(size)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FileError(_damaged(path)) from None
    except OSError as error:
        raise file_error(error, path) from None


def unpacked(path: Path, request: Request, most: int | None = None) -> bytes:
    """Everything, or up to ``most`` bytes. FileError if it is damaged or does not fit in memory."""
    limit = available_memory() // 3
    parts, size = [], 0
    try:
        with gzip.open(path) as file:
            while block := file.read(_BLOCK if most is None else min(_BLOCK, most - size)):
                request.check()
                parts.append(block)
                size += len(block)
                if size > limit:
                    raise FileError(
                        f"'{shown(path)}' unpacks to more than {limit / 2**30:.1f} GiB, "
                        "for which there is no memory: take a part of it."
                    )
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FileError(_damaged(path)) from None
    except OSError as error:
        raise file_error(error, path) from None
    return b"".join(parts)


def _damaged(path: Path) -> str:
    return f"'{shown(path)}' is damaged or not packed with gzip: get it again."
