"""Updates of many rows, for any network (``tables``): a chunk of rows at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.engines.kernels.compiling import kernel
from bpstudio.engines.kernels.functions import activate, backward, output_delta
from bpstudio.engines.kernels.products import dot_rows, product
from bpstudio.engines.kernels.steps import RATE, SHARE, step
from bpstudio.engines.kernels.tables import (
    BACK,
    BIAS,
    CODE,
    FIRST_BACK,
    FIRST_LINK,
    LAST_LINK,
    LAYER_FIELDS,
    LENGTH,
    LINK_FIELDS,
    NO_BACK,
    OFFSET,
    SIZE,
    SOURCE,
    WEIGHTS,
    badness,
    gather,
    scatter,
    take_row,
)
from bpstudio.engines.kernels.vectors import (
    ONE,
    ZERO,
    keep_first,
    lanes,
    load,
    load_first,
    muladd,
    spread,
    store,
    store_first,
    total,
)

PACK_RATIO = np.uintp(10)
"""Weights are laid out anew for a forward product where the rows are more than a tenth of its length."""
AHEAD = np.uintp(3)
"""Rows of data are asked for so many rows before they are copied."""


@kernel
def _clear(values: Any, at: Any, size: Any) -> None:
    zero = spread(0.0, values)
    for i in range(ZERO, size, lanes(values)):
        store_first(values, at + i, size - i, zero)


@kernel
def _forward_layer(
    a: Any, layers: Any, links: Any, work: Any, values: Any, stride: Any, rows: Any, moved: Any
) -> None:
    """z = W x + b for a few rows, in place of the layer's outputs."""
    offset, first = layers[a + OFFSET], layers[a + FIRST_LINK]
    base, b0, bs = work, layers[a + BIAS], ZERO
    spare = lanes(values) if moved > ZERO else ZERO
    for b in range(first, layers[a + LAST_LINK], LINK_FIELDS):
        dot_rows(
            values, offset, stride, base, b0, bs, values, layers[links[b + SOURCE] + OFFSET], rows,
            work, links[b + WEIGHTS], links[b + LENGTH], layers[a + SIZE], spare,
        )  # fmt: skip
        base, b0, bs, spare = values, offset, stride, lanes(values)


@kernel
def forward(
    order: Any, k: Any, rows: Any, end: Any, X: Any, layers: Any, links: Any, count: Any,
    stride: Any, work: Any, moved: Any, values: Any, panel: Any,
) -> None:  # fmt: skip
    """Outputs of every layer for rows k and on of the order, which has ``end``: (22)."""
    inputs = layers[SIZE]
    for r in range(ZERO, rows):
        following = np.uintp(order[min(k + r + AHEAD, end - ONE)])
        take_row(values, r * stride, X, np.uintp(order[k + r]), inputs, following)
    lane = lanes(values)
    for a in range(LAYER_FIELDS, count * LAYER_FIELDS, LAYER_FIELDS):
        size, offset = layers[a + SIZE], layers[a + OFFSET]
        if rows * PACK_RATIO > layers[links[layers[a + FIRST_LINK] + SOURCE] + SIZE]:
            for r in range(ZERO, rows):
                for i in range(ZERO, size, lane):
                    v = load_first(work, layers[a + BIAS] + i, size - i)
                    store(values, r * stride + offset + i, v)
            for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
                x, n = layers[links[b + SOURCE] + OFFSET], links[b + LENGTH]
                product(
                    values, offset, stride, 1.0, values, x, stride, ONE,
                    work, links[b + WEIGHTS], n, True, panel, rows, n, size,
                )  # fmt: skip
        else:
            _forward_layer(a, layers, links, work, values, stride, rows, moved)
        for r in range(ZERO, rows):
            activate(layers[a + CODE], values, r * stride + offset, size)


