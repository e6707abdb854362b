"""From what a user names (a project, a table, ``sample:iris``) to a project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bpstudio.cli.options import UsageError
from bpstudio.files.lessons import load_lesson
from bpstudio.files.project_file import load
from bpstudio.files.samples import SAMPLES, sample
from bpstudio.files.tables import load_table
from bpstudio.model.config import TrainingConfig
from bpstudio.model.dataset import Dataset
from bpstudio.model.functions import choose
from bpstudio.model.project import Project
from bpstudio.model.proposal import proposal
from bpstudio.model.topology import Topology

SAMPLE = "sample:"
LESSON = "lesson:"


@dataclass(frozen=True)
class DataOptions:
    """How a table is to be read; None means: as it is by default."""

    target: str | None = None
    inputs: str | None = None
    ignore: str | None = None
    scaling: str | None = None
    task: str | None = None
    validation: float | None = None
    test: float | None = None

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


def is_project(file: str) -> bool:
    return file.lower().endswith(".bps")


def load_project(file: str) -> Project:
    """A project file, or a lesson as ``lesson:xor``."""
    if file.startswith(LESSON):
        return load_lesson(file.removeprefix(LESSON))
    return load(Path(file))


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
) -> Project:
    """A project from a file, or a new one on a table or sample.

    Raises UsageError where an option does not go with the file, else the file's own errors.
    """
    options, settings = options or DataOptions(), settings or {}
    if not is_project(file) and not file.startswith(LESSON):
        return new_project(file, options, topology, settings)
    refused = ["topology"] if topology is not None else []
    if refused := [*refused, *options.given()]:
        raise UsageError(
            f"'{file}' is a project, which has its network and data already: leave out "
            f"--{refused[0]}, or train from the data file."
        )
    project = load_project(file)
    return project.with_config(replace(project.config, **settings))


def new_project(
    file: str, options: DataOptions, topology: str | None, settings: dict[str, Any]
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
    proposed = proposal(dataset, hidden, **{**usual, **settings})
    network = proposed.topology
    if shape is not None:
        sizes = [layer.size for layer in shape.layers]
        inner = network.hidden[0].activation if network.hidden else "tanh"
        network = Topology.chain(sizes, inner, network.output.activation)
    project = Project.create(network, dataset, proposed.config)
    project.check()
    return project


def _read(file: str, options: DataOptions, seed: int, output_size: int | None) -> Dataset:
    given = options.given()
    if not file.startswith(SAMPLE):
        return load_table(
            file, given.pop("target", None), seed=seed, output_size=output_size, **given
        )
    name = file.removeprefix(SAMPLE)
    choose(SAMPLES, name, "The sample")
    for option in ("target", "inputs", "ignore", "scaling", "task"):
        if option in given:
            raise UsageError(f"The sample '{name}' has its columns already: leave out --{option}.")
    dataset = sample(name, seed=seed, **given)
    return dataset.with_target_encoding("one_hot") if output_size == 2 else dataset


def project_name(file: str) -> Path:
    """A free name in this folder for a project made of ``file``: iris.bps, or iris-2.bps, …"""
    stem = file.removeprefix(SAMPLE) if file.startswith(SAMPLE) else Path(file).stem
    number, path = 1, Path(f"{stem}.bps")
    while path.exists():
        number += 1
        path = Path(f"{stem}-{number}.bps")
    return path
