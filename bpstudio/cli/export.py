"""Export the weights with everything that is needed to compute the outputs from raw columns.

The format follows from the name: .npz, .json, .zip (tables in CSV), or a folder of CSV tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from bpstudio.cli.options import Window, add_project
from bpstudio.cli.report import network_text
from bpstudio.cli.sources import load_project
from bpstudio.files.exporters import FORMATS, export

EXAMPLE = "bpstudio export iris.bps iris.npz"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("out", metavar="OUT", type=Path, help="the file or folder to write")
    parser.add_argument("--format", choices=list(FORMATS), help="if the name does not tell")


def run(args: argparse.Namespace, window: Window) -> int:
    project = load_project(args.project)
    export(project, args.out, args.format)
    print(f"{network_text(project.topology)}: exported to {args.out}.")
    return 0
