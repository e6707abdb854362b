"""Open the window on a project, a table, sample:NAME or lesson:NAME; without FILE on the starter."""

from __future__ import annotations

import argparse
from pathlib import Path

from bpstudio.cli.display import display_problem
from bpstudio.cli.options import UsageError, Window
from bpstudio.cli.sources import LESSON, SAMPLE, is_project, open_project
from bpstudio.model.project import Project

EXAMPLE = "bpstudio iris.bps"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help="a project, a table, sample:NAME or lesson:NAME"
    )


def run(args: argparse.Namespace, window: Window) -> int:
    file: str | None = args.file
    # Read before the window opens, so that a bad file is said where the command was typed.
    project = None if file is None else _opened(file)
    if problem := display_problem():
        raise UsageError(problem)
    return window.open(project, Path(file) if file is not None and is_project(file) else None)


def _opened(file: str) -> Project:
    known = file.startswith((SAMPLE, LESSON))
    if not known and not Path(file).exists() and "." not in Path(file).name:
        raise UsageError(f"'{file}' is neither a command nor a file: see bpstudio --help.")
    return open_project(file)
