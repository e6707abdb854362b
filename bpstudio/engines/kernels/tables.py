"""A network as its tables (``plan``) say it, for the kernels that train and measure.

The tables come as arguments, so nothing is compiled for a topology. ``values`` and ``deltas`` have
one row of ``stride`` numbers per sample, in it the layers' outputs one after the other. ``work``
holds the parameters in the order of the vector; for small networks as a copy in which every row of
weights begins with a vector of its own and the gaps are 0 (``moves`` says where each parameter is).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.engines.kernels import plan
from bpstudio.engines.kernels.compiling import inlined, kernel
from bpstudio.engines.kernels.vectors import (
    ZERO,
    lanes,
    load_first,
    muladd,
    prefetch,
    spread,
    store,
    total,
)

SIZE, OFFSET, BIAS, FIRST_LINK, LAST_LINK, CODE, LAYER_FIELDS = (
    np.uintp(k) for k in range(plan.LAYER_FIELDS + 1)
)
SOURCE, WEIGHTS, LENGTH, BACK, LINK_FIELDS = (np.uintp(k) for k in range(plan.LINK_FIELDS + 1))
NO_BACK, FIRST_BACK = np.uintp(plan.NO_BACK), np.uintp(plan.FIRST_BACK)


@kernel
def gather(work: Any, vector: Any, moves: Any, moved: Any) -> None:
    for k in range(ZERO, moved):
        work[moves[k]] = vector[k]


@kernel
def scatter(work: Any, vector: Any, moves: Any, moved: Any) -> None:
    for k in range(ZERO, moved):
        vector[k] = work[moves[k]]


@inlined
def take_row(values: Any, at: Any, X: Any, row: Any, size: Any, following: Any) -> None:
    """Copy a row of X, and have one brought near that is copied soon."""
    start, soon = row * size, following * size
    for i in range(ZERO, size, lanes(X)):
        prefetch(X, soon + i)
        store(values, at + i, load_first(X, start + i, size - i))


@kernel
def badness(work: Any, length: Any) -> Any:
    """0, or NaN if a number is not finite."""
    zero = spread(0.0, work)
    s = zero
    for i in range(ZERO, length, lanes(work)):
        s = muladd(load_first(work, i, length - i), zero, s)
    return np.float64(total(s))
