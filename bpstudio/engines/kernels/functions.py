"""Activations and their derivatives over vectors, from one exponential of their own.

All of them need e^x for x <= 0 only: the sigmoid is written so that nothing can overflow, and softmax
subtracts the largest net input. e^x - 1 is computed by x = n ln 2 + r, |r| <= ln 2 / 2, and a
polynomial for e^r - 1; it keeps its last bits near 0, where tanh needs them. Standard BP waits for
every exponential, so what counts is the longest chain of operations, not their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

from bpstudio.engines.kernels.compiling import inlined, kernel
from bpstudio.engines.kernels.plan import ACTIVATION_CODES as CODES
from bpstudio.engines.kernels.vectors import (
    ZERO,
    call,
    constant,
    keep_first,
    lanes,
    largest,
    like,
    load,
    load_at_most,
    load_first,
    magnitude,
    maximum,
    muladd,
    nearest,
    power_of_two,
    spread,
    store,
    store_first,
    suffix,
    total,
    vector_intrinsic,
    where_greater,
    with_sign,
)
from bpstudio.model.functions import LEAK

LINEAR, SIGMOID, TANH, RELU, LEAKY_RELU, SOFTPLUS, SOFTMAX = (
    CODES[name]
    for name in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "softmax")
)


def _series(double: Sequence[float], single: Sequence[float]) -> Any:
    """A polynomial in x by Estrin's scheme, with other coefficients in float32."""

    def polynomial(typing: Any, x: Any) -> Any:
        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            name = f"llvm.fmuladd.{suffix(x)}"
            kept = double if x.element.bitwidth == 64 else single
            terms, power = [constant(x, c) for c in kept], args[0]
            while len(terms) > 1:
                pairs = [
                    call(builder, name, power.type, terms[k + 1], power, terms[k])
                    for k in range(0, len(terms) - 1, 2)
                ]
                terms = pairs + terms[len(pairs) * 2 :]
                power = builder.fmul(power, power)
            return terms[0]

        return x(x), codegen

    return vector_intrinsic(polynomial)


# (e^r - 1 - r) / r^2 with the smallest largest error of e^r for |r| <= ln 2 / 2: below 1e-17 (float32:
# 4e-9). Remez's algorithm gives these.
_EXP_64 = (
    0.500000000000001, 0.16666666666666674, 0.04166666666652199, 0.008333333333322207,
    0.0013888888947820891, 0.00019841269886591, 2.4801487326012337e-05, 2.7557242336680357e-06,
    2.763265575933203e-07, 2.5110049895858716e-08,
)  # fmt: skip
_EXP_32 = (
    0.5000000095185515, 0.16666518839656588, 0.04166620580070648, 0.008368889354794629,
    0.0013950491254599874,
)  # fmt: skip
_exp_first = _series(_EXP_64[:2], _EXP_32[:2])
_exp_rest = _series(_EXP_64[2:], _EXP_32[2:])
# atanh(s) / s in s^2, for |s| <= 1/3.
_ATANH = [1 / (2 * k + 1) for k in range(16)]
_atanh_series = _series(_ATANH, _ATANH[:7])


def _by_precision(double: float, single: float) -> Any:
    """A constant like a vector."""

    def choose(typing: Any, x: Any) -> Any:
        value = double if x.element.bitwidth == 64 else single

        def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return constant(x, value)

        return x(x), codegen

    return vector_intrinsic(choose)


# Below it e^x is 0: the smallest power of two that is not denormal.
_lowest = _by_precision(-708.0, -87.0)
_LN2 = log(2)


@inlined
def _shifted_exp(x: Any, less: Any) -> Any:
    """e^x - less for x <= 0, as if x were not below ``_lowest``.

    n times the rounded ln 2 is off by less than what rounding x itself does to e^x.
    """
    lowest = _lowest(x)
    inside = where_greater(lowest, x, lowest, x)
    n = nearest(inside, like(1 / _LN2, x))
    r = muladd(n, like(-_LN2, x), inside)
    square, scale = r * r, power_of_two(n)
    start = muladd(scale, muladd(square, _exp_first(r), r), scale - less)
    return muladd(scale * (square * square), _exp_rest(r), start)


@kernel
def expm1(x: Any) -> Any:
    """e^x - 1 for x <= 0."""
    return _shifted_exp(x, like(1.0, x))


@kernel
def exp(x: Any) -> Any:
    """e^x for x <= 0."""
    zero = like(0.0, x)
    return where_greater(_lowest(x), x, zero, _shifted_exp(x, zero))


@inlined
def _sigmoid(z: Any) -> Any:
    one, zero = like(1.0, z), like(0.0, z)
    e = _shifted_exp(with_sign(z, like(-1.0, z)), zero)
    above = where_greater(zero, z, e, one)
    return where_greater(_lowest(z), z, zero, above) / (one + e)


