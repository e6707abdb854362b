"""Training a project from a command."""

from __future__ import annotations

from bpstudio.cli.monitor import run_session
from bpstudio.cli.scores import dataset_of
from bpstudio.model.config import TrainingConfig
from bpstudio.model.project import Project
from bpstudio.training.events import Result
from bpstudio.training.mailbox import Mailbox
from bpstudio.training.session import Session


def train_project(project: Project, before: TrainingConfig | None = None) -> tuple[Project, Result]:
    """Train for the config's epochs, on from where the project is: what it became, and the run.

    ``before`` are the settings of its training so far, if they may have been others.
    """
    project.check()
    mailbox = Mailbox()
    session = Session(
        project.network,
        dataset_of(project),
        project.config,
        mailbox,
        progress=project.progress,
        before=before,
    )
    result = run_session(session, mailbox, project.epoch, project.config.epochs)
    return project.trained(result.network, result.progress, result.history), result
