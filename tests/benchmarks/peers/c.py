"""C written for 4-8-3 alone, compiled here for this machine."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray
from tests.benchmarks.peers import MissingError
from tests.benchmarks.works import Work

SOURCE = Path(__file__).with_name("only483.c")
FLAGS = ["-O3", "-march=native", "-shared", "-fPIC"]


@cache
def library() -> Any:
    """The compiled program; raises MissingError."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise MissingError("there is no C compiler (cc)")
    with tempfile.TemporaryDirectory(prefix="bpstudio-bench-") as folder:
        out = Path(folder) / "only483.so"
        command = [compiler, *FLAGS, str(SOURCE), "-o", str(out), "-lm"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise MissingError(f"cc cannot compile it: {result.stderr.strip().splitlines()[-1]}")
        return ctypes.CDLL(str(out))


class Only483:
    name = "C for 4-8-3 alone"
    loss = "squared_error"

    def __init__(self, work: Work) -> None:
        self._train = library().train
        pointer = np.ctypeslib.ndpointer(np.float64, flags="C_CONTIGUOUS")
        self._train.argtypes = [pointer, pointer, pointer, ctypes.c_size_t, ctypes.c_double]
        self._train.restype = None
        self._work = work
        self._X, self._Y = work.data()
        self._vector = work.start()

    def prepare(self, order: IntArray) -> None:
        self._rows = self._X[order], self._Y[order]

    def reset(self) -> None:
        self._vector[:] = self._work.start()

    def advance(self) -> None:
        X, Y = self._rows
        self._train(self._vector, X, Y, len(X), self._work.learning_rate)

    def parameters(self) -> FloatArray:
        return self._vector


def make(work: Work) -> list[Only483]:
    is_its_own = (work.shape, work.dtype, work.batch, work.optimizer) == (
        "4-8-3", "float64", 1, "sgd",
    )  # fmt: skip
    return [Only483(work)] if is_its_own else []