@inlined
def _tanh(z: Any) -> Any:
    # tanh |z| = (1 - e^-2|z|) / (1 + e^-2|z|)
    e = expm1(magnitude(z) * like(-2.0, z))
    return with_sign(e / (like(2.0, z) + e), z)


@inlined
def _softplus(z: Any) -> Any:
    # ln(1 + e) = 2 atanh(e / (2 + e))
    zero = like(0.0, z)
    e = exp(zero - magnitude(z))
    s = e / (like(2.0, z) + e)
    rest = like(2.0, z) * s * _atanh_series(s * s)
    return where_greater(zero, z, zero, z) + rest


@inlined
def _function(code: Any, z: Any) -> Any:
    """(2), (14), (22): f(z). NaN stays NaN."""
    if code == SIGMOID:
        return _sigmoid(z)
    if code == TANH:
        return _tanh(z)
    if code == RELU:
        return where_greater(like(0.0, z), z, like(0.0, z), z)
    if code == LEAKY_RELU:
        return where_greater(z, like(0.0, z), z, z * like(LEAK, z))
    return _softplus(z)


# Layers begin at a vector in ``values`` and ``deltas``; what is left of their last vector is 0 and
# stays it.


@inlined
def activate(code: Any, values: Any, start: Any, count: Any) -> None:
    """x = f(z) in place, for one layer of one sample: formulas (2), (14), (22)."""
    if code == SOFTMAX:
        _softmax(values, start, count)
    elif code != LINEAR:
        for at in range(ZERO, count, lanes(values)):
            y = _function(code, load(values, start + at))
            store(values, start + at, keep_first(y, count - at))


@kernel
def _softmax(values: Any, start: Any, count: Any) -> None:
    top = spread(values[start], values)
    for at in range(ZERO, count, lanes(values)):
        top = maximum(top, load_at_most(values, start + at, count - at, values[start]))
    shift = like(largest(top), top)
    summed = like(0.0, top)
    for at in range(ZERO, count, lanes(values)):
        e = exp(load_first(values, start + at, count - at) - shift)
        store_first(values, start + at, count - at, e)
        summed = summed + load_first(values, start + at, count - at)
    scale = like(total(summed), top)
    for at in range(ZERO, count, lanes(values)):
        e = load_first(values, start + at, count - at)
        store_first(values, start + at, count - at, e / scale)


@inlined
def _derivative(code: Any, y: Any) -> Any:
    """f'(z) in terms of y = f(z)."""
    one, zero = like(1.0, y), like(0.0, y)
    if code == SIGMOID:
        return y * (one - y)
    if code == TANH:
        return one - y * y
    if code == RELU:
        return where_greater(y, zero, one, zero)
    if code == LEAKY_RELU:
        return where_greater(y, zero, one, like(LEAK, y))
    return zero - expm1(zero - y)


@inlined
def sloped(code: Any, y: Any, g: Any) -> Any:
    """delta = g f'(z), from y = f(z) and g = dE/dy; g itself for softmax, which needs the whole
    layer."""
    return g if code in (LINEAR, SOFTMAX) else g * _derivative(code, y)


@inlined
def backward(code: Any, values: Any, deltas: Any, start: Any, count: Any) -> None:
    """dE/dy in ``deltas`` becomes delta = dE/dz, in place: (16), (24), (26)."""
    if code == SOFTMAX:
        mixed = spread(0.0, values)
        for at in range(ZERO, count, lanes(values)):
            mixed = muladd(load(values, start + at), load(deltas, start + at), mixed)
        shift = like(total(mixed), mixed)
        for at in range(ZERO, count, lanes(values)):
            g = load(deltas, start + at) - shift
            store(deltas, start + at, load(values, start + at) * g)
    elif code != LINEAR:
        for at in range(ZERO, count, lanes(values)):
            delta = sloped(code, load(values, start + at), load(deltas, start + at))
            store(deltas, start + at, delta)


@inlined
def output_delta(
    joint: Any, code: Any, values: Any, deltas: Any, start: Any, count: Any, Y: Any, row: Any
) -> Any:
    """delta of the output layer for one sample, (7), (8), (25); the sum of (y_hat - y)^2."""
    squares = spread(0.0, values)
    for at in range(ZERO, count, lanes(values)):
        difference = load(values, start + at) - load_first(Y, row + at, count - at)
        squares = muladd(difference, difference, squares)
        if not joint:
            difference = sloped(code, load(values, start + at), difference)
        store(deltas, start + at, difference)
    if code == SOFTMAX and not joint:
        backward(code, values, deltas, start, count)
    return squares
