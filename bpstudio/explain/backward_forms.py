"""The steps backward: derivative of the error, slopes, deltas, and each parameter's gradient."""

from __future__ import annotations

from bpstudio.explain.expression import (
    Call,
    Const,
    Expression,
    Product,
    Quotient,
    Ref,
    Sum,
    difference,
)
from bpstudio.explain.forward_forms import Form, arguments
from bpstudio.explain.function_forms import residual_form, slope_form
from bpstudio.explain.keys import Place, StepKey
from bpstudio.explain.quantities import Quantities, source_output


def residual_form_of(q: Quantities, key: StepKey) -> Form:
    """(7): how the error changes with an output."""
    p, y = Ref(key.at("output")), Ref(key.at("target"))
    name = q.neuron_name(key.layer, key.neuron)
    return Form(
        f"How the error changes with the output of {name}",
        "7",
        "",
        residual_form(q.values.config.loss, p, y),
        Place(((key.layer, key.neuron),)),
        f"The derivative of the {q.values.loss.label}.",
    )


def slope_form_of(q: Quantities, key: StepKey) -> Form:
    """(8), (16): the derivative of the activation function."""
    layer, j = key.layer, key.neuron
    activation = q.values.topology.layer(layer).activation
    argument = arguments(q, layer, range(j, j + 1), key.sample)[0]
    formula = slope_form(activation, Ref(key.at("output")), argument)
    number = "8" if layer == q.values.topology.output.id else "16"
    note = f"The slope of the {activation.replace('_', ' ')} where the neuron is."
    title = f"Slope of the activation of {q.neuron_name(layer, j)}"
    n = q.notation
    general = n.derivative(n.output(layer, j), n.net(layer, j))
    return Form(title, number, general, formula, Place(((layer, j),)), note)


def back_form(q: Quantities, key: StepKey) -> Form:
    """(18), (19), the bracket of (20) and (26): the error comes back through what a neuron feeds."""
    n, layer, h = q.notation, key.layer, key.neuron
    factored = n.one_hidden and q.is_factored
    terms: list[Expression] = []
    neurons, connections, generals = [(layer, h)], [], []
    for link in q.values.topology.links:
        if link.source != layer:
            continue
        target = link.target
        delta = n.delta(target, "j")
        if factored:
            delta = rf"({n.output(target, 'j')} - {n.target('j')})\,{n.slope(target, 'j')}"
            if q.values.config.loss != "squared_error":
                delta = rf"{n.residual('j')}\,{n.slope(target, 'j')}"
        generals.append(rf"\sum_j {delta}\,{n.weight(layer, h, target, 'j')}")
        for j in range(q.values.topology.layer(target).size):
            if link.mask is not None and not link.mask[j, h]:
                continue
            end = StepKey("delta", target, j, sample=key.sample)
            own = (Ref(end.at("residual")), Ref(end.at("slope"))) if factored else (Ref(end),)
            terms.append(Product((*own, Ref(StepKey("weight", target, j, layer, h)))))
            neurons.append((target, j))
            connections.append((layer, h, target, j))
    return Form(
        f"How the error changes with the output of {q.neuron_name(layer, h)}",
        "19" if n.one_hidden else "26",
        " + ".join(generals),
        Sum(tuple(terms)),
        Place(tuple(neurons), tuple(connections)),
        "The sum over everything that the neuron feeds, with the weights from before the update.",
    )


def delta_form(q: Quantities, key: StepKey) -> Form:
    """(24), as (25) in the output layer and (26) in any other."""
    layer, j = key.layer, key.neuron
    name = q.neuron_name(layer, j)
    title = f"Delta of {name}"
    place = Place(((layer, j),))
    if layer != q.values.topology.output.id:
        formula: Expression = Product((Ref(key.at("back")), Ref(key.at("slope"))))
        note = "What came back to the neuron, times the slope of its activation."
        return Form(title, "26", "", formula, place, note)
    if q.is_factored:
        formula = Product((Ref(key.at("residual")), Ref(key.at("slope"))))
        note = "How the error changes with the neuron's net input."
        return Form(title, "25", "", formula, place, note)
    p = key.at("output")
    activation = q.values.topology.layer(layer).activation
    if activation in q.values.loss.joint:
        note = (
            f"The joint form of {activation} with {q.values.loss.label}: "
            "the derivatives of both cancel to the difference."
        )
        return Form(title, "25", "", difference(Ref(p), Ref(key.at("target"))), place, note)
    size = q.values.topology.output.size
    others = [key._replace(kind="residual", neuron=k) for k in range(size)]
    mixed = Sum(tuple(Product((Ref(k), Ref(k.at("output")))) for k in others), j)
    formula = Product((Ref(p), difference(Ref(key.at("residual")), mixed)))
    n = q.notation
    general = (
        rf"{n.output(layer, j)} \Big( {n.residual(j)} - \sum_k {n.residual('k')}\,"
        rf"{n.output(layer, 'k')} \Big)"
    )
    note = "Softmax mixes its neurons: each delta depends on all outputs of the layer."
    place = Place(tuple((layer, k) for k in range(size)))
    return Form(title, "25", general, formula, place, note)


