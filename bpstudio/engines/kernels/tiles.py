"""The innermost loops, written out for as many registers as they use."""

from __future__ import annotations

from itertools import chain
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from bpstudio.engines.kernels.vectors import (
    LANE,
    WORD,
    Index,
    Vector,
    call,
    constant,
    fetch,
    first_lanes,
    halved,
    llvm_type,
    load_part,
    masked_load,
    spread_lanes,
    suffix,
    vector_address,
    vector_intrinsic,
)
from bpstudio.engines.kernels.width import VECTOR_BYTES

TILE_ROWS = 8 if VECTOR_BYTES == 64 else 4
"""Rows of a product that are worked on at once: sums and factors then fit in 32 or 16 registers."""


def _load(builder: Any, vector: Vector, pointer: Any, index: Any) -> Any:
    at = vector_address(builder, vector, pointer, index)
    return builder.load(at, align=vector.element.bitwidth // 8)


def _load_first(builder: Any, vector: Vector, pointer: Any, index: Any, count: Any) -> Any:
    """All lanes, or the first ``count`` if it is not None."""
    if count is None:
        return _load(builder, vector, pointer, index)
    return masked_load(builder, vector, pointer, index, count, constant(vector, 0.0))


def _muladd(builder: Any, vector: Vector, a: Any, b: Any, c: Any) -> Any:
    return call(builder, f"llvm.fmuladd.{suffix(vector)}", llvm_type(vector), a, b, c)


def _store(builder: Any, vector: Vector, pointer: Any, index: Any, value: Any, count: Any) -> None:
    """All lanes, or the first ``count`` if it is not None."""
    at = vector_address(builder, vector, pointer, index)
    align = vector.element.bitwidth // 8
    if count is None:
        builder.store(value, at, align=align)
    else:
        name = f"llvm.masked.store.{suffix(vector)}.p0"
        mask = first_lanes(builder, vector, count)
        call(builder, name, ir.VoidType(), value, at, LANE(align), mask)


def _totals(builder: Any, vector: Vector, sums: list[Any]) -> Any:
    """The sum over the lanes of each vector (a power of two of them), in the first lanes."""
    width = vector.lanes
    while len(sums) > 1:
        pairs = zip(sums[::2], sums[1::2], strict=True)
        sums = [halved(builder, vector, a, b, width) for a, b in pairs]
        width //= 2
    while width > 1:
        sums = [halved(builder, vector, sums[0], sums[0], width)]
        width //= 2
    return sums[0]


def _dot_sums(
    builder: Any,
    vector: Vector,
    X: Any,
    xs: list[Any],
    W: Any,
    ws: list[Any],
    n: Any,
    old: Any = None,
    factors: tuple[Any, ...] = (),
) -> list[list[Any]]:
    """For each x and w the products of n numbers, summed in the lanes of a vector.

    With ``factors``, one for each w, the row of W is changed by that much of X[old] on the way.
    """
    zero, lanes = constant(vector, 0.0), vector.lanes
    sums = [[cgutils.alloca_once_value(builder, zero) for _ in ws] for _ in xs]

    name, kind = f"llvm.fmuladd.{suffix(vector)}", llvm_type(vector)

    def add(at: Any, count: Any) -> None:
        def part(pointer: Any, start: Any) -> Any:
            place = builder.add(start, at)
            if count is None:
                return _load(builder, vector, pointer, place)
            return masked_load(builder, vector, pointer, place, count, zero)

        weights = [part(W, w) for w in ws]
        if factors:
            before = part(X, old)
            for k, factor in enumerate(factors):
                weights[k] = call(builder, name, kind, factor, before, weights[k])
                _store(builder, vector, W, builder.add(ws[k], at), weights[k], count)
        for x, row in zip(xs, sums, strict=True):
            v = part(X, x)
            for w, place in zip(weights, row, strict=True):
                builder.store(call(builder, name, kind, v, w, builder.load(place)), place)

    whole = builder.and_(n, WORD(~(lanes - 1) & (2**64 - 1)))
    step = WORD(lanes)
    with cgutils.for_range_slice(builder, WORD(0), whole, step, WORD(0).type) as (i, _):
        add(i, None)
    rest = builder.and_(n, WORD(lanes - 1))
    with builder.if_then(builder.icmp_unsigned("!=", rest, WORD(0)), likely=False):
        add(whole, rest)
    return [[builder.load(place) for place in row] for row in sums]


def _rows_of(builder: Any, start: Any, stride: Any, count: int, limit: Any | None) -> list[Any]:
    """Starts of ``count`` rows; those from ``limit`` on repeat the last one before it."""
    starts = [start]
    for k in range(1, count):
        following = builder.add(starts[-1], stride)
        if limit is not None:
            more = builder.icmp_unsigned("<", WORD(k), limit)
            following = builder.select(more, following, starts[-1])
        starts.append(following)
    return starts


@vector_intrinsic
def dot_lanes(
    typing: Any, C: Any, c: Any, base: Any, b: Any, reads: Any, X: Any, x: Any, W: Any, w: Any,
    n: Any, rows: Any,
) -> Any:  # fmt: skip
    """C[c + j] = base[b + j] + sum_i X[x + i] W[w + j n + i] for j < ``rows``, at most LANES.

    The lanes of C after that become 0; ``reads`` numbers of the base may be read.
    """
    vector = Vector(C.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        C, c, base, b, reads, X, x, W, w, n, rows = args
        starts = _rows_of(builder, w, n, vector.lanes, rows)
        sums = _dot_sums(builder, vector, X, [x], W, starts, n)[0]
        start = load_part(builder, vector, base, b, reads)
        value = builder.fadd(start, _totals(builder, vector, sums))
        kept = builder.select(first_lanes(builder, vector, rows), value, constant(vector, 0.0))
        at = vector_address(builder, vector, C, c)
        builder.store(kept, at, align=vector.element.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(C, Index, C, Index, Index, C, Index, C, Index, Index, Index), codegen


@vector_intrinsic
def learn_and_dot_lanes(
    typing: Any, C: Any, c: Any, base: Any, b: Any, reads: Any, X: Any, x: Any, W: Any, w: Any,
    n: Any, old: Any, E: Any, e: Any,
) -> Any:  # fmt: skip
    """W[w + j n + i] += E[e + j] X[old + i] for LANES rows j, then as ``dot_lanes``: one pass for
    both."""
    vector = Vector(C.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        C, c, base, b, reads, X, x, W, w, n, old, E, e = args
        starts = _rows_of(builder, w, n, vector.lanes, None)
        factors = []
        for k in range(vector.lanes):
            place = builder.gep(E, [builder.add(e, WORD(k))])
            factors.append(spread_lanes(builder, vector, builder.load(place)))
        sums: list[Any] = []
        # Eight at a time: sums and factors then fit in the registers.
        for k in range(0, vector.lanes, 8):
            eight = tuple(factors[k : k + 8])
            sums += _dot_sums(builder, vector, X, [x], W, starts[k : k + 8], n, old, eight)[0]
        start = load_part(builder, vector, base, b, reads)
        value = builder.fadd(start, _totals(builder, vector, sums))
        _store(builder, vector, C, c, value, None)
        return context.get_dummy_value()

    places = (C, Index, C, Index, Index, C, Index, C, Index, Index, Index, C, Index)
    return types.void(*places), codegen


@vector_intrinsic
def dot_4x4(
    typing: Any, C: Any, c: Any, cs: Any, base: Any, b: Any, bs: Any, X: Any, x: Any, xs: Any,
    W: Any, w: Any, n: Any, rows: Any,
) -> Any:  # fmt: skip
    """Like ``dot_lanes`` for four neurons and four samples: C[c + r cs + j], base[b + r bs + j], X[x +
    r xs].

    Only the first ``rows`` neurons are written.
    """
    vector = Vector(C.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        C, c, cs, base, b, bs, X, x, xs, W, w, n, rows = args
        rows = builder.select(builder.icmp_unsigned("<", rows, WORD(4)), rows, WORD(4))
        samples = _rows_of(builder, x, xs, 4, None)
        sums = _dot_sums(builder, vector, X, samples, W, _rows_of(builder, w, n, 4, rows), n)
        for row in sums:
            start = masked_load(builder, vector, base, b, rows, constant(vector, 0.0))
            value = builder.fadd(start, _totals(builder, vector, row))
            _store(builder, vector, C, c, value, rows)
            b, c = builder.add(b, bs), builder.add(c, cs)
        return context.get_dummy_value()

    places = (C, Index, Index, C, Index, Index, C, Index, Index, C, Index, Index, Index)
    return types.void(*places), codegen


def tile(rows: int, vectors: int, whole: bool) -> Any:
    """C[c + r cs + n] += alpha sum_k A[a + r ar + k ak] B[b + k bk + n], for so many rows and vectors of
    numbers.

    Unless it is a ``whole`` one, the last vector has ``last`` numbers.
    """

    def product(
        typing: Any, C: Any, c: Any, cs: Any, alpha: Any, A: Any, a: Any, ar: Any, ak: Any, B: Any,
        b: Any, bk: Any, K: Any, last: Any,
    ) -> Any:  # fmt: skip
        vector = Vector(C.dtype)

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            C, c, cs, alpha, A, a, ar, ak, B, b, bk, K, last = args
            counts = [None] * (vectors - 1) + [None if whole else last]
            starts = _rows_of(builder, c, cs, rows, None)
            places = [
                [builder.add(start, WORD(v * vector.lanes)) for v in range(vectors)]
                for start in starts
            ]
            for place in chain(*places):
                # The sums take long enough for it to come from far away.
                fetch(builder, vector_address(builder, vector, C, place), True)
            A = [builder.gep(A, [start]) for start in _rows_of(builder, a, ar, rows, None)]
            B = builder.gep(B, [b])
            sums = _tile_sums(builder, vector, A, ak, B, bk, K, counts)
            scale = spread_lanes(builder, vector, alpha)
            for row, totals in zip(places, sums, strict=True):
                for at, summed, count in zip(row, totals, counts, strict=True):
                    before = _load_first(builder, vector, C, at, count)
                    value = _muladd(builder, vector, scale, summed, before)
                    _store(builder, vector, C, at, value, count)
            return context.get_dummy_value()

        places = (C, Index, Index, C.dtype, C, Index, Index, Index, C, Index, Index, Index, Index)
        return types.void(*places), codegen

    return vector_intrinsic(product)


def _tile_sums(
    builder: Any, vector: Vector, A: list[Any], ak: Any, B: Any, bk: Any, K: Any, counts: list[Any]
) -> list[list[Any]]:
    """For each pointer of A and vector of B the sum of K products."""
    zero = constant(vector, 0.0)
    sums = [[cgutils.alloca_once_value(builder, zero) for _ in counts] for _ in A]
    at, row = (cgutils.alloca_once_value(builder, WORD(0)) for _ in range(2))
    with cgutils.for_range(builder, K):
        i, j = builder.load(at), builder.load(row)
        factors = [
            _load_first(builder, vector, B, builder.add(j, WORD(v * vector.lanes)), count)
            for v, count in enumerate(counts)
        ]
        for pointer, places in zip(A, sums, strict=True):
            number = spread_lanes(builder, vector, builder.load(builder.gep(pointer, [i])))
            for factor, place in zip(factors, places, strict=True):
                value = _muladd(builder, vector, number, factor, builder.load(place))
                builder.store(value, place)
        builder.store(builder.add(i, ak), at)
        builder.store(builder.add(j, bk), row)
    return [[builder.load(place) for place in places] for places in sums]


@vector_intrinsic
def transpose(
    typing: Any, P: Any, p: Any, stride: Any, W: Any, w: Any, n: Any, rows: Any, count: Any
) -> Any:
    """P[p + i stride + j] = W[w + j n + i] for all LANES of i and j.

    Only the first ``count`` of i and ``rows`` (at least 1) of j are read; what is written for the
    others has no meaning, but needs its place.
    """
    vector = Vector(P.dtype)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        P, p, stride, W, w, n, rows, count = args
        lines = []
        for j in range(vector.lanes):
            lines.append(masked_load(builder, vector, W, w, count, constant(vector, 0.0)))
            if j + 1 < vector.lanes:
                more = builder.icmp_unsigned("<", WORD(j + 1), rows)
                w = builder.select(more, builder.add(w, n), w)
        half = vector.lanes // 2
        while half >= 1:
            lines = _exchanged(builder, vector, lines, half)
            half //= 2
        for line in lines:
            at = vector_address(builder, vector, P, p)
            builder.store(line, at, align=vector.element.bitwidth // 8)
            p = builder.add(p, stride)
        return context.get_dummy_value()

    return types.void(P, Index, Index, W, Index, Index, Index, Index), codegen


def _exchanged(builder: Any, vector: Vector, lines: list[Any], half: int) -> list[Any]:
    """One step of a transposition: lines ``half`` apart swap the blocks of that size off the
    diagonal."""
    result, kind = list(lines), ir.VectorType(LANE, vector.lanes)
    low = [k if k % (2 * half) < half else k - half + vector.lanes for k in range(vector.lanes)]
    high = [k + half if k % (2 * half) < half else k + vector.lanes for k in range(vector.lanes)]
    for j in range(vector.lanes):
        if j % (2 * half) < half:
            a, b = lines[j], lines[j + half]
            result[j] = builder.shuffle_vector(a, b, ir.Constant(kind, low))
            result[j + half] = builder.shuffle_vector(a, b, ir.Constant(kind, high))
    return result
