"""Where compiled kernels are kept, so that a machine compiles them once.

A few files for each precision in the user's cache folder, each with a digest, the names of the
functions in JSON, and an object file. Its name says what it was made from: the kernels' sources,
the compiler and the processor. A file that was damaged or only half written does not fit its digest
and is compiled anew. Nothing is unpickled.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import stat
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import llvmlite.binding as llvm
import platformdirs

_DIGEST = hashlib.sha256
_FILES_KEPT = 16


def target_machine() -> llvm.TargetMachine:
    """The processor here, with all it can do.

    A new one for each use: an execution engine owns its machine and takes it along when it goes.
    """
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        codemodel="jitdefault",
        jit=True,
    )


@cache
def _fingerprint(sources: tuple[Path, ...]) -> str:
    digest = _DIGEST()
    for path in sources:
        digest.update(path.name.encode() + path.read_bytes())
    parts = [
        version("numba"),
        version("llvmlite"),
        platform.python_version(),
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
    ]
    digest.update("\n".join(parts).encode())
    return digest.hexdigest()[:24]


def engine_sources() -> tuple[Path, ...]:
    """What the training kernels are made from."""
    return tuple(sorted((Path(__file__).parent / "kernels").glob("*.py")))


def code_path(name: str, sources: tuple[Path, ...] | None = None) -> Path:
    """The file for one precision of the training kernels, or for what is made from other ``sources``;
    its folder is there and nobody else can write to it.

    Raises OSError where there can be no such folder.
    """
    folder = Path(platformdirs.user_cache_dir("bpstudio", appauthor=False)) / "kernels"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix":
        status = folder.stat()
        if status.st_uid != os.getuid():
            raise PermissionError(f"{folder} belongs to another user")
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            folder.chmod(0o700)
    made_from = engine_sources() if sources is None else sources
    return folder / f"{name}-{_fingerprint(made_from)}.kernels"


def write_code(path: Path, code: bytes, symbols: dict[str, str]) -> None:
    """Write a code file whole or not at all."""
    names = json.dumps(symbols).encode()
    body = len(names).to_bytes(8, "little") + names + code
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_DIGEST(body).digest() + body)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _tidy(path.parent)


def _tidy(folder: Path) -> None:
    """Let go of the oldest files, left by earlier versions."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob("*.kernels"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_FILES_KEPT]:
            file.unlink()


def read_code(path: Path) -> tuple[bytes, dict[str, str]] | None:
    """The object file and its symbols; None if there is none that is whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    size = _DIGEST().digest_size
    digest, body = data[:size], data[size:]
    if len(body) < 8 or _DIGEST(body).digest() != digest:
        return None
    length = int.from_bytes(body[:8], "little")
    symbols: dict[str, str] = json.loads(body[8 : 8 + length])
    return body[8 + length :], symbols
