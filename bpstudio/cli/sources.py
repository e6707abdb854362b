"""From what a user names (a project, a table, ``sample:iris``) to a project."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bpstudio.cli.monitor import reading_bar
from bpstudio.cli.options import UsageError, program, quoted
from bpstudio.files.errors import FileError
from bpstudio.files.lessons import load_lesson
from bpstudio.files.samples import SAMPLES, sample
from bpstudio.files.source import Options
from bpstudio.files.tables import load_table
from bpstudio.files.text import DELIMITERS
from bpstudio.model.config import TrainingConfig, usual_values
from bpstudio.model.dataset import Dataset
from bpstudio.model.functions import LOSSES, choose
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal
from bpstudio.model.topology import Topology

SAMPLE = "sample:"
LESSON = "lesson:"


@dataclass(frozen=True)
class DataOptions:
    """How data are to be read and treated; None means: as it is by default."""

    target: str | None = None
    inputs: str | None = None
    ignore: str | None = None
    scaling: str | None = None
    task: str | None = None
    missing: str | None = None
    split: str | None = None
    test_file: str | None = None
    validation: float | None = None
    test: float | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    header: bool | None = None
    sheet: str | None = None
    no_value: str | None = None

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


_READING = ("encoding", "delimiter", "decimal", "header", "sheet")
_EVERY_COLUMN = ""
_SHARES = ("validation", "test")


def is_project(file: str) -> bool:
    return file.lower().endswith(".bps")


def load_project(file: str) -> Project:
    """A project file, a lesson as ``lesson:xor``, or the untrained network that is proposed for
    ``sample:xor``. UsageError for a file of data, for which there is no network yet."""
    if file.startswith(LESSON):
        return load_lesson(file.removeprefix(LESSON))
    if file.startswith(SAMPLE):
        return new_project(file, DataOptions(), None, {})
    try:
        from bpstudio.files.project_file import load  # noqa: PLC0415

        return load(Path(file))
    except FileError:
        if is_project(file) or not os.access(file, os.R_OK):
            raise
        raise UsageError(
            f"'{file}' is not a project but data: train a network on it first, "
            f"with {program()} train {quoted(file)}."
        ) from None


def settings_from(assignments: list[str]) -> dict[str, Any]:
    """``key=value`` texts as fields of a TrainingConfig. ValueError with one sentence."""
    config = TrainingConfig().with_text(assignments)
    names = [text.partition("=")[0].strip().replace("-", "_") for text in assignments]
    return {name: getattr(config, name) for name in names}


def open_project(
    file: str,
    options: DataOptions | None = None,
    topology: str | None = None,
    settings: dict[str, Any] | None = None,
    hidden: str | None = None,
    output: str | None = None,
) -> Project:
    """A project from a file, or a new one on a table or sample.

    Raises UsageError where an option does not go with the file, else the file's own errors.
    """
    options, settings = options or DataOptions(), settings or {}
    if not is_project(file) and not file.startswith(LESSON):
        return new_project(file, options, topology, settings, hidden, output)
    network = {"topology": topology, "hidden": hidden, "output": output}
    refused = [name for name, value in network.items() if value is not None]
    if refused := [*refused, *options.given()]:
        raise UsageError(
            f"'{file}' is a project, which has its network and data already: leave out "
            f"--{refused[0].replace('_', '-')}, or train from the data file."
        )
    project = load_project(file)
    return project.with_config(replace(project.config, **settings))


def new_project(
    file: str,
    options: DataOptions,
    topology: str | None,
    settings: dict[str, Any],
    hidden_activation: str | None = None,
    output_activation: str | None = None,
) -> Project:
    """An untrained project: the proposed network for the data, or the one that is asked for."""
    shape = Topology.parse(topology) if topology is not None else None
    seed = settings.get("seed", TrainingConfig().seed)
    dataset = _read(file, options, seed, None if shape is None else shape.output.size)
    usual: dict[str, Any] = {}
    hidden: tuple[int, ...] | None = None
    if file.startswith(SAMPLE):
        chosen = SAMPLES[file.removeprefix(SAMPLE)]
        usual, hidden = dict(chosen.settings), chosen.hidden or None
        if shape is not None and shape.output.size != 1:
            # The sample's loss belongs to its own output.
            usual.pop("loss", None)
    if "optimizer" in settings:
        # The sample's learning rate is one for SGD.
        usual |= usual_values(settings["optimizer"])
    proposed = proposal(dataset, hidden, **{**usual, **settings})
    network = proposed.topology
    config = proposed.config
    inner = hidden_activation or (network.hidden[0].activation if network.hidden else "tanh")
    outer = output_activation or network.output.activation
    if output_activation is not None and "loss" not in settings and not _fits(config.loss, outer):
        config = replace(config, loss="squared_error")
    if shape is not None or hidden_activation or output_activation:
        sizes = [layer.size for layer in (network if shape is None else shape).layers]
        network = Topology.chain(sizes, inner, outer)
    project = Project.create(network, dataset, config)
    project.check()
    return project


def _fits(loss: str, activation: str) -> bool:
    outputs = LOSSES[loss].outputs
    return outputs is None or activation in outputs


def _read(file: str, options: DataOptions, seed: int, output_size: int | None) -> Dataset:
    given = options.given()
    if not file.startswith(SAMPLE):
        reading = {name: given.pop(name) for name in _READING if name in given}
        if "delimiter" in reading:
            reading["delimiter"] = _delimiter(reading["delimiter"])
        if texts := [text.strip() for text in given.pop("no_value", "").split(",") if text.strip()]:
            reading["gaps"] = {_EVERY_COLUMN: tuple(texts)}
        with reading_bar(file) as progress:
            return load_table(
                file, given.pop("target", None), seed=seed, output_size=output_size,
                options=Options(**reading), progress=progress, **given,
            )  # fmt: skip
    name = file.removeprefix(SAMPLE)
    choose(SAMPLES, name, "The sample")
    for option in given:
        if option not in _SHARES:
            raise UsageError(
                f"The sample '{name}' has its columns already: "
                f"leave out --{option.replace('_', '-')}."
            )
    dataset = sample(name, seed=seed, **given)
    return dataset.with_target_encoding("one_hot") if output_size == 2 else dataset


def _delimiter(text: str) -> str:
    """A delimiter by its sign or its name."""
    named = {name: sign for sign, name in DELIMITERS.items()} | {"\\t": "\t"}
    return named.get(text, text)


def project_name(file: str) -> Path:
    """A free name in this folder for a project made of ``file``: iris.bps, or iris-2.bps, …"""
    # A colon is no part of a file name on every system.
    built_in = file.startswith((SAMPLE, LESSON))
    stem = file.partition(":")[2] if built_in else Path(file).stem
    number, path = 1, Path(f"{stem}.bps")
    while path.exists():
        number += 1
        path = Path(f"{stem}-{number}.bps")
    return path
