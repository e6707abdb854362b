"""Open the window on a project, data, sample:NAME or lesson:NAME; without FILE on the starter.

Data are shown by the import screen: a table, an array, a set or a folder of images."""

from __future__ import annotations

import argparse
from pathlib import Path

from bpstudio.cli.display import display_problem
from bpstudio.cli.options import UsageError, Window
from bpstudio.cli.sources import LESSON, SAMPLE, is_project, open_project
from bpstudio.files.formats.choice import kind_of
from bpstudio.model.project import Project

EXAMPLE = "bpstudio iris.bps"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help="a project, data, sample:NAME or lesson:NAME"
    )


def run(args: argparse.Namespace, window: Window) -> int:
    file: str | None = args.file
    # Looked at before the window opens, so that a bad file is said where the command was typed.
    project, path = (None, None) if file is None else _looked_at(file)
    if problem := display_problem():
        raise UsageError(problem)
    return window.open(project, path)


def _looked_at(file: str) -> tuple[Project | None, Path | None]:
    """The project and where it lives, or None and a file with data that can be read."""
    path = Path(file)
    if file.startswith((SAMPLE, LESSON)):
        return open_project(file), None
    if is_project(file):
        return open_project(file), path
    if not path.exists() and "." not in path.name:
        raise UsageError(f"'{file}' is neither a command nor a file: see bpstudio --help.")
    kind_of(path)
    return None, path
