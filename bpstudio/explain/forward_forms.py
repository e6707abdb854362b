"""The steps forward: raw value, scaled input, net input, output, error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpstudio.explain.expression import (
    Choice,
    Const,
    Expression,
    Product,
    Quotient,
    Ref,
    Sum,
    difference,
)
from bpstudio.explain.function_forms import (
    ERROR_GENERAL,
    activation_form,
    error_form,
)
from bpstudio.explain.keys import Place, StepKey
from bpstudio.explain.quantities import Quantities
from bpstudio.model.preparation import FILLINGS, Column

_NOWHERE = Place()
_WORD = re.compile(r"[A-Za-z0-9]+(?:[ .+-][A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Form:
    """What a kind of step adds to a quantity's value and symbol; see ``Step``."""

    title: str
    number: str = ""
    general: str = ""
    formula: Expression | None = None
    place: Place = _NOWHERE
    note: str = ""
    relation: str = "="


def raw_form(q: Quantities, key: StepKey) -> Form:
    """A value as it stands in the table."""
    column = q.raw_column(key)
    row = q.row_numbers[key.sample]
    note = f"Row {row} of the table, column “{column.name}”."
    if q.is_missing(key):
        said = column.text(column.fill)
        note += f" The value is missing: “{said}” takes its place, {FILLINGS[column.missing]}."
    elif column.is_category:
        said = column.text(q.value(key))
        note += f" It says “{said}”, category {int(q.value(key)) + 1} of {len(column.categories)}."
    return Form(f"Column {column.name}, row {row}", place=Place(columns=(column.name,)), note=note)


def input_form(q: Quantities, key: StepKey) -> Form:
    """x_i from the raw column through its scaling."""
    name = q.neuron_name(key.layer, key.neuron)
    title = f"Input value of {name}"
    formula, general, column, note = _encoded(q, key)
    if not note:
        note = "The value that was given."
    return Form(
        title, "", general, formula, Place(((key.layer, key.neuron),), columns=column), note
    )


def target_form(q: Quantities, key: StepKey) -> Form:
    """y_j from the raw column through its scaling."""
    title = f"Expected output of {q.neuron_name(key.layer, key.neuron)}"
    formula, general, column, note = _encoded(q, key)
    if not note:
        note = "The value that was given."
    return Form(
        title, "", general, formula, Place(((key.layer, key.neuron),), columns=column), note
    )


def _encoded(q: Quantities, key: StepKey) -> tuple[Expression | None, str, tuple[str, ...], str]:
    """How a raw value enters the network: formula, general form, column name, note."""
    found = q.column(key.layer, key.neuron)
    if found is None:
        return None, "", (), ""
    c, offset, column = found
    raw_key = StepKey("raw", key.layer, c, sample=key.sample)
    raw = Ref(raw_key)
    names = (column.name,)
    if column.encoding == "one_hot":
        category = column.categories[offset]
        formula = Choice(raw, "=", float(offset), Const(1.0), Const(0.0), _category(category))
        said = column.text(column.fill if q.is_missing(raw_key) else q.value(raw_key))
        value = q.value(key)
        note = f"“{column.name}” says “{said}”: {value:g} for the neuron of “{category}”."
        if not formula.label:
            note += f" In the formula that category is the number {offset}."
        return formula, "", names, note
    if column.encoding == "binary":
        return raw, "", names, f"1 where “{column.name}” is “{column.categories[1]}”, else 0."
    if column.scaling == "none":
        return raw, "", names, f"Column “{column.name}” enters as it is."
    symbol = q.symbol(raw_key)
    index = symbol[1:]
    if column.scaling == "standardise":
        general = rf"\frac{{{symbol} - m{index}}}{{s{index}}}"
        what = "m is the mean and s the standard deviation"
    else:
        general = rf"\frac{{{symbol} - m{index}}}{{s{index}}}"
        what = _range_words(column)
    scaled = Quotient(
        difference(raw, Const(column.shift, symbol=f"m{index}")),
        Const(column.scale, symbol=f"s{index}"),
    )
    note = f"“{column.name}” is scaled: {what} of the column in the training rows."
    if column.scaling == "minmax" and (column.bounds or (column.low, column.high) != (0, 1)):
        note = f"“{column.name}” is scaled: {what}."
    if column.encoding == "ordinal":
        ranks = ", ".join(f"{k} = {name}" for k, name in enumerate(column.categories))
        note = f"“{column.name}” enters by its rank, {ranks}. {note}"
    return scaled, general, names, note


def _category(name: str) -> str:
    """A category as LaTeX; "" if a formula cannot hold its letters."""
    return rf"\text{{{name}}}" if _WORD.fullmatch(name) else ""


def _range_words(column: Column) -> str:
    """What m and s of a scaling to a range are."""
    if column.bounds is None and (column.low, column.high) == (0, 1):
        return "m is the smallest value and s the range"
    first, last = "the smallest", "the largest training value"
    if column.bounds is not None:
        first, last = (f"{bound:g}" for bound in column.bounds)
    return f"m and s take {first} to {column.low:g} and {last} to {column.high:g}"


