"""Several epochs in one call: the updates, the losses, and whether the run is over.

What a kernel of ``updates`` or ``measures`` is called with stands in a table of words, because it is
called by its address: standard BP is compiled for other vectors than the rest.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from bpstudio.engines.kernels.compiling import kernel
from bpstudio.engines.kernels.plan import CALL_CODES, CALL_WORDS
from bpstudio.engines.kernels.signatures import ENTRIES
from bpstudio.engines.kernels.vectors import ONE, WORD, ZERO, vector_intrinsic

_ONLINE, _MEASURE = np.uintp(CALL_CODES["online"]), np.uintp(CALL_CODES["measure"])
_WORDS, _TWO, _ROWS = np.uintp(CALL_WORDS), np.uintp(2), np.uintp(3)
_POINTER = ir.IntType(8).as_pointer()


def _caller(name: str) -> Any:
    """A function of compiled code that calls an entry, with the words from a place on."""
    letters = ENTRIES[name][1]

    @vector_intrinsic
    def run(_context: Any, address: Any, words: Any, at: Any, numbers: Any) -> Any:
        number = ir.DoubleType() if numbers.dtype == types.float64 else ir.FloatType()

        def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            values = []
            for k, letter in enumerate(letters):
                place = builder.gep(args[1], [builder.add(args[2], WORD(k))])
                values.append(_argument(builder, letter, builder.load(place), number))
            result = cgutils.alloca_once(builder, ir.DoubleType())
            exception = cgutils.alloca_once(builder, _POINTER)
            given = [result, exception, *values]
            kind = ir.FunctionType(ir.IntType(32), [value.type for value in given])
            builder.call(builder.inttoptr(args[0], kind.as_pointer()), given)
            return builder.load(result)

        return types.float64(address, words, at, numbers), code

    return run


def _argument(builder: Any, letter: str, word: Any, number: ir.Type) -> Any:
    """A word as the argument that a letter of ENTRIES stands for; a number is where the word says."""
    if letter == "n":
        return word
    if letter == "b":
        return builder.trunc(word, ir.IntType(8))
    if letter not in "td":
        return builder.inttoptr(word, _POINTER)
    value = builder.load(builder.inttoptr(word, ir.DoubleType().as_pointer()))
    single = letter == "t" and isinstance(number, ir.FloatType)
    return builder.fptrunc(value, number) if single else value


_call_online, _call_batches, _call_measure = map(_caller, ("online", "batches", "measure"))


@kernel
def epochs(
    count: Any, calls: Any, words: Any, growth: Any, vector: Any, length: Any, best: Any, losses: Any,
    target: Any, watch: Any, best_loss: Any,
) -> Any:  # fmt: skip
    """``count`` epochs of ``calls`` each; how many were done, or -1 if a number stopped being finite.

    A call is CALL_WORDS of ``words``: its code, its address and its arguments, to which ``growth``
    is added after it. What is measured goes to ``losses``, (epochs, 2). ``watch``: patience (0:
    nobody waits) and the epochs waited; a better validation loss goes to ``best_loss``, and the
    vector with it to ``best``.
    """
    for k in range(ZERO, count):
        place = k * _TWO
        for c in range(ZERO, calls):
            at = c * _WORDS
            code, address, first = words[at], words[at + ONE], at + _TWO
            if code == _MEASURE:
                value = _call_measure(address, words, first, vector)
                losses[place] = value / np.float64(words[at + _ROWS])
                place += ONE
            else:
                if code == _ONLINE:
                    value = _call_online(address, words, first, vector)
                else:
                    value = _call_batches(address, words, first, vector)
                if value - value != 0.0:
                    return -1.0
            for i in range(at, at + _WORDS):
                words[i] += growth[i]
        loss, validation = losses[k * _TWO], losses[k * _TWO + ONE]
        if loss - loss != 0.0:
            return np.float64(k + ONE)
        if watch[ZERO] > ZERO:
            watch[ONE] += ONE
            if validation < best_loss[ZERO]:
                best_loss[ZERO], watch[ONE] = validation, ZERO
                for i in range(ZERO, length):
                    best[i] = vector[i]
        given_up = watch[ZERO] > ZERO and watch[ONE] >= watch[ZERO] and best_loss[ZERO] < inf
        if loss <= target or given_up:
            return np.float64(k + ONE)
    return np.float64(count)
