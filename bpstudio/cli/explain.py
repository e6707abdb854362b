"""Explain why weights change: every number of one update, with the formula it follows from.

Without --connection and --bias: the row's whole way through the network. Neurons and rows are
counted from 1; a neuron of the input or output may be named by its column. The project may be a
lesson: lesson:worked-example, lesson:xor, lesson:two-tanh, lesson:softmax."""

from __future__ import annotations

import argparse
from pathlib import Path

from bpstudio.cli.options import UsageError, Window, check_folder
from bpstudio.cli.report import print_json
from bpstudio.cli.sources import load_project
from bpstudio.explain.derivation import Derivation
from bpstudio.explain.document import Document, whole_walk, why
from bpstudio.explain.document_text import as_latex, as_text, as_values
from bpstudio.explain.numbers import DIGITS, FULL
from bpstudio.explain.step import Step
from bpstudio.explain.worksheet import Worksheet
from bpstudio.explain.worksheet_html import exercise_html, solution_html
from bpstudio.files.atomic import write_atomically
from bpstudio.model.topology import Topology

EXAMPLE = "bpstudio explain iris.bps --row 1 --connection input:1 hidden1:2"

FORMATS = ("text", "latex", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="P.bps", help="a project file or lesson:NAME")
    parser.add_argument(
        "--row", metavar="N", type=int, action="append", required=True,
        help="a row of the data, from 1; several are one update by their mean",
    )  # fmt: skip
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--connection", metavar=("A:i", "B:j"), nargs=2, help="from neuron i of A to neuron j of B"
    )
    which.add_argument("--bias", metavar="L:j", help="the bias of neuron j of layer L")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text if not given")
    parser.add_argument(
        "--digits", metavar="D", type=int, default=DIGITS,
        help=f"significant digits, {DIGITS} if not given; {FULL} is all of them",
    )  # fmt: skip
    parser.add_argument(
        "--worksheet", metavar="HTML", type=Path, help="write the row as an exercise to print"
    )
    parser.add_argument(
        "--solution", metavar="HTML", type=Path, help="write the exercise's solution"
    )


def run(args: argparse.Namespace, window: Window) -> int:
    if not 1 <= args.digits <= FULL:
        raise UsageError(f"--digits is {args.digits}: use a whole number from 1 to {FULL}.")
    project = load_project(args.project)
    if any(row < 1 for row in args.row):
        raise UsageError(f"--row is {min(args.row)}: rows are counted from 1.")
    derivation = Derivation.of_project(project, [row - 1 for row in args.row])
    if args.worksheet or args.solution:
        return _write_pages(derivation, args)
    document = _document(derivation, args)
    if args.format == "json":
        print_json(as_values(document, args.digits))
    else:
        write = as_latex if args.format == "latex" else as_text
        print(write(document, args.digits), end="")
    return 0


def _write_pages(derivation: Derivation, args: argparse.Namespace) -> int:
    """The worksheet of the first row, and its solution; said on standard output."""
    if args.connection or args.bias:
        raise UsageError("A worksheet is about a whole row: leave out --connection and --bias.")
    for what, out in (("--worksheet", args.worksheet), ("--solution", args.solution)):
        if out is not None:
            check_folder(out, what)
    sheet = Worksheet.of(derivation)
    count = sum(1 for _ in sheet.blanks())
    title = f"Back-propagation by hand: {derivation.values.topology}, row {args.row[0]}"
    if args.worksheet:
        write_atomically(args.worksheet, exercise_html(sheet, title).encode())
        print(f"An exercise with {count} blanks is in {args.worksheet}.")
    if args.solution:
        page = solution_html(sheet, f"{title}: solution", digits=args.digits)
        write_atomically(args.solution, page.encode())
        print(f"Its solution is in {args.solution}.")
    return 0


def _document(derivation: Derivation, args: argparse.Namespace) -> Document:
    new = _subject(derivation, args)
    if new is None:
        return whole_walk(derivation)
    return why(derivation, new, digits=args.digits)


def _subject(derivation: Derivation, args: argparse.Namespace) -> Step | None:
    if args.connection:
        (source, i), (target, j) = (_neuron(derivation, text) for text in args.connection)
        return derivation.of_weight(source, i, target, j)
    if args.bias:
        return derivation.of_bias(*_neuron(derivation, args.bias))
    return None


def _neuron(derivation: Derivation, text: str) -> tuple[str, int]:
    """``hidden1:2`` or ``input:petal length`` as a layer's id and a neuron from 0."""
    topology = derivation.values.topology
    layer, colon, neuron = text.partition(":")
    if not colon or not neuron.strip():
        raise UsageError(
            f"'{text}' is no neuron: write layer:number, as in {topology.output.id}:1."
        )
    layer_id = _layer(topology, layer.strip())
    size = topology.layer(layer_id).size
    name = neuron.strip()
    if not name.isdecimal():
        names = [derivation.quantities.column_name(layer_id, k) for k in range(size)]
        if name not in names:
            raise UsageError(f"Layer '{layer_id}' has no neuron called '{name}': use its number.")
        return layer_id, names.index(name)
    if not 1 <= int(name) <= size:
        raise UsageError(f"Layer '{layer_id}' has no neuron {name}: count from 1 to {size}.")
    return layer_id, int(name) - 1


def _layer(topology: Topology, text: str) -> str:
    """A layer's id from its id or the name that people gave it."""
    if text in topology:
        return text
    for layer in topology.layers:
        if text.casefold() == topology.label(layer.id).casefold():
            return layer.id
    known = ", ".join(layer.id for layer in topology.layers)
    raise UsageError(f"There is no layer '{text}'; the layers are: {known}.")