def factor_form(q: Quantities, key: StepKey) -> Form:
    """(9), (17): how a net input changes with a weight."""
    number = "9" if key.layer == q.values.topology.output.id else "17"
    name = q.neuron_name(key.source, key.source_neuron)
    return Form(
        f"How the net input of {q.neuron_name(key.layer, key.neuron)} changes with the weight",
        number,
        "",
        Ref(source_output(key)),
        parameter_place(key),
        f"It is what {name} sends through the connection.",
    )


def row_gradient_form(q: Quantities, key: StepKey) -> Form:
    """(6), (15), (23): one row's derivative of the error with respect to a parameter."""
    title = f"Gradient of {q.parameter_name(key)}"
    if q.values.rows > 1:
        title += f" for row {q.row_numbers[key.sample]}"
    place = parameter_place(key)
    if not q.is_present(key):
        return Form(title, "", "", Const(0.0), place, absent_note(key))
    end = key._replace(kind="delta", source="", source_neuron=-1)
    output = key.layer == q.values.topology.output.id
    if q.notation.one_hidden and (q.is_factored or not output):
        first = end.at("residual" if output else "back")
        general = _chain_rule(q, key)
        factors: tuple[Expression, ...] = (Ref(first), Ref(end.at("slope")))
        number = "6" if output else "15"
    else:
        factors, number, general = (Ref(end),), "23", ""
    if key.source:
        factors = (*factors, Ref(key.at("factor")))
        note = "The chain rule: each factor says how one thing changes with the next."
    else:
        number = "11" if number == "6" else number
        note = "A bias is a weight from a neuron whose output is always 1, so the last factor is 1."
    return Form(title, number, general, Product(factors), place, note)


def _chain_rule(q: Quantities, key: StepKey) -> str:
    """The factors of (6) and (15) as derivatives."""
    n, layer, j = q.notation, key.layer, key.neuron
    net, output = n.net(layer, j), n.output(layer, j)
    pairs = [("E", output), (output, net)]
    if key.source:
        pairs.append((net, q.symbol(key.at("weight"))))
    return r"\,".join(n.derivative(of, by) for of, by in pairs)


def gradient_form(q: Quantities, key: StepKey) -> Form:
    """The mean over the rows, and what the penalties add."""
    config, count = q.values.config, q.values.rows
    title = f"Gradient of {q.parameter_name(key)}"
    rows = tuple(Ref(key._replace(kind="row_gradient", sample=s)) for s in range(count))
    mean: Expression = rows[0] if count == 1 else Quotient(Sum(rows), Const(float(count)))
    symbol = q.symbol(key.at("weight"))
    general = (
        "" if count == 1 else rf"\frac{{1}}{{{count}}} \sum_r {q.notation.gradient(symbol, 'E_r')}"
    )
    note = (
        "" if count == 1 else f"The mean over the {count} rows of the update; each adds its share."
    )
    terms: list[Expression] = [mean]
    weight = Ref(key.at("weight"))
    if key.source and config.l1:
        sign = Product((Ref(StepKey("setting", "l1")), Call("sign", weight)))
        terms.append(sign)
        general = general and general + rf" + \lambda_1 \operatorname{{sign}} {symbol}"
    if key.source and q.values.l2_in_gradient:
        terms.append(Product((Ref(StepKey("setting", "l2")), weight)))
        general = general and general + rf" + \lambda_2\,{symbol}"
    if len(terms) > 1:
        note = (note + " The penalties on the weights add their part.").strip()
    return Form(title, "", general, Sum(tuple(terms)), parameter_place(key), note)


def parameter_place(key: StepKey) -> Place:
    """A connection with its two ends, or a bias with its neuron."""
    if not key.source:
        return Place(((key.layer, key.neuron),), biases=((key.layer, key.neuron),))
    ends = ((key.source, key.source_neuron), (key.layer, key.neuron))
    return Place(ends, (_connection(key),))


def absent_note(key: StepKey) -> str:
    if key.source:
        return "The connection is pruned: its weight is 0 and stays 0."
    return "The layer has no biases: this one is 0 and stays 0."


def _connection(key: StepKey) -> tuple[str, int, str, int]:
    return key.source, key.source_neuron, key.layer, key.neuron
