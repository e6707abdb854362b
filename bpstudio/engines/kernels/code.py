"""Compiled kernels in memory: found in the cache or compiled first, then called without the
interpreter."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from bpstudio.engines.cache import code_path, read_code
from bpstudio.engines.kernels.signatures import ENTRIES, GROUPS
from bpstudio.engines.kernels.width import BYTES
from bpstudio.engines.native import KernelError, ObjectCode, start_compiler


class Kernels:
    """The functions of ``signatures.ENTRIES`` for one precision, as Python callables.

    Arrays are passed by address. A call lets go of the interpreter while it runs. ``addresses`` are for
    the function that calls the others itself.
    """

    def __init__(self, dtype: str, groups: list[tuple[bytes, dict[str, str]]]) -> None:
        # The functions work as long as their code is held.
        self._code = [ObjectCode(code) for code, _ in groups]
        functions = {
            name: code.function(symbol, self._kinds(name, dtype))
            for code, (_, symbols) in zip(self._code, groups, strict=True)
            for name, symbol in symbols.items()
        }
        self.addresses = {
            name: code.address(symbol)
            for code, (_, symbols) in zip(self._code, groups, strict=True)
            for name, symbol in symbols.items()
        }
        self.online = functions["online"]
        self.batches = functions["batches"]
        self.measure = functions["measure"]
        self.epochs = functions["epochs"]

    @staticmethod
    def _kinds(name: str, dtype: str) -> list[Any]:
        kinds: dict[str, Any] = {
            "p": ctypes.c_void_p,
            "o": ctypes.c_void_p,
            "i": ctypes.c_void_p,
            "s": ctypes.c_void_p,
            "n": ctypes.c_size_t,
            "b": ctypes.c_bool,
            "t": ctypes.c_double if dtype == "float64" else ctypes.c_float,
            "d": ctypes.c_double,
        }
        return [kinds[letter] for letter in ENTRIES[name][1]]


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
