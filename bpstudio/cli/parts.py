"""Parts of a network as they are named on the command line: ``hidden1:2``, ``input:petal_length``."""

from __future__ import annotations

import argparse

from bpstudio.cli.options import UsageError
from bpstudio.model.dataset import Preparation
from bpstudio.model.topology import Topology


def add_parameter(parser: argparse.ArgumentParser) -> None:
    """--connection and --bias, of which one may be given."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--connection", metavar=("A:i", "B:j"), nargs=2, help="from neuron i of A to neuron j of B"
    )
    which.add_argument("--bias", metavar="L:j", help="the bias of neuron j of layer L")


def neuron(topology: Topology, preparation: Preparation, text: str) -> tuple[str, int]:
    """A layer's id and a neuron from 0; the text counts from 1, or names a column."""
    layer, colon, which = (part.strip() for part in text.partition(":"))
    if not colon or not which:
        raise UsageError(
            f"'{text}' is no neuron: write layer:number, as in {topology.output.id}:1."
        )
    layer_id = _layer(topology, layer)
    size = topology.layer(layer_id).size
    if which.isdecimal():
        if not 1 <= int(which) <= size:
            raise UsageError(f"Layer '{layer_id}' has no neuron {which}: count from 1 to {size}.")
        return layer_id, int(which) - 1
    names: tuple[str, ...] = ()
    if layer_id == topology.input.id:
        names = preparation.input_names
    elif layer_id == topology.output.id:
        names = preparation.output_names
    if which not in names:
        raise UsageError(f"Layer '{layer_id}' has no neuron called '{which}': use its number.")
    return layer_id, names.index(which)


def _layer(topology: Topology, text: str) -> str:
    """A layer's id from its id or the name that people gave it."""
    if text in topology:
        return text
    for layer in topology.layers:
        if text.casefold() == topology.label(layer.id).casefold():
            return layer.id
    known = ", ".join(layer.id for layer in topology.layers)
    raise UsageError(f"There is no layer '{text}'; the layers are: {known}.")
