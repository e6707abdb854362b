"""Compiles the kernels of one precision to machine code, in a process of its own.

``python -m bpstudio.engines.kernels.build float64 online FILE``: the compiler would hold the interpreter
of the app for seconds, and the app needs no compiler once the code is there.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from numba import types
from numba.core import compiler
from numba.core.registry import cpu_target

from bpstudio.engines.cache import target_machine, write_code
from bpstudio.engines.kernels.signatures import ENTRIES, GROUPS


def machine_code(dtype: str, group: str) -> tuple[bytes, dict[str, str]]:
    """An object file with a group's entries, and the symbol of each."""
    number = types.float64 if dtype == "float64" else types.float32
    kinds = {
        "p": types.CPointer(number),
        "o": types.CPointer(types.int64),
        "i": types.CPointer(types.uintp),
        "s": types.CPointer(types.float64),
        "n": types.uintp,
        "b": types.boolean,
        "t": number,
        "d": types.float64,
    }
    whole, symbols = None, {}
    for name in GROUPS[group]:
        module, letters = ENTRIES[name]
        function = getattr(importlib.import_module(f"bpstudio.engines.kernels.{module}"), name)
        text, symbols[name] = compiled(function.py_func, [kinds[k] for k in letters])
        part = llvm.parse_assembly(text)
        if whole is None:
            whole = part
        else:
            whole.link_in(part)
    assert whole is not None
    return target_machine().emit_object(whole), symbols


def compiled(function: Any, arguments: list[Any]) -> tuple[str, str]:
    """Optimised LLVM code and the function's name in it; no wrapper for Python, so nothing of it is
    called."""
    flags = compiler.Flags()
    flags.error_model = "numpy"
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    result = compiler.compile_extra(
        cpu_target.typing_context,
        cpu_target.target_context,
        function,
        arguments,
        types.float64,
        flags,
        {},
    )
    return result.library.get_llvm_str(), result.fndesc.llvm_func_name


def main(dtype: str, group: str, path: str) -> None:
    # The loops are written out for as many registers as there are. Unrolled once more they cost small
    # networks a tenth of their time: what prepares such a loop is done again for every row and link.
    llvm.set_option("bpstudio", "-unroll-runtime=false")
    write_code(Path(path), *machine_code(dtype, group))


if __name__ == "__main__":
    main(*sys.argv[1:])
