"""Compiled kernels in memory: found in the cache or compiled first, then called without the
interpreter."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from bpstudio.engines.cache import code_path, read_code, target_machine
from bpstudio.engines.kernels.signatures import ENTRIES


class KernelError(RuntimeError):
    """The kernels cannot be compiled or loaded here; the message says why in one sentence."""


class Kernels:
    """The functions of ``signatures.ENTRIES`` for one precision, as Python callables.

    Arrays are passed by address. A call lets go of the interpreter while it runs.
    """

    def __init__(self, dtype: str, code: bytes, symbols: dict[str, str]) -> None:
        machine = target_machine()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self.online = self._function("online", dtype, symbols)
        self.batches = self._function("batches", dtype, symbols)
        self.measure = self._function("measure", dtype, symbols)

    def _function(self, name: str, dtype: str, symbols: dict[str, str]) -> Callable[..., float]:
        number = ctypes.c_double if dtype == "float64" else ctypes.c_float
        kinds: dict[str, Any] = {
            "p": ctypes.c_void_p,
            "o": ctypes.c_void_p,
            "i": ctypes.c_void_p,
            "s": ctypes.c_void_p,
            "n": ctypes.c_size_t,
            "b": ctypes.c_bool,
            "t": number,
            "d": ctypes.c_double,
        }
        arguments = [kinds[letter] for letter in ENTRIES[name][1]]
        # numba's own convention: where to put the result, where to put an exception, the arguments.
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *arguments)
        address = self._engine.get_function_address(symbols[name])
        if not address:
            raise KernelError(f"The compiled kernels have no function {name}.")
        function = kind(address)

        def call(*values: Any) -> float:
            result, exception = ctypes.c_double(), ctypes.c_void_p()
            if function(ctypes.addressof(result), ctypes.addressof(exception), *values):
                raise KernelError(f"The compiled function {name} failed.")
            return result.value

        return call


_locks = {"float64": threading.Lock(), "float32": threading.Lock()}
_loaded: dict[str, Kernels | KernelError] = {}


def is_ready(dtype: str) -> bool:
    """Whether ``kernels`` would answer at once."""
    return dtype in _loaded


def is_cached(dtype: str) -> bool:
    """Whether ``kernels`` would only have to read a file."""
    try:
        return is_ready(dtype) or code_path(dtype).exists()
    except OSError:
        return False


def kernels(dtype: str) -> Kernels:
    """The kernels, compiled first if need be, which takes about ten seconds; KernelError if they
    cannot be."""
    with _locks[dtype]:
        if dtype not in _loaded:
            try:
                _loaded[dtype] = _made(dtype)
            except KernelError as error:
                _loaded[dtype] = error
            except Exception as error:
                _loaded[dtype] = KernelError(f"The compiled engine cannot be had: {error}")
        found = _loaded[dtype]
    if isinstance(found, KernelError):
        raise found
    return found


def _made(dtype: str) -> Kernels:
    try:
        path = code_path(dtype)
    except OSError:
        with tempfile.TemporaryDirectory(prefix="bpstudio-") as folder:
            return _compiled(dtype, Path(folder) / "code.kernels")
    found = read_code(path)
    if found is None:
        return _compiled(dtype, path)
    return Kernels(dtype, *found)


def _compiled(dtype: str, path: Path) -> Kernels:
    """Compile in another process: this one's interpreter has other things to do."""
    command = [sys.executable, "-m", "bpstudio.engines.kernels.build", dtype, str(path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found = read_code(path)
    if done.returncode or found is None:
        lines = done.stderr.strip().splitlines() or ["the compiler ended without a word"]
        raise KernelError(f"The kernels could not be compiled: {lines[-1]}")
    return Kernels(dtype, *found)
