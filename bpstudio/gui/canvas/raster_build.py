"""Compiles the kernel of the canvas to machine code, in a process of its own.

``python -m bpstudio.gui.canvas.raster_build FILE``: the compiler would hold the interpreter of the app
for seconds, and the app needs no compiler once the code is there.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from numba import types

from bpstudio.engines.cache import target_machine, write_code
from bpstudio.engines.kernels.build import compiled
from bpstudio.gui.canvas import raster_kernel
from bpstudio.gui.canvas.raster_code import ENTRIES

_KINDS: dict[str, Any] = {
    "l": types.CPointer(types.int64),
    "i": types.CPointer(types.int32),
    "u": types.CPointer(types.uint32),
    "f": types.CPointer(types.float32),
    "n": types.intp,
    "d": types.float64,
}


def machine_code() -> tuple[bytes, dict[str, str]]:
    """An object file with all entries, and the symbol of each."""
    whole, symbols = None, {}
    for name, letters in ENTRIES.items():
        text, symbols[name] = compiled(getattr(raster_kernel, name), [_KINDS[k] for k in letters])
        part = llvm.parse_assembly(text)
        if whole is None:
            whole = part
        else:
            whole.link_in(part)
    assert whole is not None
    return target_machine().emit_object(whole), symbols


if __name__ == "__main__":
    write_code(Path(sys.argv[1]), *machine_code())
