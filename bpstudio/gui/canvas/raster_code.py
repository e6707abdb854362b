"""The compiled kernel of the canvas in memory: found in the user's cache or compiled first."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bpstudio.engines.cache import code_path, read_code
from bpstudio.engines.calls import address
from bpstudio.engines.native import KernelError, ObjectCode, start_compiler
from bpstudio.gui.canvas.raster_numpy import FIELDS, SHADES, Array

ENTRIES = {"expose": "lnnffnfnfffiil", "develop": "lnndffu"}
"""What is compiled, and a letter for each argument: address of int64 (l), int32 (i), uint32 (u) or
float32 (f), a size (n), or a float64 (d)."""
PATIENCE = 0.05
"""Seconds between two looks at whether the compiled code is still wanted."""


class RasterKernel:
    """``expose`` and ``develop`` as in ``raster_numpy``; they let go of the interpreter meanwhile."""

    def __init__(self, code: bytes, symbols: dict[str, str]) -> None:
        self._code = ObjectCode(code)
        self._expose = self._code.function(symbols["expose"], _kinds("expose"))
        self._develop = self._code.function(symbols["develop"], _kinds("develop"))

    def expose(
        self,
        plate: Array,
        course: Array,
        sources: Array,
        targets: Array,
        widths: Array,
        positive: Array,
        negative: Array,
    ) -> None:
        """See ``raster_numpy.expose``. ValueError for arrays that do not fit each other: machine code
        would read beyond their ends."""
        n, m = len(sources), len(targets)
        shapes = (
            (course, (len(plate), FIELDS)),
            *((a, (m, n)) for a in (widths, positive, negative)),
        )
        if not _is_plate(plate) or any(array.shape != shape for array, shape in shapes):
            raise ValueError("These lines do not fit their plate or their ends.")
        above, below = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
        inks = np.empty(n, dtype=np.int64)
        values = (course, sources, targets, widths, positive, negative)
        course, sources, targets, widths, positive, negative = (_flat(a) for a in values)
        self._expose(
            address(plate), *plate.shape, address(course), address(sources), n, address(targets), m,
            address(widths), address(positive), address(negative), address(above), address(below),
            address(inks),
        )  # fmt: skip

    def develop(
        self, plate: Array, unit: float, shades: Array, inks: Array, picture: Array
    ) -> None:
        """See ``raster_numpy.develop``."""
        shapes = (picture, (plate.shape[-1] - 2, len(plate))), (shades, (SHADES,)), (inks, (3, 3))
        drawable = picture.dtype == np.uint32 and picture.flags.c_contiguous
        if not (_is_plate(plate) and drawable) or any(a.shape != shape for a, shape in shapes):
            raise ValueError("This picture does not fit its plate.")
        shades, inks = _flat(shades), _flat(inks)
        self._develop(
            address(plate), *plate.shape, unit, address(shades), address(inks), address(picture)
        )


def _kinds(name: str) -> list[Any]:
    kinds: dict[str, Any] = {"n": ctypes.c_ssize_t, "d": ctypes.c_double}
    return [kinds.get(letter, ctypes.c_void_p) for letter in ENTRIES[name]]


def _is_plate(plate: Array) -> bool:
    return plate.ndim == 2 and plate.dtype == np.int64 and plate.flags.c_contiguous


def _flat(values: Array) -> Array:
    return np.ascontiguousarray(values, dtype=np.float32)


def make_kernel(stopped: Callable[[], bool]) -> RasterKernel | None:
    """The kernel from the cache, or compiled first, which takes some seconds; None if that was stopped.

    Raises KernelError or OSError where it cannot be had.
    """
    folder = Path(__file__).parent
    sources = tuple(
        folder / name for name in ("raster_kernel.py", "raster_numpy.py", "raster_build.py")
    )
    try:
        path = code_path("connections", sources)
    except OSError:
        with tempfile.TemporaryDirectory(prefix="bpstudio-") as temporary:
            return _compiled(Path(temporary) / "code.kernels", stopped)
    found = read_code(path)
    return _compiled(path, stopped) if found is None else RasterKernel(*found)


def _compiled(path: Path, stopped: Callable[[], bool]) -> RasterKernel | None:
    """Compile in another process: this one's interpreter has other things to do."""
    process = start_compiler("bpstudio.gui.canvas.raster_build", str(path))
    while process.poll() is None:
        if stopped():
            process.kill()
            process.wait()
            return None
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            continue
    found = read_code(path)
    if process.returncode or found is None:
        raise KernelError("The kernel of the canvas could not be compiled.")
    return RasterKernel(*found)
