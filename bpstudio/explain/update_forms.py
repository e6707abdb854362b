"""The steps of the update: from a gradient to a change, by the optimizer, and the new parameter."""

from __future__ import annotations

from bpstudio.explain.backward_forms import absent_note, parameter_place
from bpstudio.explain.expression import Call, Const, Power, Product, Quotient, Ref, Sum
from bpstudio.explain.forward_forms import Form
from bpstudio.explain.keys import Place, StepKey
from bpstudio.explain.optimizer_forms import CHANGES, setting, slot_form
from bpstudio.explain.quantities import Quantities
from bpstudio.model.methods import OPTIMIZERS, SCHEDULES

MOST_SQUARES = 500
"""The length of a longer gradient is given, not spelt out."""


def gradient_key(q: Quantities, key: StepKey) -> StepKey:
    """The gradient that an update of this parameter takes: one row's own, or the mean, or shortened."""
    if q.values.is_clipped:
        return key._replace(kind="clipped", sample=-1)
    if q.values.rows == 1 and not q.is_penalised(key):
        return key._replace(kind="row_gradient", sample=0)
    return key._replace(kind="gradient", sample=-1)


def clipped_form(q: Quantities, key: StepKey) -> Form:
    """Clipping: a gradient that is too long is shortened to the limit, all parameters alike."""
    formula = Product((Quotient(setting("clip"), Ref(StepKey("norm"))), Ref(key.at("gradient"))))
    title = f"Shortened gradient of {q.parameter_name(key)}"
    note = "The whole gradient is longer than the limit, so all of it is shortened alike."
    return Form(title, "", "", formula, parameter_place(key), note)


def norm_form(q: Quantities, key: StepKey) -> Form:
    """The length of the gradient over all parameters that may change."""
    terms = []
    for block in q.values.topology.blocks:
        for b in block.incoming:
            for j in range(b.shape[0]):
                for i in range(b.shape[1]):
                    terms.append(StepKey("gradient", block.layer.id, j, b.link.source, i))
        terms += [StepKey("gradient", block.layer.id, j) for j in range(block.layer.size)]
        if len(terms) > MOST_SQUARES:
            break
    title = "Length of the gradient"
    general = r"\sqrt{\sum_{w} \Big( \frac{\partial E}{\partial w} \Big)^{2}}"
    note = "Over all weights and biases that may change."
    if len(terms) > MOST_SQUARES:
        return Form(title, general=general, note=note)
    squares = tuple(Power(Ref(k), 2) for k in terms if q.is_free(k))
    return Form(title, "", general, Call("sqrt", Sum(squares)), Place(), note)


def change_form(q: Quantities, key: StepKey) -> Form:
    """(4), (10), (11), (12), (20), (23): the step against the gradient."""
    title = f"Step of {q.parameter_name(key)}"
    place = parameter_place(key)
    if not q.is_free(key):
        return Form(title, "", "", Const(0.0), place, held_note(q, key))
    optimizer = q.values.config.optimizer
    if optimizer not in CHANGES:
        note = (
            f"{OPTIMIZERS[optimizer]} finds the steps of all parameters at once: it solves these "
            "equations, in which J holds how each output changes with each parameter."
        )
        return Form(
            title, "", r"-(J^{\mathsf{T}} J + \mu I)^{-1} J^{\mathsf{T}} e", None, place, note
        )
    make, note = CHANGES[optimizer]
    number = _number(q, key) if optimizer == "sgd" else ""
    return Form(title, number, "", make(q, key, Ref(gradient_key(q, key))), place, note)


def slot_form_of(q: Quantities, key: StepKey) -> Form:
    """What the optimizer remembers of a parameter, before the update or after it."""
    _, when, name = key.kind.split(":")
    words = name.replace("_", " ").capitalize()
    title = f"{words} of {q.parameter_name(key)}"
    place = parameter_place(key)
    if when == "before":
        return Form(
            title, place=place, note="What the optimizer remembers from the updates before."
        )
    formula = slot_form(q, key, name, Ref(gradient_key(q, key.at("weight"))))
    return Form(title, "", "", formula, place, "What the optimizer remembers for the next update.")


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
        "5" if q.notation.one_hidden else "23",
        "",
        formula,
        parameter_place(key),
        "Every update uses the weights from before it.",
        r"\leftarrow",
    )


def given_form(q: Quantities, key: StepKey) -> Form:
    """A parameter before the update, or a setting."""
    if key.kind == "setting":
        config = q.values.config
        note = "It was set."
        changes = config.schedule != "constant" and not config.idle("schedule")
        if key.layer == "learning_rate" and changes:
            note = f"What the schedule, {SCHEDULES[config.schedule]}, has made of it by now."
        return Form(q.name(key).capitalize(), note=note)
    name = q.parameter_name(key).removeprefix("the ").capitalize()
    note = "" if q.is_present(key) else absent_note(key)
    return Form(name, place=parameter_place(key), note=note or "As it is before the update.")
