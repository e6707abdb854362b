"""What went wrong with a file, as one sentence."""

from __future__ import annotations

import errno
from pathlib import Path


class FileError(ValueError):
    """A file that cannot be read or written; the message says what, where and what to do."""


class Cancelled(Exception):  # noqa: N818
    """Reading was given up because whoever asked for it no longer wants it."""


_REMEDIES: dict[int, str] = {
    errno.ENOENT: "does not exist: check the name and the folder",
    errno.ENOTDIR: "lies in something that is not a folder: check the path",
    errno.EISDIR: "is a folder: choose a file in it",
    errno.EACCES: "may not be {done}: change its permissions or choose another place",
    errno.EPERM: "may not be {done}: change its permissions or choose another place",
    errno.EROFS: "is on a read-only disk: choose another place",
    errno.ENOSPC: "could not be {done}, because the disk is full: make room or choose another place",
    errno.ENAMETOOLONG: "has too long a name: choose a shorter one",
    errno.ELOOP: "is a link that leads back to itself: choose the file it should mean",
}


def file_error(error: OSError, path: Path, done: str = "read") -> FileError:
    """The sentence for an operating system's error while ``path`` was to be ``done``."""
    remedy = _REMEDIES.get(error.errno or 0)
    if remedy is None:
        reason = error.strerror or type(error).__name__
        remedy = f"could not be {{done}} ({reason}): try again or choose another place"
    return FileError(f"'{shown(path)}' {remedy.format(done=done)}.")


def quoted_cell(text: str, limit: int = 40) -> str:
    """A cell's text in one short line, for a sentence."""
    text = " ".join(text[: 4 * limit].split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown(path: Path) -> str:
    """A path as it can be printed anywhere: bytes that are no text are replaced."""
    return str(path).encode("utf-8", "replace").decode("utf-8")
