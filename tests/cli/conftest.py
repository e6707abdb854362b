"""A shell in a folder of its own, and projects that tests only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpstudio.files.project_file import save
from bpstudio.files.samples import starter
from bpstudio.files.tables import load_table
from bpstudio.model.config import TrainingConfig
from bpstudio.model.project import Project
from bpstudio.model.topology import Topology
from bpstudio.training.session import train
from tests.cli.command import IRIS, Shell


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, capsys)


@pytest.fixture(scope="session")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on iris, trained a little."""
    data = load_table(IRIS, "species", test=0.2)
    topology = Topology.parse("4-8-3", hidden="tanh", output="softmax")
    config = TrainingConfig(
        batch_size=10, learning_rate=0.1, epochs=20, loss="categorical_cross_entropy"
    )
    return _saved(Project.create(topology, data, config), tmp_path_factory.mktemp("iris") / "i.bps")


@pytest.fixture(scope="session")
def sine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a number as target, trained a little."""
    project = starter("sine")
    project = project.with_config(TrainingConfig(batch_size=10, learning_rate=0.1, epochs=100))
    return _saved(project, tmp_path_factory.mktemp("sine") / "s.bps")


def _saved(project: Project, path: Path) -> Path:
    assert project.dataset is not None
    result = train(project.network, project.dataset, project.config)
    save(project.trained(result.network, result.progress, result.history), path)
    return path