def net_form(q: Quantities, key: StepKey) -> Form:
    """(3), (13): the weighted sum; (22): with the bias."""
    n, layer, j = q.notation, key.layer, key.neuron
    terms: list[Expression] = []
    neurons, connections = [(layer, j)], []
    for b in q.values.block(layer).incoming:
        source = b.link.source
        for i in range(b.shape[1]):
            if b.link.is_pruned(i, j):
                continue
            weight = Ref(StepKey("weight", layer, j, source, i))
            terms.append(Product((weight, Ref(StepKey("output", source, i, sample=key.sample)))))
            neurons.append((source, i))
            connections.append((source, i, layer, j))
    output = q.values.topology.output.id == layer
    if n.one_hidden:
        source = q.values.block(layer).incoming[0].link.source
        letter = n.letter(source)
        general = rf"\sum_{letter} {n.weight(source, letter, layer, j)}\,{n.output(source, letter)}"
        number = "3" if output else "13"
        note = "The weighted sum of what reaches the neuron, without its bias."
    else:
        general = " + ".join(
            rf"\sum_i {n.weight(b.link.source, 'i', layer, j)}\,{n.output(b.link.source, 'i')}"
            for b in q.values.block(layer).incoming
        )
        number, note = "22", "The weighted sum of what reaches the neuron."
        if q.values.topology.layer(layer).bias:
            terms.append(Ref(StepKey("bias", layer, j)))
            general += f" + {n.bias(layer, j)}"
            note = "The weighted sum of what reaches the neuron, and its bias."
    if len(terms) < sum(b.shape[1] for b in q.values.block(layer).incoming):
        note += " Pruned connections carry nothing and are left out."
    place = Place(tuple(neurons), tuple(connections), ((layer, j),))
    title = f"Net input of {q.neuron_name(layer, j)}"
    return Form(title, number, general, Sum(tuple(terms)), place, note)


def arguments(q: Quantities, layer: str, neurons: range, sample: int) -> list[Expression]:
    """What the activation function is applied to, for some neurons of a layer."""
    biased = q.notation.one_hidden and q.values.topology.layer(layer).bias
    result: list[Expression] = []
    for k in neurons:
        net: Expression = Ref(StepKey("net", layer, k, sample=sample))
        result.append(Sum((net, Ref(StepKey("bias", layer, k)))) if biased else net)
    return result


def output_form(q: Quantities, key: StepKey) -> Form:
    """(2), (14), (22): the activation function of the net input."""
    n, layer, j = q.notation, key.layer, key.neuron
    topology = q.values.topology
    activation = topology.layer(layer).activation
    softmax = activation == "softmax"
    which = range(topology.layer(layer).size) if softmax else range(j, j + 1)
    z = q.values.nets[topology.position(layer) - 1][key.sample]
    largest = float(z.max() if softmax else z[j])
    formula = activation_form(activation, arguments(q, layer, which, key.sample), j, largest)
    number = "22"
    if n.one_hidden:
        number = "2" if layer == topology.output.id else "14"
    biases = ((layer, j),) if n.one_hidden else ()
    neurons = tuple((layer, k) for k in which) if softmax else ((layer, j),)
    general = f"f({n.argument(layer, j)})" if not softmax else ""
    note = "" if softmax else f"The activation function is the {activation.replace('_', ' ')}."
    if softmax:
        note = "Softmax: the outputs of the layer are positive and add up to 1."
    title = f"Output of {q.neuron_name(layer, j)}"
    return Form(title, number, general, formula, Place(neurons, biases=biases), note)


def error_form_of(q: Quantities, key: StepKey) -> Form:
    """(1), or the cross-entropies: the error of one row."""
    output = q.values.topology.output
    first = StepKey("output", output.id, sample=key.sample)
    keys = [(k, k.at("target")) for k in (first._replace(neuron=j) for j in range(output.size))]
    formula = error_form(q.values.config.loss, [(Ref(p), Ref(y)) for p, y in keys])
    row = q.row_numbers[key.sample]
    title = "Error" if q.values.rows == 1 else f"Error of row {row}"
    place = Place(tuple((output.id, j) for j in range(output.size)))
    number = "1" if q.values.config.loss == "squared_error" else ""
    note = f"The {q.values.loss.label} of row {row}."
    return Form(title, number, ERROR_GENERAL[q.values.config.loss], formula, place, note)


def mean_error_form(q: Quantities, key: StepKey) -> Form:
    """The error that an update makes smaller: the mean over its rows."""
    count = q.values.rows
    terms = Sum(tuple(Ref(StepKey("error", sample=s)) for s in range(count)))
    output = q.values.topology.output
    return Form(
        f"Mean error of {count} rows",
        "",
        rf"\frac{{1}}{{{count}}} \sum_r E_r",
        Quotient(terms, Const(float(count))),
        Place(tuple((output.id, j) for j in range(output.size))),
        "Accumulated BP and mini-batches take the mean of the rows' errors.",
    )
