"""Draw the window to a PNG file; no display is needed.

FILE is a project, a table or sample:NAME; without it the starter project is drawn."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path

from bpstudio.cli.options import UsageError, Window, check_folder
from bpstudio.cli.runs import train_project
from bpstudio.cli.sources import SAMPLE, open_project
from bpstudio.files.samples import starter
from bpstudio.model.config import SETTINGS

EXAMPLE = "bpstudio screenshot iris.bps window.png --size 1920x1080 --theme dark"
SMALLEST, LARGEST = (960, 620), (7680, 4320)
"""The window can be no smaller; a picture larger than this would take gigabytes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("files", metavar="[FILE] OUT.png", nargs="+", help="what to draw, and the picture to write")
    add("--epochs", metavar="N", default="0", help="train so long first; 0")
    add("--size", metavar="1440x900", default="1440x900", help="of the window, in pixels")
    add("--theme", choices=["light", "dark"], default="light", help="colours; light")
    add("--scale", type=int, choices=[1, 2], default=1, help="pixels for each of these")
    add("--data", metavar=f"{SAMPLE}NAME", help="a sample or table, in place of FILE")


def run(args: argparse.Namespace, window: Window) -> int:
    *given, name = args.files
    if len(given) > 1 or (given and args.data):
        raise UsageError("Give one project or data file and one picture: see --help.")
    out = Path(name)
    if out.suffix.lower() != ".png":
        raise UsageError(f"The picture is '{out}': its name has to end in .png.")
    check_folder(out, "The picture")
    size = parse_size(args.size)
    epochs = None if args.epochs.strip() == "0" else SETTINGS["epochs"].parse("epochs", args.epochs)
    file = args.data or (given[0] if given else None)
    project = starter() if file is None else open_project(file)
    if epochs is not None:
        trained, _ = train_project(replace(project, config=replace(project.config, epochs=epochs)))
        project = replace(trained, config=project.config)
    window.draw(project, out, size, args.theme, args.scale)
    width, height = (side * args.scale for side in size)
    print(f"{out}: {width} × {height} pixels.")
    return 0


def parse_size(text: str) -> tuple[int, int]:
    """``1440x900`` as (1440, 900)."""
    match = re.fullmatch(r"(\d{1,6})\s*[x×*]\s*(\d{1,6})", text.strip().lower())
    if match is None:
        raise UsageError(f"--size is '{text}': write width x height, as in 1440x900.")
    width, height = int(match[1]), int(match[2])
    low, high = SMALLEST, LARGEST
    if not (low[0] <= width <= high[0] and low[1] <= height <= high[1]):
        raise UsageError(
            f"--size is '{text}': use {low[0]}x{low[1]} to {high[0]}x{high[1]} pixels."
        )
    return width, height
