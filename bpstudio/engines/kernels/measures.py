"""Loss and right answers over rows, without NumPy's cost per call."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from bpstudio.engines.kernels.batches import forward
from bpstudio.engines.kernels.compiling import kernel
from bpstudio.engines.kernels.plan import LOSS_CODES
from bpstudio.engines.kernels.tables import LAYER_FIELDS, OFFSET, SIZE, gather
from bpstudio.engines.kernels.vectors import ONE, ZERO

SQUARED_ERROR, BINARY = LOSS_CODES["squared_error"], LOSS_CODES["binary_cross_entropy"]


@kernel
def _loss(code: Any, values: Any, at: Any, Y: Any, row: Any, size: Any, tiny: Any) -> Any:
    """The loss of one row: (1), or a cross-entropy with outputs kept off 0."""
    summed = 0.0
    for j in range(ZERO, size):
        y_hat, y = float(values[at + j]), float(Y[row + j])
        if code == SQUARED_ERROR:
            summed += 0.5 * (y_hat - y) * (y_hat - y)
        else:
            # Not max(): NaN has to stay.
            summed -= y * log(tiny if y_hat < tiny else y_hat)
            if code == BINARY:
                rest = 1.0 - y_hat
                summed -= (1.0 - y) * log(tiny if rest < tiny else rest)
    return summed


@kernel
def _answer(values: Any, at: Any, size: Any) -> Any:
    """The class that the outputs name, as ``model.dataset.classes_of``: NaN counts as the largest."""
    if size == ONE:
        return 1 if values[at] >= 0.5 else 0
    best: Any = ZERO
    for j in range(ONE, size):
        if not values[at + j] <= values[at + best] and values[at + best] == values[at + best]:
            best = j
    return np.int64(best)


@kernel
def measure(
    order: Any, rows: Any, chunk: Any, X: Any, Y: Any, labels: Any, labelled: Any, layers: Any,
    links: Any, count: Any, stride: Any, vector: Any, moves: Any, moved: Any, work: Any,
    values: Any, panel: Any, code: Any, tiny: Any, right: Any,
) -> Any:  # fmt: skip
    """The sum of the losses of the rows in ``order``; adds to right[0] how many classes are right."""
    gather(work, vector, moves, moved)
    last = (count - ONE) * LAYER_FIELDS
    size, offset = layers[last + SIZE], layers[last + OFFSET]
    summed = 0.0
    for k in range(ZERO, rows, chunk):
        n = min(chunk, rows - k)
        forward(order, k, n, rows, X, layers, links, count, stride, work, moved, values, panel)
        for r in range(ZERO, n):
            row = np.uintp(order[k + r])
            at = r * stride + offset
            summed += _loss(code, values, at, Y, row * size, size, tiny)
            if labelled and _answer(values, at, size) == labels[row]:
                right[ZERO] += 1
    return summed
