"""Standard BP: an update after every row, for any network (``tables``)."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.engines.kernels.compiling import inlined, kernel
from bpstudio.engines.kernels.functions import SOFTMAX, activate, backward, output_delta, sloped
from bpstudio.engines.kernels.products import dot_row, learn_and_dot
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
    FOUR,
    ONE,
    ZERO,
    lanes,
    like,
    load,
    load_first,
    muladd,
    spread,
    store,
    store_first,
    total,
)


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
        if back == FIRST_BACK:
            back += ONE


@kernel
def _learn_1(
    deltas: Any, d: Any, g: Any, back: Any, values: Any, x: Any, W: Any, w: Any, n: Any, rate: Any
) -> None:
    t = spread(deltas[d], W)
    e = spread(-rate, W) * t
    for i in range(ZERO, n, lanes(W)):
        v = load_first(W, w + i, n - i)
        s = like(0.0, t) if back == FIRST_BACK else load(deltas, g + i)
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
        s = like(0.0, t0) if back == FIRST_BACK else load(deltas, g + i)
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
        following = np.uintp(order[min(k + ONE, rows - ONE)])
        take_row(values, x, X, row, inputs, following)
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
            _online_deltas(a, a == last, layers, work, values, deltas, stride, down, moved)
            for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
                back = links[b + BACK]
                if back != NO_BACK:
                    source = layers[links[b + SOURCE] + OFFSET]
                    reach = (size + FOUR - ONE) // FOUR * FOUR if moved > ZERO else size
                    _learn_link(
                        deltas, offset, source, back, values, source, work, links[b + WEIGHTS],
                        reach, links[b + LENGTH], rate,
                    )  # fmt: skip
            a -= LAYER_FIELDS
        x, old = old, x
    for a in range(LAYER_FIELDS, last + ONE, LAYER_FIELDS):
        for b in range(layers[a + FIRST_LINK], layers[a + LAST_LINK], LINK_FIELDS):
            if links[b + BACK] == NO_BACK and rows > ZERO:
                w, n = links[b + WEIGHTS], links[b + LENGTH]
                _learn_input(
                    values, old, deltas, stride + layers[a + OFFSET], work, w, n, layers[a + SIZE]
                )
    result = np.float64(total(squares)) + badness(work, length)
    if result - result == 0.0:
        scatter(work, vector, moves, moved)
    return result


@inlined
def _online_deltas(
    a: Any, known: Any, layers: Any, work: Any, values: Any, deltas: Any, stride: Any, down: Any,
    moved: Any,
) -> None:  # fmt: skip
    """A layer's deltas, unless they are known, and with them its biases: (11), (16), (23), (26)."""
    size, offset, bias = layers[a + SIZE], layers[a + OFFSET], layers[a + BIAS]
    code = layers[a + CODE]
    if code == SOFTMAX and not known:
        backward(code, values, deltas, offset, size)
    for i in range(ZERO, size, lanes(values)):
        delta = load(deltas, offset + i)
        if not known:
            delta = sloped(code, load(values, offset + i), delta)
            store(deltas, offset + i, delta)
        change = down * delta
        store(deltas, stride + offset + i, change)
        # A copy has room for the whole vector, and then there is nothing slow here.
        rest = lanes(values) if moved > ZERO else size - i
        store_first(work, bias + i, rest, load_first(work, bias + i, rest) + change)


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
        if links[b + BACK] == NO_BACK:
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
