"""What each optimizer makes of a gradient, as formulas over what it remembers: the same rules that
``engines.optimizers`` carries out, one parameter at a time."""

from __future__ import annotations

from collections.abc import Callable

from bpstudio.explain.expression import (
    Call,
    Choice,
    Const,
    Expression,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Sum,
    difference,
)
from bpstudio.explain.keys import StepKey
from bpstudio.explain.quantities import Quantities

_ONE, _ZERO = Const(1.0), Const(0.0)

OptimizerForm = Callable[[Quantities, StepKey, Expression], Expression]


def setting(name: str) -> Ref:
    return Ref(StepKey("setting", name))


def before(key: StepKey, slot: str) -> Ref:
    """What the optimizer remembered of a parameter."""
    return Ref(key._replace(kind=f"slot:before:{slot}", sample=-1))


def after(key: StepKey, slot: str) -> Ref:
    """What it remembers after the update."""
    return Ref(key._replace(kind=f"slot:after:{slot}", sample=-1))


def _downhill(gradient: Expression) -> Expression:
    return Product((Negative(setting("learning_rate")), gradient))


def _kept(share: str, old: Expression, new: Expression) -> Expression:
    """A running mean: a share of the old value, the rest from the new one."""
    rho = setting(share)
    return Sum((Product((rho, old)), Product((difference(_ONE, rho), new))))


# The steps


def _sgd(q: Quantities, key: StepKey, gradient: Expression) -> Expression:
    return _downhill(gradient)


def _momentum(q: Quantities, key: StepKey, gradient: Expression) -> Expression:
    return after(key, "velocity")


def _nesterov(q: Quantities, key: StepKey, gradient: Expression) -> Expression:
    ahead = Product((setting("momentum"), after(key, "velocity")))
    return Sum((ahead, Negative(Product((setting("learning_rate"), gradient)))))


def _rprop(q: Quantities, key: StepKey, gradient: Expression) -> Expression:
    sign = Call("sign", after(key, "previous_gradient"))
    return Product((Negative(sign), after(key, "step_size")))


def _rmsprop(q: Quantities, key: StepKey, gradient: Expression) -> Expression:
    root = Sum((Call("sqrt", after(key, "mean_square")), setting("epsilon")))
    return Product((Negative(setting("learning_rate")), Quotient(gradient, root)))


def _adam(q: Quantities, key: StepKey, gradient: Expression) -> Expression:
    t = round(q.value(after(key, "updates").key))  # type: ignore[arg-type]
    first, second = (
        Quotient(after(key, slot), difference(_ONE, Power(setting(share), t)))
        for slot, share in (("first_moment", "beta1"), ("second_moment", "beta2"))
    )
    root = Sum((Call("sqrt", second), setting("epsilon")))
    return Product((Negative(setting("learning_rate")), Quotient(first, root)))


def _adamw(q: Quantities, key: StepKey, gradient: Expression) -> Expression:
    step = _adam(q, key, gradient)
    if not key.source or not q.values.config.l2:
        return step
    decay = Product((setting("learning_rate"), setting("l2"), Ref(key.at("weight"))))
    return Sum((step, Negative(decay)))


CHANGES: dict[str, tuple[OptimizerForm, str]] = {
    "sgd": (_sgd, "Against the gradient, by the learning rate: downhill."),
    "momentum": (_momentum, "The velocity: a share of the last step stays in it."),
    "nesterov": (_nesterov, "The velocity, looked ahead by one step."),
    "rprop": (_rprop, "Only the gradient's sign counts; the length of the step is remembered."),
    "rmsprop": (_rmsprop, "The gradient is divided by its usual size."),
    "adam": (_adam, "The gradient's running mean, divided by its usual size."),
    "adamw": (_adamw, "As Adam; besides, L2 shrinks the weight itself."),
}
"""The step of each optimizer with what it means; all but Levenberg-Marquardt, which has no formula for
one parameter alone."""


# What is remembered


def slot_form(q: Quantities, key: StepKey, slot: str, gradient: Expression) -> Expression | None:
    """A vector's entry after the update; None for what is simply counted."""
    old = before(key, slot)
    match slot:
        case "velocity":
            kept = Product((setting("momentum"), old))
            return Sum((kept, Negative(Product((setting("learning_rate"), gradient)))))
        case "mean_square":
            return _kept("decay", old, Power(gradient, 2))
        case "first_moment":
            return _kept("beta1", old, gradient)
        case "second_moment":
            return _kept("beta2", old, Power(gradient, 2))
        case "updates":
            return Sum((old, _ONE))
        case "step_size":
            return _step_size(q, key, old, gradient)
        case "previous_gradient":
            turned = Negative(_agreement(key, gradient))
            return Choice(turned, ">", 0.0, _ZERO, gradient)
    return None


def _agreement(key: StepKey, gradient: Expression) -> Expression:
    return Product((Call("sign", gradient), Call("sign", before(key, "previous_gradient"))))


def _step_size(q: Quantities, key: StepKey, old: Expression, gradient: Expression) -> Expression:
    config = q.values.config
    size = q.value(key._replace(kind="slot:after:step_size", sample=-1))
    for limit in ("rprop_lowest", "rprop_highest"):
        if size == getattr(config, limit):
            return setting(limit)
    agreement = _agreement(key, gradient)
    longer = Product((setting("rprop_increase"), old))
    shorter = Product((setting("rprop_decrease"), old))
    return Choice(agreement, ">", 0.0, longer, Choice(Negative(agreement), ">", 0.0, shorter, old))
