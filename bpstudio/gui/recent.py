"""Files opened lately, kept in the user's configuration folder as one small text file."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path

from bpstudio.files.atomic import write_atomically

MOST = 10


def _file() -> Path:
    return user_config_path("bpstudio", appauthor=False) / "recent.txt"


def recent_files() -> list[Path]:
    """The files that still exist, newest first."""
    try:
        lines = _file().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [path for line in lines[:MOST] if (path := Path(line)).is_file()]


def remember(path: Path) -> None:
    """Put a file first. That the list cannot be kept is no reason to disturb anyone."""
    path = path.resolve()
    paths = [path, *(p for p in recent_files() if p != path)][:MOST]
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_file(), "\n".join(map(str, paths)).encode())
    except OSError:
        return
