"""How much memory there is, so that what does not fit is refused before it is taken."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bpstudio.model.dataset import DataError

UNKNOWN = 8 << 30
"""What is allowed where the system does not tell."""
_GIB = 1 << 30


_CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int:
    """Bytes that can be taken without pushing out other programs, or beyond what a container may."""
    return min(_free_memory(), _left_in_container())


def _left_in_container() -> int:
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        # Cached files are counted as taken, but make way.
        taken = int((_CGROUP / "memory.current").read_text())
        for line in (_CGROUP / "memory.stat").read_text().splitlines():
            if line.startswith("inactive_file "):
                taken -= int(line.split()[1])
        return max(limit - taken, 0)
    except (OSError, ValueError):
        # No container, or one without a limit ("max").
        return sys.maxsize


def _free_memory() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError, IndexError):
        return UNKNOWN


def check_memory(needed: float, what: str, remedy: str) -> None:
    """DataError if ``needed`` bytes are not there: "``what`` need 3.1 GiB of memory, but …"."""
    free = available_memory()
    if needed > free:
        raise DataError(
            f"{what} need about {needed / _GIB:,.1f} GiB of memory, "
            f"but {free / _GIB:,.1f} GiB are free: {remedy}."
        )
