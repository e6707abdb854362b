"""How a gradient becomes a step, as in ``engines.optimizers``, over vectors of the whole network."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

import numpy as np

from bpstudio.engines.kernels.compiling import kernel
from bpstudio.engines.kernels.plan import OPTIMIZER_CODES, SETTING_PLACES
from bpstudio.engines.kernels.vectors import (
    ONE,
    ZERO,
    lanes,
    like,
    load_first,
    muladd,
    root,
    spread,
    store_first,
    where_greater,
)

RATE, SHARE = (np.uintp(SETTING_PLACES[name]) for name in ("learning_rate", "share"))
_L1, _L2, _CLIP, _SHRINK, _MOMENTUM, _DECAY, _EPSILON, _BETA1, _BETA2 = (
    np.uintp(SETTING_PLACES[name])
    for name in ("l1", "l2", "clip", "shrink", "momentum", "decay", "epsilon", "beta1", "beta2")
)
_INCREASE, _DECREASE, _LOWEST, _HIGHEST = (
    np.uintp(SETTING_PLACES[f"rprop_{name}"])
    for name in ("increase", "decrease", "lowest", "highest")
)
_SGD, _MOMENTUM_CODE, _NESTEROV, _RPROP, _RMSPROP = (
    OPTIMIZER_CODES[name] for name in ("sgd", "momentum", "nesterov", "rprop", "rmsprop")
)


@kernel
def step(
    code: Any, parameters: Any, gradient: Any, slot1: Any, slot2: Any, updates: Any, count: Any,
    weight: Any, held: Any, holds: Any, kept: Any, settings: Any,
) -> None:  # fmt: skip
    """One update of everything but ``held`` (``holds`` places), from the mean gradient of the loss."""
    if settings[_L1] != 0.0 or settings[_L2] != 0.0:
        _add_penalties(gradient, parameters, weight, count, settings)
    for k in range(ZERO, holds):
        gradient[held[k]] = 0
        kept[k] = parameters[held[k]]
    if settings[_CLIP] < inf:
        _clip(gradient, count, settings[_CLIP])
    if settings[_SHRINK] != 1.0:
        _shrink(parameters, weight, count, settings[_SHRINK])
    if code == _SGD:
        _sgd(parameters, gradient, count, settings)
    elif code == _MOMENTUM_CODE:
        _momentum(parameters, gradient, slot1, count, settings)
    elif code == _NESTEROV:
        _nesterov(parameters, gradient, slot1, count, settings)
    elif code == _RPROP:
        _rprop(parameters, gradient, slot1, slot2, count, settings)
    elif code == _RMSPROP:
        _rmsprop(parameters, gradient, slot1, count, settings)
    else:
        _adam(parameters, gradient, slot1, slot2, updates, count, settings)
    for k in range(ZERO, holds):
        parameters[held[k]] = kept[k]


@kernel
def _sign(a: Any) -> Any:
    """1, -1, or the number itself where it is 0 or NaN."""
    zero = like(0.0, a)
    return where_greater(a, zero, like(1.0, a), where_greater(zero, a, like(-1.0, a), a))


@kernel
def _add_penalties(gradient: Any, parameters: Any, weight: Any, count: Any, settings: Any) -> None:
    """The gradient of l1 sum|w| + l2/2 sum w^2, over weights and not biases."""
    l1, l2 = spread(settings[_L1], gradient), spread(settings[_L2], gradient)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        w = load_first(parameters, i, rest)
        pull = muladd(l2, w, l1 * _sign(w)) * load_first(weight, i, rest)
        store_first(gradient, i, rest, load_first(gradient, i, rest) + pull)


@kernel
def _clip(gradient: Any, count: Any, limit: Any) -> None:
    """Pascanu, Mikolov and Bengio (2013), algorithm 1. In float64, where no square is infinite."""
    squares = 0.0
    for i in range(ZERO, count):
        g = np.float64(gradient[i])
        squares += g * g
    norm = sqrt(squares)
    if limit < norm < inf:
        scale = spread(limit / norm, gradient)
        for i in range(ZERO, count, lanes(gradient)):
            g = load_first(gradient, i, count - i)
            store_first(gradient, i, count - i, g * scale)


@kernel
def _shrink(parameters: Any, weight: Any, count: Any, factor: Any) -> None:
    """Loshchilov and Hutter (2019), algorithm 2, line 12: weights, and not biases."""
    scale = spread(factor, parameters)
    zero = like(0.0, scale)
    for i in range(ZERO, count, lanes(parameters)):
        rest = count - i
        w = load_first(parameters, i, rest)
        w = where_greater(load_first(weight, i, rest), zero, w * scale, w)
        store_first(parameters, i, rest, w)


@kernel
def _sgd(parameters: Any, gradient: Any, count: Any, settings: Any) -> None:
    """Formulas (5) and (23)."""
    down = spread(-settings[RATE], gradient)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        w = muladd(down, load_first(gradient, i, rest), load_first(parameters, i, rest))
        store_first(parameters, i, rest, w)


@kernel
def _momentum(parameters: Any, gradient: Any, velocity: Any, count: Any, settings: Any) -> None:
    """Rumelhart, Hinton and Williams (1986), equation 9."""
    down, keep = spread(-settings[RATE], gradient), spread(settings[_MOMENTUM], gradient)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        v = muladd(down, load_first(gradient, i, rest), keep * load_first(velocity, i, rest))
        store_first(velocity, i, rest, v)
        store_first(parameters, i, rest, load_first(parameters, i, rest) + v)


@kernel
def _nesterov(parameters: Any, gradient: Any, velocity: Any, count: Any, settings: Any) -> None:
    """Bengio, Boulanger-Lewandowski and Pascanu (2013), equation 7."""
    down, keep = spread(-settings[RATE], gradient), spread(settings[_MOMENTUM], gradient)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        g = down * load_first(gradient, i, rest)
        v = muladd(keep, load_first(velocity, i, rest), g)
        store_first(velocity, i, rest, v)
        w = load_first(parameters, i, rest) + muladd(keep, v, g)
        store_first(parameters, i, rest, w)


@kernel
def _rprop(
    parameters: Any, gradient: Any, size: Any, previous: Any, count: Any, settings: Any
) -> None:
    """iRprop-, Igel and Huesken (2000)."""
    increase, decrease = (
        spread(settings[_INCREASE], gradient),
        spread(settings[_DECREASE], gradient),
    )
    lowest, highest = spread(settings[_LOWEST], gradient), spread(settings[_HIGHEST], gradient)
    zero = like(0.0, lowest)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        g, s = load_first(gradient, i, rest), load_first(size, i, rest)
        agreement = _sign(g) * _sign(load_first(previous, i, rest))
        s = where_greater(agreement, zero, s * increase, s)
        s = where_greater(zero, agreement, s * decrease, s)
        s = where_greater(lowest, s, lowest, s)
        s = where_greater(s, highest, highest, s)
        g = where_greater(zero, agreement, zero, g)
        store_first(size, i, rest, s)
        store_first(previous, i, rest, g)
        w = load_first(parameters, i, rest) - _sign(g) * s
        store_first(parameters, i, rest, w)


@kernel
def _rmsprop(parameters: Any, gradient: Any, square: Any, count: Any, settings: Any) -> None:
    """Tieleman and Hinton (2012)."""
    down, keep = spread(-settings[RATE], gradient), spread(settings[_DECAY], gradient)
    new, epsilon = spread(1.0 - settings[_DECAY], gradient), spread(settings[_EPSILON], gradient)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        g = load_first(gradient, i, rest)
        s = muladd(keep, load_first(square, i, rest), new * g * g)
        store_first(square, i, rest, s)
        w = load_first(parameters, i, rest) + down * g / (root(s) + epsilon)
        store_first(parameters, i, rest, w)


@kernel
def _adam(
    parameters: Any, gradient: Any, first: Any, second: Any, updates: Any, count: Any, settings: Any
) -> None:
    """Kingma and Ba (2015), algorithm 1."""
    updates[ZERO] += ONE
    t = np.float64(updates[ZERO])
    beta1, beta2 = settings[_BETA1], settings[_BETA2]
    keep1, new1 = spread(beta1, gradient), spread(1.0 - beta1, gradient)
    keep2, new2 = spread(beta2, gradient), spread(1.0 - beta2, gradient)
    down = spread(-settings[RATE] / (1.0 - beta1**t), gradient)
    correction = spread(1.0 / (1.0 - beta2**t), gradient)
    epsilon = spread(settings[_EPSILON], gradient)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        g = load_first(gradient, i, rest)
        m = muladd(keep1, load_first(first, i, rest), new1 * g)
        v = muladd(keep2, load_first(second, i, rest), new2 * g * g)
        store_first(first, i, rest, m)
        store_first(second, i, rest, v)
        w = load_first(parameters, i, rest) + down * m / (root(v * correction) + epsilon)
        store_first(parameters, i, rest, w)
