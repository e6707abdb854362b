"""Updates of any network: one kernel for standard BP, one for batches.

The network comes as tables (``plan``), so nothing is compiled for a topology. ``values`` and
``deltas`` have one row of ``stride`` numbers per sample, in it the layers' outputs one after the
other. ``work`` holds the parameters in the order of the vector; for small networks as a copy in
which every row of weights begins with a vector of its own and the gaps are 0 (``moves`` says where
each parameter is).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.engines.kernels import plan
from bpstudio.engines.kernels.compiling import inlined, kernel
from bpstudio.engines.kernels.functions import activate, backward, output_delta
from bpstudio.engines.kernels.products import dot_row, dot_rows, learn_and_dot, product
from bpstudio.engines.kernels.steps import RATE, SHARE, step
from bpstudio.engines.kernels.vectors import (
    FOUR,
    ONE,
    ZERO,
    keep_first,
    lanes,
    like,
    load,
    load_first,
    muladd,
    prefetch,
    spread,
    store,
    store_first,
    total,
)

SIZE, OFFSET, BIAS, FIRST_LINK, LAST_LINK, CODE, LAYER_FIELDS = (
    np.uintp(k) for k in range(plan.LAYER_FIELDS + 1)
)
SOURCE, WEIGHTS, LENGTH, BACK, LINK_FIELDS = (np.uintp(k) for k in range(plan.LINK_FIELDS + 1))
_NO_BACK, _FIRST_BACK = np.uintp(plan.NO_BACK), np.uintp(plan.FIRST_BACK)

PACK_RATIO = np.uintp(10)
"""Weights are laid out anew for a forward product where the rows are more than a tenth of its length."""
_LINE = np.uintp(16)


@kernel
def gather(work: Any, vector: Any, moves: Any, moved: Any) -> None:
    for k in range(ZERO, moved):
        work[moves[k]] = vector[k]


@kernel
def scatter(work: Any, vector: Any, moves: Any, moved: Any) -> None:
    for k in range(ZERO, moved):
        vector[k] = work[moves[k]]


@inlined
def _take_row(values: Any, at: Any, X: Any, row: Any, size: Any) -> None:
    start = row * size
    for i in range(ZERO, size, lanes(X)):
        store(values, at + i, load_first(X, start + i, size - i))


@kernel
def _clear(values: Any, at: Any, size: Any) -> None:
    zero = spread(0.0, values)
    for i in range(ZERO, size, lanes(values)):
        store_first(values, at + i, size - i, zero)


@kernel
def _badness(work: Any, length: Any) -> Any:
    """0, or NaN if a number is not finite."""
    zero = spread(0.0, work)
    s = zero
    for i in range(ZERO, length, lanes(work)):
        s = muladd(load_first(work, i, length - i), zero, s)
    return np.float64(total(s))


# Standard BP: one row at a time


@inlined
def _learn_link(
    deltas: Any, d: Any, g: Any, back: Any, values: Any, x: Any, W: Any, w: Any, rows: Any,
    n: Any, rate: Any,
) -> None:  # fmt: skip
    """dE/dx = W^T delta and W -= rate delta x^T in one pass, each weight read once: (18), (23)."""
    j = ZERO
    while j < rows:
        if j + FOUR <= rows:
            _learn_4(deltas, d + j, g, back, values, x, W, w, n, rate)
            many = FOUR
        else:
            _learn_1(deltas, d + j, g, back, values, x, W, w, n, rate)
            many = ONE
        j += many
        w += many * n
        if back == _FIRST_BACK:
            back += ONE


@kernel
def _learn_1(
    deltas: Any, d: Any, g: Any, back: Any, values: Any, x: Any, W: Any, w: Any, n: Any, rate: Any
) -> None:
    t = spread(deltas[d], W)
    e = spread(-rate, W) * t
    for i in range(ZERO, n, lanes(W)):
        v = load_first(W, w + i, n - i)
        s = like(0.0, t) if back == _FIRST_BACK else load(deltas, g + i)
        store(deltas, g + i, muladd(v, t, s))
        store_first(W, w + i, n - i, muladd(e, load(values, x + i), v))


@inlined
def _learn_4(
    deltas: Any, d: Any, g: Any, back: Any, values: Any, x: Any, W: Any, w0: Any, n: Any, rate: Any
) -> None:
    w1, w2, w3 = w0 + n, w0 + n + n, w0 + n + n + n
    t0, t1 = spread(deltas[d], W), spread(deltas[d + ONE], W)
    t2, t3 = spread(deltas[d + ONE + ONE], W), spread(deltas[d + ONE + ONE + ONE], W)
    down = spread(-rate, W)
    e0, e1, e2, e3 = down * t0, down * t1, down * t2, down * t3
    for i in range(ZERO, n, lanes(W)):
        rest = n - i
        v0, v1 = load_first(W, w0 + i, rest), load_first(W, w1 + i, rest)
        v2, v3 = load_first(W, w2 + i, rest), load_first(W, w3 + i, rest)
        s = like(0.0, t0) if back == _FIRST_BACK else load(deltas, g + i)
        s = muladd(v2, t2, muladd(v0, t0, s)) + muladd(v3, t3, v1 * t1)
        store(deltas, g + i, s)
        v = load(values, x + i)
        store_first(W, w0 + i, rest, muladd(e0, v, v0))
        store_first(W, w1 + i, rest, muladd(e1, v, v1))
        store_first(W, w2 + i, rest, muladd(e2, v, v2))
        store_first(W, w3 + i, rest, muladd(e3, v, v3))


@kernel
def online(
    order: Any, rows: Any, X: Any, Y: Any, layers: Any, links: Any, count: Any, stride: Any,
    vector: Any, moves: Any, moved: Any, work: Any, length: Any, values: Any, deltas: Any,
    joint: Any, rate: Any,
) -> Any:  # fmt: skip
    """Plain SGD, an update after every row.

    Weights from the input layer change when the next row reads them: ``values`` keeps two rows of
    inputs in turn, and the second row of ``deltas`` what the last one is to do. Returns a number
    that is finite if all outputs and parameters were; else a copy is not written back.
    """
    gather(work, vector, moves, moved)
    squares = spread(0.0, values)
    down = spread(-rate, values)
    last = (count - ONE) * LAYER_FIELDS
    inputs, outputs = layers[SIZE], layers[last + SIZE]
    x, old = ZERO, stride
    for k in range(ZERO, rows):
        row = np.uintp(order[k])
        _take_row(values, x, X, row, inputs)
        if k + ONE < rows:
            following = np.uintp(order[k + ONE]) * inputs
            for i in range(ZERO, inputs, _LINE):
                prefetch(X, following + i)
        for a in range(LAYER_FIELDS, last + ONE, LAYER_FIELDS):
            _online_layer(a, layers, links, work, values, x, old, deltas, stride, moved, k > ZERO)
            activate(layers[a + CODE], values, layers[a + OFFSET], layers[a + SIZE])
        squares = squares + output_delta(
            joint, layers[last + CODE], values, deltas, layers[last + OFFSET], outputs, Y,
            row * outputs,
        )  # fmt: skip
        a = last
        while a > ZERO:
            size, offset = layers[a + SIZE], layers[a + OFFSET]
            if a != last:
                backward(layers[a + CODE], values, deltas, offset, size)
            for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
                back = links[b + BACK]
                if back != _NO_BACK:
                    source = layers[links[b + SOURCE] + OFFSET]
                    reach = (size + FOUR - ONE) // FOUR * FOUR if moved > ZERO else size
                    _learn_link(
                        deltas, offset, source, back, values, source, work, links[b + WEIGHTS],
                        reach, links[b + LENGTH], rate,
                    )  # fmt: skip
            bias = layers[a + BIAS]
            for i in range(ZERO, size, lanes(values)):
                # A copy has room for the whole vector, and then there is nothing slow here.
                rest = lanes(values) if moved > ZERO else size - i
                step_i = down * load(deltas, offset + i)
                store(deltas, stride + offset + i, step_i)
                store_first(work, bias + i, rest, load_first(work, bias + i, rest) + step_i)
            a -= LAYER_FIELDS
        x, old = old, x
    for a in range(LAYER_FIELDS, last + ONE, LAYER_FIELDS):
        for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
            if links[b + BACK] == _NO_BACK and rows > ZERO:
                w, n = links[b + WEIGHTS], links[b + LENGTH]
                _learn_input(
                    values, old, deltas, stride + layers[a + OFFSET], work, w, n, layers[a + SIZE]
                )
    result = np.float64(total(squares)) + _badness(work, length)
    if result - result == 0.0:
        scatter(work, vector, moves, moved)
    return result


@kernel
def _learn_input(values: Any, x: Any, E: Any, e: Any, W: Any, w: Any, n: Any, rows: Any) -> None:
    """W += E x^T: (23) for weights from the input layer, where nothing goes further back."""
    for j in range(ZERO, rows):
        factor = spread(E[e + j], W)
        for i in range(ZERO, n, lanes(W)):
            v = load_first(W, w + i, n - i)
            store_first(W, w + i, n - i, muladd(factor, load(values, x + i), v))
        w += n


@inlined
def _online_layer(
    a: Any, layers: Any, links: Any, work: Any, values: Any, x: Any, old: Any, E: Any, stride: Any,
    moved: Any, pending: Any,
) -> None:  # fmt: skip
    """z = W x + b in place of the layer's outputs, after what is pending for weights from the input
    layer."""
    offset, size = layers[a + OFFSET], layers[a + SIZE]
    base, b0 = work, layers[a + BIAS]
    spare, reach = ZERO, size
    if moved > ZERO:
        spare = lanes(values)
        reach = (size + spare - ONE) // spare * spare
    for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
        w, n, j = links[b + WEIGHTS], links[b + LENGTH], ZERO
        source = layers[links[b + SOURCE] + OFFSET]
        if links[b + BACK] == _NO_BACK:
            source = x
            if pending:
                e = stride + offset
                j = learn_and_dot(values, offset, base, b0, values, x, work, w, n, reach, old, E, e)
                if j < size:
                    _learn_input(values, old, E, e + j, work, w + j * n, n, size - j)
        if j < size:
            dot_row(
                values,
                offset + j,
                base,
                b0 + j,
                values,
                source,
                work,
                w + j * n,
                n,
                size - j,
                spare,
            )
        base, b0, spare = values, offset, lanes(values)


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


# Batches: a chunk of rows at a time


@kernel
def forward(
    order: Any, k: Any, rows: Any, X: Any, layers: Any, links: Any, count: Any, stride: Any,
    work: Any, moved: Any, values: Any, panel: Any,
) -> None:  # fmt: skip
    """Outputs of every layer for rows k and on of the order: (22)."""
    inputs = layers[SIZE]
    for r in range(ZERO, rows):
        _take_row(values, r * stride, X, np.uintp(order[k + r]), inputs)
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
            if back != _NO_BACK:
                if back == _FIRST_BACK:
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
        forward(order, k, n, X, layers, links, count, stride, work, moved, values, panel)
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
    result = np.float64(total(squares)) + _badness(work, length)
    if result - result == 0.0:
        scatter(work, vector, moves, moved)
        scatter(slot1, vector1, moves, moved1)
        scatter(slot2, vector2, moves, moved2)
    else:
        ticks[ZERO] = ticks_before
    return result
