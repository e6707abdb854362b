"""Matrix products in tiles that stay in registers: four rows by four vectors or four neurons.

``product`` serves all three products of back-propagation, ``dot_rows`` the forward one where there
are few rows. Pointers with offsets and strides; everything is in rows of samples.
"""

from __future__ import annotations

from typing import Any

from bpstudio.engines.kernels.compiling import kernel
from bpstudio.engines.kernels.vectors import (
    FOUR,
    ONE,
    ZERO,
    four_totals,
    lanes,
    load,
    load_first,
    muladd,
    spread,
    store,
    store_first,
    transpose,
)


@kernel
def _dot_tile(
    C: Any, c: Any, X: Any, x: Any, W: Any, w0: Any, w1: Any, w2: Any, w3: Any, n: Any, count: Any
) -> None:
    """C[c + j] += sum_i X[x + i] W[wj + i] for four rows of W; the first ``count`` are kept."""
    a = b = d = e = spread(0.0, X)
    step = lanes(X)
    i = ZERO
    while i + step <= n:
        v = load(X, x + i)
        a = muladd(v, load(W, w0 + i), a)
        b = muladd(v, load(W, w1 + i), b)
        d = muladd(v, load(W, w2 + i), d)
        e = muladd(v, load(W, w3 + i), e)
        i += step
    if i < n:
        rest = n - i
        v = load_first(X, x + i, rest)
        a = muladd(v, load_first(W, w0 + i, rest), a)
        b = muladd(v, load_first(W, w1 + i, rest), b)
        d = muladd(v, load_first(W, w2 + i, rest), d)
        e = muladd(v, load_first(W, w3 + i, rest), e)
    store_first(C, c, count, load_first(C, c, count) + four_totals(a, b, d, e))


@kernel
def dot_rows(
    C: Any, c: Any, X: Any, x: Any, stride: Any, rows: Any, W: Any, w: Any, n: Any, neurons: Any
) -> None:
    """C[c + r stride + j] += sum_i X[x + r stride + i] W[w + j n + i]: (3), (13), (22)."""
    last = w + (neurons - ONE) * n
    for j in range(ZERO, neurons, FOUR):
        # Past the last neuron the last one is computed again, and not kept.
        w0 = w + j * n
        w1 = min(w0 + n, last)
        w2 = min(w1 + n, last)
        w3 = min(w2 + n, last)
        count = min(neurons - j, FOUR)
        for r in range(ZERO, rows):
            _dot_tile(C, c + r * stride + j, X, x + r * stride, W, w0, w1, w2, w3, n, count)


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


@kernel
def product(
    C: Any, c: Any, cs: Any, alpha: Any, A: Any, a: Any, ar: Any, ak: Any, B: Any, b: Any, bk: Any,
    rows: Any, K: Any, N: Any,
) -> None:  # fmt: skip
    """C[c + r cs + n] += alpha sum_k A[a + r ar + k ak] B[b + k bk + n], for r < rows, n < N."""
    step = lanes(C)
    wide = step * FOUR
    n = ZERO
    while n < N:
        whole = n + wide <= N
        r = ZERO
        while r < rows:
            at, of = c + r * cs + n, a + r * ar
            if r + FOUR <= rows:
                if whole:
                    _tile_4x4(C, at, cs, alpha, A, of, ar, ak, B, b + n, bk, K)
                else:
                    _tile_4x1(C, at, cs, alpha, A, of, ar, ak, B, b + n, bk, K, N - n)
                r += FOUR
            else:
                stop = min(n + wide, N) if whole else min(n + step, N)
                for m in range(n, stop, step):
                    _tile_1x1(C, at + m - n, alpha, A, of, ak, B, b + m, bk, K, N - m)
                r += ONE
        n += wide if whole else step


@kernel
def pack(P: Any, stride: Any, W: Any, w: Any, n: Any, neurons: Any) -> None:
    """P[i stride + j] = W[w + j n + i]: a link's weights, so that vectors run over the neurons."""
    step = lanes(P)
    for j in range(ZERO, neurons, step):
        for i in range(ZERO, n, step):
            transpose(P, i * stride + j, stride, W, w + j * n + i, n, neurons - j, n - i)
