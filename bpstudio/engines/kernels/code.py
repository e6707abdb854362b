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
from bpstudio.engines.kernels.signatures import ENTRIES, GROUPS
from bpstudio.engines.kernels.width import BYTES


class KernelError(RuntimeError):
    """The kernels cannot be compiled or loaded here; the message says why in one sentence."""


class Kernels:
    """The functions of ``signatures.ENTRIES`` for one precision, as Python callables.

    Arrays are passed by address. A call lets go of the interpreter while it runs. ``addresses`` are for
    the function that calls the others itself.
    """

    def __init__(self, dtype: str, groups: list[tuple[bytes, dict[str, str]]]) -> None:
        self._engines = []
        self.addresses: dict[str, int] = {}
        functions: dict[str, Callable[..., float]] = {}
        for code, symbols in groups:
            engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine())
            engine.add_object_file(llvm.ObjectFileRef.from_data(code))
            engine.finalize_object()
            # The code lives as long as the engine.
            self._engines.append(engine)
            for name, symbol in symbols.items():
                address = engine.get_function_address(symbol)
                functions[name] = self._function(name, dtype, address)
                self.addresses[name] = address
        self.online = functions["online"]
        self.batches = functions["batches"]
        self.measure = functions["measure"]
        self.epochs = functions["epochs"]

    def _function(self, name: str, dtype: str, address: int) -> Callable[..., float]:
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
        return is_ready(dtype) or all(code_path(f"{dtype}-{group}").exists() for group in GROUPS)
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
        return _from(dtype, {group: code_path(f"{dtype}-{group}") for group in GROUPS})
    except OSError:
        with tempfile.TemporaryDirectory(prefix="bpstudio-") as folder:
            return _from(dtype, {group: Path(folder) / f"{group}.kernels" for group in GROUPS})


def _from(dtype: str, paths: dict[str, Path]) -> Kernels:
    """The kernels from these files, which are made first where they are missing or damaged."""
    missing = {group: path for group, path in paths.items() if read_code(path) is None}
    if missing:
        compile_files(dtype, missing)
    found = [read_code(path) for path in paths.values()]
    return Kernels(dtype, [part for part in found if part is not None])


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


def compile_files(dtype: str, paths: dict[str, Path]) -> None:
    """Compile groups in other processes, at once: this one's interpreter has other things to do."""
    module = "bpstudio.engines.kernels.build"
    running = [
        start_compiler(
            module,
            dtype,
            group,
            str(path),
            stderr=subprocess.PIPE,
            BPSTUDIO_VECTOR_BYTES=str(BYTES[group]),
        )
        for group, path in paths.items()
    ]
    for process in running:
        _, words = process.communicate()
        if process.returncode:
            lines = words.strip().splitlines() or ["the compiler ended without a word"]
            raise KernelError(f"The kernels could not be compiled: {lines[-1]}")
