"""What the data panel asks of the document: other data, the same made anew, another split."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from bpstudio.files.samples import SAMPLES, sample, sample_proposal
from bpstudio.gui.document import Document
from bpstudio.gui.importing.actions import is_edited
from bpstudio.gui.panels.data import DataPanel
from bpstudio.model.adoption import Wish, adopt
from bpstudio.model.dataset import TEST, Dataset
from bpstudio.model.project import Project
from bpstudio.model.proposal import Proposal

if TYPE_CHECKING:
    from bpstudio.gui.main_window import MainWindow


class DataActions(QObject):
    """Turns what the data panel asks for into edits; what other data bring is said in a sentence."""

    def __init__(self, window: MainWindow, document: Document, panel: DataPanel) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        panel.sample_chosen.connect(self.choose_sample)
        panel.own_chosen.connect(self.choose_own)
        panel.regenerate_requested.connect(self.regenerate)
        panel.resplit_requested.connect(self.resplit)

    def choose_sample(self, name: str) -> None:
        """Other data; a network that nobody has edited makes way for one that suits them."""
        dataset = sample(name)
        self._adopt(SAMPLES[name].label, dataset, sample_proposal(name, dataset))

    def choose_own(self, dataset: Dataset) -> None:
        """Back to the data that people brought."""
        self._adopt(dataset.name, dataset, None)

    def _adopt(self, label: str, dataset: Dataset, proposed: Proposal | None) -> None:
        wish = Wish(keep=is_edited(self._document.project))
        reason = adopt(self._document.project, dataset, wish, proposed).reason

        def change(project: Project) -> Project:
            return adopt(project, dataset, wish, proposed).project

        if self._window.edit(f"Data {label}", change):
            self._window.message_panel.add(f"{label}: {reason}", False)

    def regenerate(self, name: str, noise: float, size: int, seed: int) -> None:
        """The same sample with other noise, size or seed; the network starts over."""

        def change(project: Project) -> Project:
            wanted = noise if SAMPLES[name].noise is not None else None
            dataset = sample(name, noise=wanted, size=size, seed=seed, validation=0.0)
            if project.dataset is None:
                return project
            share = float((project.dataset.split == 0).mean())
            dataset = with_train_share(dataset, share, seed)
            if dataset.preparation != project.dataset.preparation:
                return adopt(project, dataset, Wish(keep=True)).project
            return replace(project, dataset=dataset).reset()

        self._window.edit("Generate data", change, merge="generate")

    def resplit(self, train_share: float) -> None:
        """Another share of the rows for training; the network starts over."""

        def change(project: Project) -> Project:
            if project.dataset is None:
                return project
            dataset = with_train_share(project.dataset, train_share, project.config.seed)
            return replace(project, dataset=dataset).reset()

        self._window.edit("Split the data", change, merge="split")


def with_train_share(dataset: Dataset, share: float, seed: int) -> Dataset:
    """The rows split so that a share of them trains; as many test as before, the others validate."""
    test = float((dataset.split == TEST).mean())
    validation = max(0.0, 1.0 - share - test)
    if dataset.split_kind == "file":
        # Its test rows stay what they are: the share is one of the others.
        validation /= 1.0 - test
    return dataset.resplit(round(validation, 4), round(test, 4), seed)
