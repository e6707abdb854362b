"""Activations, their derivatives and the losses as formulas: the same functions that
``model.functions`` computes, to be read and worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

from bpstudio.explain.expression import (
    Call,
    Choice,
    Const,
    Expression,
    Negative,
    Power,
    Product,
    Quotient,
    Sum,
    difference,
)
from bpstudio.model.functions import LEAK

ONE = Const(1.0)
_HALF = Const(0.5, r"\tfrac{1}{2}")
_FLAT = 36.0
"""ln(1 + e^z) and z are the same float64 above."""
_SHIFTED = 500.0
"""Net inputs beyond make e^z leave the range of float64, so softmax subtracts the largest."""

DEFINITIONS: dict[str, tuple[str, str]] = {
    "sigmoid": (r"f(z) = \frac{1}{1 + e^{-z}}", r"f' = f\,(1 - f)"),
    "tanh": (r"f(z) = \tanh z", r"f' = 1 - f^{2}"),
    "relu": (r"f(z) = \max(z, 0)", r"f' = 1 \;\mathrm{if}\; z > 0 \;\mathrm{else}\; 0"),
    "leaky_relu": (
        rf"f(z) = z \;\mathrm{{if}}\; z > 0 \;\mathrm{{else}}\; {LEAK}\,z",
        rf"f' = 1 \;\mathrm{{if}}\; z > 0 \;\mathrm{{else}}\; {LEAK}",
    ),
    "linear": (r"f(z) = z", r"f' = 1"),
    "softplus": (r"f(z) = \ln(1 + e^{z})", r"f' = 1 - e^{-f}"),
    "softmax": (
        r"f_j(z) = \frac{e^{z_j}}{\sum_k e^{z_k}}",
        r"\frac{\partial f_j}{\partial z_k} = f_j\,([j = k] - f_k)",
    ),
}
"""Each activation and its derivative, in LaTeX."""


def activation_form(
    name: str, arguments: Sequence[Expression], j: int, largest: float
) -> Expression:
    """f of the net input of neuron j; softmax needs those of the whole layer, ``largest`` is the
    largest of them (for the others: that of the neuron)."""
    z = arguments[j] if len(arguments) > 1 else arguments[0]
    match name:
        case "sigmoid":
            return Quotient(ONE, Sum((ONE, Call("exp", Negative(z)))))
        case "tanh":
            return Call("tanh", z)
        case "relu":
            return Choice(z, ">", 0.0, z, Const(0.0))
        case "leaky_relu":
            return Choice(z, ">", 0.0, z, Product((Const(LEAK), z)))
        case "softplus":
            return z if largest > _FLAT else Call("ln", Sum((ONE, Call("exp", z))))
        case "softmax":
            powers = [Call("exp", _shifted(a, largest)) for a in arguments]
            return Quotient(powers[j], Sum(tuple(powers), j))
    return z


def _shifted(z: Expression, largest: float) -> Expression:
    return z if abs(largest) < _SHIFTED else difference(z, Const(largest))


def slope_form(name: str, output: Expression, argument: Expression) -> Expression:
    """f' of a neuron, from its output, or from its net input at a kink."""
    match name:
        case "sigmoid":
            return Product((output, difference(ONE, output)))
        case "tanh":
            return difference(ONE, Power(output, 2))
        case "relu":
            return Choice(argument, ">", 0.0, ONE, Const(0.0))
        case "leaky_relu":
            return Choice(argument, ">", 0.0, ONE, Const(LEAK))
        case "softplus":
            return difference(ONE, Call("exp", Negative(output)))
    return ONE


def error_form(loss: str, pairs: Sequence[tuple[Expression, Expression]]) -> Expression:
    """E of a row from its pairs of output and target."""
    match loss:
        case "binary_cross_entropy":
            terms = tuple(
                Sum(
                    (
                        Product((y, Call("ln", p))),
                        Product((difference(ONE, y), Call("ln", difference(ONE, p)))),
                    )
                )
                for p, y in pairs
            )
            return Negative(Sum(terms))
        case "categorical_cross_entropy":
            return Negative(Sum(tuple(Product((y, Call("ln", p))) for p, y in pairs)))
    return Product((_HALF, Sum(tuple(Power(difference(p, y), 2) for p, y in pairs))))


def residual_form(loss: str, p: Expression, y: Expression) -> Expression:
    """dE/dy_hat of one output."""
    match loss:
        case "binary_cross_entropy":
            return difference(Quotient(difference(ONE, y), difference(ONE, p)), Quotient(y, p))
        case "categorical_cross_entropy":
            return Negative(Quotient(y, p))
    return difference(p, y)


ERROR_GENERAL: dict[str, str] = {
    "squared_error": r"\tfrac{1}{2} \sum_j (\hat{y}_j - y_j)^{2}",
    "binary_cross_entropy": r"-\sum_j \Big[ y_j \ln \hat{y}_j + (1 - y_j) \ln (1 - \hat{y}_j) \Big]",
    "categorical_cross_entropy": r"-\sum_j y_j \ln \hat{y}_j",
}
"""The losses as sums over the outputs, in LaTeX."""
