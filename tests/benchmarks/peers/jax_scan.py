"""JAX: all updates of an epoch in one compiled ``lax.scan``.

Online work in two forms: on vectors, strictly one sample for each update, and on matrices of one row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bpstudio.model.arrays import FloatArray, IntArray
from tests.benchmarks.works import ADAM_EPSILON, Work

Parameters = list[tuple[jax.Array, jax.Array]]
BETA_1, BETA_2 = 0.9, 0.999
jax.config.update("jax_enable_x64", True)


def mean_loss(parameters: Parameters, x: jax.Array, y: jax.Array) -> jax.Array:
    """(1), mean over the rows; x is (rows, inputs), or (inputs,) for one sample."""
    for weights, biases in parameters:
        x = jax.nn.sigmoid(x @ weights.T + biases if x.ndim == 2 else weights @ x + biases)
    return 0.5 * jnp.sum(jnp.square(x - y)) / (len(x) if x.ndim == 2 else 1)


def sgd(rate: float) -> Callable[[Any, Any], Any]:
    def update(carry: Any, batch: Any) -> Any:
        parameters, slots = carry
        gradient = jax.grad(mean_loss)(parameters, *batch)
        step = jax.tree.map(lambda p, g: p - rate * g, parameters, gradient)
        return (step, slots), None

    return update


def adam(rate: float) -> Callable[[Any, Any], Any]:
    """Kingma and Ba (2015), algorithm 1."""

    def update(carry: Any, batch: Any) -> Any:
        parameters, (first, second, t) = carry
        gradient = jax.grad(mean_loss)(parameters, *batch)
        t = t + 1
        first = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, first, gradient)
        second = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, second, gradient)
        one, two = 1 - BETA_1**t, 1 - BETA_2**t
        step = jax.tree.map(
            lambda p, m, v: p - rate * (m / one) / (jnp.sqrt(v / two) + ADAM_EPSILON),
            parameters,
            first,
            second,
        )
        return (step, (first, second, t)), None

    return update


class Jax:
    loss = "squared_error"

    def __init__(self, work: Work, name: str, vectors: bool) -> None:
        self.name = name
        self._work = work
        self._vectors = vectors
        self._X, self._Y = work.data()
        update = {"sgd": sgd, "adam": adam}[work.optimizer](work.learning_rate)
        self._epoch = jax.jit(lambda carry, rows: jax.lax.scan(update, carry, rows)[0])

    def prepare(self, order: IntArray) -> None:
        group = () if self._vectors else (self._work.batch,)
        updates = len(order) // self._work.batch
        self._rows = tuple(
            jnp.asarray(a[order].reshape(updates, *group, a.shape[1])) for a in (self._X, self._Y)
        )

    def reset(self) -> None:
        vector = self._work.start()
        parameters = []
        for block in self._work.topology.blocks:
            link = block.incoming[0]
            weights = vector[link.start : link.stop].reshape(link.shape)
            parameters.append((jnp.asarray(weights), jnp.asarray(vector[block.start : block.stop])))
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        count = jnp.zeros((), dtype=self._work.dtype)
        slots = () if self._work.optimizer == "sgd" else (zeros, zeros, count)
        self._carry = (parameters, slots)

    def advance(self) -> None:
        self._carry = jax.block_until_ready(self._epoch(self._carry, self._rows))

    def parameters(self) -> FloatArray:
        return np.concatenate([np.asarray(a).ravel() for pair in self._carry[0] for a in pair])


def make(work: Work) -> list[Jax]:
    if work.batch > 1:
        return [Jax(work, "JAX", vectors=False)]
    return [
        Jax(work, "JAX, one sample", vectors=True),
        Jax(work, "JAX, matrices of one row", vectors=False),
    ]
