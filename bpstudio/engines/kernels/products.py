"""Matrix products in tiles that stay in registers.

``product`` serves all three products of back-propagation, ``dot_rows`` the forward one where there
are few rows. Pointers with offsets and strides; everything is in rows of samples.

A tile of ``product`` is TILE_ROWS rows of C by TILE_VECTORS vectors: for each term it takes that many
vectors of B and numbers of A to their products, so that the multipliers and not the loads set the
pace. The terms come in blocks, whose part of B (a panel) is laid out in one piece, which stays in
the nearer caches while all rows of A pass by.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.engines.kernels import plan
from bpstudio.engines.kernels.compiling import inlined, kernel
from bpstudio.engines.kernels.tiles import (
    TILE_ROWS,
    dot_4x4,
    dot_lanes,
    learn_and_dot_lanes,
    tile,
    transpose,
)
from bpstudio.engines.kernels.vectors import FOUR, ONE, ZERO, lanes, load, store


@inlined
def dot_row(
    C: Any, c: Any, base: Any, b: Any, X: Any, x: Any, W: Any, w: Any, n: Any, neurons: Any,
    spare: Any,
) -> None:  # fmt: skip
    """``dot_rows`` for one row."""
    for j in range(ZERO, neurons, lanes(C)):
        left = neurons - j
        dot_lanes(C, c + j, base, b + j, left + spare, X, x, W, w + j * n, n, left)


@kernel
def dot_rows(
    C: Any, c: Any, cs: Any, base: Any, b: Any, bs: Any, X: Any, x: Any, rows: Any, W: Any, w: Any,
    n: Any, neurons: Any, spare: Any,
) -> None:  # fmt: skip
    """C[c + r cs + j] = base[b + r bs + j] + sum_i X[x + r cs + i] W[w + j n + i]: (3), (13), (22).

    ``spare`` numbers may be read after a row of the base.
    """
    r = ZERO
    while r < rows:
        if r + FOUR <= rows:
            for j in range(ZERO, neurons, FOUR):
                dot_4x4(C, c + j, cs, base, b + j, bs, X, x, cs, W, w + j * n, n, neurons - j)
            many = FOUR
        else:
            dot_row(C, c, base, b, X, x, W, w, n, neurons, spare)
            many = ONE
        r += many
        c += many * cs
        b += many * bs
        x += many * cs


@kernel
def learn_and_dot(
    C: Any, c: Any, base: Any, b: Any, X: Any, x: Any, W: Any, w: Any, n: Any, neurons: Any,
    old: Any, E: Any, e: Any,
) -> Any:  # fmt: skip
    """W[w + j n + i] += E[e + j] X[old + i], then as ``dot_rows`` for one row, each weight read once.

    Returns how many neurons that were: whole vectors of them.
    """
    step = lanes(C)
    j = ZERO
    while j + step <= neurons:
        learn_and_dot_lanes(C, c + j, base, b + j, step, X, x, W, w + j * n, n, old, E, e + j)
        j += step
    return j


VECTORS = np.uintp(plan.TILE_VECTORS)
ROWS = np.uintp(TILE_ROWS)
BLOCK = np.uintp(plan.BLOCK)

COPY_ROWS = np.uintp(32)
"""From that many rows on, a panel is first copied into one piece."""


@kernel
def product(
    C: Any, c: Any, cs: Any, alpha: Any, A: Any, a: Any, ar: Any, ak: Any, B: Any, b: Any,
    bk: Any, turned: Any, panel: Any, rows: Any, K: Any, N: Any,
) -> None:  # fmt: skip
    """C[c + r cs + n] += alpha sum_k A[a + r ar + k ak] B[b + k bk + n], for r < rows, n < N.

    ``turned``: B[b + n bk + k] instead. ``panel`` has room for BLOCK rows of TILE_VECTORS vectors.
    """
    wide = lanes(C) * VECTORS
    for n in range(ZERO, N, wide):
        width = min(wide, N - n)
        for k in range(ZERO, K, BLOCK):
            count = min(BLOCK, K - k)
            source, at, stride = panel, ZERO, wide
            if turned:
                _turn(panel, B, b + n * bk + k, bk, width, count)
            elif width == wide and rows >= COPY_ROWS:
                _copy(panel, B, b + n + k * bk, bk, count)
            else:
                source, at, stride = B, b + n + k * bk, bk
            _columns(
                C, c + n, cs, alpha, A, a + k * ak, ar, ak, source, at, stride, rows, count, width
            )


@kernel
def _copy(panel: Any, B: Any, b: Any, bk: Any, rows: Any) -> None:
    step = lanes(B)
    at = ZERO
    for _ in range(ZERO, rows):
        store(panel, at, load(B, b))
        store(panel, at + step, load(B, b + step))
        store(panel, at + step + step, load(B, b + step + step))
        at += step * VECTORS
        b += bk


@kernel
def _turn(panel: Any, W: Any, w: Any, n: Any, neurons: Any, count: Any) -> None:
    """panel[i wide + j] = W[w + j n + i]: ``count`` weights of each of some neurons."""
    step = lanes(panel)
    wide = step * VECTORS
    for j in range(ZERO, neurons, step):
        for i in range(ZERO, count, step):
            transpose(panel, i * wide + j, wide, W, w + j * n + i, n, neurons - j, count - i)


@kernel
def _columns(
    C: Any, c: Any, cs: Any, alpha: Any, A: Any, a: Any, ar: Any, ak: Any, B: Any, b: Any,
    bk: Any, rows: Any, K: Any, width: Any,
) -> None:  # fmt: skip
    """The product for one panel, ``width`` numbers of it."""
    step = lanes(C)
    whole = rows // ROWS * ROWS if width == step * VECTORS else ZERO
    for r in range(ZERO, whole, ROWS):
        _whole(C, c + r * cs, cs, alpha, A, a + r * ar, ar, ak, B, b, bk, K, step)
    if whole < rows:
        at, to, left = a + whole * ar, c + whole * cs, rows - whole
        if width > step + step:
            last = width - step - step
            _part_3(C, to, cs, alpha, A, at, ar, ak, B, b, bk, K, last, left)
        elif width > step:
            _part_2(C, to, cs, alpha, A, at, ar, ak, B, b, bk, K, width - step, left)
        else:
            _part_1(C, to, cs, alpha, A, at, ar, ak, B, b, bk, K, width, left)


_whole = tile(TILE_ROWS, plan.TILE_VECTORS, True)


def _edge(vectors: int) -> Any:
    """The product for any number of rows, and vectors of which the last need not be whole."""
    many, few = tile(TILE_ROWS, vectors, False), tile(TILE_ROWS // 2, vectors, False)
    one = tile(1, vectors, False)
    half = np.uintp(TILE_ROWS // 2)

    def edge(
        C: Any, c: Any, cs: Any, alpha: Any, A: Any, a: Any, ar: Any, ak: Any, B: Any, b: Any,
        bk: Any, K: Any, last: Any, rows: Any,
    ) -> None:  # fmt: skip
        r = ZERO
        while r < rows:
            if r + ROWS <= rows:
                many(C, c + r * cs, cs, alpha, A, a + r * ar, ar, ak, B, b, bk, K, last)
                r += ROWS
            elif r + half <= rows:
                few(C, c + r * cs, cs, alpha, A, a + r * ar, ar, ak, B, b, bk, K, last)
                r += half
            else:
                one(C, c + r * cs, cs, alpha, A, a + r * ar, ar, ak, B, b, bk, K, last)
                r += ONE

    return kernel(edge)


_part_1, _part_2, _part_3 = (_edge(vectors) for vectors in range(1, plan.TILE_VECTORS + 1))
