"""Updates of any network: one kernel for standard BP, one for batches, one for the outputs alone.

The network comes as tables (``plan``), so nothing is compiled for a topology. Rows of ``layers``:
see the names below; rows of ``links``: source layer, start of the weights. ``values`` and
``deltas`` have one row of ``stride`` numbers per sample, in it the layers' outputs one after the
other, each from a multiple of LANES.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.engines.kernels.compiling import kernel
from bpstudio.engines.kernels.functions import activate, backward, output_delta
from bpstudio.engines.kernels.products import dot_rows, pack, product
from bpstudio.engines.kernels.steps import RATE, SHARE, step
from bpstudio.engines.kernels.vectors import (
    FOUR,
    ONE,
    ZERO,
    lanes,
    load,
    load_first,
    muladd,
    spread,
    store,
    store_first,
)

SIZE, OFFSET, BIAS, FIRST_LINK, LAST_LINK, CODE, LAYER_FIELDS = (np.uintp(k) for k in range(7))
SOURCE, WEIGHTS, LINK_FIELDS = (np.uintp(k) for k in range(3))

PACK_RATIO = np.uintp(10)
"""Weights are laid out anew for a forward product where the rows are more than a tenth of its length."""


@kernel
def _take_row(values: Any, at: Any, X: Any, row: Any, size: Any) -> None:
    for i in range(ZERO, size, lanes(X)):
        store_first(values, at + i, size - i, load_first(X, row * size + i, size - i))


@kernel
def _fill(values: Any, at: Any, source: Any, start: Any, size: Any) -> None:
    for i in range(ZERO, size, lanes(values)):
        store_first(values, at + i, size - i, load_first(source, start + i, size - i))


@kernel
def _clear(values: Any, at: Any, size: Any) -> None:
    zero = spread(0.0, values)
    for i in range(ZERO, size, lanes(values)):
        store_first(values, at + i, size - i, zero)


# Standard BP: one row at a time


@kernel
def _learn_link(
    deltas: Any, d: Any, g: Any, backward_too: Any, values: Any, x: Any, W: Any, w: Any,
    rows: Any, n: Any, rate: Any,
) -> None:  # fmt: skip
    """dE/dx += W^T delta and W -= rate delta x^T in one pass, each weight read once: (18), (23)."""
    j = ZERO
    while j + FOUR <= rows:
        _learn_4(deltas, d + j, g, backward_too, values, x, W, w + j * n, n, rate)
        j += FOUR
    while j < rows:
        d0 = spread(deltas[d + j], W)
        e0 = spread(-rate * deltas[d + j], W)
        w0 = w + j * n
        for i in range(ZERO, n, lanes(W)):
            rest = n - i
            v = load_first(W, w0 + i, rest)
            if backward_too:
                store_first(deltas, g + i, rest, muladd(v, d0, load_first(deltas, g + i, rest)))
            store_first(W, w0 + i, rest, muladd(e0, load_first(values, x + i, rest), v))
        j += ONE


@kernel
def _learn_4(
    deltas: Any,
    d: Any,
    g: Any,
    backward_too: Any,
    values: Any,
    x: Any,
    W: Any,
    w0: Any,
    n: Any,
    rate: Any,
) -> None:
    step = lanes(W)
    w1, w2, w3 = w0 + n, w0 + n + n, w0 + n + n + n
    t0, t1, t2, t3 = deltas[d], deltas[d + ONE], deltas[d + ONE + ONE], deltas[d + ONE + ONE + ONE]
    d0, d1, d2, d3 = spread(t0, W), spread(t1, W), spread(t2, W), spread(t3, W)
    e0, e1 = spread(-rate * t0, W), spread(-rate * t1, W)
    e2, e3 = spread(-rate * t2, W), spread(-rate * t3, W)
    i = ZERO
    while i + step <= n:
        v0, v1, v2, v3 = load(W, w0 + i), load(W, w1 + i), load(W, w2 + i), load(W, w3 + i)
        if backward_too:
            s = muladd(v0, d0, load(deltas, g + i))
            s = muladd(v2, d2, muladd(v1, d1, s))
            store(deltas, g + i, muladd(v3, d3, s))
        v = load(values, x + i)
        store(W, w0 + i, muladd(e0, v, v0))
        store(W, w1 + i, muladd(e1, v, v1))
        store(W, w2 + i, muladd(e2, v, v2))
        store(W, w3 + i, muladd(e3, v, v3))
        i += step
    if i < n:
        rest = n - i
        v0, v1 = load_first(W, w0 + i, rest), load_first(W, w1 + i, rest)
        v2, v3 = load_first(W, w2 + i, rest), load_first(W, w3 + i, rest)
        if backward_too:
            s = muladd(v0, d0, load_first(deltas, g + i, rest))
            s = muladd(v2, d2, muladd(v1, d1, s))
            store_first(deltas, g + i, rest, muladd(v3, d3, s))
        v = load_first(values, x + i, rest)
        store_first(W, w0 + i, rest, muladd(e0, v, v0))
        store_first(W, w1 + i, rest, muladd(e1, v, v1))
        store_first(W, w2 + i, rest, muladd(e2, v, v2))
        store_first(W, w3 + i, rest, muladd(e3, v, v3))


@kernel
def online(
    order: Any, rows: Any, X: Any, Y: Any, layers: Any, links: Any, count: Any, parameters: Any,
    values: Any, deltas: Any, joint: Any, rate: Any,
) -> Any:  # fmt: skip
    """Plain SGD, an update after every row; returns what is finite as long as the outputs are."""
    summed = 0.0
    last = (count - ONE) * LAYER_FIELDS
    inputs, outputs = layers[SIZE], layers[last + SIZE]
    for k in range(ZERO, rows):
        row = np.uintp(order[k])
        _take_row(values, ZERO, X, row, inputs)
        for a in range(LAYER_FIELDS, last + ONE, LAYER_FIELDS):
            size, offset = layers[a + SIZE], layers[a + OFFSET]
            _fill(values, offset, parameters, layers[a + BIAS], size)
            if a != last:
                _clear(deltas, offset, size)
            for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
                source = links[b + SOURCE]
                dot_rows(
                    values, offset, values, layers[source + OFFSET], ZERO, ONE,
                    parameters, links[b + WEIGHTS], layers[source + SIZE], size,
                )  # fmt: skip
            activate(layers[a + CODE], values, offset, size)
        summed += output_delta(
            joint,
            layers[last + CODE],
            values,
            deltas,
            layers[last + OFFSET],
            outputs,
            Y,
            row * outputs,
        )
        a = last
        while a > ZERO:
            size, offset = layers[a + SIZE], layers[a + OFFSET]
            if a != last:
                backward(layers[a + CODE], values, deltas, offset, size)
            for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
                source = links[b + SOURCE]
                _learn_link(
                    deltas, offset, layers[source + OFFSET], source != ZERO, values,
                    layers[source + OFFSET], parameters, links[b + WEIGHTS], size,
                    layers[source + SIZE], rate,
                )  # fmt: skip
            bias, down = layers[a + BIAS], spread(-rate, values)
            for i in range(ZERO, size, lanes(values)):
                v = load_first(parameters, bias + i, size - i)
                v = muladd(down, load_first(deltas, offset + i, size - i), v)
                store_first(parameters, bias + i, size - i, v)
            a -= LAYER_FIELDS
    return summed


# Batches: a chunk of rows at a time


@kernel
def forward(
    order: Any, k: Any, rows: Any, X: Any, layers: Any, links: Any, count: Any, stride: Any,
    parameters: Any, values: Any, packed: Any,
) -> None:  # fmt: skip
    """Outputs of every layer for rows k and on of the order: (22)."""
    inputs = layers[SIZE]
    for r in range(ZERO, rows):
        _take_row(values, r * stride, X, np.uintp(order[k + r]), inputs)
    for a in range(LAYER_FIELDS, count * LAYER_FIELDS, LAYER_FIELDS):
        size, offset = layers[a + SIZE], layers[a + OFFSET]
        for r in range(ZERO, rows):
            _fill(values, r * stride + offset, parameters, layers[a + BIAS], size)
        for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
            source, w = links[b + SOURCE], links[b + WEIGHTS]
            n, x = layers[source + SIZE], layers[source + OFFSET]
            if rows * PACK_RATIO > n:
                lane = lanes(values)
                width = (size + lane - ONE) // lane * lane
                pack(packed, width, parameters, w, n, size)
                product(
                    values, offset, stride, 1.0, values, x, stride, ONE,
                    packed, ZERO, width, rows, n, size,
                )  # fmt: skip
            else:
                dot_rows(values, offset, values, x, stride, rows, parameters, w, n, size)
        for r in range(ZERO, rows):
            activate(layers[a + CODE], values, r * stride + offset, size)


@kernel
def _backward(
    rows: Any, layers: Any, links: Any, count: Any, stride: Any, parameters: Any, values: Any,
    deltas: Any, target: Any, alpha: Any,
) -> None:  # fmt: skip
    """target += alpha dE/dparameters, summed over the rows; ``deltas`` has the output layer's:
    (23), (26)."""
    a = (count - ONE) * LAYER_FIELDS
    while a > ZERO:
        size, offset = layers[a + SIZE], layers[a + OFFSET]
        if a != (count - ONE) * LAYER_FIELDS:
            for r in range(ZERO, rows):
                backward(layers[a + CODE], values, deltas, r * stride + offset, size)
        for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
            source, w = links[b + SOURCE], links[b + WEIGHTS]
            n, x = layers[source + SIZE], layers[source + OFFSET]
            if source != ZERO:
                product(
                    deltas, x, stride, 1.0, deltas, offset, stride, ONE, parameters, w, n,
                    rows, size, n,
                )  # fmt: skip
            product(
                target, w, n, alpha, deltas, offset, ONE, stride, values, x, stride, size, rows, n
            )
        bias, scale = layers[a + BIAS], spread(alpha, target)
        for i in range(ZERO, size, lanes(target)):
            s = spread(0.0, target)
            for r in range(ZERO, rows):
                s = s + load_first(deltas, r * stride + offset + i, size - i)
            s = muladd(scale, s, load_first(target, bias + i, size - i))
            store_first(target, bias + i, size - i, s)
        a -= LAYER_FIELDS


@kernel
def batches(
    order: Any, rows: Any, update: Any, position: Any, chunk: Any, X: Any, Y: Any, layers: Any,
    links: Any, count: Any, stride: Any, parameters: Any, gradient: Any, length: Any, weight: Any,
    held: Any, holds: Any, kept: Any, slot1: Any, slot2: Any, ticks: Any, values: Any, deltas: Any,
    packed: Any, joint: Any, optimizer: Any, plain: Any, settings: Any,
) -> Any:  # fmt: skip
    """Updates of ``update`` rows each; the first goes on at its row ``position``.

    ``plain``: the products change the parameters themselves. Returns what is finite as long as the
    outputs are.
    """
    summed = 0.0
    last = (count - ONE) * LAYER_FIELDS
    outputs, at = layers[last + SIZE], layers[last + OFFSET]
    k = ZERO
    while k < rows:
        n = min(chunk, update - position, rows - k)
        if position == ZERO and not plain:
            _clear(gradient, ZERO, length)
        forward(order, k, n, X, layers, links, count, stride, parameters, values, packed)
        for r in range(ZERO, n):
            for a in range(LAYER_FIELDS, last, LAYER_FIELDS):
                _clear(deltas, r * stride + layers[a + OFFSET], layers[a + SIZE])
            row = np.uintp(order[k + r]) * outputs
            summed += output_delta(
                joint, layers[last + CODE], values, deltas, r * stride + at, outputs, Y, row
            )
        share = settings[SHARE]
        target = parameters if plain else gradient
        _backward(
            n, layers, links, count, stride, parameters, values, deltas, target,
            -settings[RATE] * share if plain else share,
        )  # fmt: skip
        position += n
        k += n
        if position == update:
            position = ZERO
            if not plain:
                step(
                    optimizer, parameters, gradient, slot1, slot2, ticks, length, weight, held, holds,
                    kept, settings,
                )  # fmt: skip
    return summed
