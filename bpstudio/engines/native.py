"""A compiler in a process of its own, and compiled code in memory, called by address."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from bpstudio.engines.cache import target_machine


class KernelError(RuntimeError):
    """Compiled code cannot be made, loaded or run here; the message says why in one sentence."""


class ObjectCode:
    """An object file in memory. Its functions work as long as someone holds it."""

    def __init__(self, code: bytes) -> None:
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def function(self, symbol: str, kinds: Sequence[Any]) -> Callable[..., float]:
        """A function compiled by numba: ``kinds`` are the ctypes of its arguments, a float64 its result.

        A call lets go of the interpreter while it runs.
        """
        # numba's own convention: where to put the result, where to put an exception, the arguments.
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *kinds)
        function = kind(self.address(symbol))

        def call(*values: Any) -> float:
            result, exception = ctypes.c_double(), ctypes.c_void_p()
            if function(ctypes.addressof(result), ctypes.addressof(exception), *values):
                raise KernelError(f"The compiled function {symbol} failed.")
            return result.value

        return call

    def address(self, symbol: str) -> int:
        """Where a function begins."""
        address: int = self._engine.get_function_address(symbol)
        if not address:
            raise KernelError(f"The compiled code has no function {symbol}.")
        return address


def start_compiler(
    module: str, *arguments: str, stderr: int = subprocess.DEVNULL, **settings: str
) -> subprocess.Popen[str]:
    """Run a module that compiles, in a process of its own that finds what this one finds.

    ``settings`` are environment variables.
    """
    # -P: what lies in the current folder is not imported, unless it is here too.
    path = os.pathsep.join(p or str(Path.cwd()) for p in sys.path)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        env=os.environ | {"PYTHONPATH": path, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        text=True,
    )
