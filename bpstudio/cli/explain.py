"""Explain why weights change: every number of one update, with the formula it follows from.

Without --connection and --bias: the row's whole way through the network. Neurons and rows are
counted from 1; a neuron of the input or output may be named by its column. The project may be a
lesson: lesson:worked-example, lesson:xor, lesson:two-tanh, lesson:softmax."""

from __future__ import annotations

import argparse
from pathlib import Path

from bpstudio.cli.options import UsageError, Window, add_project, check_folder, whole_number
from bpstudio.cli.parts import add_parameter, neuron
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

EXAMPLE = "bpstudio explain iris.bps --row 1 --connection input:1 hidden1:2"

FORMATS = ("text", "latex", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "--row", metavar="N", type=whole_number, action="append", required=True,
        help="a row of the data, from 1; several are one update by their mean",
    )  # fmt: skip
    add_parameter(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="text if not given")
    parser.add_argument(
        "--digits", metavar="D", type=whole_number, default=DIGITS,
        help=f"significant digits, {DIGITS} if not given; {FULL} is all of them",
    )  # fmt: skip
    parser.add_argument(
        "--worksheet",
        metavar="HTML",
        type=Path,
        help="write the row, or one parameter's chain, as an exercise to print",
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
    """The worksheet of the first row, or of one parameter's chain, and its solution; said on standard
    output."""
    for what, out in (("--worksheet", args.worksheet), ("--solution", args.solution)):
        if out is not None:
            check_folder(out, what)
    new = _subject(derivation, args)
    sheet = Worksheet.of(derivation) if new is None else Worksheet.of_parameter(derivation, new)
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
    preparation = derivation.quantities.preparation
    assert preparation is not None

    def end(text: str) -> tuple[str, int]:
        return neuron(derivation.values.topology, preparation, text)

    if args.connection:
        source, target = map(end, args.connection)
        return derivation.of_weight(*source, *target)
    return derivation.of_bias(*end(args.bias)) if args.bias else None