@kernel
def _backward(
    rows: Any, layers: Any, links: Any, count: Any, stride: Any, work: Any, values: Any,
    deltas: Any, panel: Any, target: Any, alpha: Any,
) -> None:  # fmt: skip
    """target += alpha dE/dparameters, summed over the rows: (23), (26).

    ``deltas`` holds those of the output layer.
    """
    a = (count - ONE) * LAYER_FIELDS
    while a > ZERO:
        size, offset = layers[a + SIZE], layers[a + OFFSET]
        if a != (count - ONE) * LAYER_FIELDS:
            for r in range(ZERO, rows):
                backward(layers[a + CODE], values, deltas, r * stride + offset, size)
        for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
            w, n, back = links[b + WEIGHTS], links[b + LENGTH], links[b + BACK]
            x = layers[links[b + SOURCE] + OFFSET]
            if back != NO_BACK:
                if back == FIRST_BACK:
                    for r in range(ZERO, rows):
                        _clear(deltas, r * stride + x, n)
                product(
                    deltas, x, stride, 1.0, deltas, offset, stride, ONE, work, w, n, False,
                    panel, rows, size, n,
                )  # fmt: skip
            product(
                target, w, n, alpha, deltas, offset, ONE, stride, values, x, stride, False, panel,
                size, rows, n,
            )  # fmt: skip
        bias, scale = layers[a + BIAS], spread(alpha, target)
        for i in range(ZERO, size, lanes(target)):
            s = spread(0.0, target)
            for r in range(ZERO, rows):
                s = s + load(deltas, r * stride + offset + i)
            s = muladd(scale, s, load_first(target, bias + i, size - i))
            store_first(target, bias + i, size - i, keep_first(s, size - i))
        a -= LAYER_FIELDS


@kernel
def batches(
    order: Any, rows: Any, update: Any, position: Any, chunk: Any, X: Any, Y: Any, layers: Any,
    links: Any, count: Any, stride: Any, vector: Any, vector1: Any, vector2: Any, ticks: Any,
    moves: Any, moved: Any, moved1: Any, moved2: Any, work: Any, slot1: Any, slot2: Any,
    gradient: Any, length: Any, weight: Any, held: Any, holds: Any, kept: Any, values: Any,
    deltas: Any, panel: Any, joint: Any, optimizer: Any, plain: Any, settings: Any,
) -> Any:  # fmt: skip
    """Updates of ``update`` rows each; the first goes on at its row ``position``.

    ``plain``: the products change the parameters themselves. Returns a number that is finite if all
    outputs and parameters were; else a copy is not written back.
    """
    gather(work, vector, moves, moved)
    gather(slot1, vector1, moves, moved1)
    gather(slot2, vector2, moves, moved2)
    ticks_before = ticks[ZERO]
    squares = spread(0.0, values)
    last = (count - ONE) * LAYER_FIELDS
    outputs, at = layers[last + SIZE], layers[last + OFFSET]
    k = ZERO
    while k < rows:
        n = min(chunk, update - position, rows - k)
        if position == ZERO and not plain:
            _clear(gradient, ZERO, length)
        forward(order, k, n, rows, X, layers, links, count, stride, work, moved, values, panel)
        for r in range(ZERO, n):
            row = np.uintp(order[k + r]) * outputs
            squares = squares + output_delta(
                joint, layers[last + CODE], values, deltas, r * stride + at, outputs, Y, row
            )
        share = settings[SHARE]
        _backward(
            n, layers, links, count, stride, work, values, deltas, panel,
            work if plain else gradient, -settings[RATE] * share if plain else share,
        )  # fmt: skip
        position += n
        k += n
        if position == update:
            position = ZERO
            if not plain:
                step(
                    optimizer, work, gradient, slot1, slot2, ticks, length, weight, held, holds,
                    kept, settings,
                )  # fmt: skip
    result = np.float64(total(squares)) + badness(work, length)
    if result - result == 0.0:
        scatter(work, vector, moves, moved)
        scatter(slot1, vector1, moves, moved1)
        scatter(slot2, vector2, moves, moved2)
    else:
        ticks[ZERO] = ticks_before
    return result
