"""What the commands' parsers share: complaints in one sentence, and the options that several take."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from bpstudio.model.project import Project


class UsageError(ValueError):
    """A command line that cannot be understood."""


class TrainingError(RuntimeError):
    """A run that an error in the program or the machine ended."""


class Parser(argparse.ArgumentParser):
    """Raises UsageError with one sentence where argparse would print its usage and leave."""

    def error(self, message: str) -> NoReturn:
        sentence = f"{message[:1].upper()}{message[1:]}".rstrip(".")
        raise UsageError(f"{sentence}: see {self.prog} --help.")


@dataclass(frozen=True)
class Window:
    """What needs Qt, handed in from outside, so that no command loads it unasked."""

    open: Callable[[Project | None, Path | None], int]
    draw: Callable[[Project, Path, tuple[int, int], str, int], None]
    """(project, file, size, theme, scale): draws the window to a PNG; OSError if Qt cannot be had."""


class Command(Protocol):
    """What a command's module offers."""

    __doc__: str | None
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace, window: Window) -> int: ...


def program() -> str:
    """What to type for bpstudio here: it is on the path, or dev.py runs it."""
    if shutil.which("bpstudio"):
        return "bpstudio"
    python = "python" if os.name == "nt" else "python3"
    dev = Path(__file__).resolve().parents[2] / "dev.py"
    if not dev.exists():
        return f"{python} -m bpstudio"
    try:
        return f"{python} {quoted(os.path.relpath(dev))}"
    except ValueError:  # on another Windows drive
        return f"{python} {quoted(dev)}"


def quoted(path: Path | str) -> str:
    """A path as it can be typed."""
    return f'"{path}"' if " " in str(path) else str(path)


def check_folder(out: Path, what: str) -> None:
    """UsageError if a file cannot be put there: said before work is done for it."""
    if out.is_dir():
        raise UsageError(f"{what} is '{out}', which is a folder: add a file name.")
    if not out.parent.is_dir():
        raise UsageError(f"{what} is '{out}', but there is no folder '{out.parent}': create it.")
    if not os.access(out.parent, os.W_OK):
        raise UsageError(f"{what} is '{out}', but its folder is read-only: choose another one.")


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="one JSON object on standard output, nothing else"
    )


def add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "project", metavar="P.bps", help="a project file, lesson:NAME or sample:NAME"
    )


def whole_number(text: str) -> int:
    """A whole number for argparse, see ``number``."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number") from None


def number(text: str) -> float:
    """A number for argparse, which puts the option's name in front of the complaint."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
