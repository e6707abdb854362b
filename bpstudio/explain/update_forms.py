"""The steps of the update: from a gradient to a change, by the optimizer, and the new parameter."""

from __future__ import annotations

from bpstudio.explain.backward_forms import absent_note, parameter_place
from bpstudio.explain.expression import Const, Expression, Negative, Product, Ref, Sum
from bpstudio.explain.forward_forms import Form
from bpstudio.explain.keys import StepKey
from bpstudio.explain.quantities import Quantities
from bpstudio.model.methods import OPTIMIZERS

RATE = StepKey("setting", "learning_rate")


def gradient_key(q: Quantities, key: StepKey) -> StepKey:
    """The gradient that an update of this parameter takes: one row's own, or the mean."""
    config = q.values.config
    penalised = bool(key.source and (config.l1 or config.l2))
    if q.values.rows == 1 and not penalised:
        return key._replace(kind="row_gradient", sample=0)
    return key._replace(kind="gradient", sample=-1)


def change_form(q: Quantities, key: StepKey) -> Form:
    """(4), (10), (11), (12), (20), (23): the step against the gradient."""
    title = f"Step of {q.parameter_name(key)}"
    place = parameter_place(key)
    if not q.is_free(key):
        return Form(title, "", "", Const(0.0), place, held_note(q, key))
    gradient = Ref(gradient_key(q, key))
    formula: Expression | None
    if q.values.config.optimizer == "sgd":
        formula = Product((Negative(Ref(RATE)), gradient))
        note = "Against the gradient, by the learning rate: downhill."
        return Form(title, _number(q, key), "", formula, place, note)
    label = OPTIMIZERS[q.values.config.optimizer]
    if q.values.config.optimizer == "momentum":
        kept = Product((Ref(StepKey("setting", "momentum")), Ref(key.at("slot:before:velocity"))))
        formula = Sum((kept, Negative(Product((Ref(RATE), gradient)))))
        note = f"{label}: a share of the last step stays in it."
        return Form(title, "", "", formula, place, note)
    return Form(title, "", "", None, place, f"What {label} makes of the gradient.")


def _number(q: Quantities, key: StepKey) -> str:
    """Which formula a plain step is an instance of."""
    if not q.notation.one_hidden:
        return "23"
    if key.layer != q.values.topology.output.id:
        return "20"
    return "10" if key.source else "11"


def held_note(q: Quantities, key: StepKey) -> str:
    """Why training leaves a parameter as it is."""
    topology = q.values.topology
    if not q.is_present(key):
        return absent_note(key)
    if topology.layer(key.layer).frozen:
        return f"Layer {topology.label(key.layer)} is frozen: training leaves it as it is."
    return "The weight is locked: training leaves it as it is."


def new_form(q: Quantities, key: StepKey) -> Form:
    """(5): the parameter after the update."""
    old = Ref(key.at("weight"))
    formula = Sum((old, Ref(key.at("change"))))
    name = q.parameter_name(key)
    return Form(
        f"New value of {name}",
        "5",
        "",
        formula,
        parameter_place(key),
        "Every update uses the weights from before it.",
        r"\leftarrow",
    )


def given_form(q: Quantities, key: StepKey) -> Form:
    """A parameter before the update, a setting, or what the optimizer remembers."""
    if key.kind == "setting":
        return Form(q.name(key).capitalize(), note="It was set.")
    if key.kind.startswith("slot:"):
        name = key.kind.split(":")[2].replace("_", " ")
        title = f"{name.capitalize()} of {q.parameter_name(key)}"
        return Form(title, place=parameter_place(key), note="What the optimizer remembers of it.")
    name = q.parameter_name(key).removeprefix("the ").capitalize()
    note = "" if q.is_present(key) else absent_note(key)
    return Form(name, place=parameter_place(key), note=note or "As it is before the update.")
