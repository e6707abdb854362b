"""Train the starter project here in the terminal, export its weights and draw the window.

No display is needed. Everything is put into DIR, bpstudio-demo if it is not given."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bpstudio.cli.display import display_problem
from bpstudio.cli.monitor import curve_lines
from bpstudio.cli.options import UsageError, Window, program, quoted
from bpstudio.cli.report import facts, method_text, project_facts
from bpstudio.cli.runs import train_project
from bpstudio.cli.scores import score_lines, split_scores
from bpstudio.files.errors import file_error
from bpstudio.files.exporters import export
from bpstudio.files.project_file import save
from bpstudio.files.samples import starter
from bpstudio.model.project import Project
from bpstudio.training.events import Result

EXAMPLE = "bpstudio demo"
SIZE = 1440, 900


def add_arguments(parser: argparse.ArgumentParser) -> None:
    default = Path("bpstudio-demo")
    parser.add_argument("dir", metavar="DIR", nargs="?", type=Path, default=default, help="folder")


def run(args: argparse.Namespace, window: Window) -> int:
    folder: Path = args.dir
    _make(folder)
    project = starter()
    print("\n".join(_before(project)), flush=True)
    project, result = train_project(project)
    print("\n".join(_after(project, result)), flush=True)
    path = folder / "circles.bps"
    save(project, path)
    # Asked before anything is drawn: drawing takes a platform without a display.
    no_display = display_problem()
    made = [(str(path), "the project: data, network, weights and the record of the run")]
    for name, what in (
        ("circles.npz", "the weights as NumPy arrays"),
        ("circles.json", "the weights as text"),
    ):
        export(project, folder / name)
        made.append((str(folder / name), what))
    picture, problem = folder / "window.png", ""
    try:
        window.draw(project, picture, SIZE, "light", 1)
        made.append((str(picture), "the window after training"))
    except OSError as error:
        problem = str(error)
    print("\n".join(_found(made, problem, path, no_display is None)))
    return 1 if result.stop_reason == "diverged" else 0


def _make(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"'{folder}' is a file: name a folder, as in bpstudio demo my-demo.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_error(error, folder, "made") from None


def _before(project: Project) -> list[str]:
    head = "Training the starter project: two classes of points, a disc inside a ring."
    return [
        head,
        "",
        *facts([*project_facts(project), ("Method", method_text(project.config))]),
        "",
    ]


def _after(project: Project, result: Result) -> list[str]:
    # Where there was no terminal to watch the curve in, it is shown once.
    curve = [] if sys.stderr.isatty() else [*curve_lines(project.history), ""]
    speed = result.rows / max(result.seconds, 1e-9)
    done = f"{result.message} {result.seconds:.1f} s, {speed:,.0f} rows a second."
    return [*curve, done, "", *score_lines(split_scores(project)), ""]


def _found(made: list[tuple[str, str]], problem: str, path: Path, has_display: bool) -> list[str]:
    lines = ["Made:", *(f"  {line}" for line in facts(made)), ""]
    if problem:
        lines += [f"The picture of the window is missing: {problem}", ""]
    if has_display:
        return [*lines, f"The window itself: {program()} {quoted(path)}"]
    return [
        *lines,
        "The window itself: on a computer with a display (or over ssh -X) run",
        f"  {program()} {quoted(path)}",
    ]
