"""The command line: finds the command, runs it, and turns every error into one sentence."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from bpstudio import __version__
from bpstudio.cli.options import Command, Parser, TrainingError, UsageError, Window

COMMANDS = {
    "train": "train a network on a table, a sample or a project",
    "evaluate": "loss, accuracy and confusion matrix of a project",
    "inspect": "what is in a project or a data file, column by column, in words",
    "predict": "outputs for the rows of a table",
    "export": "write the weights as npz, json or csv",
    "explain": "why weights change: every number with its formula",
    "check": "hold the gradient against central differences",
    "demo": "train, export and picture the starter project, with no display",
    "screenshot": "draw the window to a PNG file, with no display",
}
_APP = "app"
_DONE, _FAILED, _WRONG, _INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str], window: Window) -> int:
    """Run ``bpstudio *argv``: 0 done, 1 the work failed, 2 input or usage is wrong."""
    _speak_unicode()
    try:
        code = _run(list(argv), window)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read the output has seen enough. At exit Python would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return _DONE
    except TrainingError as error:
        return _complain(str(error), _FAILED)
    except UsageError as error:
        return _complain(str(error), _WRONG)
    except MemoryError:
        return _complain("There is not enough memory: use fewer rows or smaller layers.", _WRONG)
    except (ValueError, OSError) as error:
        return _complain(str(error) or type(error).__name__, _WRONG)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _complain(sentence: str, code: int) -> int:
    print(f"bpstudio: {sentence}", file=sys.stderr)
    return code


def _run(argv: list[str], window: Window) -> int:
    first = argv[0] if argv else ""
    if first in ("-h", "--help", "help") and len(argv) == 1:
        print(_help())
        return _DONE
    if first == "--version":
        print(f"bpstudio {__version__}")
        return _DONE
    if first not in COMMANDS and len(argv) > 1 and _is_word(first):
        raise UsageError(f"'{first}' is not a command: see bpstudio --help.")
    name = first if first in COMMANDS else _APP
    command = cast("Command", import_module(f"bpstudio.cli.{name}"))
    parser = _parser(name, command)
    try:
        # Intermixed: options may stand between the files too.
        args = parser.parse_intermixed_args(argv[1:] if first in COMMANDS else argv)
    except SystemExit as stop:
        # Only --help gets here; what is wrong is a UsageError.
        return int(stop.code or 0)
    return command.run(args, window)


def _is_word(text: str) -> bool:
    """Whether it looks like a command: no option, no built-in example, no file."""
    return text.isalpha() and not Path(text).exists()


def _parser(name: str, command: Command) -> Parser:
    parser = Parser(
        prog="bpstudio" if name == _APP else f"bpstudio {name}",
        description=command.__doc__,
        epilog=f"example:\n  {command.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    return parser


def _help() -> str:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {what}" for name, what in COMMANDS.items())
    return f"""bpstudio: draw a neural network, train it by back-propagation, see why it learns.

usage:
  bpstudio [FILE]           open the window: a project, a table, sample:NAME, lesson:NAME, or the starter
  bpstudio COMMAND …        work without a window

commands:
{commands}

options:
  --help, --version         bpstudio COMMAND --help tells about a command

example:
  bpstudio train iris.csv --target species --out iris.bps && bpstudio evaluate iris.bps

Exit codes: 0 done, 1 the work failed, 2 the input or the usage is wrong."""


def _speak_unicode() -> None:
    """Keep an old console's encoding from stopping a command over a letter."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if sys.platform == "win32":
                stream.reconfigure(encoding="utf-8", errors="replace")
            else:
                stream.reconfigure(errors="replace")
