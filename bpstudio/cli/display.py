"""Whether a window can be shown here, found out before Qt would abort over it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from bpstudio.cli.options import program


def _without() -> str:
    return f"or work without one, as in: {program()} demo"


def display_problem() -> str | None:
    """Why no window can be shown, as a sentence that says what to do; None if one can."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or chosen not in ("", "xcb"):
        return None
    if not chosen and _wayland_answers():
        return None
    if not os.environ.get("DISPLAY"):
        return f"There is no display to show a window on: log in to a desktop (or ssh -X), {_without()}."
    return _x11_problem(os.environ["DISPLAY"])


def _wayland_answers() -> bool:
    """Whether WAYLAND_DISPLAY names a compositor's socket."""
    name = os.environ.get("WAYLAND_DISPLAY")
    return bool(name) and Path(os.environ.get("XDG_RUNTIME_DIR", "/"), name or "").is_socket()


def _x11_problem(display: str) -> str | None:
    """What would keep Qt from the X server."""
    try:
        _load_platform_plugin()
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        missing = str(error).partition(":")[0]
        return (
            f"Qt cannot open a window because {missing} is missing on this system: install it "
            f"(python3 dev.py setup names the packages), {_without()}."
        )
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        return (
            f"The display '{display}' does not answer: set DISPLAY to one that does, {_without()}."
        )
    return None


def _load_platform_plugin() -> None:
    """Raise OSError naming a library that Qt's X11 plugin lacks; Qt itself would abort."""
    # Found without importing it: this module must not load Qt.
    found = importlib.util.find_spec("PySide6")
    for folder in (found.submodule_search_locations or []) if found else []:
        plugin = Path(folder) / "Qt/plugins/platforms/libqxcb.so"
        if plugin.exists():
            ctypes.CDLL(str(plugin))
