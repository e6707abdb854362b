"""Train a network on a table, a sample, or a project that goes on from where it is.

Without --topology a network that suits the data is proposed. The trained project is saved: a project
in its place, a new one under the name of the data in this folder, or wherever --out says."""

from __future__ import annotations

import argparse
import math
import sys
import textwrap
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from bpstudio.cli.options import (
    UsageError,
    Window,
    add_json,
    check_folder,
    number,
    program,
    quoted,
)
from bpstudio.cli.report import facts, method_text, print_json, project_facts
from bpstudio.cli.runs import train_project
from bpstudio.cli.scores import Score, score_lines, split_scores
from bpstudio.cli.sources import DataOptions, is_project, open_project, project_name, settings_from
from bpstudio.files.plan import MISSING_TREATMENTS
from bpstudio.files.project_file import load, save
from bpstudio.files.tables import TASKS
from bpstudio.files.text import DELIMITERS, ENCODINGS
from bpstudio.model.config import GROUPS, SETTINGS, TrainingConfig
from bpstudio.model.dataset import SCALINGS
from bpstudio.model.functions import ACTIVATIONS
from bpstudio.model.methods import (
    METHODS,
    batch_advice,
    readers_of,
)
from bpstudio.model.project import Project
from bpstudio.model.ranges import range_problem
from bpstudio.training.events import Result

EXAMPLE = "bpstudio train iris.csv --target species --topology 4-8-3 --out iris.bps"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s FILE [OPTIONS]"
    add = parser.add_argument
    add("file", metavar="FILE", help="a project (.bps), data of any known format, or sample:NAME")
    add("--topology", metavar="4-8-3", help="sizes of the layers, input to output")
    add("--epochs", metavar="N", help=f"{_lowered(SETTINGS['epochs'].help)}")
    add("--seed", metavar="N", help="decides split, starting weights and order of rows")
    add(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="any other setting, repeatable, as optimizer=adam; --settings lists them",
    )
    add("--settings", action=_ListSettings, help="tell about every setting, and leave")
    add("--out", metavar="P.bps", type=Path, help="where to save the trained project")
    add_json(parser)
    add("--hidden", metavar="F", choices=_HIDDEN, help="activation of the hidden layers")
    add("--output", metavar="F", choices=list(ACTIVATIONS), help="activation of the output layer")
    data = parser.add_argument_group("options of the data").add_argument
    data("--target", metavar="C", help="target column or columns, by name or number")
    data("--inputs", metavar="C,…", help="input columns, if not all the others")
    data("--ignore", metavar="C,…", help="columns to leave out")
    data("--scaling", choices=list(SCALINGS), help="of numeric columns; standardise if not given")
    data("--task", choices=list(TASKS), help="what a numeric target is")
    missing = list(MISSING_TREATMENTS)
    data("--missing", metavar="HOW", choices=missing, help="values: " + ", ".join(missing))
    data(
        "--no-value", metavar="TEXT,…", help="what else means: missing, as --no-value=-999,unknown"
    )
    data("--split", metavar="KIND", help=_SPLIT_HELP)
    data("--test-file", metavar="FILE", help="a file with the test rows")
    data("--validation", metavar="SHARE", type=number, help="rows held out to watch; 0.2")
    data("--test", metavar="SHARE", type=number, help="rows held out for the end; 0")
    reading = parser.add_argument_group("how a file is read, if not as it seems").add_argument
    reading("--encoding", metavar="NAME", choices=list(ENCODINGS), help="utf-8, gb18030, …")
    reading("--delimiter", metavar="SIGN", help="a sign, or " + ", ".join(DELIMITERS.values()))
    reading("--decimal", choices=[".", ","], help="the decimal mark")
    reading(
        "--header", action=argparse.BooleanOptionalAction, help="whether the first row holds names"
    )
    reading("--sheet", metavar="NAME", help="of a workbook")
    keys = ", ".join(name for names in GROUPS.values() for name in names)
    parser.add_argument_group("settings for --set", textwrap.fill(keys, 76))


