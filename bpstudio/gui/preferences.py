"""What people have set for the window itself, kept in their configuration folder as one small file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from bpstudio.files.atomic import write_atomically


def _file() -> Path:
    return user_config_path("bpstudio", appauthor=False) / "preferences.json"


def _read() -> dict[str, Any]:
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def preference(name: str, default: bool) -> bool:
    """A switch that was set, else its default."""
    value = _read().get(name, default)
    return value if isinstance(value, bool) else default


def preferred_number(name: str, default: int) -> int:
    """A whole number that was set, else its default."""
    value = _read().get(name, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def set_preference(name: str, value: bool | int) -> None:
    """Keep a switch or a number. That it cannot be kept is no reason to disturb anyone."""
    known = {**_read(), name: value}
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_file(), json.dumps(known, indent=2, sort_keys=True).encode())
    except OSError:
        return
