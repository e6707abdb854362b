"""What the native function of whole epochs is given: the calls of an epoch as tables of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bpstudio.engines.base import Rows, Watch
from bpstudio.engines.kernels.plan import CALL_CODES, CALL_WORDS
from bpstudio.model.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from bpstudio.engines.kernels.code import Kernels


def address(array: np.ndarray[Any, Any]) -> int:
    """Where a contiguous array's first number is."""
    where: int = array.__array_interface__["data"][0]
    return where


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """Updates of one epoch by the kernel ``name``; in the next one they follow the next of ``orders``
    with the next of ``numbers``, which is the last argument."""

    name: str
    arguments: tuple[int, ...]
    orders: IntArray
    numbers: FloatArray


class Measured:
    """Rows to measure on, as the kernels take them: ``where`` has the addresses of their order, of X, Y
    and classes; the number of right answers comes to ``right``."""

    def __init__(self, rows: Rows, dtype: str) -> None:
        self._given = rows
        self.count, self.labelled = len(rows.X), rows.labels is not None
        order = np.arange(self.count, dtype=np.int64)
        classes = order if rows.labels is None else np.ascontiguousarray(rows.labels, np.int64)
        self._used = order, *(np.require(a, dtype, ["C", "W"]) for a in (rows.X, rows.Y)), classes
        self.where = [address(a) for a in self._used]
        self.right = np.zeros(1, np.int64)
        self.tiny = float(np.finfo(dtype).tiny)

    def are(self, rows: Rows) -> bool:
        given = self._given
        return given.X is rows.X and given.Y is rows.Y and given.labels is rows.labels


def run_epochs(
    kernels: Kernels,
    calls: list[Call],
    measures: list[tuple[tuple[int, ...], Measured]],
    count: int,
    parameters: FloatArray,
    watch: Watch,
) -> FloatArray | None:
    """``count`` epochs of these calls, each with these measures; see ``Engine.epochs``.

    None if a number stopped being finite; ``watch`` is then what it was.
    """
    words = np.zeros((len(calls) + len(measures), CALL_WORDS), np.uintp)
    growth = np.zeros_like(words)
    for k, call in enumerate(calls):
        _fill(words[k], kernels, call.name, *call.arguments, address(call.numbers))
        growth[k, 2] = call.orders.strides[0]
        growth[k, 2 + len(call.arguments)] = call.numbers.strides[0]
    right, tiny = np.zeros((count, 2), np.int64), np.zeros(1)
    for k, (arguments, rows) in enumerate(measures):
        tiny[0] = rows.tiny
        at = len(calls) + k
        _fill(words[at], kernels, "measure", *arguments, address(tiny), address(right[:, k:]))
        growth[at, 2 + len(arguments) + 1] = right.strides[0]
    losses = np.full((count, 2), np.nan)
    waited = np.array([watch.patience, watch.waited], np.uintp)
    best_loss, best = np.array([watch.best_loss]), parameters.copy() if watch.patience else None
    done = kernels.epochs(
        count, len(words), address(words), address(growth), address(parameters), parameters.size,
        address(parameters if best is None else best), address(losses), watch.target_loss,
        address(waited), address(best_loss),
    )  # fmt: skip
    if done < 0:
        return None
    watch.waited = int(waited[1])
    if best_loss[0] < watch.best_loss:
        watch.best_loss, watch.best = float(best_loss[0]), best
    table = np.full((int(done), 4), np.nan)
    table[:, :2] = losses[: len(table)]
    for k, (_, rows) in enumerate(measures):
        if rows.labelled:
            table[:, 2 + k] = right[: len(table), k] / rows.count
    return table


def _fill(words: NDArray[np.uintp], kernels: Kernels, name: str, *arguments: int) -> None:
    words[: 2 + len(arguments)] = [CALL_CODES[name], kernels.addresses[name], *arguments]
