"""Activation and loss functions with their derivatives, as tables by name.

Every function works on arrays of shape (samples, neurons). Derivatives of activations are written in
terms of the activation's own output, as in f' = f (1 - f) for the sigmoid: the backward pass then needs
no net inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bpstudio.model.arrays import FloatArray

LEAK = 0.01
"""Slope of leaky ReLU below zero."""


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation function y = f(z).

    ``backward(y, g)`` turns g = dE/dy into the delta dE/dz (formula 24), both (samples, neurons).
    ``low`` and ``high`` bound the outputs; ``output_only`` marks functions that make sense only in the
    output layer.
    """

    name: str
    label: str
    function: Callable[[FloatArray], FloatArray]
    derivative: Callable[[FloatArray], FloatArray] | None
    low: float = -np.inf
    high: float = np.inf
    output_only: bool = False

    def __call__(self, z: FloatArray) -> FloatArray:
        return self.function(z)

    def backward(self, y: FloatArray, gradient: FloatArray) -> FloatArray:
        if self.derivative is not None:
            delta: FloatArray = np.multiply(gradient, self.derivative(y))
            return delta
        # Softmax mixes its neurons: dE/dz_j = y_j (g_j - sum_k g_k y_k).
        mixed: FloatArray = y * (gradient - np.sum(gradient * y, axis=1, keepdims=True))
        return mixed


def _sigmoid(z: FloatArray) -> FloatArray:
    # exp of a negative number cannot overflow, on either side of 0.
    e = np.exp(-np.abs(z))
    y: FloatArray = np.where(z >= 0, 1.0, e) / (1.0 + e)
    return y


def _softmax(z: FloatArray) -> FloatArray:
    e: FloatArray = np.exp(z - np.max(z, axis=1, keepdims=True))
    y: FloatArray = e / np.sum(e, axis=1, keepdims=True)
    return y


def _one_where(condition: np.ndarray, otherwise: float, like: FloatArray) -> FloatArray:
    return np.where(condition, like.dtype.type(1), like.dtype.type(otherwise))


ACTIVATIONS: dict[str, Activation] = {
    a.name: a
    for a in (
        Activation("sigmoid", "sigmoid", _sigmoid, lambda y: y * (1 - y), 0.0, 1.0),
        Activation("tanh", "tanh", np.tanh, lambda y: 1 - y * y, -1.0, 1.0),
        Activation(
            "relu", "ReLU", lambda z: np.maximum(z, 0), lambda y: _one_where(y > 0, 0.0, y), 0.0
        ),
        Activation(
            "leaky_relu",
            "leaky ReLU",
            lambda z: np.where(z > 0, z, z * z.dtype.type(LEAK)),
            lambda y: _one_where(y > 0, LEAK, y),
        ),
        Activation("linear", "linear", lambda z: z.copy(), np.ones_like),
        # f = ln(1 + e^z), so f' = sigmoid(z) = 1 - e^-f.
        Activation(
            "softplus", "softplus", lambda z: np.logaddexp(z, 0), lambda y: -np.expm1(-y), 0.0
        ),
        Activation("softmax", "softmax", _softmax, None, 0.0, 1.0, output_only=True),
    )
}


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss E, measured per sample: ``value(y_hat, y)`` has shape (samples,).

    ``gradient(y_hat, y)`` is dE/dy_hat per sample. ``outputs`` names the output activations the loss is
    defined for (None: every one). For those in ``joint`` the delta is y_hat - y directly, which stays
    exact where the product of the two factors would be infinity times zero.
    """

    name: str
    label: str
    value: Callable[[FloatArray, FloatArray], FloatArray]
    gradient: Callable[[FloatArray, FloatArray], FloatArray]
    outputs: tuple[str, ...] | None = None
    joint: tuple[str, ...] = ()

    def delta(self, activation: Activation, y_hat: FloatArray, y: FloatArray) -> FloatArray:
        """The output layer's delta dE/dz, formula (25) and its general form; (samples, outputs)."""
        if activation.name in self.joint:
            return y_hat - y
        return activation.backward(y_hat, self.gradient(y_hat, y))

    def check_output(self, activation: str, layer: str) -> None:
        """Raise ValueError when the loss is not defined for this output activation."""
        if self.outputs is not None and activation not in self.outputs:
            wanted = " or ".join(ACTIVATIONS[name].label for name in self.outputs)
            raise ValueError(
                f"{self.label} needs a {wanted} output, but layer '{layer}' is "
                f"{ACTIVATIONS[activation].label}: change its activation or choose squared error."
            )


def _floor(y: FloatArray) -> FloatArray:
    """Keep probabilities off 0, so that a saturated output gives a large loss, not an infinite one."""
    return np.maximum(y, np.finfo(y.dtype).tiny)


def _squared_error(y_hat: FloatArray, y: FloatArray) -> FloatArray:
    """Formula (1): half the sum over the outputs."""
    difference = y_hat - y
    value: FloatArray = 0.5 * np.sum(difference * difference, axis=1)
    return value


def _binary_cross_entropy(y_hat: FloatArray, y: FloatArray) -> FloatArray:
    value: FloatArray = -np.sum(y * np.log(_floor(y_hat)) + (1 - y) * np.log(_floor(1 - y_hat)), 1)
    return value


def _categorical_cross_entropy(y_hat: FloatArray, y: FloatArray) -> FloatArray:
    value: FloatArray = -np.sum(y * np.log(_floor(y_hat)), axis=1)
    return value


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss("squared_error", "squared error", _squared_error, lambda y_hat, y: y_hat - y),
        Loss(
            "binary_cross_entropy",
            "binary cross-entropy",
            _binary_cross_entropy,
            lambda y_hat, y: (1 - y) / _floor(1 - y_hat) - y / _floor(y_hat),
            outputs=("sigmoid",),
            joint=("sigmoid",),
        ),
        Loss(
            "categorical_cross_entropy",
            "categorical cross-entropy",
            _categorical_cross_entropy,
            lambda y_hat, y: -y / _floor(y_hat),
            outputs=("softmax",),
            joint=("softmax",),
        ),
    )
}


Entry = TypeVar("Entry")


def choose(table: dict[str, Entry], name: str, what: str) -> Entry:
    """Look a name up in one of the tables; the ValueError for an unknown one lists those there are."""
    try:
        return table[name]
    except KeyError:
        known = ", ".join(table)
        raise ValueError(f"{what} '{name}' is not known; choose one of: {known}.") from None
