"""How a gradient becomes a step, as in ``engines.optimizers``, over vectors of the whole network."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpstudio.engines.kernels.compiling import kernel
from bpstudio.engines.kernels.plan import OPTIMIZER_CODES
from bpstudio.engines.kernels.vectors import (
    ZERO,
    lanes,
    like,
    load_first,
    magnitude,
    muladd,
    spread,
    store_first,
    where_greater,
    with_sign,
)

RATE, ONE_OVER, KEEP, L1, L2, SETTINGS = (np.uintp(k) for k in range(6))
"""Places of the settings."""

_SGD = OPTIMIZER_CODES["sgd"]


@kernel
def add_penalties(
    gradient: Any, parameters: Any, weight: Any, free: Any, count: Any, settings: Any
) -> None:
    """The gradient of l1 sum|w| + l2/2 sum w^2 for weights; 0 for what may not change."""
    l1, l2 = spread(settings[L1], gradient), spread(settings[L2], gradient)
    zero = like(0.0, l1)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        w = load_first(parameters, i, rest)
        g = load_first(gradient, i, rest)
        pull = where_greater(magnitude(w), zero, with_sign(l1, w), zero)
        g = muladd(muladd(l2, w, pull), load_first(weight, i, rest), g)
        store_first(gradient, i, rest, g * load_first(free, i, rest))


@kernel
def step(
    code: Any, parameters: Any, gradient: Any, slot1: Any, slot2: Any, count: Any, settings: Any
) -> None:
    """Change the parameters, and the optimizer's vectors, by one gradient."""
    if code == _SGD:
        _sgd(parameters, gradient, count, settings)
    else:
        _momentum(parameters, gradient, slot1, count, settings)


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
    down, keep = spread(-settings[RATE], gradient), spread(settings[KEEP], gradient)
    for i in range(ZERO, count, lanes(gradient)):
        rest = count - i
        v = muladd(down, load_first(gradient, i, rest), keep * load_first(velocity, i, rest))
        store_first(velocity, i, rest, v)
        store_first(parameters, i, rest, load_first(parameters, i, rest) + v)
