"""Matrix products in tiles that stay in registers: four rows by four vectors or four neurons.

``product`` serves all three products of back-propagation, ``dot_rows`` the forward one where there
are few rows. Pointers with offsets and strides; everything is in rows of samples.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.engines.kernels import plan
from bpstudio.engines.kernels.compiling import inlined, kernel
from bpstudio.engines.kernels.tiles import dot_4x4, dot_lanes, learn_and_dot_lanes, transpose
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


@kernel
def _tile_4x4(
    C: Any,
    c: Any,
    cs: Any,
    alpha: Any,
    A: Any,
    a: Any,
    ar: Any,
    ak: Any,
    B: Any,
    b: Any,
    bk: Any,
    K: Any,
) -> None:
    step = lanes(C)
    s00 = s01 = s02 = s03 = s10 = s11 = s12 = s13 = spread(0.0, C)
    s20 = s21 = s22 = s23 = s30 = s31 = s32 = s33 = spread(0.0, C)
    a1, a2, a3 = a + ar, a + ar + ar, a + ar + ar + ar
    for _ in range(ZERO, K):
        b0 = load(B, b)
        b1 = load(B, b + step)
        b2 = load(B, b + step + step)
        b3 = load(B, b + step + step + step)
        v = spread(A[a], C)
        s00, s01, s02, s03 = (
            muladd(v, b0, s00),
            muladd(v, b1, s01),
            muladd(v, b2, s02),
            muladd(v, b3, s03),
        )
        v = spread(A[a1], C)
        s10, s11, s12, s13 = (
            muladd(v, b0, s10),
            muladd(v, b1, s11),
            muladd(v, b2, s12),
            muladd(v, b3, s13),
        )
        v = spread(A[a2], C)
        s20, s21, s22, s23 = (
            muladd(v, b0, s20),
            muladd(v, b1, s21),
            muladd(v, b2, s22),
            muladd(v, b3, s23),
        )
        v = spread(A[a3], C)
        s30, s31, s32, s33 = (
            muladd(v, b0, s30),
            muladd(v, b1, s31),
            muladd(v, b2, s32),
            muladd(v, b3, s33),
        )
        a += ak
        a1 += ak
        a2 += ak
        a3 += ak
        b += bk
    scale = spread(alpha, C)
    _add_4(C, c, scale, s00, s01, s02, s03)
    _add_4(C, c + cs, scale, s10, s11, s12, s13)
    _add_4(C, c + cs + cs, scale, s20, s21, s22, s23)
    _add_4(C, c + cs + cs + cs, scale, s30, s31, s32, s33)


@kernel
def _add_4(C: Any, c: Any, scale: Any, s0: Any, s1: Any, s2: Any, s3: Any) -> None:
    step = lanes(C)
    store(C, c, muladd(scale, s0, load(C, c)))
    store(C, c + step, muladd(scale, s1, load(C, c + step)))
    store(C, c + step + step, muladd(scale, s2, load(C, c + step + step)))
    c += step + step + step
    store(C, c, muladd(scale, s3, load(C, c)))


@kernel
def _tile_4x1(
    C: Any, c: Any, cs: Any, alpha: Any, A: Any, a: Any, ar: Any, ak: Any, B: Any, b: Any,
    bk: Any, K: Any, count: Any,
) -> None:  # fmt: skip
    """The first ``count`` lanes of one vector for four rows."""
    s0 = s1 = s2 = s3 = spread(0.0, C)
    a1, a2, a3 = a + ar, a + ar + ar, a + ar + ar + ar
    for _ in range(ZERO, K):
        v = load_first(B, b, count)
        s0 = muladd(spread(A[a], C), v, s0)
        s1 = muladd(spread(A[a1], C), v, s1)
        s2 = muladd(spread(A[a2], C), v, s2)
        s3 = muladd(spread(A[a3], C), v, s3)
        a += ak
        a1 += ak
        a2 += ak
        a3 += ak
        b += bk
    scale = spread(alpha, C)
    store_first(C, c, count, muladd(scale, s0, load_first(C, c, count)))
    c += cs
    store_first(C, c, count, muladd(scale, s1, load_first(C, c, count)))
    c += cs
    store_first(C, c, count, muladd(scale, s2, load_first(C, c, count)))
    c += cs
    store_first(C, c, count, muladd(scale, s3, load_first(C, c, count)))


@kernel
def _tile_1x1(
    C: Any, c: Any, alpha: Any, A: Any, a: Any, ak: Any, B: Any, b: Any, bk: Any, K: Any, count: Any
) -> None:
    s = spread(0.0, C)
    for _ in range(ZERO, K):
        s = muladd(spread(A[a], C), load_first(B, b, count), s)
        a += ak
        b += bk
    store_first(C, c, count, muladd(spread(alpha, C), s, load_first(C, c, count)))


BLOCK = np.uintp(plan.BLOCK)

COPY_ROWS = np.uintp(32)
"""From that many rows on, a panel is first copied into one piece."""


@kernel
def product(
    C: Any, c: Any, cs: Any, alpha: Any, A: Any, a: Any, ar: Any, ak: Any, B: Any, b: Any,
    bk: Any, bp: Any, panel: Any, rows: Any, K: Any, N: Any,
) -> None:  # fmt: skip
    """C[c + r cs + n] += alpha sum_k A[a + r ar + k ak] B[b + k bk + n], for r < rows, n < N.

    B is in panels of four vectors, ``bp`` from one to the next. ``panel`` has room for BLOCK rows
    of one.
    """
    wide = lanes(C) * FOUR
    for n in range(ZERO, N, wide):
        width = min(wide, N - n)
        for k in range(ZERO, K, BLOCK):
            count = min(BLOCK, K - k)
            if width == wide and rows >= COPY_ROWS and bk != wide:
                _copy(panel, B, b + k * bk, bk, count)
                source, at, stride = panel, ZERO, wide
            else:
                source, at, stride = B, b + k * bk, bk
            _columns(
                C, c + n, cs, alpha, A, a + k * ak, ar, ak, source, at, stride, rows, count, width
            )
        b += bp


@kernel
def _copy(panel: Any, B: Any, b: Any, bk: Any, rows: Any) -> None:
    step = lanes(B)
    at = ZERO
    for _ in range(ZERO, rows):
        store(panel, at, load(B, b))
        store(panel, at + step, load(B, b + step))
        store(panel, at + step + step, load(B, b + step + step))
        store(panel, at + step + step + step, load(B, b + step + step + step))
        at += step * FOUR
        b += bk


@kernel
def _columns(
    C: Any, c: Any, cs: Any, alpha: Any, A: Any, a: Any, ar: Any, ak: Any, B: Any, b: Any,
    bk: Any, rows: Any, K: Any, width: Any,
) -> None:  # fmt: skip
    """The product for one panel, ``width`` numbers of it."""
    step = lanes(C)
    r = ZERO
    while r < rows:
        if r + FOUR <= rows and width == step * FOUR:
            _tile_4x4(C, c, cs, alpha, A, a, ar, ak, B, b, bk, K)
        else:
            for m in range(ZERO, width, step):
                if r + FOUR <= rows:
                    _tile_4x1(C, c + m, cs, alpha, A, a, ar, ak, B, b + m, bk, K, width - m)
                else:
                    _tile_1x1(C, c + m, alpha, A, a, ak, B, b + m, bk, K, width - m)
        many = FOUR if r + FOUR <= rows else ONE
        r += many
        a += many * ar
        c += many * cs


@kernel
def pack(P: Any, bp: Any, W: Any, w: Any, n: Any, neurons: Any) -> None:
    """P[p bp + i wide + j] = W[w + (p wide + j) n + i]: a link's weights in panels of neurons."""
    step = lanes(P)
    wide = step * FOUR
    for j in range(ZERO, neurons, step):
        to = j // wide * bp + j % wide
        for i in range(ZERO, n, step):
            transpose(P, to + i * wide, wide, W, w + j * n + i, n, neurons - j, n - i)
