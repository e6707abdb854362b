"""Writing a file so that a crash leaves the old one or the new one, never a half."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from bpstudio.files.errors import FileError, file_error, shown

Content = bytes | Callable[[BinaryIO], object]


def write_atomically(path: str | os.PathLike[str], content: Content) -> None:
    """Write ``content``, bytes or a function that writes to the binary file it is given.

    The bytes go to a temporary file in the same folder, are synced, and are moved over the old file,
    whose permissions they keep. FileError if that cannot be done; the old file is then as it was.
    """
    given = Path(path)
    try:
        # A symbolic link stays one: what it points to is replaced.
        target = Path(os.path.realpath(given))
        mode = _mode_of(target, given)
        _replace(target, mode, content)
    except OSError as error:
        raise _explained(error, given) from None


def _mode_of(target: Path, given: Path) -> int | None:
    """The permissions of the file to be replaced; None if there is none yet."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise FileError(f"'{shown(given)}' is a folder: choose a file name in it.")
    if not os.access(target, os.W_OK):
        raise FileError(f"'{shown(given)}' is read-only: change its permissions or save elsewhere.")
    return stat.S_IMODE(status.st_mode)


def _replace(target: Path, mode: int | None, content: Content) -> None:
    # A name of its own length keeps clear of the limit on names that the target may have reached.
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    # Opened by number, so that the umask decides the permissions of a new file, as it always does.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                content(file)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut; not every system lets a folder be synced."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _explained(error: OSError, path: Path) -> FileError:
    if isinstance(error, FileNotFoundError):
        return FileError(
            f"The folder of '{shown(path)}' does not exist: create it or choose another place."
        )
    return file_error(error, path, "written")