class _ListSettings(argparse.Action):
    """Prints every setting, as --help prints the options."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print("\n\n".join(_group_text(title, names) for title, names in GROUPS.items()))
        parser.exit()


def _group_text(title: str, names: tuple[str, ...]) -> str:
    """A paragraph for each setting: its key and default, what it does, what it may be."""
    lines = [f"{title}:"]
    for name in names:
        setting, default = SETTINGS[name], getattr(TrainingConfig(), name)
        readers = readers_of(name)
        belongs = f" (for {', '.join(readers)})" if readers else ""
        text = (
            f"{name}={setting.text(default)}  {_lowered(setting.help)}{belongs}; {setting.wanted}"
        )
        lines.append(_paragraph(text, "  "))
        for key, method in METHODS.get(name, {}).items():
            lines.append(_paragraph(f"{key}: {method.help}", "      "))
    return "\n".join(lines)


_HIDDEN = [name for name, activation in ACTIVATIONS.items() if not activation.output_only]
_SPLIT_HELP = "stratified, random, ordered, or the name of a column that marks the rows"


def _paragraph(text: str, indent: str) -> str:
    return textwrap.fill(text, 90, initial_indent=indent, subsequent_indent=indent + "    ")


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def run(args: argparse.Namespace, window: Window) -> int:
    project = _opened(args)
    out = _place(args)
    for remark in _remarks(project, args.set):
        print(f"bpstudio: {remark}", file=sys.stderr)
    before = project.epoch
    project, result = train_project(project, load(args.file).config if before else None)
    # A project on disk is not replaced by one whose run went wrong, unless that was asked for.
    saved = out if result.stop_reason != "diverged" or args.out is not None else None
    if saved is not None:
        save(project, saved)
    scores = split_scores(project)
    if args.json:
        print_json(_report(project, result, scores, saved, before))
    else:
        print("\n".join(_summary(project, result, scores, saved)))
    return 1 if result.stop_reason == "diverged" else 0


def _opened(args: argparse.Namespace) -> Project:
    assignments = list(args.set)
    for name in ("epochs", "seed"):
        if (text := getattr(args, name)) is not None:
            assignments.append(f"{name}={text}")
    options = DataOptions(
        **{field.name: getattr(args, field.name) for field in fields(DataOptions)}
    )
    settings = settings_from(assignments)
    return open_project(args.file, options, args.topology, settings, args.hidden, args.output)


def _remarks(project: Project, assignments: list[str]) -> list[str]:
    """What to say about --set: settings without effect, and a batch that does not suit."""
    config = project.config
    names = dict.fromkeys(a.partition("=")[0].strip().replace("-", "_") for a in assignments)
    remarks = [config.idle(name) or "" for name in names]
    if {"optimizer", "batch_size"} & set(names):
        remarks.append(batch_advice(config.optimizer, config.batch_size))
    return [remark for remark in remarks if remark]


def _place(args: argparse.Namespace) -> Path:
    """Where the project will be saved, looked at before hours are spent on training."""
    out: Path = args.out or (Path(args.file) if is_project(args.file) else project_name(args.file))
    if not is_project(out.name):
        raise UsageError(f"--out is '{out}': a project's name ends in .bps, so write '{out}.bps'.")
    check_folder(out, "--out")
    return out


def _report(
    project: Project, result: Result, scores: dict[str, Score], saved: Path | None, before: int
) -> dict[str, Any]:
    dataset = project.dataset
    assert dataset is not None
    return {
        "topology": str(project.topology),
        "parameters": project.topology.parameter_count,
        "data": dataset.name,
        "classes": list(dataset.class_names),
        "range_problem": _unreachable(project),
        "epochs": project.epoch - before,
        "epochs_total": project.epoch,
        "best_epoch": result.best_epoch,
        "stop_reason": result.stop_reason,
        "message": result.message,
        **{name: scores[name].as_json() if name in scores else None for name in _PARTS},
        "seconds": result.seconds,
        "rows_per_second": _speed(result),
        "learning_rate": float(project.history.learning_rate[-1]),
        "changes": [asdict(change) for change in project.history.changes],
        "seed": project.config.seed,
        "config": {name: getattr(project.config, name) for name in SETTINGS},
        "out": None if saved is None else str(saved),
    }


_PARTS = ("train", "validation", "test")


def _unreachable(project: Project) -> str | None:
    """What there is to say of targets that the output layer cannot give."""
    assert project.dataset is not None
    problem = range_problem(project.topology, project.dataset)
    return None if problem is None else problem.sentence


def _speed(result: Result) -> float:
    return result.rows / result.seconds if result.seconds > 0 else math.nan


def _summary(
    project: Project, result: Result, scores: dict[str, Score], saved: Path | None
) -> list[str]:
    pairs = [
        *project_facts(project),
        ("Method", method_text(project.config)),
        ("Run", f"{result.message} {result.seconds:.1f} s, {_speed(result):,.0f} rows a second."),
    ]
    if unreachable := _unreachable(project):
        pairs.append(("Careful", unreachable))
    if saved is None:
        return [*facts(pairs), "", *score_lines(scores), "", "Nothing was saved."]
    name, here = quoted(saved), program()
    steps = [
        (f"{here} evaluate {name}", "how well it does"),
        (f"{here} predict {name} rows.csv", "what it says about new rows"),
        (f"{here} export {name} weights.npz", "the weights for NumPy"),
        (f"{here} {name}", "the window"),
    ]
    return [
        *facts([*pairs, ("Saved", str(saved))]),
        "",
        *score_lines(scores),
        "",
        "Next:",
        *(f"  {line}" for line in facts(steps)),
    ]
